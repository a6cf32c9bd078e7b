import { ExistingCluster } from "../components/cluster/existingCluster";
import { Certificate } from "../components/edge/certificate";
import { PlatformReference } from "../components/platformReference/platformReference";
import type { ConfigIssue } from "../config/errors";
import type { StackConfig } from "../config/load";
import { contractOutput, readContract, type PlatformContract } from "./contract";
import type { Platform } from "./platform";

/** Reads what the platform stack promises. It has been deployed before, so its outputs are known even in a preview. */
export async function platformContract(stack: string, platformStack: string): Promise<PlatformContract> {
    const reference = new PlatformReference("platform", { platformStack });
    return readContract(stack, platformStack, await reference.output(contractOutput));
}

/** Everything in this stack's configuration that the platform it deploys onto cannot carry. */
export function teamIssues({ region, platform }: StackConfig, contract: PlatformContract): ConfigIssue[] {
    const { environment, systems } = platform;
    const offered = new Set<string>(contract.addons);
    const needs = (addon: string, path: string, why: string): ConfigIssue[] =>
        offered.has(addon)
            ? []
            : [
                  {
                      path,
                      message: `needs the add-on ${addon}, ${why}; the platform stack ${contract.stack} does not have it`,
                  },
              ];
    return [
        ...(environment === contract.environment
            ? []
            : [
                  {
                      path: "platform:environment",
                      value: environment,
                      message: `must be ${contract.environment}, as in the platform stack`,
                  },
              ]),
        ...(region === contract.aws.region
            ? []
            : [
                  {
                      path: "aws:region",
                      value: region,
                      message: `must be ${contract.aws.region}, as in the platform stack`,
                  },
              ]),
        ...(Object.keys(systems).length > 0
            ? needs("externalSecrets", "platform:systems", "which copies their secrets")
            : []),
    ];
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
        edge.hostedZoneId !== undefined && hosts.length > 0
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
            ready: [],
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
