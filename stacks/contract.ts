import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { PlatformContext } from "../components/context";
import type { PlannedSystem } from "../components/system/declaration";
import type { Demand } from "../components/system/quota";
import { ConfigError, type ConfigIssue } from "../config/errors";
import { environments, platformConfig, type AddonName } from "../config/schema";
import { claimsOf } from "./claims";

/**
 * What a platform stack promises to the stacks that deploy into its cluster. It crosses the line between two stacks, which may be at
 * different versions of this program: a member may be added at any time, but renaming, removing or reinterpreting one needs a new
 * version. Nothing in it is secret.
 */
export const contractVersion = 1;

/** Name of the stack output that holds the contract. */
export const contractOutput = "platform";

const knownAddons: ReadonlySet<string> = new Set(Object.keys(platformConfig.shape.addons.unwrap().shape));

export const contractSchema = z.object({
    contractVersion: z.literal(contractVersion),
    /** The stack that made the platform. */
    stack: z.string(),
    environment: z.enum(environments),
    /** Kubeconfig of the cluster; it holds no credentials. */
    kubeconfig: z.string(),
    /** The add-ons that are installed. One that this version of the program does not know is of no use to it. */
    addons: z.array(z.string()).transform((names) => names.filter((name): name is AddonName => knownAddons.has(name))),
    /** The platform stack's own systems and what each has for itself, so that nobody else takes it. */
    systems: z
        .array(z.object({ name: z.string(), namespaces: z.array(z.string()), hosts: z.array(z.string()) }))
        .optional(),
    /** Hosts of other stacks whose DNS records external-dns keeps. */
    delegatedHosts: z.array(z.string()).optional(),
    /** What the nodes can hold, at their largest, beyond the platform and its own systems. All stacks of teams share it. */
    spare: z.object({ cpuMillicores: z.number(), memoryMiB: z.number(), pods: z.number() }).optional(),
    gateway: z
        .object({
            className: z.string(),
            clusterIssuer: z.string(),
            namespace: z.string(),
            globalRateLimit: z.boolean().optional(),
            takesAllHosts: z.boolean().optional(),
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
        webAclArn: z.string().optional(),
    }),
});

/** The contract as a consumer reads it. */
export type PlatformContract = z.infer<typeof contractSchema>;

/** The contract as the producer fills it: the same members, some of which are known only after the deployment. */
export type PlatformContractOutputs = {
    readonly [Member in keyof PlatformContract]: pulumi.Input<PlatformContract[Member]>;
};

/**
 * What a platform stack exports for the stacks on it; nothing without AWS.
 *
 * @param own the systems that it runs itself, the hosts that it keeps DNS records of for others, and what its nodes have to spare.
 */
export function contractOf(
    context: PlatformContext,
    kubeconfig: pulumi.Output<string>,
    own: {
        readonly systems: readonly PlannedSystem[];
        readonly delegatedHosts: readonly string[];
        readonly spare: Demand;
    },
): PlatformContractOutputs | undefined {
    if (context.aws === undefined) {
        return undefined;
    }
    // Certificate and zone are about this stack's own hosts, so they stay here.
    const { certificateArn, hostedZoneId, ...aws } = context.aws;
    return {
        contractVersion,
        stack: context.stack,
        environment: context.environment,
        kubeconfig,
        addons: [...context.addons].sort(),
        systems: own.systems.map(taking),
        delegatedHosts: [...own.delegatedHosts],
        spare: own.spare,
        ...(context.gateway !== undefined && { gateway: context.gateway }),
        aws: pulumi.output(aws) as pulumi.Output<PlatformContract["aws"]>,
    };
}

function taking(system: PlannedSystem): NonNullable<PlatformContract["systems"]>[number] {
    const claims = claimsOf(system);
    const values = (what: string): string[] => [
        ...new Set(claims.filter((claim) => claim.what === what).map(({ value }) => value)),
    ];
    return { name: system.name, namespaces: values("namespace"), hosts: values("host") };
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
    if (value === undefined || value === null) {
        const message = `that stack has no output "${contractOutput}"; is it a platform stack, and has it been deployed with this program?`;
        return [{ path: key, value: platformStack, message }];
    }
    const { contractVersion: version } = value as { readonly contractVersion?: unknown };
    if (version !== contractVersion) {
        const message = `that stack speaks version ${String(version)} of the contract, this program version ${contractVersion}; deploy the older of the two with the newer program first`;
        return [{ path: key, value: platformStack, message }];
    }
    return issues.map((issue) => ({
        path: key,
        value: platformStack,
        message: `that stack's output ${[contractOutput, ...issue.path.map(String)].join(".")} ${shortcoming(issue, value)}; deploy that stack again with this program`,
    }));
}

function shortcoming({ path, message }: z.core.$ZodIssue, value: unknown): string {
    const found = path.reduce<unknown>((member, step) => (member as Record<PropertyKey, unknown>)[step], value);
    return found === undefined ? "is missing" : `is not what the contract says: ${message}`;
}
