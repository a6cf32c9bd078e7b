import { traceCollector } from "../components/addons/tracingNames";
import { ExistingCluster } from "../components/cluster/existingCluster";
import { Certificate } from "../components/edge/certificate";
import { PlatformReference } from "../components/platformReference/platformReference";
import type { PlannedSystem } from "../components/system/declaration";
import type { ConfigIssue } from "../config/errors";
import type { StackConfig } from "../config/load";
import { teamCapacityIssues } from "./capacity";
import { claimsOf } from "./claims";
import { contractOutput, readContract, type PlatformContract } from "./contract";
import { firewallContext, sharedContext, type Platform } from "./platform";

/** Reads what the platform stack promises. It has been deployed before, so its outputs are known even in a preview. */
export async function platformContract(stack: string, platformStack: string): Promise<PlatformContract> {
    const reference = new PlatformReference("platform", { platformStack });
    return readContract(stack, platformStack, await reference.output(contractOutput));
}

/** Everything in this stack's configuration that the platform it deploys onto cannot carry. */
export function teamIssues(
    { region, platform }: StackConfig,
    contract: PlatformContract,
    systems: readonly PlannedSystem[],
): ConfigIssue[] {
    return [
        ...mustBe("platform:environment", platform.environment, contract.environment),
        ...mustBe("aws:region", region, contract.aws.region),
        ...secretsCannotBeRead(systems, contract),
        ...systems.flatMap((system) => takenByPlatform(system, contract)),
        ...(contract.spare === undefined ? [] : teamCapacityIssues(contract.stack, contract.spare, systems)),
        ...(platform.edge.hostedZoneId === undefined
            ? []
            : systems.flatMap((system) => hostsWithoutRecord(system, contract))),
    ];
}

function mustBe(path: string, value: string | undefined, wanted: string): ConfigIssue[] {
    return value === wanted ? [] : [{ path, value, message: `must be ${wanted}, as in the platform stack` }];
}

function secretsCannotBeRead(systems: readonly PlannedSystem[], { stack, addons }: PlatformContract): ConfigIssue[] {
    return systems.length === 0 || addons.includes("externalSecrets")
        ? []
        : [
              {
                  path: "platform:systems",
                  value: systems.map(({ name }) => name),
                  message: `need the add-on externalSecrets, which copies their secrets: set platform:addons.externalSecrets to true in the platform stack ${stack}`,
              },
          ];
}

/**
 * A cluster has one namespace of each name, and an account one log group, bucket and role: where both stacks ran a system by one name, they
 * would undo each other's changes.
 */
function takenByPlatform(system: PlannedSystem, { stack, systems: others = [] }: PlatformContract): ConfigIssue[] {
    const { name, settings } = system;
    if (others.some((other) => other.name === name)) {
        return [
            {
                path: `platform:systems.${name}`,
                message:
                    `the platform stack ${stack} runs a system of this name already. Run it in one of the two, or here under another name: ` +
                    `\`<other name>: { system: ${settings.system ?? name}, version: ${settings.version} }\``,
            },
        ];
    }
    return claimsOf(system).flatMap(({ what, value, path }) => {
        const owner = others.find((other) => other[`${what}s`].includes(value));
        return owner === undefined
            ? []
            : [
                  {
                      path,
                      value,
                      message: `this ${what} already belongs to ${owner.name} in the platform stack ${stack}; each needs its own`,
                  },
              ];
    });
}

/** The platform's external-dns keeps records of the hosts that it was told of, and of no others. */
function hostsWithoutRecord({ name, declaration }: PlannedSystem, contract: PlatformContract): ConfigIssue[] {
    const { stack, addons, delegatedHosts, systems = [] } = contract;
    if (delegatedHosts === undefined || !addons.includes("externalDns")) {
        return [];
    }
    const recorded = new Set([...delegatedHosts, ...systems.flatMap(({ hosts }) => hosts)]);
    return Object.entries(declaration.services).flatMap(([service, { edge }]) =>
        edge?.host === undefined || recorded.has(edge.host)
            ? []
            : [
                  {
                      path: `${name}.services.${service}.edge.host`,
                      value: edge.host,
                      message: `would get no DNS record: add it to platform:edge.delegatedHosts of the platform stack ${stack} and deploy that first`,
                  },
              ],
    );
}

/**
 * A platform that another stack has made: this stack adds only what is its own, the certificate of its hosts.
 *
 * @param hosts public host names of this stack's systems.
 */
export function createTeamPlatform(
    config: StackConfig,
    contract: PlatformContract,
    hosts: readonly string[],
): Platform {
    const { stack, platform } = config;
    const { environment, edge, data, observability } = platform;
    const { clusterName, region, accountId } = contract.aws;
    const cluster = new ExistingCluster("cluster", {
        kubeconfig: contract.kubeconfig,
        clusterIdentifier: `arn:aws:eks:${region}:${accountId}:cluster/${clusterName}`,
    });
    const tags = { stack, environment, extraTags: platform.tags };
    const certificateArn =
        edge.hostedZoneId !== undefined && hosts.length > 0 && contract.gateway?.takesAllHosts !== true
            ? new Certificate("certificate", { tags, hostedZoneId: edge.hostedZoneId, hosts }).certificateArn
            : edge.certificateArn;
    return {
        clusterName,
        context: {
            stack,
            environment,
            extraTags: platform.tags,
            kubernetes: cluster.provider,
            addons: new Set(contract.addons),
            ...(contract.gateway !== undefined && { gateway: contract.gateway }),
            ...(contract.addons.includes("tracing") && { tracing: traceCollector }),
            ...sharedContext(config),
            ready: [],
            ...firewallContext(config),
            data,
            observability,
            aws: {
                ...contract.aws,
                ...(edge.hostedZoneId !== undefined && { hostedZoneId: edge.hostedZoneId }),
                ...(certificateArn !== undefined && { certificateArn }),
            },
        },
    };
}
