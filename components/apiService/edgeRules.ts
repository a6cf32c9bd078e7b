import { deregistrationDelayOf, type ServicePlan } from "./defaults";
import { issue, outside, type Problems } from "./problems";
import type { CorsSpec, GatewayEdge, ServiceSpec } from "./spec";

const hostname = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** What Envoy Gateway accepts as an origin. Source: its API, "Origin". */
const origin = /^(\*|[A-Za-z][A-Za-z0-9+.-]*:\/\/(\*|(\*\.)?(([\w-]+\.?)+)?[\w-]+)(:\d{1,5})?)$/;

/** A pod must go on serving for longer than a load balancer sends it requests, and must not be killed while it does. */
export function drainProblems({ edge }: ServiceSpec, { preStopSeconds, gracePeriodSeconds }: ServicePlan): Problems {
    const delay =
        edge === undefined || edge.kind === "gateway" ? undefined : deregistrationDelayOf(edge, preStopSeconds);
    return [
        ...outside("preStopSeconds", preStopSeconds, 0, 3600),
        ...outside("gracePeriodSeconds", gracePeriodSeconds, 1, 7200),
        ...issue(
            preStopSeconds >= gracePeriodSeconds,
            "preStopSeconds",
            preStopSeconds,
            `must be less than gracePeriodSeconds, which is ${gracePeriodSeconds}`,
        ),
        ...(delay === undefined
            ? []
            : [
                  ...outside("edge.deregistrationDelaySeconds", delay, 0, 3600),
                  ...issue(
                      delay >= preStopSeconds,
                      "edge.deregistrationDelaySeconds",
                      delay,
                      `must be less than preStopSeconds, which is ${preStopSeconds}`,
                  ),
              ]),
    ];
}

/** Everything that cannot work in how requests from outside reach a service. */
export function edgeProblems({ edge, sessionAffinitySeconds }: ServiceSpec): Problems {
    if (edge === undefined) {
        return [];
    }
    const hosts = edge.host === undefined ? [] : [edge.host];
    return [
        ...hosts.flatMap((host) =>
            issue(!hostname.test(host), "edge.host", host, "must be a host name such as api.example.com"),
        ),
        ...(edge.kind === "gateway" ? gatewayProblems(edge) : []),
        ...issue(
            edge.kind === "nlb" && edge.host !== undefined && sessionAffinitySeconds !== undefined,
            "sessionAffinitySeconds",
            sessionAffinitySeconds,
            "must be left out with an nlb edge that has a host: a TLS listener keeps no client with one pod",
        ),
    ];
}

function gatewayProblems({ requestsPerMinute, timeoutSeconds, maxBodyMiB, cors }: GatewayEdge): Problems {
    const within = (path: string, value: number | null | undefined, most: number): Problems =>
        value === undefined || value === null ? [] : outside(path, value, 1, most);
    return [
        ...within("edge.requestsPerMinute", requestsPerMinute, 1_000_000),
        ...within("edge.timeoutSeconds", timeoutSeconds, 3600),
        // The proxy holds the body in its memory.
        ...within("edge.maxBodyMiB", maxBodyMiB, 100),
        ...(cors === undefined ? [] : corsProblems(cors)),
    ];
}

function corsProblems({ origins, maxAgeSeconds, credentials }: CorsSpec): Problems {
    return [
        ...issue(origins.length === 0, "edge.cors.origins", origins, "must have at least one origin"),
        ...origins.flatMap((each, index) =>
            issue(
                !origin.test(each),
                `edge.cors.origins.${index}`,
                each,
                "must be an origin such as https://app.example.com",
            ),
        ),
        ...issue(
            credentials === true && origins.includes("*"),
            "edge.cors.credentials",
            credentials,
            'must be false with the origin "*": every page could act as the visitor',
        ),
        ...(maxAgeSeconds === undefined ? [] : outside("edge.cors.maxAgeSeconds", maxAgeSeconds, 0, 86_400)),
    ];
}
