import assert from "node:assert/strict";
import { addonDefinitions, wantedAddons } from "../../../components/addons/catalogue";
import type { AddonDefinition, AddonStep } from "../../../components/addons/definition";
import type { PlannedResource } from "../../../simulation/record";
import type { ResourceGraph } from "../../harness";
import { context, deployAddons, everything } from "./fixture";

const releaseType = "kubernetes:helm.sh/v3:Release";
const namespaceType = "kubernetes:core/v1:Namespace";
const associationType = "aws:eks/podIdentityAssociation:PodIdentityAssociation";

/** Every chart, further ones of an add-on included. */
const charts = addonDefinitions.flatMap((each) => [
    ...(each.before ?? []).flatMap((step) => (step.step === "chart" ? [step] : [])),
    { ...each, name: each.namespace },
]);

const release = (graph: ResourceGraph, namespace: string): PlannedResource =>
    graph.one(releaseType, `addons-${namespace}`);

/** Charts of software that has no metrics, or whose metrics come another way. */
const unmonitored = ["vertical-pod-autoscaler", "envoy-gateway", "linkerd-cni", "linkerd-crds", "jaeger"];

describe("add-ons", () => {
    it("are pinned releases in namespaces of their own, rolled back when they do not become ready", async () => {
        const graph = await deployAddons();
        assert.equal(graph.ofType(releaseType).length, charts.length);
        for (const { name, namespace, chart } of charts) {
            const { inputs } = release(graph, name);
            assert.equal(inputs.name, name);
            assert.equal(inputs.namespace, namespace);
            assert.match(String(inputs.version), /^v?\d+\.\d+\.\d+$/);
            assert.deepEqual([inputs.atomic, inputs.skipAwait, inputs.timeout], [true, false, 600]);
            assert.ok(graph.waitsFor(release(graph, name), graph.object("Namespace", namespace)), name);
            assert.ok(String(inputs.chart).endsWith(chart.name));
        }
    });

    it("come from a repository by name or from a registry by address", async () => {
        const graph = await deployAddons();
        for (const { name, chart } of charts) {
            const { inputs } = release(graph, name);
            if (chart.repository.startsWith("oci://")) {
                assert.equal(inputs.chart, `${chart.repository}/${chart.name}`);
                assert.equal(inputs.repositoryOpts, undefined);
            } else {
                assert.equal(inputs.chart, chart.name);
                assert.match((inputs.repositoryOpts as { repo: string }).repo, /^https:\/\//);
            }
        }
    });

    it("come after their further charts and objects, which come one after the other or beside each other", async () => {
        const graph = await deployAddons();
        for (const { namespace, before } of addonDefinitions) {
            const made = (step: AddonStep): PlannedResource =>
                step.step === "chart" ? release(graph, step.name) : graph.object(step.kind, step.name, step.namespace);
            const stands = (step: AddonStep): boolean => step.step === "chart" && step.beside === true;
            const chain = [...(before ?? []).filter((step) => !stands(step)).map(made), release(graph, namespace)];
            chain.forEach((step, index, all) => {
                const earlier = all[index - 1];
                assert.ok(earlier === undefined || graph.waitsFor(step, earlier), step.name);
            });
            for (const step of (before ?? []).filter(stands)) {
                assert.ok(graph.waitsFor(release(graph, namespace), made(step)), step.name);
                assert.ok(
                    chain.slice(0, -1).every((other) => !graph.waitsFor(made(step), other)),
                    step.name,
                );
            }
        }
    });

    it("wait for the nodes and for monitoring", async () => {
        const graph = await deployAddons();
        const nodes = graph.one(namespaceType, "nodes");
        for (const each of [...graph.ofType(releaseType), ...graph.ofType(associationType)]) {
            assert.ok(graph.waitsFor(each, nodes), each.name);
        }
    });

    it("start with their identity in place", async () => {
        const graph = await deployAddons();
        for (const { namespace, identity } of addonDefinitions) {
            const association = graph.ofType(associationType).find(({ inputs }) => inputs.namespace === namespace);
            assert.equal(association?.inputs.serviceAccount, identity?.serviceAccount, namespace);
            if (association !== undefined) {
                assert.ok(graph.waitsFor(release(graph, namespace), association), namespace);
            }
        }
    });

    it("that look at Gateways come after the kinds of Gateway API", async () => {
        const graph = await deployAddons();
        for (const name of ["cert-manager", "external-dns"]) {
            assert.ok(graph.waitsFor(release(graph, name), release(graph, "envoy-gateway")), name);
        }
    });

    it("give their pods the service account that has the identity", async () => {
        const graph = await deployAddons();
        for (const { namespace, identity } of addonDefinitions.filter((each) => each.identity !== undefined)) {
            const values = release(graph, namespace).inputs.values as {
                serviceAccount?: { name: string };
                rbac?: { serviceAccount?: { name: string } };
            };
            const named = values.serviceAccount?.name ?? values.rbac?.serviceAccount?.name;
            assert.equal(named, identity?.serviceAccount, namespace);
        }
    });

    it("live under the restricted Pod Security Standard, or say why not", async () => {
        const graph = await deployAddons();
        for (const { namespace, podSecurity } of charts) {
            const { metadata } = graph.object("Namespace", namespace).inputs as {
                metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
            };
            assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], podSecurity.level);
            if (podSecurity.level !== "restricted") {
                assert.ok((metadata.annotations?.["platform/pod-security-reason"] ?? "").length > 20, namespace);
            }
        }
        const exceptions = charts.filter((each) => each.podSecurity.level !== "restricted");
        assert.deepEqual(
            exceptions.map((each) => each.namespace),
            ["logging", "linkerd-cni"],
        );
    });

    it("all come after the load balancer controller, whose webhook looks at every Service", async () => {
        const graph = await deployAddons();
        const controller = release(graph, "aws-load-balancer-controller");
        for (const each of graph.ofType(releaseType)) {
            if (each !== controller) {
                assert.ok(graph.waitsFor(each, controller), each.name);
            }
        }
    });

    it("do not wait for what is switched off", async () => {
        const graph = await deployAddons({ enabled: { awsLoadBalancerController: false, clusterAutoscaler: false } });
        assert.equal(graph.ofType(releaseType).length, charts.length - 2);
        assert.ok(release(graph, "external-secrets"));
    });

    for (const { name, namespace, before } of addonDefinitions) {
        it(`leave nothing of ${name} behind when it is switched off`, async () => {
            const graph = await deployAddons({ enabled: { [name]: false } });
            assert.ok(!(graph.plan.outputs.installed as string[]).includes(name));
            const parts = [namespace, ...(before ?? []).map((step) => step.name)];
            assert.deepEqual(
                graph.all
                    .filter((each) => parts.some((part) => each.name.startsWith(`addons-${part}`)))
                    .map((each) => each.urn),
                [],
            );
        });
    }

    it("tell what is installed and what to wait for", async () => {
        const { outputs } = (await deployAddons({ enabled: { reloader: false } })).plan;
        assert.equal(outputs.ready, addonDefinitions.length - 1);
        assert.deepEqual(outputs.installed, [
            "argoCd",
            "argoRollouts",
            "awsLoadBalancerController",
            "certManager",
            "clusterAutoscaler",
            "envoyGateway",
            "externalDns",
            "externalSecrets",
            "kyverno",
            "linkerd",
            "logging",
            "tracing",
            "verticalPodAutoscaler",
        ]);
    });

    it("can be previewed before anything exists", async () => {
        const [real, preview] = [await deployAddons(), await deployAddons({}, true)];
        assert.deepEqual(preview.all.map(({ urn }) => urn).sort(), real.all.map(({ urn }) => urn).sort());
    });

    it("ask for monitors only where their kind exists", async () => {
        const monitors = (graph: ResourceGraph): string[] =>
            graph
                .ofType(releaseType)
                .flatMap(({ name, inputs }) =>
                    (
                        JSON.stringify(inputs.values).match(/"(service|pod)[mM]onitor":\{"enabled":(true|false)/g) ?? []
                    ).map((each) => `${name} ${each}`),
                );
        assert.ok(monitors(await deployAddons()).every((each) => each.endsWith("true")));
        const without = monitors(await deployAddons({ enabled: { monitoring: false } }));
        assert.equal(new Set(without.map((each) => each.split(" ")[0])).size, charts.length - unmonitored.length);
        assert.ok(without.every((each) => each.endsWith("false")));
    });

    it("run their controllers twice in prod and once elsewhere", async () => {
        const replicas = async (environment: string): Promise<unknown> =>
            (release(await deployAddons({ environment }), "aws-load-balancer-controller").inputs.values as object)[
                "replicaCount" as never
            ];
        assert.equal(await replicas("prod"), 2);
        assert.equal(await replicas("staging"), 1);
    });
});

describe("the order of add-ons", () => {
    const addon = (name: AddonDefinition["name"], ...after: AddonDefinition["name"][]): AddonDefinition => ({
        ...(addonDefinitions[0] as AddonDefinition),
        name,
        after,
    });
    const names = (...definitions: AddonDefinition[]): string[] =>
        wantedAddons(everything, context, definitions).map((each) => each.name);

    it("puts each one after what it needs", () => {
        assert.deepEqual(
            names(addon("certManager", "externalDns"), addon("externalDns", "reloader"), addon("reloader")),
            ["reloader", "externalDns", "certManager"],
        );
    });

    it("refuses add-ons that wait for each other", () => {
        assert.throws(
            () => names(addon("certManager", "externalDns"), addon("externalDns", "certManager")),
            /wait for each other: certManager → externalDns → certManager/,
        );
    });
});
