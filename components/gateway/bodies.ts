import { drainer, proxy } from "../addons/envoyGateway";
import { clusterCritical, replicasOf, resourcesOf, restrictedPod } from "../addons/definition";
import { gatewayClassName, gatewayNamespace, httpGatewayName, proxyPodLabels } from "./names";

/** How requests come in: by a Network Load Balancer of AWS, or by a port of every node. */
export type Exposure = "nlb" | "node-port";

type Body = Record<string, unknown>;

/** Seconds that a proxy which stops goes on serving: requests in flight, and what the load balancer still sends. */
const drainSeconds = 60;

/** Port and path by which a proxy says that it takes requests. It says no as soon as it drains. Source: Envoy Gateway 1.9. */
const readiness = { port: 19003, path: "/ready" } as const;

/** Who the images run as. */
const user = 65532;

/**
 * Denied as far as the proxy works without it: it writes a socket and, beside it, a file that says that it has drained, so its root file
 * system stays writable (Envoy Gateway 1.9, expectedEnvoySecurityContext).
 */
const containerSecurity = {
    allowPrivilegeEscalation: false,
    privileged: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    seccompProfile: { type: "RuntimeDefault" },
} as const;

/** The proxies of the class. */
export function envoyProxySpec(exposure: Exposure, replicas: number): Body {
    const count = replicasOf(proxy, { replicas });
    return {
        // Each system brings its own Gateway, in its own namespace, and all share the same proxies and one load balancer.
        mergeGateways: true,
        provider: {
            type: "Kubernetes",
            kubernetes: {
                envoyDeployment: {
                    replicas: count,
                    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
                    pod: {
                        priorityClassName: clusterCritical,
                        securityContext: { ...restrictedPod, runAsUser: user, runAsGroup: user },
                        topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(
                            (topologyKey) => ({
                                topologyKey,
                                maxSkew: 1,
                                whenUnsatisfiable: "ScheduleAnyway",
                                labelSelector: { matchLabels: { ...proxyPodLabels } },
                            }),
                        ),
                    },
                    container: { resources: resourcesOf(proxy), securityContext: containerSecurity },
                    // The process beside the proxy has no settings of its own.
                    patch: {
                        type: "StrategicMerge",
                        value: {
                            spec: {
                                template: {
                                    spec: {
                                        containers: [{ name: "shutdown-manager", resources: resourcesOf(drainer) }],
                                    },
                                },
                            },
                        },
                    },
                },
                envoyService: exposure === "nlb" ? loadBalancer() : { type: "NodePort" },
                ...(count > 1 && { envoyPDB: { maxUnavailable: 1 } }),
            },
        },
        shutdown: { drainTimeout: `${drainSeconds}s`, minDrainDuration: "15s" },
        logging: { level: { default: "warn" } },
    };
}

/**
 * A Network Load Balancer that hands connections to the proxies' pods and keeps the client's address on them, which limits by client go
 * by. Without it the proxies would see the load balancer. The PROXY protocol would carry the address, too, but whoever reaches a proxy
 * past the load balancer could then claim any. The controller tags what it makes. Sources: AWS Load Balancer Controller 3.5, "Service annotations"; Elastic Load Balancing,
 * "Target groups for your Network Load Balancers".
 */
function loadBalancer(): Body {
    const annotation = (name: string): string => `service.beta.kubernetes.io/aws-load-balancer-${name}`;
    const pairs = (values: Readonly<Record<string, string>>): string =>
        Object.entries(values)
            .map(([key, value]) => `${key}=${value}`)
            .join(",");
    return {
        type: "LoadBalancer",
        loadBalancerClass: "service.k8s.aws/nlb",
        // Pods are reached by their own addresses, so no port of a node is needed.
        allocateLoadBalancerNodePorts: false,
        annotations: {
            [annotation("scheme")]: "internet-facing",
            [annotation("nlb-target-type")]: "ip",
            [annotation("attributes")]: pairs({ "load_balancing.cross_zone.enabled": "true" }),
            [annotation("target-group-attributes")]: pairs({
                "preserve_client_ip.enabled": "true",
                "deregistration_delay.timeout_seconds": String(drainSeconds),
            }),
            [annotation("healthcheck-protocol")]: "http",
            [annotation("healthcheck-port")]: String(readiness.port),
            [annotation("healthcheck-path")]: readiness.path,
            [annotation("healthcheck-interval")]: "10",
            [annotation("healthcheck-healthy-threshold")]: "2",
            [annotation("healthcheck-unhealthy-threshold")]: "2",
        },
    };
}

/** The class that systems name in their Gateways. */
export function gatewayClassSpec(): Body {
    return {
        controllerName: "gateway.envoyproxy.io/gatewayclass-controller",
        parametersRef: {
            group: "gateway.envoyproxy.io",
            kind: "EnvoyProxy",
            name: gatewayClassName,
            namespace: gatewayNamespace,
        },
    };
}

/**
 * How the proxies treat clients. Such a policy holds for Gateways of its own namespace, so each system has one beside its Gateway, and all
 * have these: listeners that share a port share most of it.
 *
 * Client addresses are taken from the connection: X-Forwarded-For is what a client claims. A system behind a CDN says in its own policy
 * whose claims it believes, which holds for its own host alone: hosts with TLS share a port, not how a connection is read.
 */
export function clientTrafficPolicySpec(gateway: string): Body {
    return {
        targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: gateway }],
        tls: { minVersion: "1.2", alpnProtocols: ["h2", "http/1.1"] },
        timeout: {
            tcp: { tlsHandshakeTimeout: "10s" },
            http: {
                // Against clients that send a byte a second. The whole request may take as long as its route allows.
                requestHeadersReceivedTimeout: "10s",
                idleTimeout: "5m",
            },
        },
        // The load balancer forgets a silent connection after 350 seconds.
        tcpKeepalive: { idleTime: "60s", interval: "20s", probes: 3 },
        http2: { maxConcurrentStreams: 100 },
        headers: { enableEnvoyHeaders: false, withUnderscoresAction: "RejectRequest" },
        path: { escapedSlashesAction: "UnescapeAndRedirect" },
    };
}

/** The Gateway on port 80. Routes from elsewhere are let in only where Let's Encrypt has to find its answers there. */
export function httpGatewaySpec(challengeRoutes: boolean): Body {
    return {
        gatewayClassName,
        listeners: [
            {
                name: "http",
                protocol: "HTTP",
                port: 80,
                allowedRoutes: { namespaces: { from: challengeRoutes ? "All" : "Same" } },
            },
        ],
    };
}

/** Sends every request to the same address by HTTPS. */
export function redirectSpec(): Body {
    return {
        parentRefs: [{ name: httpGatewayName }],
        rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    };
}

/** Who issues the certificates of public hosts. */
export type Issuer =
    | {
          readonly kind: "letsencrypt";
          /** The staging server issues certificates that no browser trusts, and is not limited in number. Default: production. */
          readonly staging?: boolean;
          /** Address that Let's Encrypt may write to about the account. Default: none. */
          readonly email?: string;
          /** Route 53 zone of the hosts. Without one a host proves itself by HTTP. */
          readonly hostedZoneId?: string;
          readonly region: string;
      }
    /** Every certificate signs itself: for clusters that no host points to. */
    | { readonly kind: "self-signed" };

/** Name of the ClusterIssuer. Staging has its own, so that changing over asks for new certificates. */
export function issuerName(issuer: Issuer): string {
    return issuer.kind === "self-signed"
        ? "self-signed"
        : issuer.staging === true
          ? "letsencrypt-staging"
          : "letsencrypt";
}

/** Directories of Let's Encrypt. Source: letsencrypt.org, "Staging Environment". */
const directories = {
    production: "https://acme-v02.api.letsencrypt.org/directory",
    staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
} as const;

/**
 * The ClusterIssuer's specification. Where there is a zone, hosts are proven by DNS: it works before the host points to the gateway, and
 * behind a CDN that would answer an HTTP challenge itself, and leaves port 80 to the redirect alone. cert-manager's role may write the
 * challenge records of the hosts and nothing else.
 */
export function issuerSpec(issuer: Issuer): Body {
    if (issuer.kind === "self-signed") {
        return { selfSigned: {} };
    }
    const { staging, email, hostedZoneId, region } = issuer;
    return {
        acme: {
            server: staging === true ? directories.staging : directories.production,
            ...(email !== undefined && { email }),
            privateKeySecretRef: { name: `${issuerName(issuer)}-account` },
            solvers: [
                hostedZoneId === undefined
                    ? {
                          http01: {
                              gatewayHTTPRoute: {
                                  parentRefs: [
                                      {
                                          group: "gateway.networking.k8s.io",
                                          kind: "Gateway",
                                          name: httpGatewayName,
                                          namespace: gatewayNamespace,
                                      },
                                  ],
                              },
                          },
                      }
                    : { dns01: { route53: { region, hostedZoneID: hostedZoneId } } },
            ],
        },
    };
}
