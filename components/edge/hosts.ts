/** Names a certificate of AWS Certificate Manager may have without asking for more. Source: AWS Certificate Manager User Guide, "Quotas". */
const maxHosts = 10;

/** Octets of the first name, which becomes the common name. Source: RFC 5280; AWS Certificate Manager API, RequestCertificate. */
const maxFirstHostLength = 64;

const maxHostLength = 253;
const hostPattern = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** A domain to validate, and the hosts that are valid once it is. */
export interface ValidationDomain {
    /** The domain without wildcard, such as "example.com". */
    readonly domain: string;
    /** The hosts as the certificate names them, such as "example.com" and "*.example.com". */
    readonly hosts: readonly string[];
}

/** What keeps these hosts from sharing a certificate: what is allowed, in words; or nothing. */
export function certificateHostsProblem(hosts: readonly string[]): string | undefined {
    const [first = ""] = hosts;
    if (hosts.length === 0 || hosts.length > maxHosts) {
        return `a certificate has 1 to ${maxHosts} hosts, not ${hosts.length}`;
    }
    const wrong = hosts.find((host) => host.length > maxHostLength || !hostPattern.test(host));
    if (wrong !== undefined) {
        return `"${wrong}" is not a lower-case host name such as api.example.com or *.example.com`;
    }
    const twice = hosts.find((host, index) => hosts.indexOf(host) !== index);
    if (twice !== undefined) {
        return `"${twice}" is there twice`;
    }
    return first.length > maxFirstHostLength
        ? `the first host has at most ${maxFirstHostLength} characters; put a shorter one before "${first}"`
        : undefined;
}

/** The domains to validate: a host and its wildcard are proven by the same DNS record, which can only be created once. */
export function validationDomains(hosts: readonly string[]): ValidationDomain[] {
    const byDomain = new Map<string, string[]>();
    for (const host of hosts) {
        const domain = host.replace(/^\*\./, "");
        byDomain.set(domain, [...(byDomain.get(domain) ?? []), host]);
    }
    return [...byDomain].map(([domain, covered]) => ({ domain, hosts: covered }));
}

/**
 * How AWS wants a domain validated. Its answers are a set without order, so they are found by name; a host and its wildcard get the same.
 *
 * @throws Error when there is no answer for the domain.
 */
export function validationOf<T extends { readonly domainName: string }>(
    { hosts }: ValidationDomain,
    options: readonly T[],
): T {
    const found = options.find((option) => hosts.includes(option.domainName));
    if (found === undefined) {
        throw new Error(`AWS Certificate Manager did not say how to validate ${hosts.join(", ")}.`);
    }
    return found;
}
