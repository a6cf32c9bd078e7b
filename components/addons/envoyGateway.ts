import { gatewayNamespace, rateLimitStore } from "../gateway/names";
import { storeDemand } from "../gateway/rateLimitPod";
import {
    clusterCritical,
    disruptionBudget,
    replicasOf,
    resourcesOf,
    restrictedContainer,
    restrictedPod,
    type AddonContext,
    type AddonDefinition,
    type AddonPod,
} from "./definition";

const controller: AddonPod = { count: "redundant", cpuMillicores: 50, memoryMiB: 192, memoryLimitMiB: 1024 };
const limiter: AddonPod = { count: "redundant", cpuMillicores: 20, memoryMiB: 64, memoryLimitMiB: 256 };

/** A proxy, and beside it the small process that drains it before it stops. */
export const proxy: AddonPod = { count: "redundant", cpuMillicores: 100, memoryMiB: 256, memoryLimitMiB: 1024 };
export const drainer: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 32, memoryLimitMiB: 64 };

/** Who the images run as. Source: the chart's own security contexts. */
const user = 65532;

/**
 * Gateway API by Envoy: limits of rate and body, CORS and timeouts, which load balancers of AWS do not have. It also installs the kinds of
 * Gateway API itself. The proxies' own settings are in the component SharedGateway.
 *
 * Requests are counted by Envoy's rate limit service and not in each proxy: a limit that each proxy keeps for itself is exceeded by as
 * many times as there are proxies. When the counters cannot be asked, requests pass.
 */
export const envoyGateway: AddonDefinition = {
    name: "envoyGateway",
    namespace: gatewayNamespace,
    podSecurity: { level: "restricted" },
    // The load balancer controller then keeps a new proxy unready until the load balancer sends requests to it.
    namespaceLabels: { "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled" },
    chart: { name: "gateway-helm", version: "v1.9.0", repository: "oci://docker.io/envoyproxy" },
    pods: { controller, limiter, proxy, drainer, store: storeDemand },
    after: ["awsLoadBalancerController"],
    values: (context) => ({
        deployment: {
            replicas: replicasOf(controller, context),
            priorityClassName: clusterCritical,
            envoyGateway: { resources: resourcesOf(controller) },
        },
        podDisruptionBudget: { ...disruptionBudget(controller, context), unhealthyPodEvictionPolicy: "AlwaysAllow" },
        certgen: { job: { resources: resourcesOf({ count: "one", cpuMillicores: 10, memoryMiB: 64 }) } },
        config: { envoyGateway: controllerSettings(context) },
    }),
};

/** Source: the EnvoyGateway type of Envoy Gateway 1.9. */
function controllerSettings(context: AddonContext): Record<string, unknown> {
    return {
        gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
        provider: {
            type: "Kubernetes",
            kubernetes: {
                rateLimitDeployment: {
                    replicas: replicasOf(limiter, context),
                    pod: { securityContext: { ...restrictedPod, runAsUser: user }, priorityClassName: clusterCritical },
                    container: {
                        resources: resourcesOf(limiter),
                        securityContext: restrictedContainer,
                        env: [
                            {
                                name: "REDIS_AUTH",
                                valueFrom: {
                                    secretKeyRef: { name: rateLimitStore.secretName, key: rateLimitStore.passwordKey },
                                },
                            },
                        ],
                    },
                },
                ...(replicasOf(limiter, context) > 1 && { rateLimitPDB: { maxUnavailable: 1 } }),
            },
        },
        rateLimit: {
            backend: { type: "Redis", redis: { url: rateLimitStore.address } },
            // The default of 20 ms is short for a way over two nodes and back; past it a request would pass uncounted.
            timeout: "100ms",
            failClosed: false,
        },
        logging: { level: { default: "info" } },
        // Each of these would let whoever may write one object in any namespace change what every system's requests pass through.
        extensionApis: { enableEnvoyPatchPolicy: false, enableBackend: false, enableLua: false },
    };
}
