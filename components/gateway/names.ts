/**
 * What the parts of the shared gateway are called. Routes, certificates and network policies of the systems build on these names, so they
 * are fixed instead of generated.
 */

/** Where the controller and all proxies run. */
export const gatewayNamespace = "envoy-gateway";

/** Name of the GatewayClass, and of the configuration behind it. All Gateways of the class share one set of proxies. */
export const gatewayClassName = "platform";

/** The Gateway on port 80 that sends everybody to HTTPS, and lets Let's Encrypt in. */
export const httpGatewayName = "http";

/** Labels of the pods that requests come from. A service behind the gateway lets these in. */
export const proxyPodLabels = {
    "app.kubernetes.io/managed-by": "envoy-gateway",
    "app.kubernetes.io/component": "proxy",
    "gateway.envoyproxy.io/owning-gatewayclass": gatewayClassName,
} as const;

/** Where the proxies count the requests of each client together. */
export const rateLimitStore = {
    name: "rate-limit-store",
    port: 6379,
    secretName: "rate-limit-store",
    passwordKey: "password",
    configurationKey: "store.conf",
    address: `rate-limit-store.${gatewayNamespace}.svc.cluster.local:6379`,
} as const;
