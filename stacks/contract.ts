import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { PlatformContext } from "../components/context";
import { ConfigError, type ConfigIssue } from "../config/errors";
import { environments, platformConfig, type AddonName } from "../config/schema";

/**
 * What a platform stack promises to the stacks that deploy into its cluster. It crosses the line between two stacks, which may be at
 * different versions of this program: a member may be added at any time, but renaming, removing or reinterpreting one needs a new
 * version. Nothing in it is secret.
 */
export const contractVersion = 1;

/** Name of the stack output that holds the contract. */
export const contractOutput = "platform";

const contractSchema = z.object({
    contractVersion: z.literal(contractVersion),
    /** The stack that made the platform. */
    stack: z.string(),
    environment: z.enum(environments),
    /** Kubeconfig of the cluster; it holds no credentials. */
    kubeconfig: z.string(),
    /** The add-ons that are installed. */
    addons: z.array(z.enum(Object.keys(platformConfig.shape.addons.unwrap().shape) as [AddonName])),
    gateway: z
        .object({
            className: z.string(),
            clusterIssuer: z.string(),
            namespace: z.string(),
            globalRateLimit: z.boolean().optional(),
        })
        .optional(),
    aws: z.object({
        region: z.string(),
        accountId: z.string(),
        vpcId: z.string(),
        publicSubnetCidrs: z.array(z.string()),
        interfaceEndpointCidrs: z.array(z.string()).optional(),
        dataSubnetCidrs: z.array(z.string()),
        dataSubnetIds: z.array(z.string()),
        clusterName: z.string(),
        nodeSecurityGroupId: z.string(),
        dataKeyArn: z.string(),
        logsKeyArn: z.string(),
        externalSecretsRoleArn: z.string(),
    }),
});

/** The contract as a consumer reads it. */
export type PlatformContract = z.infer<typeof contractSchema>;

/** The contract as the producer fills it: the same members, some of which are known only after the deployment. */
export type PlatformContractOutputs = {
    readonly [Member in keyof PlatformContract]: pulumi.Input<PlatformContract[Member]>;
};

/** What a platform stack exports for the stacks on it; nothing without AWS. */
export function contractOf(
    context: PlatformContext,
    kubeconfig: pulumi.Output<string>,
): PlatformContractOutputs | undefined {
    if (context.aws === undefined) {
        return undefined;
    }
    // Certificate and zone are about this stack's own hosts, so they stay here.
    const { certificateArn: _, hostedZoneId: __, ...aws } = context.aws;
    return {
        contractVersion,
        stack: context.stack,
        environment: context.environment,
        kubeconfig,
        addons: [...context.addons].sort(),
        ...(context.gateway !== undefined && { gateway: context.gateway }),
        aws: pulumi.output(aws) as pulumi.Output<PlatformContract["aws"]>,
    };
}

/**
 * Reads the contract of a platform stack.
 *
 * @param stack the stack that reads it.
 * @param platformStack full name of the platform stack, such as `your-org/platform/prod`.
 * @throws ConfigError when the platform stack exports no contract, or another version of it, or lacks a member.
 */
export function readContract(stack: string, platformStack: string, value: unknown): PlatformContract {
    const parsed = contractSchema.safeParse(value);
    if (parsed.success) {
        return parsed.data;
    }
    throw new ConfigError(stack, contractIssues(platformStack, value, parsed.error.issues));
}

const key = "platform:platformStack";

function contractIssues(platformStack: string, value: unknown, issues: readonly z.core.$ZodIssue[]): ConfigIssue[] {
    if (value === undefined) {
        const message = `that stack has no output "${contractOutput}"; is it a platform stack, and has it been deployed with this program?`;
        return [{ path: key, value: platformStack, message }];
    }
    const version = (value as { contractVersion?: unknown } | null)?.contractVersion;
    if (version !== contractVersion) {
        const message = `that stack speaks version ${String(version)} of the contract, this program version ${contractVersion}; deploy the older of the two with the newer program first`;
        return [{ path: key, value: platformStack, message }];
    }
    return issues.map((issue) => ({
        path: key,
        value: platformStack,
        message: `that stack's output ${contractOutput}.${issue.path.map(String).join(".")} is not what the contract says: ${issue.message}`,
    }));
}
