import type { types } from "@pulumi/kubernetes";
import type { AlbEdge } from "./spec";

/** What the load balancer has to know about a service. */
export interface AlbModel {
    readonly edge: AlbEdge;
    /** Load balancer that the stack's systems share: name on AWS and name of the Ingress group. */
    readonly loadBalancer: string;
    /** Path that answers when a pod is ready. */
    readonly healthPath: string;
    readonly deregistrationDelaySeconds: number;
    readonly sessionAffinitySeconds?: number;
    /** Tags of the load balancer; all members of a group must agree on them. */
    readonly tags: Readonly<Record<string, string>>;
}

/**
 * TLS 1.2 with forward secrecy and 1.3, with post-quantum key exchange for clients that know it. What AWS recommends and what its
 * console chooses, for both kinds of load balancer. Source: Elastic Load Balancing, "Security policies for your load balancer".
 */
export const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/** What every edge that ends TLS says to browsers. Hosts below this one may belong to others, so they are not spoken for. */
export const strictTransport = "max-age=31536000";

/** Attributes of the load balancer that AWS leaves off or that a default could change. */
const loadBalancerAttributes = {
    "routing.http.drop_invalid_header_fields.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
};

/**
 * Annotations by which the AWS Load Balancer Controller makes and configures the load balancer.
 *
 * Every Ingress of a stack is in one group, so that all systems share one load balancer: about $16 a month and one set of public
 * addresses instead of one for each system (Elastic Load Balancing pricing). The price is shared fate. All members must agree on
 * everything that is the load balancer's own, or the controller stops updating the whole group: that is why nothing of it can be
 * set per service, and why the tags name no system. Whoever may create an Ingress in the cluster could join the group and add rules;
 * only the program and administrators may. One load balancer holds 100 rules and 25 certificates.
 * Source: AWS Load Balancer Controller, "Ingress annotations", IngressGroup.
 */
export function albAnnotations(model: AlbModel): Record<string, string> {
    const annotations = {
        "group.name": model.loadBalancer,
        "load-balancer-name": model.loadBalancer,
        scheme: "internet-facing",
        "target-type": "ip",
        "listen-ports": JSON.stringify([{ HTTP: 80 }, { HTTPS: 443 }]),
        "ssl-redirect": "443",
        "ssl-policy": tlsPolicy,
        "load-balancer-attributes": stringMap(loadBalancerAttributes),
        // Browsers then come by HTTPS for a year, the first request of a visit included.
        "listener-attributes.HTTPS-443": stringMap({
            "routing.http.response.strict_transport_security.header_value": strictTransport,
        }),
        "target-group-attributes": stringMap(targetGroupAttributes(model)),
        "healthcheck-path": model.healthPath,
        "healthcheck-interval-seconds": "10",
        "healthcheck-timeout-seconds": "5",
        "healthy-threshold-count": "2",
        "unhealthy-threshold-count": "2",
        // What the kubelet takes for an answer, too.
        "success-codes": "200-399",
        tags: stringMap(model.tags),
    };
    return Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value]),
    );
}

function targetGroupAttributes(model: AlbModel): Record<string, string> {
    const { deregistrationDelaySeconds, sessionAffinitySeconds } = model;
    return {
        "deregistration_delay.timeout_seconds": String(deregistrationDelaySeconds),
        // The load balancer sends requests to pods, past the Service and its affinity, so it needs one of its own.
        ...(sessionAffinitySeconds !== undefined && {
            "stickiness.enabled": "true",
            "stickiness.type": "lb_cookie",
            "stickiness.lb_cookie.duration_seconds": String(sessionAffinitySeconds),
        }),
    };
}

/** The controller's notation for maps: a backslash keeps a comma from starting the next pair; a key cannot hold an equals sign. */
export function stringMap(map: Readonly<Record<string, string>>): string {
    return Object.entries(map)
        .filter(([key]) => !key.includes("="))
        .map(([key, value]) => `${escaped(key)}=${escaped(value)}`)
        .join(",");
}

function escaped(text: string): string {
    return text.replace(/[\\,]/g, "\\$&");
}

/** Every path of the host goes to the service. */
export function ingressSpec(edge: AlbEdge, service: string): types.input.networking.v1.IngressSpec {
    const backend = { service: { name: service, port: { name: "http" } } };
    return {
        ingressClassName: "alb",
        rules: [{ host: edge.host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
    };
}
