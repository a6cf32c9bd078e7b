import type { AddonStep } from "./definition";

/** Where the control plane runs, and its certificates are. */
export const meshNamespace = "linkerd";

/** ConfigMap of the certificate that all proxies trust. Linkerd fixes its name, and that of the Secret that it issues with. */
export const trustRootsName = "linkerd-identity-trust-roots";

/** The webhooks, by the chart's setting: each has a certificate of its own, in a Secret whose name Linkerd fixes. */
export const webhooks = [
    { setting: "proxyInjector", name: "linkerd-proxy-injector" },
    { setting: "profileValidator", name: "linkerd-sp-validator" },
    { setting: "policyValidator", name: "linkerd-policy-validator" },
] as const;

/** Proxies understand this kind of key only. Source: linkerd.io, "Generating your own mTLS root certificates". */
const privateKey = { algorithm: "ECDSA", size: 256 } as const;

const certManager = "cert-manager.io/v1";

function issuer(name: string, spec: Readonly<Record<string, unknown>>): AddonStep {
    return { step: "object", apiVersion: certManager, kind: "Issuer", name, namespace: meshNamespace, spec };
}

function certificate(name: string, issuedBy: string, spec: Readonly<Record<string, unknown>>): AddonStep {
    return {
        step: "object",
        apiVersion: certManager,
        kind: "Certificate",
        name,
        namespace: meshNamespace,
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
        spec: { secretName: name, issuerRef: { name: issuedBy, kind: "Issuer" }, ...spec },
    };
}

/** An authority that lasts ten years and renews itself with the same key and name, so that what it issued stays valid meanwhile. */
function authority(name: string, commonName: string): AddonStep {
    return certificate(name, "linkerd-self-signed", {
        isCA: true,
        commonName,
        duration: "87600h0m0s",
        renewBefore: "8760h0m0s",
        privateKey: { ...privateKey, rotationPolicy: "Never" },
        usages: ["cert sign", "crl sign"],
    });
}

/**
 * The mesh's certificates, issued and renewed by cert-manager. The trust anchor's key stays in the control plane's namespace and its
 * issuer serves that namespace alone: whoever could ask it for a certificate could be any service of the mesh. Source: linkerd.io,
 * "Automatically rotating control plane TLS credentials" and "… webhook TLS credentials".
 */
export const linkerdCertificates: readonly AddonStep[] = [
    issuer("linkerd-self-signed", { selfSigned: {} }),
    authority("linkerd-trust-anchor", "root.linkerd.cluster.local"),
    issuer("linkerd-trust-anchor", { ca: { secretName: "linkerd-trust-anchor" } }),
    certificate("linkerd-identity-issuer", "linkerd-trust-anchor", {
        isCA: true,
        commonName: "identity.linkerd.cluster.local",
        dnsNames: ["identity.linkerd.cluster.local"],
        // Linkerd reads a new one while it runs. Proxies get theirs from it for a day, so it has to live for longer than that.
        duration: "48h0m0s",
        renewBefore: "25h0m0s",
        privateKey: { ...privateKey, rotationPolicy: "Always" },
        usages: ["cert sign", "crl sign", "server auth", "client auth"],
    }),
    authority("linkerd-webhooks", "webhooks.linkerd.cluster.local"),
    issuer("linkerd-webhooks", { ca: { secretName: "linkerd-webhooks" } }),
    ...webhooks.map(({ name }) =>
        certificate(name, "linkerd-webhooks", {
            secretName: `${name}-k8s-tls`,
            commonName: `${name}.${meshNamespace}.svc`,
            dnsNames: [`${name}.${meshNamespace}.svc`],
            duration: "2160h0m0s",
            renewBefore: "720h0m0s",
            privateKey: { ...privateKey, rotationPolicy: "Always" },
            usages: ["server auth"],
        }),
    ),
];
