import type * as k8s from "@pulumi/kubernetes";

/** An authority for one server and the certificate it signs, as cert-manager objects in the order they need each other. */
export interface ServerCertificates {
    readonly objects: readonly { readonly suffix: string; readonly body: k8s.apiextensions.CustomResourceArgs }[];
    /** Name of the Secret with `tls.crt`, `tls.key` and the authority's `ca.crt`. */
    readonly secretName: string;
}

/** Name of the authority's certificate in the Secret. */
export const authorityKey = "ca.crt";

/** Ten years: clients read the authority once, when they start. */
const authorityHours = 87600;

/** Ninety days, renewed thirty days before they end; the server takes the new certificate without a restart. */
const serverHours = { valid: 2160, renewBefore: 720 } as const;

/** ECDSA is a tenth of RSA's work for each connection, and every client of the last ten years knows it. */
const keyAlgorithm = { algorithm: "ECDSA", size: 256 } as const;

/**
 * What an in-cluster server needs to encrypt connections: an authority of its own, whose key never leaves the namespace, and a
 * certificate for every name that the Service goes by.
 */
export function serverCertificates(
    name: string,
    namespace: string,
    labels: Readonly<Record<string, string>>,
): ServerCertificates {
    const secretName = `${name}-tls`;
    const object = (suffix: string, kind: string, objectName: string, spec: object) => ({
        suffix,
        body: {
            apiVersion: "cert-manager.io/v1",
            kind,
            metadata: {
                name: objectName,
                namespace,
                labels: { ...labels },
                annotations: { "pulumi.com/waitFor": "condition=Ready" },
            },
            spec,
        },
    });
    const issuedBy = (issuer: string): object => ({ name: issuer, kind: "Issuer", group: "cert-manager.io" });
    return {
        secretName,
        objects: [
            object("self-signed", "Issuer", `${name}-self-signed`, { selfSigned: {} }),
            object("authority", "Certificate", `${name}-authority`, {
                isCA: true,
                commonName: `${name} authority`,
                secretName: `${name}-authority`,
                duration: `${authorityHours}h0m0s`,
                privateKey: { ...keyAlgorithm, rotationPolicy: "Never" },
                issuerRef: issuedBy(`${name}-self-signed`),
            }),
            object("issuer", "Issuer", `${name}-authority`, { ca: { secretName: `${name}-authority` } }),
            object("certificate", "Certificate", name, {
                secretName,
                duration: `${serverHours.valid}h0m0s`,
                renewBefore: `${serverHours.renewBefore}h0m0s`,
                privateKey: { ...keyAlgorithm, rotationPolicy: "Always" },
                usages: ["digital signature", "server auth"],
                dnsNames: [
                    name,
                    `${name}.${namespace}`,
                    `${name}.${namespace}.svc`,
                    `${name}.${namespace}.svc.cluster.local`,
                    "localhost",
                ],
                issuerRef: issuedBy(`${name}-authority`),
            }),
        ],
    };
}
