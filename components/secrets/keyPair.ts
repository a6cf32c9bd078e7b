import { createHash, generateKeyPairSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

interface Halves {
    readonly privateKey: string;
    readonly publicKey: string;
}

/**
 * Pulumi writes this object's source into the state and runs it in a process of its own, so it uses nothing but Node itself. Whatever
 * changes here, an existing pair stays: without `diff`, Pulumi would call for an update and take its empty result for the new values.
 */
const provider: pulumi.dynamic.ResourceProvider = {
    create() {
        const { privateKey, publicKey } = generateKeyPairSync("rsa", {
            modulusLength: 4096,
            privateKeyEncoding: { type: "pkcs8", format: "pem" },
            publicKeyEncoding: { type: "spki", format: "pem" },
        });
        const id = createHash("sha256").update(publicKey).digest("hex");
        const outs: Halves = { privateKey, publicKey };
        return Promise.resolve({ id, outs });
    },
    diff: () => Promise.resolve({ changes: false }),
};

/**
 * A pair of RSA keys that is made once on the machine that runs Pulumi and kept, the private half encrypted, in Pulumi's state. For
 * clusters without AWS: there nobody else could keep it.
 */
export class KeyPair extends pulumi.dynamic.Resource {
    /** PEM, PKCS #8. */
    declare public readonly privateKey: pulumi.Output<string>;
    /** PEM, SPKI. */
    declare public readonly publicKey: pulumi.Output<string>;

    constructor(name: string, opts: pulumi.CustomResourceOptions) {
        super(
            provider,
            name,
            { privateKey: undefined, publicKey: undefined },
            { ...opts, additionalSecretOutputs: ["privateKey"] },
            "platform",
            "KeyPair",
        );
    }
}
