/** Random letters and digits, for passwords, tokens and API keys. */
export interface RandomText {
    readonly kind?: "text";
    /** Length in characters of the generated value, 16 to 1024. Default 43, which holds 256 bits of letters and digits. */
    readonly length?: number;
    /**
     * Whether rotation makes a new value. Default true. False for keys that encrypt stored data, which a new value would make
     * unreadable, and then changing them is a migration that people plan.
     */
    readonly rotate?: boolean;
}

/** A key of 256 random bits as base64, for programs that decode it to the 32 bytes their cipher or signature takes. */
export interface RandomKey {
    readonly kind: "base64-256";
    /** As for random text. Default true. */
    readonly rotate?: boolean;
}

/**
 * A key pair for signatures: RSA with 4096 bits. The key it is declared under holds the private half (PEM, PKCS #8).
 *
 * It always rotates. Verifiers accept both public keys: what was signed before a rotation is then good until the rotation after it.
 */
export interface RsaKeyPair {
    readonly kind: "rsa-4096";
    /**
     * Key of the public half (PEM, SPKI). The public half before the last rotation lies beside it, under the same name with `_PREVIOUS`;
     * before the first rotation that is the same one.
     */
    readonly publicKey: string;
}

/** A secret value that is generated, never typed in. */
export type GeneratedValue = RandomText | RandomKey | RsaKeyPair;

/** A set of secret values that a system needs: one AWS secret, one Kubernetes Secret. */
export interface SecretSpec {
    /** The keys of the secret and how each value is made. */
    readonly keys: Readonly<Record<string, GeneratedValue>>;
    /**
     * Keys that repeat the password of a store, and the store's name: for programs that read all they need from one Secret. They follow
     * the password within a minute. Default: none.
     */
    readonly imports?: Readonly<Record<string, string>>;
    /**
     * Path of the secret in AWS Secrets Manager, such as `dev/backend/flask-app`: the environment and two more segments. Where the stack
     * is not called like its environment, the stack's name goes after the environment, so that stacks share no secret. A change
     * makes a new AWS secret with new values. Default: environment, system and the secret's own name.
     */
    readonly awsName?: string;
    /** Days after which AWS Secrets Manager generates new values. Default 90, which is also the most that is allowed. */
    readonly rotationDays?: number;
}
