import type { CatalogueMetric } from "./metrics/catalogue";

/** What a label must be equal to, or, with `matches`, the expression it must match from beginning to end. */
export type Matcher = string | { readonly matches: string } | { readonly not: string };

/** A PromQL string literal. */
export function quoted(text: string): string {
    return `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`;
}

/** A metric that a service exports under a name of its own choice. */
export type OwnMetric = string & { readonly exportedBy: "a service" };

/** Of a name that a service declares, or that is made from one, only the service knows whether it is right. */
export function ownMetric(name: string): OwnMetric {
    return name as OwnMetric;
}

/** What a rule records is called by what it is about, of what, and how it is made of it (Prometheus documentation, "Recording rules"). */
export type RecordedMetric = `${string}:${string}:${string}`;

/** A metric that there is. */
export type MetricName = CatalogueMetric | RecordedMetric | OwnMetric;

/** A metric with label matchers. A label with several has to satisfy them all. */
export function series(
    metric: MetricName,
    labels: Readonly<Record<string, Matcher | readonly Matcher[]>> = {},
): string {
    const matchers = Object.entries(labels).flatMap(([name, some]) =>
        [some].flat().map((matcher: Matcher) => {
            if (typeof matcher === "string") {
                return `${name}=${quoted(matcher)}`;
            }
            return "matches" in matcher ? `${name}=~${quoted(matcher.matches)}` : `${name}!=${quoted(matcher.not)}`;
        }),
    );
    return matchers.length === 0 ? metric : `${metric}{${matchers.join(",")}}`;
}

/** Makes a text match itself in a regular expression. */
export function literally(text: string): string {
    return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** A percentage as the ratio that PromQL computes with. */
export function ratio(percent: number): number {
    return Number((percent / 100).toPrecision(12));
}

/** Scrapes that a window holds at least. With fewer, a rate disappears when one of them fails. */
const scrapesPerWindow = 4;

/** The window of rates: so many minutes, or four scrapes where scrapes are rarer. */
export function rateWindow(scrapeIntervalSeconds: number, minutes = 5): string {
    const seconds = Math.max(minutes * 60, scrapesPerWindow * scrapeIntervalSeconds);
    return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

interface Controlled {
    readonly name: string;
    readonly controller: "Deployment" | "Rollout";
}

/**
 * The pods that get requests, as one series for a service. kube-state-metrics does not know Rollouts; their own controller does, and
 * counts the version that is switched on alone, which nobody sees who counts the pods of both.
 */
export function availablePods(service: Controlled, namespace: Matcher): string {
    return podCount(service, namespace, {
        Deployment: "kube_deployment_status_replicas_available",
        Rollout: "rollout_info_replicas_available",
    });
}

/** How many pods a service should have, with the labels of `availablePods`. */
export function wantedPods(service: Controlled, namespace: Matcher): string {
    return podCount(service, namespace, {
        Deployment: "kube_deployment_spec_replicas",
        Rollout: "rollout_info_replicas_desired",
    });
}

function podCount(
    { name, controller }: Controlled,
    namespace: Matcher,
    metrics: Readonly<Record<Controlled["controller"], MetricName>>,
): string {
    return controller === "Deployment"
        ? `max by (namespace, deployment) (${series(metrics.Deployment, { ...kubeStateMetrics, namespace, deployment: name })})`
        : `max by (namespace, name) (${series(metrics.Rollout, { ...rolloutsController, namespace, name })})`;
}

/** Labels of the series about containers that the kubelet's cAdvisor exports; without the sums over whole pods. */
export const cadvisor = {
    job: "kubelet",
    metrics_path: "/metrics/cadvisor",
    container: { not: "" },
} as const;

/** Labels of the series about volumes that the kubelet exports. */
export const kubelet = { job: "kubelet", metrics_path: "/metrics" } as const;

/** Labels of the series about Kubernetes objects. */
export const kubeStateMetrics = { job: "kube-state-metrics" } as const;

/** Labels of the series about nodes: `jobLabel` of the chart of the node exporter. */
export const nodeExporter = { job: "node-exporter" } as const;

/** Labels of the series about Rollouts: the Service that the chart of Argo Rollouts has its controller scraped by. */
export const rolloutsController = { job: "argo-rollouts-metrics" } as const;
