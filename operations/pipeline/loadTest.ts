import path from "node:path";
import type { Endpoint } from "./endpoints";

/** Requests a minute to an endpoint that limits nobody: twenty a second, which three small pods serve easily. */
const usualPerMinute = 1200;
/** Of a limit, so much is used: a test that is turned away has measured nothing. */
const shareOfLimit = 0.8;
/** Long enough for an autoscaler to act (it decides every 15 s) and for two minutes of percentiles. */
const defaultDuration = "2m";

/** Arguments for k6 that put every endpoint under load. What makes a target fail is in `loadTest.js`. */
export function loadTestArguments(
    root: string,
    endpoints: readonly Endpoint[],
    { duration = defaultDuration }: { readonly duration?: string } = {},
): string[] {
    const targets = endpoints.map(({ system, service, url, requestsPerMinute }) => ({
        name: `${system}/${service}`,
        url,
        perMinute:
            requestsPerMinute === undefined
                ? usualPerMinute
                : Math.max(1, Math.floor(requestsPerMinute * shareOfLimit)),
    }));
    return [
        "run",
        "--quiet",
        "--no-usage-report",
        "--env",
        `TARGETS=${JSON.stringify(targets)}`,
        "--env",
        `DURATION=${duration}`,
        path.join(root, "operations", "pipeline", "loadTest.js"),
    ];
}
