import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { AddonName, PlatformConfig } from "../../config/schema";
import type { PolicyException } from "../../policy/exceptions";
import { Component } from "../component";
import { PolicyExceptions } from "../policyExceptions";
import { PodIdentityRole } from "../identity/podIdentity";
import { restrictedPodSecurity } from "../system/policies";
import type { TagContext } from "../tags";
import { isPriced, platformCost, type PricedCluster } from "./dashboards/cost";
import { dashboardConfigMap } from "./dashboards/configMap";
import { logReader } from "./dataSources";
import { infrastructure } from "./dashboards/infrastructure";
import { alertmanagerConfig, credentialKeys } from "./alertmanagerConfig";
import { platformModel } from "./controllers";
import {
    alertmanagerSecrets,
    grafanaAdmin,
    grafanaRole,
    grafanaServiceAccount,
    monitoringNamespace,
    nodeExporterNamespace,
    platformFolder,
    releaseName,
} from "./names";
import { monitoringPolicies } from "./networkPolicies";
import { ruleFamilies } from "./rules/alertRules";
import { chart, stackValues } from "./stackValues";

export interface MonitoringArgs {
    /** The stack and the environment, which every metric and alert is labelled with. Nothing in it is an AWS resource. */
    readonly tags: TagContext;
    /** Provider of the cluster. */
    readonly provider: k8s.Provider;
    /**
     * Retention, volume, replicas, intervals and channels. All change in place, without a gap in the metrics when there are replicas;
     * a volume grows only where its StorageClass allows it and by hand.
     */
    readonly config: PlatformConfig["observability"];
    /** The add-ons of the cluster, whose controllers are watched. Default: none. Changed in place. */
    readonly addons?: ReadonlySet<AddonName>;
    /** Integration key of PagerDuty's Events API v2. Default: nobody is paged. Changed in place. */
    readonly pagerdutyRoutingKey?: pulumi.Input<string>;
    /** Incoming webhook of Slack. Default: nothing is posted. Changed in place. */
    readonly slackWebhookUrl?: pulumi.Input<string>;
    /** Whether traces are kept in the cluster: Grafana shows them then, from latencies and log lines on. Default false. Changed in place. */
    readonly traces?: boolean;
    /**
     * The cluster whose logs are in CloudWatch, which Grafana gets an identity to search. Default: logs are elsewhere. Pods of Grafana have to
     * be started anew when it appears.
     */
    readonly logs?: {
        readonly clusterName: string;
        readonly accountId: pulumi.Input<string>;
        readonly region: string;
    };
    /**
     * What the dashboard of costs counts with. Default: there is none, as on a cluster that nobody pays AWS for, and as in a region that
     * the price list lacks. Changed in place.
     */
    readonly pricedCluster?: PricedCluster;
    /**
     * Address that is called as long as alerts get through, by a service that tells somebody when the calls stop. Default: nobody is
     * told when Prometheus or Alertmanager is down. Changed in place.
     */
    readonly heartbeatUrl?: pulumi.Input<string>;
    /** What must exist before: nodes, network, storage. */
    readonly dependsOn?: readonly pulumi.Resource[];
}

/** A Helm upgrade pulls images and waits for volumes; on fresh nodes that takes minutes. */
const installTimeoutSeconds = 900;

/**
 * Prometheus, Alertmanager and Grafana for everything in a cluster (kube-prometheus-stack), hardened and closed to the outside. Rules,
 * monitors and dashboards of every namespace are picked up as they appear.
 *
 * Costs about half a CPU and 2 GiB of memory on the nodes, and gp3 volumes at $0.08 a GiB-month: one of `config.storageGiB` for each
 * replica of Prometheus and one of 1 GiB for each of Alertmanager (Amazon EBS pricing, us-east-1).
 *
 * @example
 * const monitoring = new Monitoring("monitoring", { tags, provider: cluster.provider, config: observability });
 * // kubectl -n monitoring port-forward service/kube-prometheus-stack-grafana 3000:80
 */
export class Monitoring extends Component {
    /** What resources of the operator's kinds (ServiceMonitor, PrometheusRule, …) wait for. */
    readonly ready: readonly pulumi.Resource[];
    /** Where the stack runs. */
    readonly namespace = monitoringNamespace;

    private readonly provider: k8s.Provider;

    constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:observability:Monitoring", name, opts);
        this.provider = args.provider;

        const namespaces = this.createNamespaces(args.dependsOn ?? []);
        const policies = this.createNetworkPolicies(namespaces);
        const access = this.createGrafanaAccess(namespaces);
        const configuration = this.createAlertmanagerConfiguration(args, namespaces);
        const dashboards = this.createDashboards(args, namespaces);
        const identity = this.createLogReader(args);
        const release = this.installChart(args, [
            ...namespaces,
            ...policies,
            ...access,
            ...configuration,
            ...dashboards,
            ...identity,
        ]);

        new PolicyExceptions(this.childName("exceptions"), this.exceptions(), this.childOptions());

        this.createRules(args, release);

        this.ready = [release];
        this.registerOutputs({ namespace: this.namespace });
    }

    private createNamespaces(dependsOn: readonly pulumi.Resource[]): pulumi.Resource[] {
        const namespace = (name: string, podSecurity: Readonly<Record<string, string>>): pulumi.Resource =>
            new k8s.core.v1.Namespace(
                this.childName(`namespace-${name}`),
                { metadata: { name, labels: { ...podSecurity, "app.kubernetes.io/part-of": releaseName } } },
                this.options(dependsOn),
            );
        return [
            namespace(monitoringNamespace, restrictedPodSecurity),
            // The node exporter reads the host's file systems and network counters, which only "privileged" allows.
            namespace(nodeExporterNamespace, { "pod-security.kubernetes.io/enforce": "privileged" }),
        ];
    }

    private exceptions(): PolicyException[] {
        const nodeExporter = this.childName(`namespace-${nodeExporterNamespace}`);
        const until = "2027-11-30";
        return [
            {
                rule: "namespace-pod-security",
                subject: nodeExporter,
                reason: "The node exporter reads the host's file systems and network counters",
                until,
            },
            {
                rule: "namespace-default-deny",
                subject: nodeExporter,
                reason: "The node exporter is in the host's network, where network policies do not apply",
                until,
            },
            {
                rule: "namespace-bounded",
                subject: this.childName("namespace-*"),
                reason: "The operator starts pods beside those it replaces, and a quota would leave the cluster without alerts; each container has a limit of memory",
                until,
            },
        ];
    }

    private createNetworkPolicies(dependsOn: readonly pulumi.Resource[]): pulumi.Resource[] {
        return Object.entries(monitoringPolicies).map(
            ([name, spec]) =>
                new k8s.networking.v1.NetworkPolicy(
                    this.childName(`policy-${name}`),
                    { metadata: { name, namespace: monitoringNamespace }, spec },
                    this.options(dependsOn),
                ),
        );
    }

    /** Grafana's administrator, and its right to find dashboards in every namespace. */
    private createGrafanaAccess(dependsOn: readonly pulumi.Resource[]): pulumi.Resource[] {
        const password = new random.RandomPassword(
            this.childName("grafana-password"),
            { length: 32, special: false },
            this.childOptions(),
        );
        return [
            this.createSecret(
                grafanaAdmin.secretName,
                { [grafanaAdmin.userKey]: "admin", [grafanaAdmin.passwordKey]: password.result },
                dependsOn,
            ),
            new k8s.rbac.v1.ClusterRole(
                this.childName("grafana-role"),
                {
                    metadata: { name: grafanaRole },
                    rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
                },
                this.options(dependsOn),
            ),
        ];
    }

    /** Grafana's identity at AWS, which its pods have to find when they start. */
    private createLogReader({ tags, logs, dependsOn = [] }: MonitoringArgs): readonly pulumi.Resource[] {
        if (logs === undefined) {
            return [];
        }
        const role = new PodIdentityRole(
            this.childName("grafana-identity"),
            {
                tags,
                ...logs,
                namespace: monitoringNamespace,
                serviceAccount: grafanaServiceAccount,
                statements: logReader(tags.environment, logs.region, logs.accountId),
            },
            this.childOptions({ dependsOn: [...dependsOn] }),
        );
        return role.ready;
    }

    /** The dashboards about the cluster as a whole. */
    private createDashboards(
        { pricedCluster }: MonitoringArgs,
        dependsOn: readonly pulumi.Resource[],
    ): pulumi.Resource[] {
        const dashboards: readonly Dashboard[] = [
            infrastructure(),
            ...(pricedCluster !== undefined && isPriced(pricedCluster) ? [platformCost(pricedCluster)] : []),
        ];
        return dashboards.map((dashboard) => {
            const name = `dashboard-${dashboard.uid}`;
            return new k8s.core.v1.ConfigMap(
                this.childName(name),
                dashboardConfigMap({ name, namespace: monitoringNamespace }, platformFolder, dashboard),
                this.options(dependsOn),
            );
        });
    }

    /** The routing, and apart from it the credentials that it names by file. */
    private createAlertmanagerConfiguration(
        { tags, config, pagerdutyRoutingKey, slackWebhookUrl, heartbeatUrl }: MonitoringArgs,
        dependsOn: readonly pulumi.Resource[],
    ): pulumi.Resource[] {
        const configuration = alertmanagerConfig({
            environment: tags.environment,
            pagerduty: pagerdutyRoutingKey !== undefined,
            heartbeat: heartbeatUrl !== undefined,
            businessHours: config.businessHours,
            ...(slackWebhookUrl !== undefined && {
                slack: { channel: config.slackChannel, channels: config.slackChannels },
            }),
        });
        const credentials = {
            ...(heartbeatUrl !== undefined && { [credentialKeys.heartbeat]: pulumi.secret(heartbeatUrl) }),
            ...(pagerdutyRoutingKey !== undefined && {
                [credentialKeys.pagerduty]: pulumi.secret(pagerdutyRoutingKey),
            }),
            ...(slackWebhookUrl !== undefined && { [credentialKeys.slack]: pulumi.secret(slackWebhookUrl) }),
        };
        // JSON is YAML.
        const file = { "alertmanager.yaml": JSON.stringify(configuration, undefined, 2) };
        return [
            this.createSecret(alertmanagerSecrets.configuration, file, dependsOn),
            this.createSecret(alertmanagerSecrets.credentials, credentials, dependsOn),
        ];
    }

    private createSecret(
        name: string,
        stringData: Readonly<Record<string, pulumi.Input<string>>>,
        dependsOn: readonly pulumi.Resource[],
    ): pulumi.Resource {
        return new k8s.core.v1.Secret(
            this.childName(name),
            { metadata: { name, namespace: monitoringNamespace }, stringData },
            this.options(dependsOn),
        );
    }

    /** Alerts about the platform itself, in the shape that the operator reads. */
    private createRules({ tags, config, addons = new Set() }: MonitoringArgs, release: pulumi.Resource): void {
        for (const [family, groups] of Object.entries(ruleFamilies(platformModel(tags.environment, addons, config)))) {
            new k8s.apiextensions.CustomResource(
                this.childName(`rules-${family}`),
                {
                    apiVersion: "monitoring.coreos.com/v1",
                    kind: "PrometheusRule",
                    metadata: { name: `platform-${family}`, namespace: monitoringNamespace },
                    spec: { groups },
                },
                this.options([release]),
            );
        }
    }

    private installChart(
        { tags, config, traces = false, logs }: MonitoringArgs,
        dependsOn: readonly pulumi.Resource[],
    ): pulumi.Resource {
        return new k8s.helm.v3.Release(
            this.childName("chart"),
            {
                name: releaseName,
                namespace: monitoringNamespace,
                chart: chart.name,
                version: chart.version,
                repositoryOpts: { repo: chart.repository },
                values: stackValues({
                    stack: tags.stack,
                    environment: tags.environment,
                    config,
                    sources: { traces, ...(logs !== undefined && { logsRegion: logs.region }) },
                }),
                timeout: installTimeoutSeconds,
                // An upgrade that fails takes back what it had added.
                cleanupOnFail: true,
                maxHistory: 5,
            },
            this.options(dependsOn),
        );
    }

    private options(dependsOn: readonly pulumi.Resource[]): pulumi.CustomResourceOptions & { parent: pulumi.Resource } {
        return this.childOptions({ provider: this.provider, dependsOn: [...dependsOn] });
    }
}
