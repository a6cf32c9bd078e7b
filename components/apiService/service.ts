import type { types } from "@pulumi/kubernetes";
import type { ServicePlan } from "./defaults";
import { portName } from "./podTemplate";

type Labels = Readonly<Record<string, string>>;

/** The address inside the cluster. The target port is a number, as in the network policies of those who call the service. */
export function serviceSpec(selector: Labels, plan: ServicePlan): types.input.core.v1.ServiceSpec {
    const { port, servicePort, sessionAffinitySeconds } = plan;
    return {
        type: "ClusterIP",
        selector: { ...selector },
        ports: [{ name: portName, port: servicePort, targetPort: port, protocol: "TCP" }],
        ...(sessionAffinitySeconds !== undefined && {
            sessionAffinity: "ClientIP",
            sessionAffinityConfig: { clientIP: { timeoutSeconds: sessionAffinitySeconds } },
        }),
    };
}

/** Prometheus' own default, unless the interval is shorter: a scrape must not take longer than the next one is away. */
const longestScrapeSeconds = 10;

/** How Prometheus finds and scrapes a service. Its `job` label is the service's name. */
export function serviceMonitorSpec(selector: Labels, path: string, intervalSeconds: number): Record<string, unknown> {
    return {
        jobLabel: "app.kubernetes.io/name",
        selector: { matchLabels: { ...selector } },
        endpoints: [
            {
                port: portName,
                path,
                interval: `${intervalSeconds}s`,
                scrapeTimeout: `${Math.min(longestScrapeSeconds, intervalSeconds)}s`,
            },
        ],
    };
}
