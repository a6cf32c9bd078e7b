import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import type { AddonName } from "../../../config/schema";
import { Component } from "../../../components/component";
import type { SystemScope } from "../../../components/context";
import { systemDashboards } from "../../../components/observability/dashboards/systemDashboards";
import { ruleFamilies } from "../../../components/observability/rules/alertRules";
import { SystemMonitoring } from "../../../components/observability/systemMonitoring";
import { deploy, type ResourceGraph } from "../../harness";
import { completeModel, config } from "./fixtures";

class Parent extends Component {
    constructor() {
        super("platform:test:Parent", "user-management");
        this.registerOutputs({});
    }
}

function monitor(addons: readonly AddonName[], preview = false): Promise<ResourceGraph> {
    return deploy(
        () => {
            const kubernetes = new k8s.Provider("cluster", {});
            const namespace = new k8s.core.v1.Namespace("namespace", {}, { provider: kubernetes });
            const scope: SystemScope = {
                platform: {
                    stack: "dev",
                    environment: "dev",
                    extraTags: {},
                    kubernetes,
                    addons: new Set(addons),
                    deliveryPath: "deploy",
                    ready: [],
                    data: config.data,
                    observability: config.observability,
                },
                system: "user-management",
                owner: "identity",
                namespace: "user-management",
                parent: new Parent(),
                dependsOn: [namespace],
            };
            new SystemMonitoring("monitoring", { scope, model: completeModel() });
        },
        { preview },
    );
}

interface Rules {
    metadata: { name: string; namespace: string };
    spec: { groups: { name: string; rules: unknown[] }[] };
}

const ruleType = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";

describe("SystemMonitoring", () => {
    it("makes a PrometheusRule for each family of rules", async () => {
        const rules = (await monitor(["monitoring"])).ofType(ruleType).map(({ inputs }) => inputs as unknown as Rules);
        const families = [
            "recording",
            "availability",
            "traffic",
            "objectives",
            "saturation",
            "database",
            "cache",
            "delivery",
            "controllers",
        ];
        assert.deepEqual(
            rules.map(({ metadata }) => metadata.name).sort(),
            families.map((family) => `user-management-${family}`).sort(),
        );
        for (const { metadata, spec } of rules) {
            assert.equal(metadata.namespace, "user-management");
            assert.ok(spec.groups.every((group) => group.rules.length > 0));
        }
    });

    it("puts every dashboard in a ConfigMap that Grafana finds, in a folder of the system", async () => {
        const graph = await monitor(["monitoring"]);
        const titles = graph.ofType("kubernetes:core/v1:ConfigMap").map(({ inputs }) => {
            const { metadata, data } = inputs as {
                metadata: { labels: Record<string, string>; annotations: Record<string, string> };
                data: Record<string, string>;
            };
            assert.equal(metadata.labels.grafana_dashboard, "1");
            assert.equal(metadata.annotations.grafana_folder, "user-management");
            const [[file, content]] = Object.entries(data) as [[string, string]];
            const { uid, title } = JSON.parse(content) as { uid: string; title: string };
            assert.equal(file, `${uid}.json`);
            // A ConfigMap holds at most 1 MiB (Kubernetes documentation, "ConfigMaps").
            assert.ok(content.length < 512 * 1024, `${title} has ${content.length} characters`);
            return title;
        });
        assert.deepEqual(titles, [
            "API Performance Overview",
            "Database Metrics",
            "System Overview",
            "Pod Resource Usage",
            "Request Rate & Latency",
            "Service user-mgmt-api",
        ]);
    });

    it("makes nothing where there is no operator to read it", async () => {
        const graph = await monitor(["logging"]);
        const component = graph.one("platform:observability:SystemMonitoring");
        assert.deepEqual(
            graph.all.filter(({ parent }) => parent === component.urn),
            [],
        );
        assert.ok(graph.plan.registeredOutputs.has(component.urn));
    });

    for (const preview of [false, true]) {
        it(`gives every child its name, its provider and what it waits for${preview ? ", in a preview too" : ""}`, async () => {
            const graph = await monitor(["monitoring"], preview);
            const component = graph.one("platform:observability:SystemMonitoring", "user-management-monitoring");
            const namespace = graph.one("kubernetes:core/v1:Namespace");
            const children = graph.all.filter(({ parent }) => parent === component.urn);
            const { length: dashboards } = Object.keys(systemDashboards(completeModel()));
            assert.equal(children.length, dashboards + Object.keys(ruleFamilies(completeModel())).length);
            for (const child of children) {
                assert.ok(child.name.startsWith("user-management-monitoring-"), child.name);
                assert.ok(child.provider.includes("::cluster::"), child.name);
                assert.ok(graph.waitsFor(child, namespace), child.name);
            }
        });
    }
});
