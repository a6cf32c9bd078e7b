import { certificateHostsProblem } from "./hosts";

/** What decides the shape of a distribution. */
export interface CdnShape {
    readonly host: string;
    readonly originHost: string;
    readonly staticPaths: readonly string[];
    readonly staticDays: number;
    readonly varyHeaders: readonly string[];
}

export interface CdnProblem {
    readonly property: keyof CdnShape;
    readonly value: unknown;
    readonly message: string;
}

/** Source: Amazon CloudFront Developer Guide, "Quotas": 75 cache behaviours, of which one is the default; 10 headers in a cache key. */
const most = { staticPaths: 74, pathLength: 255, keyHeaders: 10, staticDays: 365 } as const;

/** Source: Amazon CloudFront Developer Guide, "Path pattern". */
const pathPattern = /^\/[A-Za-z0-9_\-.*$/~"'@:+&?]*$/;

const headerPattern = /^[A-Za-z][A-Za-z0-9-]*$/;

/**
 * Headers by which responses may differ. CloudFront takes no notice of `Vary`, so one header too few would give a visitor what was made
 * for another. The last three let a GET mean another method, as some frameworks allow.
 */
const keyHeaders = [
    "Accept",
    "Authorization",
    "Origin",
    "X-HTTP-Method",
    "X-HTTP-Method-Override",
    "X-Method-Override",
];

/** The headers in the key of the cache, each once and in one order: the order would be a difference. */
export function cacheKeyHeaders(varyHeaders: readonly string[]): string[] {
    const known = keyHeaders.map((header) => header.toLowerCase());
    const more = varyHeaders.filter((header) => !known.includes(header.toLowerCase()));
    return [...keyHeaders, ...more].sort();
}

/** Everything that no distribution can be made of. */
export function cdnProblems(shape: CdnShape): CdnProblem[] {
    const { host, originHost, staticPaths, staticDays, varyHeaders } = shape;
    const problems: CdnProblem[] = [];
    const refuse = (property: keyof CdnShape, value: unknown, message: string): void =>
        void problems.push({ property, value, message });

    for (const property of ["host", "originHost"] as const) {
        if (certificateHostsProblem([shape[property]]) !== undefined || shape[property].startsWith("*")) {
            refuse(property, shape[property], "must be a lower-case host name such as www.example.com");
        }
    }
    if (host === originHost) {
        refuse("originHost", originHost, "must not be the public host, or requests would go round in circles");
    }
    for (const path of staticPaths.filter((each) => !pathPattern.test(each) || each.length > most.pathLength)) {
        refuse("staticPaths", path, `must be paths such as /static/* with at most ${most.pathLength} characters`);
    }
    if (new Set(staticPaths).size !== staticPaths.length) {
        refuse("staticPaths", staticPaths, "must each be there once");
    }
    if (staticPaths.length > most.staticPaths) {
        refuse("staticPaths", staticPaths.length, `must be at most ${most.staticPaths}`);
    }
    if (!Number.isInteger(staticDays) || staticDays < 1 || staticDays > most.staticDays) {
        refuse("staticDays", staticDays, `must be a whole number from 1 to ${most.staticDays}`);
    }
    for (const header of varyHeaders.filter((each) => !headerPattern.test(each) || /^(cookie|host)$/i.test(each))) {
        refuse("varyHeaders", header, "must be names of request headers other than Cookie and Host");
    }
    if (cacheKeyHeaders(varyHeaders).length > most.keyHeaders) {
        refuse("varyHeaders", varyHeaders, `must be at most ${most.keyHeaders - keyHeaders.length}`);
    }
    return problems;
}
