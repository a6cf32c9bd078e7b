import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { NodeGroupConfig } from "../../config/schema";
import { Component } from "../component";
import { physicalName } from "../naming";
import { tagsFor, type TagContext } from "../tags";

export interface NodeGroupArgs {
    readonly tags: TagContext;
    /** Name of the group in the configuration. A change replaces the nodes. */
    readonly groupName: string;
    /** Physical name of the cluster, for the names of what is created here. */
    readonly clusterPhysicalName: string;
    /** The cluster's name as it comes from AWS, so that the nodes wait for the cluster. */
    readonly clusterName: pulumi.Input<string>;
    /** Kubernetes minor version of the nodes. Raising it replaces the nodes one after the other, in place of their group. */
    readonly kubernetesVersion: string;
    /** What the nodes may do on AWS. A change replaces the group. */
    readonly roleArn: pulumi.Input<string>;
    /** Private subnets of the nodes. A change replaces the group. */
    readonly subnetIds: pulumi.Input<string>[];
    /** KMS key of the root volumes. A change renews the nodes one after the other. */
    readonly keyArn: pulumi.Input<string>;
    readonly config: NodeGroupConfig;
    /** What nodes need to become ready. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/** Images of Amazon Linux 2023 that EKS builds, by CPU architecture. */
const amiTypes = { amd64: "AL2023_x86_64_STANDARD", arm64: "AL2023_ARM_64_STANDARD" } as const;

/** Root device of Amazon Linux 2023. */
const rootDevice = "/dev/xvda";

/** At most a third of the nodes is away while a group is updated; a group of one or two loses one. */
const maxUnavailablePercentage = 33;

/**
 * A managed node group: EKS starts, updates and drains its nodes. Costs what its EC2 instances and their root volumes cost, in the hours in
 * which its schedule lets it have any.
 *
 * Nodes reject IMDSv1, and pods cannot reach the instance metadata at all (a hop limit of one ends in the node), so no pod can act with
 * the node's role.
 */
export class NodeGroup extends Component {
    readonly resource: aws.eks.NodeGroup;

    constructor(name: string, args: NodeGroupArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:cluster:NodeGroup", name, opts);

        const template = this.createLaunchTemplate(args);
        this.resource = this.createNodeGroup(args, template);
        this.createSchedule(args);

        this.registerOutputs({ nodeGroupName: this.resource.nodeGroupName });
    }

    private createLaunchTemplate(args: NodeGroupArgs): aws.ec2.LaunchTemplate {
        const name = physicalName("launchTemplate", args.clusterPhysicalName, args.groupName);
        const tags = tagsFor(args.tags, name);
        return new aws.ec2.LaunchTemplate(
            this.childName("template"),
            {
                name,
                description: `Nodes of ${args.clusterPhysicalName}, group ${args.groupName}`,
                updateDefaultVersion: true,
                metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
                blockDeviceMappings: [
                    {
                        deviceName: rootDevice,
                        ebs: {
                            volumeType: "gp3",
                            volumeSize: args.config.diskGiB,
                            encrypted: "true",
                            kmsKeyId: args.keyArn,
                            deleteOnTermination: "true",
                        },
                    },
                ],
                tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
                    resourceType,
                    tags,
                })),
                tags,
            },
            this.childOptions(),
        );
    }

    private createNodeGroup(args: NodeGroupArgs, template: aws.ec2.LaunchTemplate): aws.eks.NodeGroup {
        const { config } = args;
        return new aws.eks.NodeGroup(
            this.childName("nodes"),
            {
                clusterName: args.clusterName,
                // A prefix, so that a replacement can start before the old nodes are drained.
                nodeGroupNamePrefix: `${physicalName("nodeGroupPrefix", args.groupName)}-`,
                nodeRoleArn: args.roleArn,
                subnetIds: args.subnetIds,
                version: args.kubernetesVersion,
                amiType: amiTypes[config.architecture],
                capacityType: config.capacity === "spot" ? "SPOT" : "ON_DEMAND",
                instanceTypes: [...config.instanceTypes],
                scalingConfig: {
                    minSize: config.minSize,
                    desiredSize: config.desiredSize,
                    maxSize: config.maxSize,
                },
                launchTemplate: {
                    id: template.id,
                    version: template.latestVersion.apply((version) => String(version)),
                },
                labels: { ...config.labels },
                taints: config.taints.map((taint) => ({ ...taint })),
                updateConfig: { maxUnavailablePercentage },
                nodeRepairConfig: { enabled: true },
                tags: tagsFor(args.tags, `${args.clusterPhysicalName}-${args.groupName}`),
            },
            this.childOptions({
                dependsOn: [...args.dependsOn],
                // The autoscaler decides after creation.
                ignoreChanges: ["scalingConfig.desiredSize"],
            }),
        );
    }

    /**
     * Office hours: actions of the group's Auto Scaling group that take its nodes away and bring them back. The largest size is 0 at
     * night, so that the autoscaler, which is there until the last node is gone, starts no other for the pods that wait.
     */
    private createSchedule({ config }: NodeGroupArgs): void {
        const { schedule, minSize, desiredSize, maxSize } = config;
        if (schedule === undefined) {
            return;
        }
        const autoscalingGroupName = this.resource.resources.apply(
            ([first]) => first?.autoscalingGroups?.[0]?.name ?? "",
        );
        const actions = {
            start: { time: schedule.start, minSize, desiredCapacity: desiredSize, maxSize },
            stop: { time: schedule.stop, minSize: 0, desiredCapacity: 0, maxSize: 0 },
        };
        for (const [action, { time, ...sizes }] of Object.entries(actions)) {
            const [hour = "0", minute = "0"] = time.split(":");
            new aws.autoscaling.Schedule(
                this.childName(action),
                {
                    scheduledActionName: action,
                    autoscalingGroupName,
                    recurrence: `${Number(minute)} ${Number(hour)} * * ${schedule.days}`,
                    timeZone: schedule.timeZone,
                    ...sizes,
                },
                this.childOptions(),
            );
        }
    }
}
