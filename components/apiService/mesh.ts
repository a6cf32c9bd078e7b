import type { OutsideCaller } from "./spec";

type Labels = Readonly<Record<string, string>>;
type Body = Record<string, unknown>;

/** Namespace of Linkerd's control plane. */
export const linkerdNamespace = "linkerd";

/** Port on which a proxy takes what other proxies send. Source: Linkerd's Helm values, `proxy.ports.inbound`. */
export const proxyPort = 4143;

/** Port of a proxy's own metrics, which it answers whoever the network policies let through. Source: `proxy.ports.admin`. */
export const proxyMetricsPort = 4191;

/** Where proxies get their certificates, the addresses of others, and the policies. Source: the Services of Linkerd's control plane. */
export const controlPlanePorts = [8080, 8086, 8090] as const;

const prefix = "config.linkerd.io";

/**
 * Annotations by which Linkerd puts its proxy beside the container, with resources of its own: an autoscaler that measures use against
 * requests needs those of every container.
 *
 * The pod stays "restricted": the platform installs Linkerd with its CNI plugin (`cniEnabled`), which redirects the pod's packets from
 * the node. The other way is an init container with NET_ADMIN, which the namespace refuses. The proxy is a native sidecar, so it starts
 * before the container and stops after it. No port is left out: those of PostgreSQL, MySQL and Redis are opaque by default, and a
 * connection to what has no proxy is passed on as it is.
 */
export const meshAnnotations: Readonly<Record<string, string>> = {
    "linkerd.io/inject": "enabled",
    [`${prefix}/proxy-cpu-request`]: "25m",
    [`${prefix}/proxy-cpu-limit`]: "500m",
    [`${prefix}/proxy-memory-request`]: "32Mi",
    [`${prefix}/proxy-memory-limit`]: "128Mi",
    [`${prefix}/proxy-ephemeral-storage-request`]: "16Mi",
    [`${prefix}/proxy-ephemeral-storage-limit`]: "64Mi",
};

/** Who may call a service in the mesh. */
export interface MeshModel {
    /** Name of the service, and of its service account. */
    readonly name: string;
    readonly namespace: string;
    /** Labels that select its pods. */
    readonly pods: Labels;
    /** Port of its containers. */
    readonly port: number;
    /** Services of the same namespace that call it. */
    readonly callers: readonly string[];
    readonly outsideCallers: readonly OutsideCaller[];
    /** Paths that are answered without an identity: the kubelet, load balancers and Prometheus have none. */
    readonly openPaths: readonly string[];
    /** Address ranges of load balancers, which have no identity either. */
    readonly loadBalancerCidrs: readonly string[];
}

/** A custom resource of Linkerd's, by the end of its name. */
export interface MeshObject {
    /** What follows the service's name; absent for the one that is called as the service is. */
    readonly suffix?: string;
    readonly apiVersion: string;
    readonly kind: string;
    readonly spec: Body;
}

const group = "policy.linkerd.io";
const alpha = `${group}/v1alpha1`;
const beta = `${group}/v1beta3`;

/**
 * The service's port is closed to everybody (Server), then opened: its health and its metrics to whoever the network policies let through,
 * because the kubelet and Prometheus have no identity; everything else to the callers' identities alone.
 */
export function meshObjects(model: MeshModel): MeshObject[] {
    const { name, pods, port, openPaths, loadBalancerCidrs } = model;
    const callers = identities(model);
    return [
        {
            apiVersion: beta,
            kind: "Server",
            spec: { podSelector: { matchLabels: { ...pods } }, port, proxyProtocol: "HTTP/1", accessPolicy: "deny" },
        },
        route(
            name,
            "open",
            openPaths.map((value) => ({ method: "GET", path: { type: "Exact", value } })),
        ),
        route(name, "all", [{ path: { type: "PathPrefix", value: "/" } }]),
        networks("open", ["0.0.0.0/0", "::/0"]),
        permission(name, "open", "open", "NetworkAuthentication"),
        ...(callers.length === 0
            ? []
            : [
                  {
                      suffix: "callers",
                      apiVersion: alpha,
                      kind: "MeshTLSAuthentication",
                      spec: { identityRefs: callers },
                  },
                  permission(name, "callers", "all", "MeshTLSAuthentication"),
              ]),
        ...(loadBalancerCidrs.length === 0
            ? []
            : [networks("edge", loadBalancerCidrs), permission(name, "edge", "all", "NetworkAuthentication")]),
    ];
}

/** Proxies are known by the service accounts of their pods: one, or every account of a namespace. */
function identities({ callers, namespace, outsideCallers }: MeshModel): Body[] {
    return [...callers.map((service) => ({ namespace, service })), ...outsideCallers].map((caller) =>
        caller.service === undefined
            ? { kind: "Namespace", name: caller.namespace }
            : { kind: "ServiceAccount", namespace: caller.namespace, name: caller.service },
    );
}

function route(service: string, suffix: string, matches: readonly Body[]): MeshObject {
    return {
        suffix,
        apiVersion: beta,
        kind: "HTTPRoute",
        spec: { parentRefs: [{ group, kind: "Server", name: service }], rules: [{ matches: [...matches] }] },
    };
}

function networks(suffix: string, cidrs: readonly string[]): MeshObject {
    return {
        suffix,
        apiVersion: alpha,
        kind: "NetworkAuthentication",
        spec: { networks: cidrs.map((cidr) => ({ cidr })) },
    };
}

/** Lets those who are authenticated by the object of the same name use a route. */
function permission(service: string, suffix: string, target: "open" | "all", kind: string): MeshObject {
    return {
        suffix,
        apiVersion: alpha,
        kind: "AuthorizationPolicy",
        spec: {
            targetRef: { group, kind: "HTTPRoute", name: `${service}-${target}` },
            requiredAuthenticationRefs: [{ group, kind, name: `${service}-${suffix}` }],
        },
    };
}
