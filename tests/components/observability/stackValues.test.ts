import { strict as assert } from "node:assert";
import { chart, stackValues } from "../../../components/observability/stackValues";
import type { DataSources } from "../../../components/observability/dataSources";
import { config } from "./fixtures";

type Tree = { readonly [key: string]: Tree } & Readonly<Record<string, unknown>>;

function valuesOf(
    changes: Partial<typeof config.observability> = {},
    environment = "dev",
    sources: DataSources = { traces: false },
): Tree {
    return stackValues({ stack: "dev", environment, config: { ...config.observability, ...changes }, sources }) as Tree;
}

/** The value at a path, such as `prometheus.prometheusSpec.retention`. */
function at(values: Tree, path: string): unknown {
    return path.split(".").reduce<unknown>((value, key) => (value as Tree | undefined)?.[key], values);
}

describe("values of kube-prometheus-stack", () => {
    it("pin a chart version", () => {
        assert.match(chart.version, /^\d+\.\d+\.\d+$/);
    });

    const table: readonly (readonly [string, unknown])[] = [
        ["prometheus.prometheusSpec.retention", "7d"],
        ["prometheus.prometheusSpec.retentionSize", "81920MB"],
        ["prometheus.prometheusSpec.scrapeInterval", "15s"],
        ["prometheus.prometheusSpec.scrapeTimeout", "10s"],
        ["prometheus.prometheusSpec.evaluationInterval", "20s"],
        ["prometheus.prometheusSpec.enableFeatures", ["exemplar-storage"]],
        ["prometheus.prometheusSpec.exemplars", { maxSize: 100000 }],
        ["grafana.serviceAccount.name", "kube-prometheus-stack-grafana"],
        ["prometheus.prometheusSpec.replicas", 2],
        ["prometheus.prometheusSpec.externalLabels.environment", "prod"],
        [
            "prometheus.prometheusSpec.storageSpec.volumeClaimTemplate.spec",
            { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "100Gi" } } },
        ],
        ["alertmanager.alertmanagerSpec.replicas", 2],
        ["kubelet.serviceMonitor.cAdvisorInterval", "15s"],
        ["grafana.admin.existingSecret", "grafana-admin"],
        ["grafana.sidecar.dashboards.searchNamespace", "ALL"],
        ["grafana.sidecar.dashboards.label", "grafana_dashboard"],
        ["grafana.sidecar.dashboards.labelValue", "1"],
        ["grafana.sidecar.dashboards.folderAnnotation", "grafana_folder"],
        ["grafana.sidecar.datasources.uid", "prometheus"],
        ["grafana.service.type", "ClusterIP"],
        ["grafana.ingress.enabled", false],
        ["grafana.rbac.useExistingClusterRole", "grafana-dashboards"],
        ["kube-state-metrics.collectorsExclude", ["secrets"]],
        [
            "kube-state-metrics.metricLabelsAllowlist",
            ["nodes=[node.kubernetes.io/instance-type,eks.amazonaws.com/capacityType]"],
        ],
        ["prometheus-node-exporter.namespaceOverride", "node-exporter"],
        ["crds.upgradeJob.enabled", true],
    ];
    const prod = valuesOf(
        { retentionDays: 7, storageGiB: 100, replicas: 2, scrapeIntervalSeconds: 15, evaluationIntervalSeconds: 20 },
        "prod",
    );
    for (const [path, expected] of table) {
        it(`set ${path} to ${JSON.stringify(expected)}`, () => {
            assert.deepEqual(at(prod, path), expected);
        });
    }

    it("pick up rules, monitors and probes of every release", () => {
        for (const kind of ["rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig"]) {
            assert.equal(at(prod, `prometheus.prometheusSpec.${kind}SelectorNilUsesHelmValues`), false);
        }
    });

    it("keep the label that services put on their requests from being renamed", () => {
        assert.deepEqual(at(prod, "prometheus.prometheusSpec.scrapeClasses"), [
            { name: "portless", default: true, relabelings: [{ action: "labeldrop", regex: "endpoint" }] },
        ]);
    });

    it("leave out what EKS does not show, and the rules about it", () => {
        for (const part of ["kubeEtcd", "kubeControllerManager", "kubeScheduler", "kubeProxy"]) {
            assert.equal(at(prod, `${part}.enabled`), false);
        }
        for (const rules of [
            "etcd",
            "kubeControllerManager",
            "kubeSchedulerAlerting",
            "kubeSchedulerRecording",
            "kubeProxy",
        ]) {
            assert.equal(at(prod, `defaultRules.rules.${rules}`), false);
        }
    });

    it("never ask for a scrape that takes longer than the next one is away", () => {
        assert.equal(at(valuesOf({ scrapeIntervalSeconds: 5 }), "prometheus.prometheusSpec.scrapeTimeout"), "5s");
    });

    it("let one pod go at a time where there are several, and never hold the only one", () => {
        for (const part of ["prometheus", "alertmanager"]) {
            const budget = (replicas: number): unknown => at(valuesOf({ replicas }), `${part}.podDisruptionBudget`);
            assert.deepEqual(budget(1), { enabled: false });
            assert.deepEqual(budget(2), { enabled: true, minAvailable: 1 });
            assert.deepEqual(budget(3), { enabled: true, minAvailable: 2 });
        }
    });

    it("give every container requests and limits", () => {
        for (const path of [
            "prometheus.prometheusSpec",
            "alertmanager.alertmanagerSpec",
            "grafana",
            "grafana.sidecar",
            "prometheusOperator",
            "prometheusOperator.prometheusConfigReloader",
            "prometheusOperator.admissionWebhooks.patch",
            "kube-state-metrics",
            "prometheus-node-exporter",
            "crds.upgradeJob",
        ]) {
            for (const kind of ["requests", "limits"]) {
                for (const resource of ["cpu", "memory"]) {
                    assert.match(String(at(prod, `${path}.resources.${kind}.${resource}`)), /^\d+(m|Mi|Gi)?$/, path);
                }
            }
        }
    });

    it("keep the root file system read-only where the chart leaves it open", () => {
        for (const path of [
            "grafana.containerSecurityContext",
            "grafana.sidecar.securityContext",
            "prometheus-node-exporter.containerSecurityContext",
        ]) {
            assert.equal(at(prod, `${path}.readOnlyRootFilesystem`), true, path);
            assert.equal(at(prod, `${path}.allowPrivilegeEscalation`), false, path);
            assert.deepEqual(at(prod, `${path}.capabilities`), { drop: ["ALL"] }, path);
        }
    });

    it("contain no credential and no configuration of Alertmanager", () => {
        assert.equal(at(prod, "alertmanager.config"), undefined);
        assert.equal(at(prod, "alertmanager.alertmanagerSpec.useExistingSecret"), true);
        assert.equal(at(prod, "alertmanager.alertmanagerSpec.configSecret"), "alertmanager-configuration");
        assert.deepEqual(at(prod, "alertmanager.alertmanagerSpec.secrets"), ["alertmanager-credentials"]);
        assert.doesNotMatch(JSON.stringify(prod), /adminPassword|routing_key|api_url/);
    });

    it("unset nothing, which Pulumi's Helm release would drop on the way", () => {
        assert.doesNotMatch(JSON.stringify(prod), /:null/);
    });

    it("are the same bytes every time", () => {
        assert.equal(JSON.stringify(valuesOf()), JSON.stringify(valuesOf()));
    });
});
