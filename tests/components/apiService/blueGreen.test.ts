import assert from "node:assert/strict";
import { smokeTemplate, watchTemplate } from "../../../components/apiService/blueGreen";
import { blueGreenPlanOf } from "../../../components/apiService/blueGreenPlan";
import type { BlueGreenStrategy, EdgeSpec } from "../../../components/apiService/spec";
import { allAddons, customObject, database, deployService, manifest, type ServiceOptions } from "./fixture";

const strategy: BlueGreenStrategy = {
    kind: "blue-green",
    smokeTest: { path: ["/api/v1/health", "/api/v1/employees"] },
};
const service: ServiceOptions = { strategy, replicas: { min: 3, max: 10 }, probes: "/api/v1/health" };

interface RolloutSpec {
    readonly replicas?: number;
    readonly progressDeadlineSeconds: number;
    readonly progressDeadlineAbort: boolean;
    readonly template: {
        readonly spec: { readonly topologySpreadConstraints: readonly { readonly matchLabelKeys: string[] }[] };
    };
    readonly strategy: { readonly blueGreen: Readonly<Record<string, unknown>> };
}

interface AnalysisMetric {
    readonly name: string;
    readonly initialDelay: string;
    readonly interval: string;
    readonly count: number;
    readonly successCondition: string;
    readonly provider: { readonly prometheus: { readonly address: string; readonly query: string } };
}

const watch = (scrapeSeconds = 30): readonly AnalysisMetric[] =>
    watchTemplate(
        { name: "api", namespace: "shop", metricNames: undefined },
        blueGreenPlanOf(strategy, undefined),
        scrapeSeconds,
    ).metrics as readonly AnalysisMetric[];

describe("blue-green service", () => {
    it("has a Rollout in place of the Deployment, which switches two Services", async () => {
        const graph = await deployService(service);
        const { apiVersion, spec } = customObject(graph, "Rollout");
        assert.equal(apiVersion, "argoproj.io/v1alpha1");
        assert.equal(graph.ofType("kubernetes:apps/v1:Deployment").length, 0);
        const { blueGreen } = (spec as RolloutSpec).strategy;
        assert.equal(blueGreen.activeService, "api");
        assert.equal(blueGreen.previewService, "api-preview");
        assert.deepEqual(manifest(graph, "Service", "api-preview").spec, manifest(graph, "Service").spec);
    });

    it("is tested before the switch, watched after it, and goes back by itself", async () => {
        const spec = customObject(await deployService(service), "Rollout").spec as RolloutSpec;
        const { blueGreen } = spec.strategy;
        assert.equal(blueGreen.autoPromotionEnabled, true);
        assert.deepEqual(blueGreen.prePromotionAnalysis, { templates: [{ templateName: "api-smoke-test" }] });
        assert.deepEqual(blueGreen.postPromotionAnalysis, {
            templates: [{ templateName: "api-watch" }],
            args: [{ name: "pod-hash", valueFrom: { podTemplateHashValue: "Latest" } }],
        });
        assert.equal(spec.progressDeadlineAbort, true);
    });

    it("keeps the old version for longer than the watch, and has time for all of it", async () => {
        const spec = customObject(await deployService(service), "Rollout").spec as RolloutSpec;
        assert.equal(spec.strategy.blueGreen.scaleDownDelaySeconds, 5 * 60 + 120);
        // A start may take 450 seconds, the test 60, the watch 300.
        assert.ok(spec.progressDeadlineSeconds > 450 + 60 + 300);
    });

    it("is scaled, measured and disrupted as a Deployment would be", async () => {
        const graph = await deployService(service);
        const reference = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "api" };
        assert.deepEqual(manifest(graph, "HorizontalPodAutoscaler").spec.scaleTargetRef, reference);
        assert.deepEqual(manifest(graph, "VerticalPodAutoscaler").spec.targetRef, reference);
        assert.equal(manifest(graph, "PodDisruptionBudget").spec.maxUnavailable, 1);
        const spec = customObject(graph, "Rollout").spec as RolloutSpec;
        assert.equal(spec.replicas, undefined);
        for (const { matchLabelKeys } of spec.template.spec.topologySpreadConstraints) {
            assert.deepEqual(matchLabelKeys, ["rollouts-pod-template-hash"]);
        }
        const fixed = customObject(await deployService({ strategy, replicas: 3 }), "Rollout").spec as RolloutSpec;
        assert.equal(fixed.replicas, 3);
    });

    it("has its pods scraped once: when they get requests", async () => {
        const graph = await deployService(service);
        const wanted = { "app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "shop" };
        const selects = (name: string): boolean =>
            Object.entries(wanted).every(
                ([key, value]) => manifest(graph, "Service", name).metadata.labels[key] === value,
            );
        assert.ok(selects("api"));
        assert.ok(!selects("api-preview"));
    });

    it("leaves to the controller where its Services lead, and does not wait for them before the Rollout", async () => {
        const graph = await deployService(service);
        const rollout = graph.object("Rollout", "api");
        for (const name of ["api", "api-preview"]) {
            const each = graph.object("Service", name);
            assert.deepEqual(each.ignoreChanges, ["spec.selector"]);
            assert.equal(manifest(graph, "Service", name).metadata.annotations["pulumi.com/skipAwait"], "true");
            assert.ok(graph.waitsFor(rollout, each));
        }
        for (const name of ["api-smoke-test", "api-watch"]) {
            assert.ok(graph.waitsFor(rollout, graph.object("AnalysisTemplate", name)));
        }
    });

    it("starts anew with a rotated secret, as the Rollout says itself", async () => {
        const graph = await deployService(() => ({
            ...service,
            connections: [{ spec: { to: "postgres" }, connection: database() }],
        }));
        const { annotations } = customObject(graph, "Rollout").metadata;
        assert.equal(annotations["secret.reloader.stakater.com/reload"], "postgres-credentials");
    });

    it("can be previewed before anything exists", async () => {
        const preview = await deployService(service, {}, { preview: true });
        assert.ok(preview.object("Rollout", "api"));
    });

    it("is refused without Argo Rollouts or Prometheus", async () => {
        const without = (name: string): Promise<unknown> =>
            deployService(service, { addons: allAddons.filter((each) => each !== name) });
        await assert.rejects(without("argoRollouts"), /strategy\.kind is "blue-green": needs the add-on argoRollouts/);
        await assert.rejects(without("monitoring"), /needs the add-on monitoring/);
    });

    for (const edge of [{ kind: "alb", host: "api.example.com" }, { kind: "nlb" }] satisfies EdgeSpec[]) {
        it(`is refused behind an ${edge.kind}, which would have no pods for a moment`, async () => {
            await assert.rejects(deployService({ ...service, edge }), /must be "rolling" with an .* edge/);
            assert.ok((await deployService({ ...service, edge }, { aws: null })).object("Rollout", "api"));
        });
    }

    it("is a rolling update by default", async () => {
        const graph = await deployService({ strategy: { kind: "rolling" } });
        assert.ok(manifest(graph, "Deployment"));
        assert.equal(graph.all.filter(({ type }) => type.includes("argoproj")).length, 0);
        assert.equal(manifest(graph, "Service").metadata.annotations, undefined);
    });
});

describe("smoke test of a new version", () => {
    const template = smokeTemplate("api", { app: "smoke" }, blueGreenPlanOf(strategy, undefined), 80);
    const { spec: job } = (
        template.metrics as [
            {
                provider: {
                    job: {
                        spec: {
                            backoffLimit: number;
                            activeDeadlineSeconds: number;
                            template: {
                                metadata: { labels: Record<string, string> };
                                spec: Record<string, unknown> & {
                                    containers: [{ image: string; command: string[] } & Record<string, unknown>];
                                };
                            };
                        };
                    };
                };
            },
        ]
    )[0].provider.job;
    const [container] = job.template.spec.containers;

    it("asks the new version, not the old one, for every path, and fails at the first that is missing", () => {
        assert.deepEqual(container.command.slice(-2), [
            "http://api-preview:80/api/v1/health",
            "http://api-preview:80/api/v1/employees",
        ]);
        assert.ok(container.command.includes("--fail") && container.command.includes("--fail-early"));
        assert.equal(job.backoffLimit, 0);
        assert.equal(job.activeDeadlineSeconds, 60);
    });

    it("meets the restricted Pod Security Standard and names its resources", () => {
        const { spec } = job.template;
        assert.equal(spec.automountServiceAccountToken, false);
        assert.deepEqual(spec.securityContext, {
            runAsNonRoot: true,
            runAsUser: 65534,
            runAsGroup: 65534,
            seccompProfile: { type: "RuntimeDefault" },
        });
        assert.deepEqual(container.securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
        assert.match(container.image, /:\d+\.\d+\.\d+$/);
        assert.ok(JSON.stringify(container.resources).includes("ephemeral-storage"));
    });

    it("may ask the service and nothing else, and the service lets it in", async () => {
        const graph = await deployService({ ...service, metricsPath: "/metrics" });
        const test = manifest(graph, "NetworkPolicy", "api-smoke-test").spec;
        const pods = {
            matchLabels: { "app.kubernetes.io/name": "api-smoke-test", "app.kubernetes.io/part-of": "shop" },
        };
        assert.deepEqual(test.podSelector, pods);
        assert.deepEqual([test.ingress, test.policyTypes], [undefined, ["Ingress", "Egress"]]);
        assert.deepEqual(test.egress, [
            {
                to: [{ podSelector: manifest(graph, "NetworkPolicy").spec.podSelector }],
                ports: [{ protocol: "TCP", port: 8000 }],
            },
        ]);
        assert.deepEqual(manifest(graph, "NetworkPolicy").spec.ingress[0]?.from[0], { podSelector: pods });
    });
});

describe("watch of a new version", () => {
    it("looks at failures and latency of the new pods alone for five minutes", () => {
        const [errors, latency, seen] = watch();
        assert.ok(errors && latency && seen);
        for (const metric of watch()) {
            const seconds = Number.parseInt(metric.interval, 10);
            assert.equal(Number.parseInt(metric.initialDelay, 10) + (metric.count - 1) * seconds, 300);
            assert.match(metric.provider.prometheus.query, /pod=~"api-\{\{args\.pod-hash\}\}-\.\*"/);
            assert.equal(metric.provider.prometheus.address, "http://kube-prometheus-stack-prometheus.monitoring:9090");
        }
        assert.match(errors.provider.prometheus.query, /http_requests_total\{.*status=~"5\.\."\}\[2m\]/);
        assert.match(errors.successCondition, /result\[0\] <= 5$/);
        assert.match(
            latency.provider.prometheus.query,
            /^histogram_quantile\(0\.95, sum by \(le\) \(rate\(http_request_duration_seconds_bucket/,
        );
        assert.match(latency.successCondition, /result\[0\] <= 1$/);
    });

    it("does not call a version without requests bad, nor one good that nobody measures", () => {
        const [errors, latency, seen] = watch();
        assert.match(String(errors?.successCondition), /^len\(result\) == 0 \|\| isNaN\(result\[0\]\)/);
        assert.match(String(latency?.successCondition), /^len\(result\) == 0 \|\| isNaN\(result\[0\]\)/);
        assert.equal(seen?.successCondition, "len(result) > 0 && result[0] >= 1");
    });

    it("takes its limits from the service's objectives where it has none of its own", () => {
        const { errorRatePercent, latencyP95Seconds } = blueGreenPlanOf(strategy, {
            errorRatePercent: 2,
            latencyP95Seconds: 0.5,
        });
        assert.deepEqual([errorRatePercent, latencyP95Seconds], [2, 0.5]);
        assert.equal(
            blueGreenPlanOf({ ...strategy, errorRatePercent: 1 }, { errorRatePercent: 2 }).errorRatePercent,
            1,
        );
    });

    it("has windows of four scrapes at least", () => {
        assert.match(String(watch(15)[0]?.provider.prometheus.query), /\[1m\]/);
        assert.match(String(watch(60)[0]?.provider.prometheus.query), /\[4m\]/);
    });
});
