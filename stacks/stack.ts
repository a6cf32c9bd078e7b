import type * as pulumi from "@pulumi/pulumi";
import { System } from "../components/system/system";
import type { SystemDefinition } from "../components/system/declaration";
import { ConfigError } from "../config/errors";
import type { StackConfig } from "../config/load";
import { crossFieldIssues } from "../config/rules";
import { capacityIssues } from "./capacity";
import { planSystems } from "./plan";
import { createPlatform } from "./platform";

/** What a stack exports. Nothing in it is secret. */
export interface StackOutputs {
    /** Name of the EKS cluster: `aws eks update-kubeconfig --name <clusterName>`. */
    readonly clusterName: pulumi.Input<string>;
    /** Kubeconfig of the cluster; it holds no credentials, it asks the AWS CLI for them. */
    readonly kubeconfig: pulumi.Output<string>;
    readonly vpcId: pulumi.Output<string>;
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
    const hosts = systems.flatMap(({ declaration }) =>
        Object.values(declaration.services).flatMap(({ edge }) => (edge === undefined ? [] : [edge.host])),
    );
    const platform = createPlatform(config, hosts);
    const running = systems.map((plan) => new System({ platform: platform.context, plan }));
    return {
        clusterName: platform.clusterName,
        kubeconfig: platform.kubeconfig,
        vpcId: platform.vpcId,
        endpoints: Object.fromEntries(running.map((system, index) => [systems[index]?.name, system.endpoints])),
    };
}
