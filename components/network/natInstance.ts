import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { policyDocument } from "../identity/podIdentity";
import { physicalName } from "../naming";
import { tagsFor, type TagContext } from "../tags";
import { natSetup } from "./natSetup";
import { instanceTrustPolicy } from "./policies";

export interface NatInstanceArgs {
    readonly tags: TagContext;
    readonly region: string;
    readonly accountId: pulumi.Input<string>;
    readonly vpcId: pulumi.Input<string>;
    /** Address range of the VPC: what comes from it and leaves it is translated. A change replaces the instance. */
    readonly vpcCidr: string;
    /** Name of the VPC in names and tags. A change replaces the role. */
    readonly vpcName: string;
    /** The public subnet that it stands in. A change replaces the network interface, and the instance with it. */
    readonly subnetId: pulumi.Input<string>;
    /** Address ranges of the private subnets, the only ones that may reach it. Changes apply in place. */
    readonly clientCidrs: readonly string[];
    /** What must exist before: the route of the public subnet to the internet. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/** Two vCPU of Graviton 2 with 0.5 GiB: the cheapest machine there is. Source: Amazon EC2 Instance Types guide. */
const instanceType = "t4g.nano";

/** The newest Amazon Linux 2023 for it. Source: Amazon Linux 2023 User Guide, "Launching AL2023 using the SSM parameter". */
const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/** GiB of the root volume, as the image has it. */
const diskGiB = 8;

/**
 * One small instance that translates addresses for all private subnets of a VPC, for environments where a NAT gateway costs more than it
 * is worth. What is weaker than a gateway:
 *
 * - It is one machine in one zone. Where its host fails, EC2 starts it on another ("simplified automatic recovery", on by default for
 *   T4g); where its system hangs, an alarm restarts it. Either takes minutes, in which nothing in private subnets reaches the internet:
 *   images of other registries are not pulled, AWS is not called but for S3, webhooks are not sent. Requests from outside and what runs
 *   inside go on. When its zone is lost, or somebody terminates it, it is gone until `pulumi up --refresh` makes another.
 * - It sustains 32 Mbit/s and bursts to 5 Gbit/s (a gateway scales to 100 Gbit/s), and keeps 65,536 connections.
 * - Its system is ours to renew: the image is the newest of the day it is made, and a newer one does not replace it, because every
 *   replacement interrupts connections for about two minutes. `pulumi up --replace <URN of the instance>` renews it.
 *
 * The network interface is a resource of its own: address, routes and security group are the interface's, and stay when the instance is
 * replaced, which has to go before the next one can take the interface.
 *
 * Nobody logs in by SSH: there is no key and no open port. `aws ssm start-session --target <instance>` opens a shell by Session Manager,
 * which is all that its role allows.
 *
 * Costs a month in us-east-1, at 730 hours: the instance $3.07, its address $3.65, its volume $0.64, its alarm $0.10; traffic through it
 * nothing. More CPU than 5 % on average over a day is billed at $0.04 per vCPU and hour ("unlimited", the default of T4g), so that it is
 * never throttled. Source: Amazon EC2, VPC, EBS and CloudWatch pricing pages.
 *
 * @example
 * const nat = new NatInstance("network-nat-instance", {
 *     tags, region, accountId, vpcId, vpcCidr: "10.0.0.0/16", vpcName: "platform-dev", subnetId, clientCidrs: ["10.0.0.0/19"], dependsOn: [],
 * });
 */
export class NatInstance extends Component {
    /** What routes lead to. */
    readonly networkInterfaceId: pulumi.Output<string>;
    /** What routes wait for, so that they lead to a machine that runs. */
    readonly ready: readonly pulumi.Resource[];

    private readonly args: NatInstanceArgs;

    constructor(name: string, args: NatInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:network:NatInstance", name, opts);
        this.args = args;

        const networkInterface = this.createInterface(this.createSecurityGroup());
        const address = this.createAddress(networkInterface);
        const instance = this.createInstance(networkInterface, this.createProfile(), address);
        this.restartWhenItHangs(instance);

        this.networkInterfaceId = networkInterface.id;
        this.ready = [instance];
        this.registerOutputs({ networkInterfaceId: this.networkInterfaceId });
    }

    private tags(suffix: string): Record<string, string> {
        return tagsFor(this.args.tags, `${this.args.vpcName}-${suffix}`);
    }

    private createSecurityGroup(): aws.ec2.SecurityGroup {
        const { vpcId, clientCidrs } = this.args;
        const group = new aws.ec2.SecurityGroup(
            this.childName("group"),
            { vpcId, description: "From private subnets to the internet", tags: this.tags("nat") },
            this.childOptions(),
        );
        clientCidrs.forEach((cidrIpv4, index) => {
            new aws.vpc.SecurityGroupIngressRule(
                this.childName(`from-${index}`),
                {
                    securityGroupId: group.id,
                    description: "Everything from a private subnet",
                    cidrIpv4,
                    ipProtocol: "-1",
                    tags: this.tags("nat-in"),
                },
                this.childOptions(),
            );
        });
        new aws.vpc.SecurityGroupEgressRule(
            this.childName("out"),
            {
                securityGroupId: group.id,
                description: "Everything to the internet",
                cidrIpv4: "0.0.0.0/0",
                ipProtocol: "-1",
                tags: this.tags("nat-out"),
            },
            this.childOptions(),
        );
        return group;
    }

    private createInterface(group: aws.ec2.SecurityGroup): aws.ec2.NetworkInterface {
        return new aws.ec2.NetworkInterface(
            this.childName("interface"),
            {
                subnetId: this.args.subnetId,
                description: `NAT of ${this.args.vpcName}`,
                securityGroups: [group.id],
                // It passes on what is neither from it nor for it.
                sourceDestCheck: false,
                tags: this.tags("nat"),
            },
            this.childOptions(),
        );
    }

    private createAddress(networkInterface: aws.ec2.NetworkInterface): aws.ec2.Eip {
        return new aws.ec2.Eip(
            this.childName("address"),
            { domain: "vpc", networkInterface: networkInterface.id, tags: this.tags("nat") },
            this.childOptions({ dependsOn: [...this.args.dependsOn] }),
        );
    }

    /** What Session Manager needs of an instance, and nothing else. Source: the AWS managed policy AWSCloud9SSMInstanceProfile. */
    private createProfile(): aws.iam.InstanceProfile {
        const { vpcName, region, accountId } = this.args;
        const name = physicalName("iamRole", vpcName, "nat");
        const role = new aws.iam.Role(
            this.childName("role"),
            {
                name,
                description: `NAT instance of the VPC ${vpcName}`,
                assumeRolePolicy: JSON.stringify(instanceTrustPolicy),
                tags: this.tags("nat"),
            },
            this.childOptions(),
        );
        new aws.iam.RolePolicy(
            this.childName("sessions"),
            {
                name: "session-manager",
                role: role.name,
                policy: policyDocument([
                    {
                        sid: "Register",
                        actions: ["ssm:UpdateInstanceInformation"],
                        resources: [pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:instance/*`],
                    },
                    {
                        sid: "Sessions",
                        actions: [
                            "ssmmessages:CreateControlChannel",
                            "ssmmessages:CreateDataChannel",
                            "ssmmessages:OpenControlChannel",
                            "ssmmessages:OpenDataChannel",
                        ],
                        resources: ["*"],
                    },
                ]),
            },
            this.childOptions(),
        );
        return new aws.iam.InstanceProfile(
            this.childName("profile"),
            { name, role: role.name, tags: this.tags("nat") },
            this.childOptions(),
        );
    }

    private createInstance(
        networkInterface: aws.ec2.NetworkInterface,
        profile: aws.iam.InstanceProfile,
        address: aws.ec2.Eip,
    ): aws.ec2.Instance {
        const image = aws.ssm.getParameterOutput({ name: imageParameter }, { parent: this });
        return new aws.ec2.Instance(
            this.childName("instance"),
            {
                instanceType,
                ami: image.insecureValue,
                primaryNetworkInterface: { networkInterfaceId: networkInterface.id },
                iamInstanceProfile: profile.name,
                metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
                rootBlockDevice: { volumeType: "gp3", volumeSize: diskGiB, encrypted: true, tags: this.tags("nat") },
                maintenanceOptions: { autoRecovery: "default" },
                userData: natSetup(this.args.vpcCidr),
                userDataReplaceOnChange: true,
                tags: this.tags("nat"),
            },
            this.childOptions({
                // What its setup loads comes from the internet.
                dependsOn: [address],
                deleteBeforeReplace: true,
                ignoreChanges: ["ami"],
            }),
        );
    }

    /**
     * Three minutes of a system that does not answer. Two, which is when EC2 recovers from failures of the host, would race with it.
     * Source: Amazon CloudWatch User Guide, "Create alarms to stop, terminate, reboot, or recover an EC2 instance".
     */
    private restartWhenItHangs(instance: aws.ec2.Instance): void {
        new aws.cloudwatch.MetricAlarm(
            this.childName("alarm"),
            {
                name: `${this.args.vpcName}-nat`,
                alarmDescription: "The NAT instance does not answer: it is restarted",
                namespace: "AWS/EC2",
                metricName: "StatusCheckFailed_Instance",
                dimensions: { InstanceId: instance.id },
                statistic: "Maximum",
                period: 60,
                evaluationPeriods: 3,
                threshold: 1,
                comparisonOperator: "GreaterThanOrEqualToThreshold",
                alarmActions: [`arn:aws:automate:${this.args.region}:ec2:reboot`],
                tags: this.tags("nat"),
            },
            this.childOptions(),
        );
    }
}
