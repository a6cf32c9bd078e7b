import { createHash } from "node:crypto";

/**
 * Length limits and character rules of the names this program gives. AWS documents each in the API reference of the call that
 * creates the resource; Kubernetes names are DNS labels (RFC 1123).
 */
export const nameLimits = {
    kubernetes: 63,
    cluster: 100,
    iamRole: 64,
    /** What goes before `-secrets-reader` in the name of a role. */
    secretsReaderPrefix: 64 - "-secrets-reader".length,
    iamPolicy: 128,
    rdsIdentifier: 63,
    replicationGroup: 40,
    parameterGroup: 255,
    s3Bucket: 63,
    securityGroup: 255,
    targetGroup: 32,
    loadBalancer: 32,
    lambda: 64,
    launchTemplate: 128,
    /** A hyphen and 26 characters that AWS' provider makes up follow; node group names may have 63. */
    nodeGroupPrefix: 63 - 27,
    secret: 512,
    logGroup: 512,
    /** Without its prefix `alias/`. */
    kmsAlias: 250,
    budget: 100,
    trail: 128,
    grafanaDashboard: 40,
    /** Cache policies and response headers policies of CloudFront. */
    cloudFrontPolicy: 128,
    webAcl: 128,
} as const;

export type NameKind = keyof typeof nameLimits;

const hashLength = 6;

/**
 * The name of a thing outside the program, made from its parts: lower case, letters, digits and single hyphens, starting with a letter,
 * never longer than the kind allows. A name that has to be shortened, or that lost characters, ends in a hash of its parts, so
 * that two different things never get the same name.
 */
export function physicalName(kind: NameKind, ...parts: string[]): string {
    const full = parts.join("-");
    let name = full
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, "-")
        .replace(/-+/g, "-")
        .replace(/^-|-$/g, "");
    if (!/^[a-z]/.test(name)) {
        name = `p-${name}`.replace(/-$/, "");
    }
    const limit = nameLimits[kind];
    if (name === full && name.length <= limit) {
        return name;
    }
    const hash = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, hashLength);
    return `${name.slice(0, limit - hashLength - 1).replace(/-$/, "")}-${hash}`;
}

/** The Pulumi name of a component in a system: it starts with the system's name, once. */
export function componentName(system: string, name: string): string {
    return name.startsWith(`${system}-`) ? name : `${system}-${name}`;
}
