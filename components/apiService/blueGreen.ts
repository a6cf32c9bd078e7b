import { containerSecurity } from "../backup/pods";
import { curlImage, curlPodSecurity } from "../curlPod";
import { defaultMetricNames } from "../observability/model";
import { prometheusUrl } from "../observability/names";
import { literally, rateWindow, series, type Matcher, ownMetric, type MetricName } from "../observability/promql";
import { delayBeyondWatch, type BlueGreenPlan } from "./blueGreenPlan";
import type { ServicePlan } from "./defaults";
import { progressDeadline } from "./podTemplate";
import type { ServiceSpec } from "./spec";

type Labels = Readonly<Record<string, string>>;

/** Names of what belongs to a service that is replaced blue-green. */
export function blueGreenNames(service: string): Readonly<Record<"preview" | "smokeTest" | "watch", string>> {
    return { preview: `${service}-preview`, smokeTest: `${service}-smoke-test`, watch: `${service}-watch` };
}

/**
 * How Argo Rollouts replaces the pods: everything of a Rollout but its selector and template.
 *
 * A Rollout has the pods itself, in place of a Deployment. It could also take them from one (`workloadRef`), but then two controllers
 * want a say in their number, and whoever looks at the Deployment sees none of them.
 *
 * Going back to one of the last versions is not tested and watched again: it was, and somebody is in a hurry.
 */
export function rolloutRules(service: string, plan: ServicePlan, strategy: BlueGreenPlan): Record<string, unknown> {
    const { preview, smokeTest, watch } = blueGreenNames(service);
    const { replicas } = plan;
    return {
        // The autoscaler owns the number; a value here would set it back on every update.
        ...(replicas.kind === "fixed" && { replicas: replicas.count }),
        revisionHistoryLimit: 5,
        rollbackWindow: { revisions: 3 },
        minReadySeconds: 5,
        // The tests and the watch count as time without progress, too.
        progressDeadlineSeconds:
            progressDeadline(plan) + strategy.smokeTimeoutSeconds + strategy.watchMinutes * 60 + delayBeyondWatch,
        progressDeadlineAbort: true,
        strategy: {
            blueGreen: {
                activeService: service,
                previewService: preview,
                autoPromotionEnabled: true,
                maxUnavailable: 0,
                prePromotionAnalysis: { templates: [{ templateName: smokeTest }] },
                postPromotionAnalysis: {
                    templates: [{ templateName: watch }],
                    args: [{ name: "pod-hash", valueFrom: { podTemplateHashValue: "Latest" } }],
                },
                // The controller ends the watch when it takes blue away, so this is longer.
                scaleDownDelaySeconds: strategy.scaleDownDelaySeconds,
                abortScaleDownDelaySeconds: 30,
            },
        },
    };
}

/**
 * Seconds that an update may take in which everything goes well: starting green, testing it, watching it.
 */
export function blueGreenTimeoutSeconds(plan: ServicePlan, strategy: BlueGreenPlan): number {
    return 2 * progressDeadline(plan) + strategy.smokeTimeoutSeconds + strategy.scaleDownDelaySeconds;
}

/**
 * The smoke test: a Job that asks green for each path. It has no account, no shell, and may reach nothing but the service.
 *
 * @param labels of its pods, by which the network policies know them.
 */
export function smokeTemplate(
    service: string,
    labels: Labels,
    { smokePaths, smokeTimeoutSeconds }: BlueGreenPlan,
    servicePort: number,
): Record<string, unknown> {
    const urls = smokePaths.map((path) => `http://${blueGreenNames(service).preview}:${servicePort}${path}`);
    const patience = ["--max-time", "5", "--retry", "5", "--retry-delay", "2", "--retry-all-errors"];
    const resources = { cpu: "50m", memory: "32Mi", "ephemeral-storage": "16Mi" };
    const container = {
        name: "curl",
        image: curlImage,
        imagePullPolicy: "IfNotPresent",
        command: ["curl", "--fail", "--fail-early", "--silent", "--show-error", ...patience, ...urls],
        resources: { requests: resources, limits: { ...resources, cpu: "200m", memory: "64Mi" } },
        securityContext: containerSecurity,
    };
    const job = {
        backoffLimit: 0,
        activeDeadlineSeconds: smokeTimeoutSeconds,
        template: {
            metadata: { labels: { ...labels } },
            spec: {
                restartPolicy: "Never",
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                securityContext: curlPodSecurity,
                containers: [container],
            },
        },
    };
    return { metrics: [{ name: "smoke-test", provider: { job: { spec: job } } }] };
}

/** Seconds between two looks at green. */
const watchInterval = 30;

/**
 * The watch: green's own pods are looked at every half minute, its rate of failures and its latency, and that Prometheus sees it at
 * all. One look that finds too much ends it. Green without any request fails nothing.
 */
export function watchTemplate(
    service: { readonly name: string; readonly namespace: string; readonly metricNames: ServiceSpec["metricNames"] },
    { watchMinutes, errorRatePercent, latencyP95Seconds }: BlueGreenPlan,
    scrapeIntervalSeconds: number,
): Record<string, unknown> {
    const { requests, duration, statusLabel } = { ...defaultMetricNames, ...service.metricNames };
    const green: Readonly<Record<string, Matcher>> = {
        namespace: service.namespace,
        job: service.name,
        pod: { matches: `${literally(service.name)}-{{args.pod-hash}}-.*` },
    };
    const rate = (metric: MetricName, labels: Readonly<Record<string, Matcher>> = {}): string =>
        `rate(${series(metric, { ...green, ...labels })}[${rateWindow(scrapeIntervalSeconds, 1)}])`;
    const failures = `sum(${rate(ownMetric(requests), { [statusLabel]: { matches: "5.." } })})`;
    const metric = (
        name: string,
        query: string,
        successCondition: string,
        failureLimit: number,
    ): Record<string, unknown> => ({
        name,
        initialDelay: `${watchInterval}s`,
        interval: `${watchInterval}s`,
        count: (watchMinutes * 60) / watchInterval,
        failureLimit,
        successCondition,
        provider: { prometheus: { address: prometheusUrl, query } },
    });
    const atMost = (limit: number): string => `len(result) == 0 || isNaN(result[0]) || result[0] <= ${limit}`;
    return {
        args: [{ name: "pod-hash" }],
        metrics: [
            metric("error-rate", `100 * ${failures} / sum(${rate(ownMetric(requests))})`, atMost(errorRatePercent), 0),
            metric(
                "latency-p95",
                `histogram_quantile(0.95, sum by (le) (${rate(ownMetric(`${duration}_bucket`))}))`,
                atMost(latencyP95Seconds),
                0,
            ),
            // Prometheus may need a minute to find pods that the service has only now.
            metric("is-watched", `sum(${series("up", green)})`, "len(result) > 0 && result[0] >= 1", 2),
        ],
    };
}
