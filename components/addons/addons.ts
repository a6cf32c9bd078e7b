import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AddonName, PlatformConfig } from "../../config/schema";
import { Component } from "../component";
import { PodIdentityRole } from "../identity/podIdentity";
import { PolicyExceptions } from "../policyExceptions";
import { tagsFor, type TagContext } from "../tags";
import { AddonBoundaries } from "./addonBoundaries";
import { wantedAddons } from "./catalogue";
import type { AddonContext, AddonDefinition, AddonStep, InstalledChart, PodSecurity } from "./definition";
import { addonExceptions } from "./exceptions";
import { externalSecrets } from "./externalSecrets";
import { platformLogGroup } from "./logRouting";
import { LogSearch } from "./logSearch";
import { searchableDays } from "./logQueries";

export interface AddonsArgs {
    readonly tags: TagContext;
    /** The cluster that the add-ons are installed in. */
    readonly cluster: AddonContext["cluster"] & { readonly provider: k8s.Provider };
    /** Which add-ons are wanted. Switching one off removes it, and what it made for the systems. */
    readonly enabled: PlatformConfig["addons"];
    readonly edge: AddonContext["edge"];
    /** The log group of what belongs to no system. */
    readonly logs: {
        /** KMS key of the group. Changed in place. */
        readonly keyArn: pulumi.Input<string>;
        /** Days that logs are kept. Changed in place. */
        readonly retentionDays: PlatformConfig["observability"]["logRetentionDays"];
    };
    /** What the add-ons wait for: nodes, EKS add-ons, and monitoring, whose kinds they use. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/** Seconds for one chart to become ready; a node may have to start first. Helm's own default is 300. */
const timeoutSeconds = 600;

/** Revisions of a release that Helm keeps for a rollback by hand. */
const keptRevisions = 5;

/**
 * The add-ons of a cluster: each one a Helm release in a namespace of its own, with an AWS identity where it needs one, and what it needs
 * before that. One that does not become ready is rolled back and fails the update.
 *
 * Add-ons are installed after what they need and removed before it. What uses an add-on waits for `ready`, so on destroy the controllers
 * are still there to clean up what they made.
 *
 * Costs nothing by itself beyond the CPU and memory of its pods and the logs that are kept.
 *
 * @example
 * const addons = new Addons("addons", {
 *     tags, enabled: config.addons, edge: { hostedZoneId, hosts }, logs: { keyArn, retentionDays: 30 },
 *     cluster: { name, kubernetesVersion, provider: cluster.provider, vpcId, accountId, region },
 *     dependsOn: cluster.ready,
 * });
 */
export class Addons extends Component {
    /** What uses an add-on waits for these. */
    readonly ready: readonly pulumi.Resource[];
    /** The add-ons that are installed. */
    readonly installed: ReadonlySet<AddonName>;
    /** The add-ons by name, for what needs one of them and not all. */
    readonly releases: ReadonlyMap<AddonName, pulumi.Resource>;
    /** ARN of the role of the External Secrets Operator. Empty without the operator: then there is nobody to let in. */
    readonly externalSecretsRoleArn: pulumi.Output<string>;
    /** Namespace of the External Secrets Operator. */
    readonly externalSecretsNamespace: string;

    private readonly args: AddonsArgs;

    constructor(name: string, args: AddonsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:addons:Addons", name, opts);
        this.args = args;

        const context = this.createContext();
        const wanted = wantedAddons(args.enabled, context);
        const identities = this.createIdentities(wanted, context);
        const logGroups = wanted.some((each) => each.name === "logging") ? [this.createLogGroup()] : [];
        if (args.enabled.searchableLogs) {
            logGroups.forEach((group) => this.makeSearchable(group));
        }
        const releases = new Map<AddonName, k8s.helm.v3.Release>();
        const namespaces = new Map<string, k8s.core.v1.Namespace>();
        for (const definition of wanted) {
            const needs = [
                ...(identities.get(definition.name)?.ready ?? []),
                ...(definition.name === "logging" ? logGroups : []),
                ...(definition.after ?? []).flatMap((earlier) => releases.get(earlier) ?? []),
            ];
            releases.set(definition.name, this.install(definition, context, needs, namespaces));
        }

        this.exceptPolicies(wanted);

        this.ready = [...releases.values()];
        this.releases = releases;
        this.installed = new Set(releases.keys());
        this.externalSecretsRoleArn = identities.get("externalSecrets")?.roleArn ?? pulumi.output("");
        this.externalSecretsNamespace = externalSecrets.namespace;
        this.registerOutputs({
            installed: [...this.installed],
            externalSecretsRoleArn: this.externalSecretsRoleArn,
            externalSecretsNamespace: this.externalSecretsNamespace,
        });
    }

    private createContext(): AddonContext {
        const { tags, cluster, enabled, edge } = this.args;
        const { name, kubernetesVersion, vpcId, accountId, region } = cluster;
        return {
            tags,
            cluster: { name, kubernetesVersion, vpcId, accountId, region },
            replicas: tags.environment === "prod" ? 2 : 1,
            enabled,
            monitoring: enabled.monitoring,
            edge,
        };
    }

    private createIdentities(
        definitions: readonly AddonDefinition[],
        context: AddonContext,
    ): Map<AddonName, PodIdentityRole> {
        const identities = new Map<AddonName, PodIdentityRole>();
        for (const { name, namespace, identity } of definitions) {
            if (identity !== undefined && (identity.isUseful?.(context) ?? true)) {
                const role = new PodIdentityRole(
                    this.childName(`${namespace}-identity`),
                    {
                        tags: context.tags,
                        clusterName: context.cluster.name,
                        accountId: context.cluster.accountId,
                        region: context.cluster.region,
                        namespace,
                        serviceAccount: identity.serviceAccount,
                        statements: identity.statements(context),
                    },
                    this.childOptions({ dependsOn: [...this.args.dependsOn] }),
                );
                identities.set(name, role);
            }
        }
        return identities;
    }

    private exceptPolicies(definitions: readonly AddonDefinition[]): void {
        const exceptions = addonExceptions(definitions, (namespace) => this.childName(`${namespace}-namespace`));
        if (exceptions.length > 0) {
            new PolicyExceptions(this.childName("exceptions"), exceptions, this.childOptions());
        }
    }

    private createLogGroup(): aws.cloudwatch.LogGroup {
        const { tags, logs } = this.args;
        const name = platformLogGroup(tags.environment);
        return new aws.cloudwatch.LogGroup(
            this.childName("logs"),
            {
                name,
                retentionInDays: searchableDays(this.args.enabled, logs.retentionDays),
                kmsKeyId: logs.keyArn,
                tags: tagsFor(tags, name),
            },
            this.childOptions(),
        );
    }

    private makeSearchable(group: aws.cloudwatch.LogGroup): void {
        const { environment } = this.args.tags;
        new LogSearch(
            this.childName("log-search"),
            { title: `platform-${environment}`, logGroupName: platformLogGroup(environment) },
            this.childOptions({ dependsOn: [group] }),
        );
    }

    /** The add-on's own release, after its steps, each of which waits for the one before it unless it needs none of them. */
    private install(
        definition: AddonDefinition,
        context: AddonContext,
        needs: readonly pulumi.Resource[],
        namespaces: Map<string, k8s.core.v1.Namespace>,
    ): k8s.helm.v3.Release {
        let earlier = needs;
        const beside: pulumi.Resource[] = [];
        const own = this.namespaceOf(definition, namespaces);
        const boundaries = new AddonBoundaries(
            this.childName(`${definition.namespace}-boundaries`),
            { definition, context, provider: this.args.cluster.provider, dependsOn: [own] },
            this.childOptions(),
        );
        for (const step of definition.before ?? []) {
            if (step.step === "chart" && step.beside === true) {
                beside.push(
                    this.createRelease(step.name, step, context, [this.namespaceOf(step, namespaces), ...needs]),
                );
                continue;
            }
            const resource: pulumi.Resource =
                step.step === "chart"
                    ? this.createRelease(step.name, step, context, [this.namespaceOf(step, namespaces), ...earlier])
                    : this.createObject(step, [own, ...earlier]);
            earlier = [resource];
        }
        return this.createRelease(definition.namespace, definition, context, [
            own,
            ...boundaries.ready,
            ...earlier,
            ...beside,
        ]);
    }

    private namespaceOf(
        { namespace, podSecurity, namespaceLabels }: InstalledChart,
        namespaces: Map<string, k8s.core.v1.Namespace>,
    ): k8s.core.v1.Namespace {
        const made = namespaces.get(namespace);
        if (made !== undefined) {
            return made;
        }
        const home = new k8s.core.v1.Namespace(
            this.childName(`${namespace}-namespace`),
            { metadata: { name: namespace, ...podSecurityMetadata(podSecurity, namespaceLabels) } },
            this.childOptions({ provider: this.args.cluster.provider, dependsOn: [...this.args.dependsOn] }),
        );
        namespaces.set(namespace, home);
        return home;
    }

    private createObject(
        { apiVersion, kind, name, namespace, annotations, spec }: Extract<AddonStep, { step: "object" }>,
        needs: readonly pulumi.Resource[],
    ): k8s.apiextensions.CustomResource {
        return new k8s.apiextensions.CustomResource(
            this.childName(`${name}-${kind.toLowerCase()}`),
            {
                apiVersion,
                kind,
                metadata: {
                    name,
                    ...(namespace !== undefined && { namespace }),
                    labels: { "app.kubernetes.io/managed-by": "pulumi" },
                    ...(annotations !== undefined && { annotations: { ...annotations } }),
                },
                spec,
            },
            this.childOptions({
                provider: this.args.cluster.provider,
                dependsOn: [...this.args.dependsOn, ...needs],
            }),
        );
    }

    private createRelease(
        name: string,
        { namespace, chart, values }: InstalledChart,
        context: AddonContext,
        needs: readonly pulumi.Resource[],
    ): k8s.helm.v3.Release {
        const { provider } = this.args.cluster;
        return new k8s.helm.v3.Release(
            this.childName(name),
            {
                name,
                namespace,
                ...chartSource(chart),
                version: chart.version,
                values: values(context),
                atomic: true,
                skipAwait: false,
                timeout: timeoutSeconds,
                maxHistory: keptRevisions,
                // Kinds that an earlier add-on left behind are taken over instead of being in the way.
                ...(chart.takeOwnership === true && { takeOwnership: true }),
            },
            this.childOptions({ provider, dependsOn: [...this.args.dependsOn, ...needs] }),
        );
    }
}

/** Helm finds a chart in a registry by its address, and one in a repository by its name. */
function chartSource({
    name,
    repository,
}: InstalledChart["chart"]): Pick<k8s.helm.v3.ReleaseArgs, "chart" | "repositoryOpts"> {
    return repository.startsWith("oci://")
        ? { chart: `${repository}/${name}` }
        : { chart: name, repositoryOpts: { repo: repository } };
}

/** Labels that the API server checks pods by, and the reason for anything but the strictest. */
function podSecurityMetadata(
    security: PodSecurity,
    more: Readonly<Record<string, string>> = {},
): {
    labels: Record<string, string>;
    annotations?: Record<string, string>;
} {
    const labels = {
        ...more,
        "app.kubernetes.io/managed-by": "pulumi",
        "pod-security.kubernetes.io/enforce": security.level,
        "pod-security.kubernetes.io/enforce-version": "latest",
        "pod-security.kubernetes.io/warn": security.level,
        "pod-security.kubernetes.io/audit": security.level,
    };
    return security.level === "restricted"
        ? { labels }
        : { labels, annotations: { "platform/pod-security-reason": security.reason } };
}
