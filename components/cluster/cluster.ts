import * as aws from "@pulumi/aws";
import * as eks from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NodeGroupConfig, PlatformConfig } from "../../config/schema";
import { Component } from "../component";
import { PodIdentityRole } from "../identity/podIdentity";
import { physicalName } from "../naming";
import { tagsFor, tagsForControllers, type TagContext } from "../tags";
import { accessEntries } from "./accessEntries";
import { eksAddonIdentities, eksAddonNamespace, eksAddons, type EksAddonPlan } from "./eksAddons";
import { NodeGroup } from "./nodeGroup";
import { storageClasses } from "./storage";

export interface ClusterArgs {
    readonly tags: TagContext;
    /** Physical name of the cluster. A change replaces the cluster. */
    readonly name: string;
    readonly region: string;
    readonly accountId: pulumi.Input<string>;
    /** A change replaces the cluster. */
    readonly vpcId: pulumi.Input<string>;
    /** Subnets of the nodes and of the control plane's network interfaces. */
    readonly privateSubnetIds: pulumi.Input<string>[];
    readonly config: PlatformConfig["cluster"];
    /** KMS key of the Kubernetes Secrets. A change replaces the cluster. */
    readonly clusterKeyArn: pulumi.Input<string>;
    /** KMS key of volumes. A change applies to new volumes, and renews the nodes. */
    readonly dataKeyArn: pulumi.Input<string>;
    /** KMS key of the control plane's logs. Changed in place. */
    readonly logsKeyArn: pulumi.Input<string>;
    /** What the nodes wait for: their way out of the subnets. A node that starts without it never joins. Default: nothing. */
    readonly nodesDependOn?: readonly pulumi.Resource[];
    /** Whether `pulumi destroy` and the EKS API refuse to delete the cluster. Default false. Changed in place. */
    readonly protect?: boolean;
}

/** Everything that the control plane can log. Source: Amazon EKS User Guide, "Send control plane logs to CloudWatch Logs". */
const controlPlaneLogs = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/**
 * What nodes may do on AWS: describe themselves, get credentials for pods, pull images. The node agent reads the node's name from EC2,
 * which rules out AmazonEKSWorkerNodeMinimalPolicy (nodeadm, getPrivateDNSName). There is no Session Manager: whoever may look into a
 * node sees every Secret on it, so it goes through `kubectl debug node`, which access entries govern and the audit log records.
 */
const nodePolicies = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"];

/**
 * An EKS cluster with its nodes, add-ons and storage classes.
 *
 * The API server can be reached from inside the VPC, and from the internet only for the networks that the configuration names. Whoever
 * runs the first `pulumi up` is an administrator; EKS makes that entry itself, so do not list that principal again.
 *
 * Where `pulumi` runs it needs the AWS CLI 2.7 or newer, for previews too: @pulumi/eks looks for it (assertCompatibleAWSCLIExists), and
 * the kubeconfig asks it for tokens.
 *
 * Costs $0.10 an hour for the control plane (Amazon EKS pricing, standard support), and the nodes.
 *
 * @example
 * const cluster = new Cluster("cluster", { tags, name: "platform-dev", region, accountId, vpcId, privateSubnetIds, config, … });
 * new Addons("addons", { cluster: { provider: cluster.provider, … }, dependsOn: cluster.ready, … });
 */
export class Cluster extends Component {
    /** The provider that every Kubernetes resource of this cluster uses. */
    readonly provider: k8s.Provider;
    /** Kubeconfig as JSON. It holds no credentials: the AWS CLI asks for them with the operator's own identity. */
    readonly kubeconfig: pulumi.Output<string>;
    /** Name of the cluster, known once it exists. */
    readonly clusterName: pulumi.Output<string>;
    /** Address of the API server. */
    readonly endpoint: pulumi.Output<string>;
    /** Kubernetes version of the control plane. */
    readonly version: pulumi.Output<string>;
    /** The security group that nodes and control plane share; the traffic of pods comes from it. */
    readonly nodeSecurityGroupId: pulumi.Output<string>;
    /** What a workload waits for: nodes, EKS add-ons, storage classes. */
    readonly ready: readonly pulumi.Resource[];

    private readonly args: ClusterArgs;

    constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:cluster:Cluster", name, opts);
        this.args = args;
        assertPodsHaveANode(args.config.nodeGroups);

        const logGroup = this.createLogGroup();
        const cluster = this.createControlPlane(logGroup);
        this.clusterName = cluster.eksCluster.name;
        this.provider = this.createProvider(cluster);

        const plans = eksAddons(args.config.version, tagsForControllers(args.tags));
        const early = this.createAddons(
            plans.filter((plan) => plan.beforeNodes),
            [cluster],
        );
        const nodes = this.createNodes([...early, ...(args.nodesDependOn ?? [])]);
        const late = this.createAddons(
            plans.filter((plan) => !plan.beforeNodes),
            nodes,
        );
        const storage = this.createStorageClasses(late);

        this.kubeconfig = cluster.kubeconfigJson;
        this.endpoint = cluster.eksCluster.endpoint;
        this.version = cluster.eksCluster.version;
        this.nodeSecurityGroupId = cluster.clusterSecurityGroupId;
        this.ready = [...early, ...nodes, ...late, ...storage];
        this.registerOutputs({
            clusterName: this.clusterName,
            endpoint: this.endpoint,
            version: this.version,
            kubeconfig: this.kubeconfig,
        });
    }

    /** EKS would make this group itself, without an end to its retention and without our key. */
    private createLogGroup(): aws.cloudwatch.LogGroup {
        const name = `/aws/eks/${this.args.name}/cluster`;
        return new aws.cloudwatch.LogGroup(
            this.childName("logs"),
            {
                name,
                retentionInDays: this.args.config.logRetentionDays,
                kmsKeyId: this.args.logsKeyArn,
                tags: tagsFor(this.args.tags, name),
            },
            this.childOptions(),
        );
    }

    /**
     * The control plane and its role. The component of @pulumi/eks would also install the VPC CNI, kube-proxy and CoreDNS, add two
     * security groups that are open outwards, and a node group: all that is switched off, because it is created here, visibly.
     */
    private createControlPlane(logGroup: aws.cloudwatch.LogGroup): eks.Cluster {
        const { config, protect = false } = this.args;
        const tags = tagsFor(this.args.tags, this.args.name);
        const isPublic = config.publicAccessCidrs.length > 0;
        return new eks.Cluster(
            this.childName("eks"),
            {
                name: this.args.name,
                version: config.version,
                upgradePolicy: { supportType: "STANDARD" },
                vpcId: this.args.vpcId,
                subnetIds: this.args.privateSubnetIds,
                endpointPrivateAccess: true,
                endpointPublicAccess: isPublic,
                ...(isPublic && { publicAccessCidrs: [...config.publicAccessCidrs] }),
                authenticationMode: eks.AuthenticationMode.Api,
                accessEntries: accessEntries(config, tags),
                encryptionConfigKeyArn: this.args.clusterKeyArn,
                enabledClusterLogTypes: controlPlaneLogs,
                deletionProtection: protect,
                skipDefaultNodeGroup: true,
                skipDefaultSecurityGroups: true,
                bootstrapSelfManagedAddons: false,
                useDefaultVpcCni: true,
                kubeProxyAddonOptions: { enabled: false },
                corednsAddonOptions: { enabled: false },
                tags,
            },
            this.childOptions({ dependsOn: [logGroup], protect }),
        );
    }

    /**
     * The identifier tells the provider what is another cluster: without it, a kubeconfig that only reads differently would replace
     * everything in the cluster. It is made of what is known before the cluster exists, so that no preview shows such a replacement.
     */
    private createProvider(cluster: eks.Cluster): k8s.Provider {
        const { region, accountId, name } = this.args;
        return new k8s.Provider(
            this.childName("kubernetes"),
            {
                kubeconfig: cluster.kubeconfigJson,
                clusterIdentifier: pulumi.interpolate`arn:aws:eks:${region}:${accountId}:cluster/${name}`,
                enableServerSideApply: true,
            },
            this.childOptions({ dependsOn: [cluster] }),
        );
    }

    private createAddons(plans: readonly EksAddonPlan[], dependsOn: readonly pulumi.Resource[]): aws.eks.Addon[] {
        const identities = new Map(
            plans.map((plan) => [plan.name, this.createAddonIdentity(plan.name, dependsOn)] as const),
        );
        return plans.map(
            (plan) =>
                new aws.eks.Addon(
                    this.childName(plan.name),
                    {
                        clusterName: this.clusterName,
                        addonName: plan.name,
                        addonVersion: plan.version,
                        ...(plan.settings && { configurationValues: JSON.stringify(plan.settings) }),
                        resolveConflictsOnCreate: "OVERWRITE",
                        resolveConflictsOnUpdate: "OVERWRITE",
                        tags: tagsFor(this.args.tags, `${this.args.name}-${plan.name}`),
                    },
                    // Credentials are injected when a pod is admitted, so the identity comes before the pods.
                    this.childOptions({ dependsOn: [...dependsOn, ...(identities.get(plan.name)?.ready ?? [])] }),
                ),
        );
    }

    private createAddonIdentity(addon: string, dependsOn: readonly pulumi.Resource[]): PodIdentityRole | undefined {
        if (addon !== "vpc-cni" && addon !== "aws-ebs-csi-driver") {
            return undefined;
        }
        const { serviceAccount, managedPolicyArn } = eksAddonIdentities[addon];
        return new PodIdentityRole(
            this.childName(`${addon}-identity`),
            {
                tags: this.args.tags,
                clusterName: this.args.name,
                accountId: this.args.accountId,
                region: this.args.region,
                namespace: eksAddonNamespace,
                serviceAccount,
                statements: addon === "aws-ebs-csi-driver" ? this.volumeKeyStatements() : [],
                managedPolicyArns: [managedPolicyArn],
            },
            this.childOptions({ dependsOn: [...dependsOn] }),
        );
    }

    /** What the storage driver needs to make encrypted volumes. Source: docs/install.md of aws-ebs-csi-driver. */
    private volumeKeyStatements(): ConstructorParameters<typeof PodIdentityRole>[1]["statements"] {
        const resources = [this.args.dataKeyArn];
        return [
            {
                sid: "EncryptVolumes",
                actions: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
                resources,
                conditions: { StringEquals: { "kms:ViaService": `ec2.${this.args.region}.amazonaws.com` } },
            },
            {
                sid: "AttachEncryptedVolumes",
                actions: ["kms:CreateGrant"],
                resources,
                conditions: { Bool: { "kms:GrantIsForAWSResource": "true" } },
            },
        ];
    }

    private createNodes(dependsOn: readonly pulumi.Resource[]): aws.eks.NodeGroup[] {
        const { role, permissions } = this.createNodeRole();
        return Object.entries(this.args.config.nodeGroups).map(
            ([groupName, config]) =>
                new NodeGroup(
                    this.childName(`nodes-${groupName}`),
                    {
                        tags: this.args.tags,
                        groupName,
                        config,
                        clusterPhysicalName: this.args.name,
                        clusterName: this.clusterName,
                        kubernetesVersion: this.args.config.version,
                        roleArn: role.arn,
                        subnetIds: this.args.privateSubnetIds,
                        keyArn: this.args.dataKeyArn,
                        dependsOn: [...dependsOn, ...permissions],
                    },
                    this.childOptions(),
                ).resource,
        );
    }

    private createNodeRole(): { role: aws.iam.Role; permissions: pulumi.Resource[] } {
        const roleName = physicalName("iamRole", this.args.name, "nodes");
        const role = new aws.iam.Role(
            this.childName("node-role"),
            {
                name: roleName,
                description: `Nodes of ${this.args.name}`,
                assumeRolePolicy: JSON.stringify({
                    Version: "2012-10-17",
                    Statement: [
                        { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
                    ],
                }),
                tags: tagsFor(this.args.tags, roleName),
            },
            this.childOptions(),
        );
        const permissions = nodePolicies.map(
            (policy) =>
                new aws.iam.RolePolicyAttachment(
                    this.childName(`node-role-${policy}`),
                    { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
                    this.childOptions(),
                ),
        );
        return { role, permissions };
    }

    private createStorageClasses(dependsOn: readonly pulumi.Resource[]): pulumi.Resource[] {
        return storageClasses(this.args.dataKeyArn).map(
            (body) =>
                new k8s.storage.v1.StorageClass(
                    this.childName(`storage-${(body.metadata as { name: string }).name}`),
                    body,
                    this.childOptions({ provider: this.provider, dependsOn: [...dependsOn] }),
                ),
        );
    }
}

/** CoreDNS and most add-ons tolerate no taint: without a node for them the cluster would never become ready. */
function assertPodsHaveANode(nodeGroups: Readonly<Record<string, NodeGroupConfig>>): void {
    const open = Object.values(nodeGroups).some(
        (group) => group.maxSize > 0 && group.taints.every((taint) => taint.effect === "PREFER_NO_SCHEDULE"),
    );
    if (!open) {
        throw new Error(
            `cluster.nodeGroups is ${JSON.stringify(Object.keys(nodeGroups))}, and none of them takes pods without a toleration; ` +
                "allowed: at least one node group without NO_SCHEDULE and NO_EXECUTE taints",
        );
    }
}
