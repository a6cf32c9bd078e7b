import type * as pulumi from "@pulumi/pulumi";
import { Budget } from "../components/budget/budget";
import { ArgoApplications } from "../components/delivery/argoApplications";
import type { PlatformContext } from "../components/context";
import { applicationsOf } from "../components/system/delivery";
import { System } from "../components/system/system";
import type { PlannedSystem, SystemDefinition } from "../components/system/declaration";
import { ConfigError, type ConfigIssue } from "../config/errors";
import type { StackConfig } from "../config/load";
import { crossFieldIssues } from "../config/rules";
import type { AddonName } from "../config/schema";
import { installedAddons } from "./addons";
import { capacityIssues, spareCapacity } from "./capacity";
import { contractOf, contractOutput, type PlatformContract, type PlatformContractOutputs } from "./contract";
import { planSystems } from "./plan";
import { createLocalPlatform } from "./localPlatform";
import { createPlatform, type Platform } from "./platform";
import { createTeamPlatform, platformContract, teamIssues } from "./teamPlatform";

/** What a stack exports. Nothing in it is secret. */
export interface StackOutputs {
    /** Name of the EKS cluster (`aws eks update-kubeconfig --name <clusterName>`); in the local environment the kubeconfig context. */
    readonly clusterName: string;
    /** Kubeconfig of the cluster; it holds no credentials, it asks the AWS CLI for them. Absent in the local environment. */
    readonly kubeconfig?: pulumi.Output<string>;
    /** Absent in the local environment. */
    readonly vpcId?: pulumi.Output<string>;
    /** URL of each service, by system and service. */
    readonly endpoints: Readonly<Record<string, Readonly<Record<string, pulumi.Output<string>>>>>;
    /** What stacks of teams need to deploy onto this platform; absent where the platform is not this stack's own. */
    readonly [contractOutput]?: PlatformContractOutputs;
}

/**
 * Composes everything a stack consists of: the platform, and on it the systems that its configuration names.
 *
 * @throws ConfigError when a system cannot run as configured. Nothing has been created then.
 */
export async function composeStack(
    config: StackConfig,
    definitions: readonly SystemDefinition[],
): Promise<StackOutputs> {
    const contract = await contractFor(config);
    const { systems, issues } = planSystems(
        config.platform,
        definitions,
        addonsOf(config, contract),
        contract === undefined ? undefined : contract.gateway?.takesAllHosts === true,
    );
    refuse(config, [
        ...crossFieldIssues(config.platform, config.region),
        ...(contract === undefined ? [] : teamIssues(config, contract, systems)),
        ...registryIssues(config),
        ...issues,
        ...capacityIssues(config.platform, systems),
    ]);
    const { context, kubeconfig, ...outputs } = platformOf(config, contract, hostsWithOurCertificate(systems));
    const running = systems.map((plan) => ({ plan, system: new System({ platform: context, plan }) }));
    deliverFromGit(config, running, context);
    if (config.platform.budget !== undefined) {
        const { stack, environment, extraTags } = context;
        new Budget("budget", { tags: { stack, environment, extraTags }, config: config.platform.budget });
    }
    const ownContract =
        kubeconfig === undefined
            ? undefined
            : contractOf(context, kubeconfig, {
                  systems,
                  delegatedHosts: config.platform.edge.delegatedHosts,
                  spare: spareCapacity(config.platform, systems),
              });
    const endpoints = running.map(({ plan, system }) => [plan.name, system.endpoints] as const);
    return {
        ...outputs,
        ...(kubeconfig !== undefined && { kubeconfig }),
        endpoints: Object.fromEntries(endpoints),
        ...(ownContract !== undefined && { [contractOutput]: ownContract }),
    };
}

/**
 * Hands the systems that Argo CD delivers over to it, each with everything that is not in git: Argo CD needs its rights in their namespaces
 * until the last object there is gone, and it tries a revision that failed for want of something no second time.
 */
function deliverFromGit(
    { platform: { delivery } }: StackConfig,
    running: readonly { readonly plan: PlannedSystem; readonly system: System }[],
    platform: PlatformContext,
): void {
    const { repositoryUrl, revision, path } = delivery;
    const delivered = running.filter(({ plan }) => plan.settings.delivery === "argocd");
    const applications = delivered.flatMap(({ plan }) => applicationsOf(plan, path));
    if (applications.length === 0 || repositoryUrl === undefined) {
        return;
    }
    new ArgoApplications("delivery", {
        provider: platform.kubernetes,
        repositoryUrl,
        revision,
        path,
        applications,
        dependsOn: [...platform.ready, ...delivered.map(({ system }) => system)],
    });
}

/** A private registry is of no use without its token. */
function registryIssues({ platform, secrets }: StackConfig): ConfigIssue[] {
    return platform.registry === undefined || secrets.registryPassword !== undefined
        ? []
        : [
              {
                  path: "platform:registryPassword",
                  message:
                      "required with platform:registry; set it with `npx pulumi config set --secret platform:registryPassword <token>`",
              },
          ];
}

function refuse({ stack }: StackConfig, issues: readonly ConfigIssue[]): void {
    if (issues.length > 0) {
        throw new ConfigError(stack, issues);
    }
}

/** The host names that a load balancer of AWS answers for, and so our certificate. */
function hostsWithOurCertificate(systems: readonly PlannedSystem[]): string[] {
    const edges = systems.flatMap(({ declaration }) => Object.values(declaration.services).map(({ edge }) => edge));
    return edges.flatMap((edge) => (edge?.host === undefined ? [] : [edge.host]));
}

/** What another stack's platform offers, when this stack deploys onto one. */
async function contractFor({ stack, platform }: StackConfig): Promise<PlatformContract | undefined> {
    return platform.platformStack === undefined ? undefined : platformContract(stack, platform.platformStack);
}

function addonsOf({ platform }: StackConfig, contract: PlatformContract | undefined): ReadonlySet<AddonName> {
    return contract === undefined ? installedAddons(platform) : new Set(contract.addons);
}

/** The platform that the configuration asks for: a cluster that exists, another stack's, or one of its own. */
function platformOf(config: StackConfig, contract: PlatformContract | undefined, hosts: readonly string[]): Platform {
    const { region, platform } = config;
    const { context } = platform.kubernetes;
    if (platform.environment === "local" && context !== undefined) {
        return createLocalPlatform(config, context);
    }
    if (contract !== undefined) {
        return createTeamPlatform(config, contract, hosts);
    }
    if (region === undefined) {
        throw new Error("the configuration was not checked: aws:region is missing");
    }
    return createPlatform({ ...config, region }, hosts);
}
