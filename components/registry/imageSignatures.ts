import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ImageSignatures } from "../../config/imageSignatures";
import { Component } from "../component";
import { systemLabel } from "../system/systemNamespace";

export interface ImageSignaturesArgs {
    /** Provider of the cluster. */
    readonly provider: k8s.Provider;
    /** Which images have to be signed, and by whom. Changed in place; pods that run already are left alone. */
    readonly config: ImageSignatures;
    /** What must exist before: Kyverno, whose kind the policy is. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/** Seconds that a pod may wait for the answer, which asks the registry and the transparency log. The API server allows 30 at most. */
const timeoutSeconds = 30;

/**
 * Holds the images of systems to their Cosign signatures when a pod is created. A pod whose image is not signed as the configuration says is
 * refused, and so is one whose signature cannot be checked. Namespaces of add-ons are not asked: their charts bring images that others sign.
 *
 * Costs nothing beyond the pods of Kyverno; each new pod waits for a look at the registry, which Kyverno keeps for an hour.
 *
 * @example
 * new ImageSignatures("image-signatures", { provider, config: { images: ["ghcr.io/your-org/*"], publicKey }, dependsOn: addons.ready });
 */
export class ImageSignaturePolicy extends Component {
    constructor(name: string, args: ImageSignaturesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:registry:ImageSignaturePolicy", name, opts);
        new k8s.apiextensions.CustomResource(
            this.childName("policy"),
            {
                apiVersion: "policies.kyverno.io/v1",
                kind: "ImageValidatingPolicy",
                metadata: {
                    name: "signed-images",
                    labels: { "app.kubernetes.io/managed-by": "pulumi" },
                },
                spec: signaturePolicy(args.config),
            },
            this.childOptions({ provider: args.provider, dependsOn: [...args.dependsOn] }),
        );
        this.registerOutputs({});
    }
}

/** The policy as Kyverno reads it. Source: Kyverno documentation, "ImageValidatingPolicy". */
export function signaturePolicy({ images, publicKey, keyless }: ImageSignatures): Record<string, unknown> {
    const verified = (kind: string): { expression: string; message: string } => ({
        expression: `images.${kind}.map(image, verifyImageSignatures(image, [attestors.cosign])).all(count, count > 0)`,
        message: "the image is not signed as platform:imageSignatures says",
    });
    return {
        failurePolicy: "Fail",
        validationActions: ["Deny"],
        webhookConfiguration: { timeoutSeconds },
        matchConstraints: {
            namespaceSelector: { matchExpressions: [{ key: systemLabel, operator: "Exists" }] },
            resourceRules: [
                { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods"] },
            ],
        },
        matchImageReferences: images.map((glob) => ({ glob })),
        // What was verified is what runs: a tag is replaced by the digest that was looked at.
        validationConfigurations: { required: true, mutateDigest: true, verifyDigest: true },
        attestors: [
            {
                name: "cosign",
                cosign:
                    keyless === undefined
                        ? { key: { data: publicKey } }
                        : { keyless: { identities: [keyless] }, ctlog: { url: "https://rekor.sigstore.dev" } },
            },
        ],
        validations: ["containers", "initContainers", "ephemeralContainers"].map(verified),
    };
}
