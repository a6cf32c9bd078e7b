/** A secret value that is generated, never typed in. */
export interface GeneratedValue {
    /** Length in characters of the generated value, 16 to 1024. Default 43, which holds 256 bits of letters and digits. */
    readonly length?: number;
    /**
     * Whether rotation makes a new value. Default true. False for keys that encrypt stored data, which a new value would make
     * unreadable, and then changing them is a migration that people plan.
     */
    readonly rotate?: boolean;
}

/** A set of secret values that a system needs: one AWS secret, one Kubernetes Secret. */
export interface SecretSpec {
    /** The keys of the secret and how each value is made. */
    readonly keys: Readonly<Record<string, GeneratedValue>>;
    /** Days after which AWS Secrets Manager generates new values. Default 90, which is also the most that is allowed. */
    readonly rotationDays?: number;
}
