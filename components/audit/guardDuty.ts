import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { checkArgs, resources, tagContext, textInput } from "../checkedArgs";
import { Component } from "../component";
import { members, text } from "../shapes";
import { tagsFor, type TagContext } from "../tags";

export interface GuardDutyArgs {
    readonly tags: TagContext;
    /**
     * Whose detector it is: `own` makes the one that an account can have in a region, `account` uses what an organization or another stack
     * has made there. From `own` to `account` deletes the detector with its findings.
     */
    readonly detector: "own" | "account";
    /** What watches processes on the nodes. Without it GuardDuty reads the cluster's audit log and the account's own logs. */
    readonly agent?: {
        /** Version of the EKS add-on. Changes apply in place, node by node. */
        readonly version: string;
        readonly clusterName: pulumi.Input<string>;
        /** What the agent waits for: nodes, and the endpoint that it sends events to. */
        readonly dependsOn: readonly pulumi.Resource[];
    };
}

const shape = members(
    { agent: members({}, { version: text, clusterName: textInput, dependsOn: resources }) },
    { tags: tagContext, detector: z.enum(["own", "account"]) },
);

/** The EKS add-on that runs the agent. EKS puts it into a namespace of its own, `amazon-guardduty`. */
const agentAddon = "aws-guardduty-agent";

/**
 * GuardDuty looks for signs of an attack in the audit log of the account's EKS clusters, in CloudTrail, DNS and flow logs, and with an agent
 * in what runs on the nodes. It reads its own copy of these logs: nothing has to be kept for it. What it finds stands in its console for 90
 * days and goes to EventBridge.
 *
 * The agent is installed here and not by GuardDuty, which would make an endpoint and a security group in the VPC that no plan knows, and that
 * keep the VPC from being deleted.
 *
 * Costs, in us-east-1, $1.60 per million events of audit logs, $1.50 a month per vCPU that the agent watches, $4 per million CloudTrail events
 * and $1 per GB of flow and DNS logs, the first month free; the agent's endpoint is free. Source: Amazon GuardDuty pricing page, 2026-10.
 *
 * @example
 * new GuardDuty("guard-duty", {
 *     tags, detector: "own", agent: { version: "<version>", clusterName: cluster.clusterName, dependsOn: cluster.ready },
 * });
 */
export class GuardDuty extends Component {
    constructor(name: string, args: GuardDutyArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        super("platform:audit:GuardDuty", name, opts);
        const features = args.detector === "own" ? this.createDetector(args) : [];
        if (args.agent !== undefined) {
            this.installAgent(args.tags, args.agent, features);
        }
        this.registerOutputs({ detector: args.detector });
    }

    /** The detector with what it watches. A feature that leaves the program stays on, so each says whether it is. */
    private createDetector({ tags, agent }: GuardDutyArgs): pulumi.Resource[] {
        const detector = new aws.guardduty.Detector(
            this.childName("detector"),
            {
                enable: true,
                findingPublishingFrequency: "FIFTEEN_MINUTES",
                tags: tagsFor(tags, `platform-${tags.stack}`),
            },
            this.childOptions(),
        );
        return [
            new aws.guardduty.DetectorFeature(
                this.childName("audit-logs"),
                { detectorId: detector.id, name: "EKS_AUDIT_LOGS", status: "ENABLED" },
                this.childOptions(),
            ),
            new aws.guardduty.DetectorFeature(
                this.childName("runtime-monitoring"),
                {
                    detectorId: detector.id,
                    name: "RUNTIME_MONITORING",
                    status: agent === undefined ? "DISABLED" : "ENABLED",
                    additionalConfigurations: [
                        // The agent is ours to install, and other compute of the account is not ours to watch.
                        { name: "EKS_ADDON_MANAGEMENT", status: "DISABLED" },
                        { name: "ECS_FARGATE_AGENT_MANAGEMENT", status: "DISABLED" },
                        { name: "EC2_AGENT_MANAGEMENT", status: "DISABLED" },
                    ],
                },
                this.childOptions(),
            ),
        ];
    }

    private installAgent(
        tags: TagContext,
        { version, clusterName, dependsOn }: NonNullable<GuardDutyArgs["agent"]>,
        features: readonly pulumi.Resource[],
    ): void {
        new aws.eks.Addon(
            this.childName("agent"),
            {
                clusterName,
                addonName: agentAddon,
                addonVersion: version,
                resolveConflictsOnCreate: "OVERWRITE",
                resolveConflictsOnUpdate: "OVERWRITE",
                tags: tagsFor(tags, `platform-${tags.stack}-${agentAddon}`),
            },
            // EKS refuses the add-on until runtime monitoring is on.
            this.childOptions({ dependsOn: [...dependsOn, ...features] }),
        );
    }
}
