import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checkArgs } from "../checkedArgs";
import { Component } from "../component";
import { labelsFor, selectorFor, type SystemScope } from "../context";
import { PodIdentityRole } from "../identity/podIdentity";
import { componentName } from "../naming";
import { accessRules } from "./access";
import { argumentShape, refuseImpossible, type ApiServiceArgs, type ServiceConnection } from "./arguments";
import { disruptionSpec, horizontalSpec, recommenderSpec } from "./autoscaling";
import { blueGreenNames } from "./blueGreen";
import { planOf, type ServicePlan } from "./defaults";
import { createEdge } from "./edge";
import { edgeSourcesOf } from "./edgePlan";
import { meshAnnotations } from "./mesh";
import { createMeshPolicy } from "./meshPolicy";
import { networkPolicySpec } from "./networkPolicy";
import type { ServicePart } from "./part";
import { podLabels, podSpec } from "./podTemplate";
import { serviceMonitorSpec } from "./service";
import { tracingSettings } from "./tracing";
import { connectionVariables, fullDigest, knownDigest } from "./variables";
import { fileData } from "./volumes";
import { createService, createWorkload, type CreatedWorkload } from "./workload";

export type { ApiServiceArgs, ServiceConnection };

/** A ConfigMap whose name says what is in it. */
interface ConfigMap {
    readonly name: string;
    readonly resource: pulumi.Resource;
}

/**
 * An HTTP API on Kubernetes with everything it needs in production: hardened pods that are spread, scaled, drained and replaced
 * without a lost request, an identity of their own, configuration, network policies made from the declared connections, metrics
 * and, where asked for, a public endpoint. `image` and `port` are all it has to be told.
 *
 * Costs what its pods request of the nodes, twice that while a new version takes over blue-green; a public endpoint adds a share of one
 * load balancer, see `albAnnotations`, or one of its own, see `NlbEdge`.
 *
 * The ConfigMap is named after its content. A version that is being rolled back, or whose successor does not start, keeps the
 * configuration it was made for, which a ConfigMap changed under it would take away from the first pod that restarts. The old
 * one is deleted once the new pods run; `pulumi up` with the earlier version brings it back. `kubectl rollout undo` alone does so
 * only where the configuration has not changed.
 *
 * @example
 * const api = new ApiService("user-mgmt-api", {
 *     scope,
 *     image: "ghcr.io/your-org/user-mgmt-api",
 *     version: "1.4.2",
 *     port: 8000,
 *     connections: [{ spec: { to: "postgres" }, connection: database.connection }],
 * });
 */
export class ApiService extends Component {
    /** Name of the service and of its Kubernetes objects. */
    readonly serviceName: string;
    /** Where to reach it: the public URL when it has an edge, else the one inside the cluster. */
    readonly url: pulumi.Output<string>;
    /** Labels that select its pods. */
    readonly selector: Readonly<Record<string, string>>;
    /** Port of its containers. */
    readonly port: number;
    /** Port of its Kubernetes Service. */
    readonly servicePort: number;

    private readonly args: ApiServiceArgs;
    private readonly scope: SystemScope;
    private readonly plan: ServicePlan;
    private readonly part: ServicePart;

    constructor(name: string, args: ApiServiceArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, argumentShape, args);
        const pulumiName = componentName(args.scope.system, name);
        refuseImpossible(pulumiName, name, args);
        super("platform:apiService:ApiService", pulumiName, { parent: args.scope.parent, ...opts });
        this.args = args;
        this.scope = args.scope;
        this.plan = planOf(args);
        this.serviceName = name;
        this.selector = selectorFor(args.scope, name);
        this.port = this.plan.port;
        this.servicePort = this.plan.servicePort;
        this.part = this.createPart();

        const identity = this.createIdentity();
        const settings = this.createSettings();
        const files = this.createFiles();
        const access = this.createAccess([settings, ...files].map((configMap) => configMap.name));
        const networkPolicy = this.createNetworkPolicy();
        const service = createService(this.part);
        const configuration = [settings, ...files].map(({ resource }) => resource);
        const workload = createWorkload(this.part, this.podTemplate(settings, files), this.reloadAnnotations(), [
            ...identity,
            ...access,
            ...configuration,
            ...this.whatItReads(),
            networkPolicy,
            ...createMeshPolicy(this.part),
            ...(this.plan.blueGreen === undefined ? [] : [service]),
        ]);
        this.createAutoscalers(workload);
        this.createDisruptionBudget();
        this.createMonitor();
        this.url = this.createEdge([workload.resource, service]);

        this.registerOutputs({ serviceName: this.serviceName, url: this.url });
    }

    /** What the files beside this one need to make children of this component. */
    private createPart(): ServicePart {
        const { scope, args, plan, selector, serviceName, labels } = this;
        return {
            name: serviceName,
            scope,
            args,
            plan,
            selector,
            childName: (suffix) => this.childName(suffix),
            metadata: (suffix) => ({
                name: suffix === undefined ? serviceName : `${serviceName}-${suffix}`,
                namespace: scope.namespace,
                labels,
            }),
            options: (needs = []) =>
                this.childOptions({
                    provider: scope.platform.kubernetes,
                    dependsOn: [...scope.dependsOn, ...needs],
                }),
        };
    }

    /** The service account, and on AWS the role of its pods. */
    private createIdentity(): pulumi.Resource[] {
        const account = new k8s.core.v1.ServiceAccount(
            this.childName("account"),
            { metadata: this.part.metadata(), automountServiceAccountToken: false },
            this.part.options(),
        );
        const { aws, stack, environment, extraTags } = this.scope.platform;
        if (aws === undefined || !this.plan.awsIdentity) {
            return [account];
        }
        const role = new PodIdentityRole(
            this.childName("identity"),
            {
                tags: { stack, environment, extraTags, system: this.scope.system },
                clusterName: aws.clusterName,
                accountId: aws.accountId,
                region: aws.region,
                namespace: this.scope.namespace,
                serviceAccount: this.serviceName,
                statements: this.args.awsPermissions ?? [],
            },
            this.childOptions({ dependsOn: [...this.scope.dependsOn] }),
        );
        return [account, ...role.ready];
    }

    /**
     * Everything that is not secret. A change makes a new ConfigMap; the old one goes when nothing needs it any more. An address that
     * only the cloud knows is not part of the name, so it is changed under the pods; the digest on the pods rolls them then.
     */
    private createSettings(): ConfigMap & { readonly digest: pulumi.Output<string> } {
        const { platform, namespace } = this.scope;
        const { version, tracing } = this.args;
        const data: Record<string, pulumi.Input<string>> = {
            ...this.plan.settings,
            ...tracingSettings(
                tracing,
                { name: this.serviceName, namespace, environment: platform.environment, version },
                platform.tracing,
            ),
        };
        this.variables.forEach(({ settings }) => Object.assign(data, settings));
        return { ...this.createConfigMap("config", this.serviceName, data), digest: fullDigest(data) };
    }

    /** What is configured by files rather than variables: a ConfigMap, or none. */
    private createFiles(): ConfigMap[] {
        const { files } = this.plan;
        return Object.keys(files).length === 0
            ? []
            : [this.createConfigMap("files", `${this.serviceName}-files`, fileData(files))];
    }

    private createConfigMap(child: string, prefix: string, data: Record<string, pulumi.Input<string>>): ConfigMap {
        const known = knownDigest(data);
        const name = `${prefix}-${known}`;
        const resource = new k8s.core.v1.ConfigMap(
            this.childName(`${child}-${known}`),
            { metadata: { ...this.part.metadata(), name }, data },
            this.part.options(),
        );
        return { name, resource };
    }

    private createAccess(configMaps: readonly string[]): pulumi.Resource[] {
        const role = new k8s.rbac.v1.Role(
            this.childName("role"),
            { metadata: this.part.metadata(), rules: accessRules(configMaps, this.secretNames(), this.plan.readsPods) },
            this.part.options(),
        );
        const binding = new k8s.rbac.v1.RoleBinding(
            this.childName("role-binding"),
            {
                metadata: this.part.metadata(),
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: this.serviceName },
                subjects: [{ kind: "ServiceAccount", name: this.serviceName, namespace: this.scope.namespace }],
            },
            this.part.options([role]),
        );
        return [binding];
    }

    private createNetworkPolicy(): pulumi.Resource {
        const { aws, addons, tracing } = this.scope.platform;
        const { callers = [], allowedCallers = [], calls = [], outsideCalls = [] } = this.args;
        const { awsPermissions = [], edge } = this.args;
        const { cidrs, gatewayNamespace } = edgeSourcesOf(edge, this.scope.platform);
        const usesAws = awsPermissions.length > 0;
        const tests = this.plan.blueGreen === undefined ? [] : [blueGreenNames(this.serviceName).smokeTest];
        return new k8s.networking.v1.NetworkPolicy(
            this.childName("network-policy"),
            {
                metadata: this.part.metadata(),
                spec: networkPolicySpec({
                    pods: this.selector,
                    port: this.port,
                    callers: [...callers, ...tests].map((caller) => selectorFor(this.scope, caller)),
                    outsideCallers: allowedCallers,
                    loadBalancerCidrs: cidrs,
                    ...(gatewayNamespace !== undefined && { gatewayNamespace }),
                    scraped: this.plan.metricsPath !== null && addons.has("monitoring"),
                    proxyScraped: addons.has("monitoring"),
                    stores: this.connections.map(({ connection }) => connection),
                    calls: calls.map(({ name, port }) => ({ pods: selectorFor(this.scope, name), port })),
                    outsideCalls,
                    kubernetesApi: this.plan.readsPods,
                    mesh: this.plan.mesh !== undefined,
                    ...(this.args.tracing !== undefined && tracing !== undefined && { collector: tracing }),
                    awsIdentity: aws !== undefined && this.plan.awsIdentity,
                    internet: this.plan.internetAccess || usesAws,
                    awsEndpointCidrs: usesAws ? (aws?.interfaceEndpointCidrs ?? []) : [],
                }),
            },
            this.part.options(),
        );
    }

    /** The pods as they are made, whatever makes them. */
    private podTemplate(
        settings: ReturnType<ApiService["createSettings"]>,
        files: readonly ConfigMap[],
    ): k8s.types.input.core.v1.PodTemplateSpec {
        const { version, imageRepository, secrets = [] } = this.args;
        const stores = this.connections.map(({ connection }) => connection.name);
        const secretVariables = [
            ...this.variables.flatMap((variables) => variables.secrets),
            ...secrets
                .filter(({ name }) => this.plan.secretDirectories[name] === undefined)
                .flatMap(({ name, keys }) => keys.map((key) => ({ variable: key, secretName: name, key }))),
        ];
        return {
            metadata: {
                labels: podLabels(this.labels, stores, version),
                annotations: {
                    ...(this.plan.mesh !== undefined && meshAnnotations),
                    ...this.plan.podAnnotations,
                    "platform/config-digest": settings.digest,
                },
            },
            spec: podSpec({
                name: this.serviceName,
                plan: this.plan,
                version,
                ...(imageRepository !== undefined && { imageRepository }),
                selector: this.selector,
                configMapName: settings.name,
                secretVariables,
                secretFiles: this.variables.flatMap((variables) => variables.files),
                ...(files[0] !== undefined && { filesConfigMapName: files[0].name }),
            }),
        };
    }

    private createAutoscalers({ reference, resource }: CreatedWorkload): void {
        const { replicas, recommendResources } = this.plan;
        if (replicas.kind === "autoscaled") {
            new k8s.autoscaling.v2.HorizontalPodAutoscaler(
                this.childName("autoscaler"),
                { metadata: this.part.metadata(), spec: horizontalSpec(reference, replicas) },
                this.part.options([resource]),
            );
        }
        if (recommendResources && this.scope.platform.addons.has("verticalPodAutoscaler")) {
            new k8s.apiextensions.CustomResource(
                this.childName("recommender"),
                {
                    apiVersion: "autoscaling.k8s.io/v1",
                    kind: "VerticalPodAutoscaler",
                    metadata: this.part.metadata(),
                    spec: recommenderSpec(reference),
                },
                this.part.options([resource]),
            );
        }
    }

    private createDisruptionBudget(): void {
        new k8s.policy.v1.PodDisruptionBudget(
            this.childName("disruption-budget"),
            {
                metadata: this.part.metadata(),
                spec: disruptionSpec(this.selector, this.plan.replicas, this.args.minAvailable),
            },
            this.part.options(),
        );
    }

    private createMonitor(): void {
        const { addons, observability } = this.scope.platform;
        if (this.plan.metricsPath === null || !addons.has("monitoring")) {
            return;
        }
        new k8s.apiextensions.CustomResource(
            this.childName("monitor"),
            {
                apiVersion: "monitoring.coreos.com/v1",
                kind: "ServiceMonitor",
                metadata: this.part.metadata(),
                spec: serviceMonitorSpec(
                    this.selector,
                    this.plan.metricsPath,
                    this.args.metricsIntervalSeconds ?? observability.scrapeIntervalSeconds,
                ),
            },
            this.part.options(),
        );
    }

    /** The way in from outside, where there is one; the address by which the service is reached. */
    private createEdge(backend: readonly pulumi.Resource[]): pulumi.Output<string> {
        const { edge } = this.args;
        const port = this.servicePort === 80 ? "" : `:${this.servicePort}`;
        return edge === undefined
            ? pulumi.output(`http://${this.serviceName}.${this.scope.namespace}.svc.cluster.local${port}`)
            : createEdge(this.part, edge, backend);
    }

    /** A rotated secret reaches pods only when they start; the reloader starts them anew, for these Secrets and no other. */
    private reloadAnnotations(): Record<string, string> {
        const names = this.secretNames();
        return names.length > 0 && this.scope.platform.addons.has("reloader")
            ? { "secret.reloader.stakater.com/reload": names.join(",") }
            : {};
    }

    private get connections(): readonly ServiceConnection[] {
        return this.args.connections ?? [];
    }

    private get variables(): ReturnType<typeof connectionVariables>[] {
        return this.connections.map(({ spec, connection }) => connectionVariables(spec, connection));
    }

    /** What has to exist before a container can start: its stores, and the Secrets it reads. */
    private whatItReads(): pulumi.Resource[] {
        const stores = this.connections.map(({ connection }) => connection);
        const secrets = [...stores.map(({ secret }) => secret), ...(this.args.secrets ?? [])];
        const authorities = stores.flatMap(({ certificateAuthority: authority }) => authority?.secret ?? []);
        return [...stores, ...secrets, ...authorities].flatMap(({ dependsOn }) => dependsOn);
    }

    /** Names of the Secrets whose values the container is given, each once. */
    private secretNames(): string[] {
        const names = [
            ...this.variables.flatMap(({ secrets }) => secrets.map(({ secretName }) => secretName)),
            ...(this.args.secrets ?? []).map(({ name }) => name),
        ];
        return [...new Set(names)].sort();
    }

    private get labels(): Record<string, string> {
        return labelsFor(this.scope, this.serviceName, "api");
    }
}
