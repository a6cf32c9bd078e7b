import type { CorsSpec, GatewayEdge } from "./spec";
import { strictTransport } from "./ingress";

/** What the gateway has to know about a service. */
export interface GatewayModel {
    readonly edge: GatewayEdge;
    /** Name of the service and of the objects made here. */
    readonly name: string;
    readonly servicePort: number;
    readonly sessionAffinitySeconds?: number;
    /** Class of the Gateways that share one set of proxies. */
    readonly className: string;
    /** Whether the proxies count requests together, in a store of theirs, rather than each by itself. */
    readonly globalRateLimit: boolean;
}

const gatewayGroup = "gateway.networking.k8s.io";
const secondsOfAnHour = 3600;
const defaultMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const defaultHeaders = ["Authorization", "Content-Type"];

/** All clients there are. */
const everybody = ["0.0.0.0/0", "::/0"];

const listenerName = "https";

/** The Secret that cert-manager keeps the certificate in. */
export function certificateSecretName(service: string): string {
    return `${service}-gateway-tls`;
}

/**
 * A Gateway of the service's own, in its own namespace: it holds the host, and the certificate that cert-manager makes for it. The
 * class merges all of them onto one set of proxies and one load balancer (`mergeGateways` of its EnvoyProxy), so a system needs no
 * permission on anything shared, and a host that two systems claim belongs to the one that came first. Port 80 is the platform's: it
 * sends everybody here, and answers those who prove that the host is ours.
 */
export function gatewaySpec({ edge, name, className }: GatewayModel): Record<string, unknown> {
    return {
        gatewayClassName: className,
        listeners: [
            {
                name: listenerName,
                protocol: "HTTPS",
                port: 443,
                hostname: edge.host,
                allowedRoutes: { namespaces: { from: "Same" } },
                tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: certificateSecretName(name) }] },
            },
        ],
    };
}

/** Every path of the host goes to the service. A request that takes too long is given up. */
export function routeSpec({ edge, name, servicePort }: GatewayModel): Record<string, unknown> {
    return {
        parentRefs: [{ name, sectionName: listenerName }],
        hostnames: [edge.host],
        rules: [
            {
                matches: [{ path: { type: "PathPrefix", value: "/" } }],
                backendRefs: [{ name, port: servicePort }],
                filters: [
                    {
                        type: "ResponseHeaderModifier",
                        responseHeaderModifier: {
                            set: [{ name: "Strict-Transport-Security", value: strictTransport }],
                        },
                    },
                ],
                timeouts: { request: `${edge.timeoutSeconds ?? 60}s` },
            },
        ],
    };
}

/**
 * How the proxies treat requests on their way to the service (gateway.envoyproxy.io/v1alpha1, BackendTrafficPolicy).
 *
 * Requests are counted for each client address ("Distinct" source addresses), by all proxies together in the store of the shared gateway.
 * Envoy could do it without a store, for up to 10,000 addresses at once, but then each proxy counts by itself, and of n proxies a
 * client gets up to n times the limit.
 *
 * The limit of the body belongs to the route this way; ClientTrafficPolicy's belongs to a listener and only knows connections.
 */
export function trafficSpec(model: GatewayModel): Record<string, unknown> {
    const { edge, name, sessionAffinitySeconds, globalRateLimit } = model;
    const { requestsPerMinute, maxBodyMiB = 10 } = edge;
    return {
        targetRefs: [{ group: gatewayGroup, kind: "HTTPRoute", name }],
        ...(requestsPerMinute !== undefined && {
            rateLimit: {
                [globalRateLimit ? "global" : "local"]: { rules: everybody.map(perAddress(requestsPerMinute)) },
            },
        }),
        ...(maxBodyMiB !== null && { requestBuffer: { limit: `${maxBodyMiB}Mi` } }),
        // The proxies send requests to pods, past the Service and its affinity, so they need one of their own.
        ...(sessionAffinitySeconds !== undefined && {
            loadBalancer: {
                type: "ConsistentHash",
                consistentHash: {
                    type: "Cookie",
                    cookie: { name: `${name}-affinity`, ttl: duration(sessionAffinitySeconds) },
                },
            },
        }),
    };
}

function perAddress(requests: number): (cidr: string) => Record<string, unknown> {
    return (value) => ({
        clientSelectors: [{ sourceCIDR: { type: "Distinct", value } }],
        limit: { requests, unit: "Minute" },
    });
}

/** What browsers are told about pages of other origins (gateway.envoyproxy.io/v1alpha1, SecurityPolicy). */
export function securitySpec({ name }: GatewayModel, cors: CorsSpec): Record<string, unknown> {
    return {
        targetRefs: [{ group: gatewayGroup, kind: "HTTPRoute", name }],
        cors: {
            allowOrigins: [...cors.origins],
            allowMethods: [...(cors.methods ?? defaultMethods)],
            allowHeaders: [...(cors.headers ?? defaultHeaders)],
            maxAge: duration(cors.maxAgeSeconds ?? secondsOfAnHour),
            allowCredentials: cors.credentials ?? false,
        },
    };
}

/** The notation of Gateway API, in which a number has at most five digits. */
function duration(seconds: number): string {
    return `${seconds}s`;
}
