import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Monitoring } from "../../../components/observability/monitoring";
import { monitoringPolicies } from "../../../components/observability/networkPolicies";
import { deploy, type ResourceGraph } from "../../harness";
import { config } from "./fixtures";

const routingKey = "0123456789abcdef0123456789abcdef";
const heartbeat = "https://heartbeat.example.com/0123";
const webhook = "https://hooks.slack.com/services/T0/B0/XXXX";

function install(withReceivers: boolean, preview = false): Promise<ResourceGraph> {
    return deploy(
        () => {
            const provider = new k8s.Provider("cluster", {});
            const nodes = new k8s.core.v1.ConfigMap("nodes", {}, { provider });
            new Monitoring("monitoring", {
                tags: { stack: "dev", environment: "dev", extraTags: {} },
                provider,
                config: config.observability,
                dependsOn: [nodes],
                ...(withReceivers && {
                    addons: new Set(["externalSecrets", "certManager"]),
                    heartbeatUrl: pulumi.secret(heartbeat),
                    pagerdutyRoutingKey: pulumi.secret(routingKey),
                    slackWebhookUrl: pulumi.secret(webhook),
                }),
            });
        },
        { preview },
    );
}

type Labelled = { metadata: { name: string; labels: Record<string, string> } };

describe("Monitoring", () => {
    it("installs the pinned chart under a fixed name", async () => {
        const { inputs } = (await install(false)).one("kubernetes:helm.sh/v3:Release");
        assert.deepEqual(
            { name: inputs.name, chart: inputs.chart, version: inputs.version, namespace: inputs.namespace },
            {
                name: "kube-prometheus-stack",
                chart: "kube-prometheus-stack",
                version: "88.5.3",
                namespace: "monitoring",
            },
        );
        assert.deepEqual(inputs.repositoryOpts, { repo: "https://prometheus-community.github.io/helm-charts" });
    });

    it("admits hardened pods only, but for the one that reads the node", async () => {
        const graph = await install(false);
        const enforced = Object.fromEntries(
            graph
                .ofType("kubernetes:core/v1:Namespace")
                .map(({ inputs }) => inputs as Labelled)
                .map(({ metadata }) => [metadata.name, metadata.labels["pod-security.kubernetes.io/enforce"]]),
        );
        assert.deepEqual(enforced, { monitoring: "restricted", "node-exporter": "privileged" });
    });

    it("waits for what it is told to wait for, and for its own secrets, policies and namespaces", async () => {
        const graph = await install(false);
        const release = graph.one("kubernetes:helm.sh/v3:Release");
        const before = graph.all.filter(
            ({ type, name }) => type.startsWith("kubernetes:") && (name.startsWith("monitoring-") || name === "nodes"),
        );
        for (const resource of before.filter(({ urn }) => urn !== release.urn)) {
            assert.ok(graph.waitsFor(release, resource), resource.name);
        }
    });

    it("makes up the administrator's password and keeps it in a Secret", async () => {
        const graph = await install(false);
        assert.equal(graph.one("random:index/randomPassword:RandomPassword").inputs.length, 32);
        assert.deepEqual(graph.object("Secret", "grafana-admin").inputs.stringData, {
            "admin-user": "[secret]",
            "admin-password": "[secret]",
        });
    });

    it("lets Grafana read ConfigMaps and no Secrets", async () => {
        const { inputs } = (await install(false)).object("ClusterRole", "grafana-dashboards");
        assert.deepEqual(inputs.rules, [
            { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] },
        ]);
    });

    it("shows a credential to nobody", async () => {
        const graph = await install(true);
        const credentials = graph.object("Secret", "alertmanager-credentials").inputs.stringData;
        assert.deepEqual(credentials, {
            "heartbeat-url": "[secret]",
            "pagerduty-routing-key": "[secret]",
            "slack-webhook-url": "[secret]",
        });
        const text = JSON.stringify(graph.all);
        assert.ok([routingKey, webhook, heartbeat].every((credential) => !text.includes(credential)));
    });

    it("has a Secret for credentials without any, since Alertmanager mounts it all the same", async () => {
        const graph = await install(false);
        assert.deepEqual(graph.object("Secret", "alertmanager-credentials").inputs.stringData, {});
        assert.deepEqual(graph.object("Secret", "alertmanager-configuration").inputs.stringData, {
            "alertmanager.yaml": "[secret]",
        });
    });

    it("watches the controllers that are installed, once there is an operator that reads rules", async () => {
        const graph = await install(true);
        const rules = graph.object("PrometheusRule", "platform-controllers", "monitoring");
        assert.ok(graph.waitsFor(rules, graph.one("kubernetes:helm.sh/v3:Release")));
        const { groups } = rules.inputs.spec as { groups: { rules: { alert: string; labels: object }[] }[] };
        assert.deepEqual(
            groups.flatMap((group) => group.rules.map(({ alert }) => alert)),
            ["ControllerAbsent", "SecretRotationOverdue", "ControllerAbsent", "CertificateExpiring"],
        );
        for (const { labels } of groups.flatMap((group) => group.rules)) {
            assert.deepEqual(
                { ...labels, component: "", severity: "" },
                {
                    component: "",
                    environment: "dev",
                    owner: "platform",
                    severity: "",
                    system: "platform",
                },
            );
        }
        assert.equal((await install(false)).ofType(rules.type).length, 0);
    });

    it("denies what no policy allows", async () => {
        const graph = await install(false);
        const policies = graph.ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy");
        assert.equal(policies.length, Object.keys(monitoringPolicies).length);
        assert.deepEqual(graph.object("NetworkPolicy", "default-deny").inputs.spec, {
            podSelector: {},
            policyTypes: ["Ingress", "Egress"],
        });
    });

    it("opens Prometheus, Alertmanager and Grafana to pods of its own namespace, and Prometheus to one controller", () => {
        for (const name of ["prometheus", "alertmanager", "grafana", "kube-state-metrics"]) {
            const { ingress } = monitoringPolicies[name] as { ingress: { from?: Record<string, unknown>[] }[] };
            assert.ok(ingress.length > 0);
            const rollouts = ingress.filter(({ from }) => from?.some((peer) => "namespaceSelector" in peer));
            assert.equal(rollouts.length, name === "prometheus" ? 1 : 0, name);
            assert.match(JSON.stringify(rollouts), name === "prometheus" ? /"argo-rollouts"/ : /^\[\]$/);
            for (const { from } of ingress.filter((each) => !rollouts.includes(each))) {
                assert.deepEqual(
                    from?.map((peer) => Object.keys(peer)),
                    [["podSelector"]],
                    name,
                );
            }
        }
    });

    for (const preview of [false, true]) {
        it(`gives every child its name, itself as parent and the cluster's provider${preview ? ", in a preview too" : ""}`, async () => {
            const graph = await install(true, preview);
            const component = graph.one("platform:observability:Monitoring");
            const children = graph.all.filter(({ parent }) => parent === component.urn);
            assert.equal(children.length, 2 + Object.keys(monitoringPolicies).length + 1 + 4 + 1 + 1 + 1 + 1);
            for (const child of children) {
                assert.ok(child.name.startsWith("monitoring-"), child.name);
                assert.ok(!child.type.startsWith("kubernetes:") || child.provider.includes("::cluster::"), child.name);
            }
            assert.ok(graph.plan.registeredOutputs.has(component.urn));
        });
    }
});
