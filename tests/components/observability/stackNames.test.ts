import { strict as assert } from "node:assert";
import type { PlannedResource } from "../../../simulation/record";
import { simulateStack, stackNames, type ResourceGraph } from "../../harness";

interface KubernetesObject {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
    readonly spec?: {
        readonly groups?: readonly { readonly rules: readonly { readonly expr: string }[] }[];
        readonly jobLabel?: string;
        readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    };
}

interface Monitor {
    readonly enabled: boolean;
}

interface Metrics {
    readonly metrics: { readonly serviceMonitor: Monitor };
}

interface ChartValues {
    readonly controller?: Metrics;
    readonly serviceMonitor?: Monitor;
    readonly prometheus?: { readonly servicemonitor?: Monitor };
}

function objects(graph: ResourceGraph, kind: string): KubernetesObject[] {
    return graph.all
        .filter(({ type }: PlannedResource) => type.startsWith("kubernetes:"))
        .map(({ inputs }) => inputs as unknown as KubernetesObject)
        .filter((object) => object.kind === kind);
}

const namesOf = (found: readonly KubernetesObject[]): Set<string> =>
    new Set(found.map(({ metadata }) => metadata.name));

/** The values that rules compare a label with, equal (`=`) or as an expression (`=~`). */
function compared(exprs: string, label: string, operator: "=" | "=~"): Set<string> {
    const found = exprs.matchAll(new RegExp(`[{,]${label}${operator}("(?:[^"\\\\]|\\\\.)*")`, "g"));
    return new Set([...found].map(([, value = '""']) => JSON.parse(value) as string));
}

/** The jobs that the operator scrapes: the label that a monitor names, on the Services that it selects from. */
function scrapedJobs(graph: ResourceGraph): Set<string> {
    const services = objects(graph, "Service");
    return new Set(
        objects(graph, "ServiceMonitor").flatMap(({ metadata, spec }) =>
            services
                .filter((service) => service.metadata.namespace === metadata.namespace)
                .flatMap((service) => service.metadata.labels?.[spec?.jobLabel ?? ""] ?? []),
        ),
    );
}

/**
 * What charts have scraped, by the Service that their templates make, where the values switch it on. Every release here is called as its
 * chart calls everything. Sources: templates/metrics-service.yaml, service.yaml and argocd-application-controller/metrics.yaml of each chart.
 */
const chartMonitors: Readonly<Record<string, readonly [suffix: string, (values: ChartValues) => Monitor | undefined]>> =
    {
        "argo-rollouts": ["-metrics", ({ controller }) => controller?.metrics.serviceMonitor],
        "argo-cd": ["-application-controller-metrics", ({ controller }) => controller?.metrics.serviceMonitor],
        "external-secrets": ["-metrics", ({ serviceMonitor }) => serviceMonitor],
        "cert-manager": ["", ({ prometheus }) => prometheus?.servicemonitor],
    };

function chartJobs(graph: ResourceGraph): string[] {
    return graph.ofType("kubernetes:helm.sh/v3:Release").flatMap(({ inputs }) => {
        const { name, chart, values = {} } = inputs as { name: string; chart: string; values?: ChartValues };
        // A chart from a registry is named by its address.
        const [suffix, monitor] = chartMonitors[chart.replace(/^.*\//, "")] ?? [];
        return monitor?.(values)?.enabled === true ? [`${name}${suffix}`] : [];
    });
}

for (const stack of stackNames()) {
    describe(`the rules of the ${stack} stack look for things that it makes:`, () => {
        let graph: ResourceGraph;
        let exprs: string;
        before(async function () {
            graph = await simulateStack(stack);
            exprs = objects(graph, "PrometheusRule")
                .flatMap(({ spec }) => spec?.groups ?? [])
                .flatMap((group) => group.rules)
                .map((rule) => rule.expr)
                .join("\n");
            // A stack may leave monitoring out.
            if (exprs === "") {
                this.skip();
            }
        });

        for (const [label, kind] of [
            ["deployment", "Deployment"],
            ["horizontalpodautoscaler", "HorizontalPodAutoscaler"],
            ["cronjob", "CronJob"],
            ["namespace", "Namespace"],
        ] as const) {
            it(`${kind}s`, () => {
                const known = namesOf(objects(graph, kind));
                const wanted = compared(exprs, label, "=");
                assert.ok(wanted.size > 0);
                assert.deepEqual(
                    [...wanted].filter((name) => !known.has(name)),
                    [],
                );
            });
        }

        it("Rollouts, every one of them", () => {
            assert.deepEqual([...compared(exprs, "name", "=")].sort(), [...namesOf(objects(graph, "Rollout"))].sort());
        });

        it("jobs that are scraped", async () => {
            // A team's stack has its controllers from the platform of prod.
            const platform = stack === "team-shop" ? await simulateStack("prod") : graph;
            const known = new Set([...scrapedJobs(graph), ...chartJobs(platform), "kubelet", "kube-state-metrics"]);
            assert.deepEqual(
                [...compared(exprs, "job", "=")].filter((job) => !known.has(job)),
                [],
            );
        });

        it("pods", () => {
            const pods = [
                ...[...objects(graph, "Deployment"), ...objects(graph, "Rollout")].map(
                    ({ metadata }) => `${metadata.name}-5d8f7c9b6-x2k4p`,
                ),
                ...objects(graph, "StatefulSet").map(({ metadata }) => `${metadata.name}-0`),
            ];
            const unmatched = [...compared(exprs, "pod", "=~")].filter(
                (pattern) => !pods.some((pod) => new RegExp(`^(?:${pattern})$`).test(pod)),
            );
            assert.deepEqual(unmatched, []);
        });

        it("volumes", () => {
            const claims = objects(graph, "StatefulSet").flatMap(({ metadata, spec }) =>
                (spec?.volumeClaimTemplates ?? []).map((template) => `${template.metadata.name}-${metadata.name}-0`),
            );
            const unmatched = [...compared(exprs, "persistentvolumeclaim", "=~")].filter(
                (pattern) => !claims.some((claim) => new RegExp(`^(?:${pattern})$`).test(claim)),
            );
            assert.deepEqual(unmatched, []);
        });
    });
}

it("the rules of the prod stack look for the Rollout of employee-management", async () => {
    const graph = await simulateStack("prod");
    assert.deepEqual([...namesOf(objects(graph, "Rollout"))], ["api-python"]);
});
