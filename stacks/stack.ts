import type * as pulumi from "@pulumi/pulumi";
import { System } from "../components/system/system";
import type { PlannedSystem, SystemDefinition } from "../components/system/declaration";
import { ConfigError } from "../config/errors";
import type { StackConfig } from "../config/load";
import { crossFieldIssues } from "../config/rules";
import { capacityIssues } from "./capacity";
import { planSystems } from "./plan";
import { createLocalPlatform } from "./localPlatform";
import { createPlatform, type Platform } from "./platform";

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
}

/**
 * Composes everything a stack consists of: the platform, and on it the systems that its configuration names.
 *
 * @throws ConfigError when a system cannot run as configured. Nothing has been created then.
 */
export function composeStack(config: StackConfig, definitions: readonly SystemDefinition[]): StackOutputs {
    const { systems, issues } = planSystems(config.platform, definitions);
    const problems = [
        ...crossFieldIssues(config.platform, config.region),
        ...issues,
        ...capacityIssues(config.platform, systems),
    ];
    if (problems.length > 0) {
        throw new ConfigError(config.stack, problems);
    }
    const { context, ...outputs } = platformOf(config, hostsWithOurCertificate(systems));
    const running = systems.map((plan) => new System({ platform: context, plan }));
    return {
        ...outputs,
        endpoints: Object.fromEntries(running.map((system, index) => [systems[index]?.name, system.endpoints])),
    };
}

/** The host names that a load balancer of AWS answers for, and so our certificate. */
function hostsWithOurCertificate(systems: readonly PlannedSystem[]): string[] {
    const edges = systems.flatMap(({ declaration }) => Object.values(declaration.services).map(({ edge }) => edge));
    return edges.flatMap((edge) => (edge?.host === undefined ? [] : [edge.host]));
}

/** The checks have made sure that either a region or a local context is there. */
function platformOf(config: StackConfig, hosts: readonly string[]): Platform {
    const { region, platform } = config;
    const { context } = platform.kubernetes;
    if (platform.environment === "local" && context !== undefined) {
        return createLocalPlatform(config, context);
    }
    if (region === undefined) {
        throw new Error("the configuration was not checked: aws:region is missing");
    }
    return createPlatform({ ...config, region }, hosts);
}
