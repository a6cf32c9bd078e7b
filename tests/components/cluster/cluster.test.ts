import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { Cluster, type ClusterArgs } from "../../../components/cluster/cluster";
import type { NodeGroupConfig } from "../../../config/schema";
import type { PlannedResource } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";

const nodeGroup: NodeGroupConfig = {
    capacity: "spot",
    architecture: "arm64",
    instanceTypes: ["t4g.large", "m7g.large"],
    minSize: 1,
    desiredSize: 2,
    maxSize: 4,
    diskGiB: 60,
    labels: { tier: "general" },
    taints: [],
};

const config: ClusterArgs["config"] = {
    version: "1.36",
    publicAccessCidrs: [],
    administrators: ["arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/Operators"],
    viewers: ["arn:aws:iam::123456789012:user/auditor"],
    logRetentionDays: 90,
    nodeGroups: { general: nodeGroup },
};

const args: ClusterArgs = {
    tags: { stack: "dev", environment: "dev", extraTags: { team: "a,b", "cost-center": "42" } },
    name: "platform-dev",
    region: "eu-central-1",
    accountId: "123456789012",
    vpcId: "vpc-1",
    privateSubnetIds: ["subnet-1", "subnet-2"],
    config,
    clusterKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/cluster",
    dataKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/data",
    logsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/logs",
};

function cluster(change: Partial<ClusterArgs> = {}, preview = false): Promise<ResourceGraph> {
    return deploy(
        () => {
            const made = new Cluster("cluster", { ...args, ...change });
            return { securityGroup: made.nodeSecurityGroupId, ready: made.ready.length };
        },
        { preview, region: "eu-central-1" },
    );
}

const withConfig = (change: Partial<ClusterArgs["config"]>): Partial<ClusterArgs> => ({
    config: { ...config, ...change },
});

const eksCluster = "eks:index:Cluster";
const nodeGroupType = "aws:eks/nodeGroup:NodeGroup";
const addonType = "aws:eks/addon:Addon";

function addon(graph: ResourceGraph, name: string): PlannedResource {
    return graph.one(addonType, `cluster-${name}`);
}

function settings(graph: ResourceGraph, name: string): unknown {
    return JSON.parse(String(addon(graph, name).inputs.configurationValues));
}

describe("the control plane", () => {
    it("is on standard support, encrypts Secrets and logs everything", async () => {
        const { inputs } = (await cluster()).one(eksCluster);
        assert.equal(inputs.version, "1.36");
        assert.deepEqual(inputs.upgradePolicy, { supportType: "STANDARD" });
        assert.equal(inputs.encryptionConfigKeyArn, args.clusterKeyArn);
        assert.deepEqual(inputs.enabledClusterLogTypes, [
            "api",
            "audit",
            "authenticator",
            "controllerManager",
            "scheduler",
        ]);
    });

    it("logs to a group that we made, encrypted and with an end", async () => {
        const graph = await cluster();
        const group = graph.one("aws:cloudwatch/logGroup:LogGroup");
        assert.equal(group.inputs.name, "/aws/eks/platform-dev/cluster");
        assert.equal(group.inputs.retentionInDays, 90);
        assert.equal(group.inputs.kmsKeyId, args.logsKeyArn);
        assert.ok(graph.waitsFor(graph.one(eksCluster), group));
    });

    it("is reached from inside the VPC only, unless networks are named", async () => {
        const inside = (await cluster()).one(eksCluster).inputs;
        assert.equal(inside.endpointPrivateAccess, true);
        assert.equal(inside.endpointPublicAccess, false);
        assert.equal(inside.publicAccessCidrs, undefined);

        const open = (await cluster(withConfig({ publicAccessCidrs: ["203.0.113.0/24"] }))).one(eksCluster).inputs;
        assert.equal(open.endpointPrivateAccess, true);
        assert.equal(open.endpointPublicAccess, true);
        assert.deepEqual(open.publicAccessCidrs, ["203.0.113.0/24"]);
    });

    it("stands in private subnets", async () => {
        const { inputs } = (await cluster()).one(eksCluster);
        assert.deepEqual(inputs.subnetIds, args.privateSubnetIds);
        assert.equal(inputs.publicSubnetIds, undefined);
    });

    it("creates nothing that is created here a second time", async () => {
        const { inputs } = (await cluster()).one(eksCluster);
        assert.equal(inputs.skipDefaultNodeGroup, true);
        assert.equal(inputs.skipDefaultSecurityGroups, true);
        assert.equal(inputs.bootstrapSelfManagedAddons, false);
        assert.equal(inputs.useDefaultVpcCni, true);
        assert.equal((inputs.kubeProxyAddonOptions as { enabled: boolean }).enabled, false);
        assert.equal((inputs.corednsAddonOptions as { enabled: boolean }).enabled, false);
    });

    it("is protected from deletion when asked for, and only then", async () => {
        const plain = (await cluster()).one(eksCluster);
        assert.deepEqual([plain.protect, plain.inputs.deletionProtection], [false, false]);
        const kept = (await cluster({ protect: true })).one(eksCluster);
        assert.deepEqual([kept.protect, kept.inputs.deletionProtection], [true, true]);
    });
});

describe("access to the cluster", () => {
    type Entry = {
        principalArn: string;
        accessPolicies: Record<string, { policyArn: string; accessScope: { type: string } }>;
    };

    it("goes through access entries alone", async () => {
        const { inputs } = (await cluster()).one(eksCluster);
        assert.equal(inputs.authenticationMode, "API");
        const entries = Object.values(inputs.accessEntries as Record<string, Entry>).map((entry) => [
            entry.principalArn,
            Object.values(entry.accessPolicies).map(({ policyArn }) => policyArn.split("/")[1]),
        ]);
        assert.deepEqual(entries, [
            [config.administrators[0], ["AmazonEKSClusterAdminPolicy"]],
            [config.viewers[0], ["AmazonEKSViewPolicy"]],
        ]);
    });

    it("keeps an entry's name when another principal is added", async () => {
        const keys = async (administrators: readonly string[]): Promise<string[]> =>
            Object.keys((await cluster(withConfig({ administrators }))).one(eksCluster).inputs.accessEntries as object);
        const added = await keys(["arn:aws:iam::123456789012:role/first", ...config.administrators]);
        for (const key of await keys(config.administrators)) {
            assert.ok(added.includes(key), key);
        }
    });

    it("refuses a principal that is listed twice", async () => {
        const both = { viewers: config.administrators };
        await assert.rejects(cluster(withConfig(both)), /cluster.administrators and cluster.viewers list arn:aws:iam/);
    });
});

describe("EKS add-ons", () => {
    it("are exactly the ones the platform needs, each with a pinned version", async () => {
        const graph = await cluster();
        const names = graph.ofType(addonType).map((each) => each.inputs.addonName);
        assert.deepEqual(names.sort(), [
            "aws-ebs-csi-driver",
            "coredns",
            "eks-pod-identity-agent",
            "kube-proxy",
            "metrics-server",
            "vpc-cni",
        ]);
        for (const each of graph.ofType(addonType)) {
            assert.match(String(each.inputs.addonVersion), /^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
        }
    });

    it("enforce network policies", async () => {
        assert.deepEqual(settings(await cluster(), "vpc-cni"), { enableNetworkPolicy: "true" });
    });

    for (const version of ["1.34", "1.35", "1.36"] as const) {
        it(`have the kube-proxy of Kubernetes ${version}`, async () => {
            const proxy = addon(await cluster(withConfig({ version })), "kube-proxy");
            assert.ok(String(proxy.inputs.addonVersion).startsWith(`v${version}.`));
        });
    }

    it("tag the volumes they make with what their tag option can carry", async () => {
        const { controller } = settings(await cluster(), "aws-ebs-csi-driver") as {
            controller: { extraVolumeTags: Record<string, string> };
        };
        assert.equal(controller.extraVolumeTags["platform:stack"], "dev");
        assert.equal(controller.extraVolumeTags["cost-center"], "42");
        assert.equal(controller.extraVolumeTags.team, undefined);
        assert.equal(controller.extraVolumeTags.Name, undefined);
    });

    for (const [name, serviceAccount] of [
        ["vpc-cni", "aws-node"],
        ["aws-ebs-csi-driver", "ebs-csi-controller-sa"],
    ] as const) {
        it(`give ${name} its identity before its pods start`, async () => {
            const graph = await cluster();
            const association = graph
                .ofType("aws:eks/podIdentityAssociation:PodIdentityAssociation")
                .find((each) => each.inputs.serviceAccount === serviceAccount);
            assert.ok(association);
            assert.equal(association.inputs.namespace, "kube-system");
            assert.ok(graph.waitsFor(addon(graph, name), association));
            assert.ok(graph.waitsFor(association, graph.one(eksCluster)));
        });
    }

    it("let the storage driver use the data key through EC2 and no other key", async () => {
        const graph = await cluster();
        const policy = graph.one("aws:iam/rolePolicy:RolePolicy");
        const statements = (JSON.parse(String(policy.inputs.policy)) as { Statement: { Resource: string[] }[] })
            .Statement;
        for (const statement of statements) {
            assert.deepEqual(statement.Resource, [args.dataKeyArn]);
        }
    });

    it("stand on both sides of the nodes: what nodes need, and what needs nodes", async () => {
        const graph = await cluster();
        const nodes = graph.one(nodeGroupType);
        for (const name of ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"]) {
            assert.ok(graph.waitsFor(nodes, addon(graph, name)), name);
        }
        for (const name of ["coredns", "aws-ebs-csi-driver", "metrics-server"]) {
            assert.ok(graph.waitsFor(addon(graph, name), nodes), name);
        }
    });
});

describe("node groups", () => {
    it("follow their configuration", async () => {
        const taints = [{ key: "batch", value: "yes", effect: "NO_SCHEDULE" as const }];
        const batch = { ...nodeGroup, capacity: "on-demand" as const, taints, labels: {} };
        const graph = await cluster(withConfig({ nodeGroups: { general: nodeGroup, batch } }));
        const general = graph.one(nodeGroupType, "cluster-nodes-general-nodes").inputs;
        assert.equal(general.capacityType, "SPOT");
        assert.equal(general.amiType, "AL2023_ARM_64_STANDARD");
        assert.deepEqual(general.instanceTypes, ["t4g.large", "m7g.large"]);
        assert.deepEqual(general.scalingConfig, { minSize: 1, desiredSize: 2, maxSize: 4 });
        assert.deepEqual(general.labels, { tier: "general" });
        assert.deepEqual(general.subnetIds, args.privateSubnetIds);
        const other = graph.one(nodeGroupType, "cluster-nodes-batch-nodes").inputs;
        assert.equal(other.capacityType, "ON_DEMAND");
        assert.deepEqual(other.taints, taints);
    });

    it("run the image of their architecture", async () => {
        const amd64 = { ...nodeGroup, architecture: "amd64" as const, instanceTypes: ["m7i.large"] };
        const graph = await cluster(withConfig({ nodeGroups: { general: amd64 } }));
        assert.equal(graph.one(nodeGroupType).inputs.amiType, "AL2023_x86_64_STANDARD");
    });

    it("leave the number of nodes to the autoscaler after creation", async () => {
        assert.deepEqual((await cluster()).one(nodeGroupType).ignoreChanges, ["scalingConfig.desiredSize"]);
    });

    it("has no nodes outside of office hours, where it has a schedule, and none that the autoscaler could start", async () => {
        const schedule = { start: "07:30", stop: "18:00", days: "MON-FRI", timeZone: "Europe/Berlin" };
        const graph = await cluster(withConfig({ nodeGroups: { general: { ...nodeGroup, schedule } } }));
        const actions = graph.ofType("aws:autoscaling/schedule:Schedule").map(({ inputs }) => inputs);
        const { autoscalingGroupName } = actions[0] ?? {};
        assert.match(String(autoscalingGroupName), /^eks-/);
        assert.deepEqual(actions, [
            {
                autoscalingGroupName,
                desiredCapacity: 2,
                maxSize: 4,
                minSize: 1,
                recurrence: "30 7 * * MON-FRI",
                scheduledActionName: "start",
                timeZone: "Europe/Berlin",
            },
            {
                autoscalingGroupName,
                desiredCapacity: 0,
                maxSize: 0,
                minSize: 0,
                recurrence: "0 18 * * MON-FRI",
                scheduledActionName: "stop",
                timeZone: "Europe/Berlin",
            },
        ]);
    });

    it("always has nodes without a schedule", async () => {
        assert.deepEqual((await cluster()).ofType("aws:autoscaling/schedule:Schedule"), []);
    });

    it("start their replacement before they are drained, whatever their name's length", async () => {
        const graph = await cluster(withConfig({ nodeGroups: { [`g${"x".repeat(39)}`]: nodeGroup } }));
        const { inputs } = graph.one(nodeGroupType);
        assert.equal(inputs.nodeGroupName, undefined);
        assert.ok(String(inputs.nodeGroupNamePrefix).length <= 63 - 26);
    });

    it("have encrypted disks and metadata that pods cannot reach", async () => {
        const { inputs } = (await cluster()).one("aws:ec2/launchTemplate:LaunchTemplate");
        assert.deepEqual(inputs.metadataOptions, {
            httpEndpoint: "enabled",
            httpTokens: "required",
            httpPutResponseHopLimit: 1,
        });
        assert.deepEqual(inputs.blockDeviceMappings, [
            {
                deviceName: "/dev/xvda",
                ebs: {
                    volumeType: "gp3",
                    volumeSize: 60,
                    encrypted: "true",
                    kmsKeyId: args.dataKeyArn,
                    deleteOnTermination: "true",
                },
            },
        ]);
    });

    it("hand their tags on to instances, volumes and network interfaces", async () => {
        const { inputs } = (await cluster()).one("aws:ec2/launchTemplate:LaunchTemplate");
        const specifications = inputs.tagSpecifications as { resourceType: string; tags: Record<string, string> }[];
        assert.deepEqual(
            specifications.map((each) => each.resourceType),
            ["instance", "volume", "network-interface"],
        );
        assert.ok(specifications.every((each) => each.tags["platform:environment"] === "dev"));
    });

    it("start only when their subnets have a way out", async () => {
        const graph = await deploy(() => {
            const route = new aws.ec2.RouteTable("route", { vpcId: "vpc-1" });
            return { ready: new Cluster("cluster", { ...args, nodesDependOn: [route] }).ready.length };
        });
        const route = graph.one("aws:ec2/routeTable:RouteTable");
        assert.ok(graph.waitsFor(graph.one(nodeGroupType), route));
        assert.ok(!graph.waitsFor(graph.one(eksCluster), route));
    });

    it("may pull images and get credentials for pods, and nothing else", async () => {
        const graph = await cluster();
        const role = graph.one("aws:iam/role:Role", "cluster-node-role");
        const policies = graph
            .ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
            .filter((each) => each.inputs.role === role.inputs.name)
            .map((each) => String(each.inputs.policyArn).split("/").pop());
        assert.deepEqual(policies.sort(), ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodePolicy"]);
        const attachments = graph.ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
        for (const each of attachments.filter(({ inputs }) => inputs.role === role.inputs.name)) {
            assert.ok(graph.waitsFor(graph.one(nodeGroupType), each));
        }
    });

    for (const [what, nodeGroups] of [
        ["no node group", {}],
        [
            "only node groups that most pods are kept from",
            { batch: { ...nodeGroup, taints: [{ key: "batch", value: "", effect: "NO_EXECUTE" as const }] } },
        ],
    ] as const) {
        it(`cannot be ${what}`, async () => {
            await assert.rejects(cluster(withConfig({ nodeGroups })), /at least one node group without NO_SCHEDULE/);
        });
    }
});

describe("storage classes", () => {
    it("have one default, encrypted and growing", async () => {
        const graph = await cluster();
        const classes = graph.ofType("kubernetes:storage.k8s.io/v1:StorageClass");
        const isDefault = ({ inputs }: PlannedResource): boolean =>
            (inputs.metadata as { annotations: Record<string, string> }).annotations[
                "storageclass.kubernetes.io/is-default-class"
            ] === "true";
        assert.equal(classes.filter(isDefault).length, 1);
        for (const each of classes) {
            assert.equal(each.inputs.provisioner, "ebs.csi.aws.com");
            assert.equal(each.inputs.volumeBindingMode, "WaitForFirstConsumer");
            assert.equal(each.inputs.allowVolumeExpansion, true);
            assert.deepEqual(each.inputs.parameters, {
                type: "gp3",
                encrypted: "true",
                kmsKeyId: args.dataKeyArn,
                "csi.storage.k8s.io/fstype": "ext4",
            });
            assert.ok(graph.waitsFor(each, addon(graph, "aws-ebs-csi-driver")));
        }
    });

    it("offer one that keeps volumes when their claim is deleted", async () => {
        const graph = await cluster();
        assert.equal(graph.object("StorageClass", "gp3").inputs.reclaimPolicy, "Delete");
        assert.equal(graph.object("StorageClass", "gp3-retain").inputs.reclaimPolicy, "Retain");
    });
});

describe("the Kubernetes provider", () => {
    it("knows its cluster by more than its kubeconfig", async () => {
        const { inputs } = (await cluster()).one("pulumi:providers:kubernetes");
        assert.equal(inputs.clusterIdentifier, "arn:aws:eks:eu-central-1:123456789012:cluster/platform-dev");
        assert.equal(inputs.enableServerSideApply, "true");
        assert.match(String(inputs.kubeconfig), /platform-dev/);
    });
});

describe("a cluster as a whole", () => {
    it("can be previewed before anything exists", async () => {
        const [real, preview] = [await cluster(), await cluster({}, true)];
        assert.deepEqual(preview.all.map(({ urn }) => urn).sort(), real.all.map(({ urn }) => urn).sort());
    });

    it("tells what a workload waits for: nodes, add-ons and storage classes", async () => {
        const graph = await cluster();
        assert.equal(graph.plan.outputs.ready, 1 + 6 + 2);
        assert.match(String(graph.plan.outputs.securityGroup), /^sg-/);
    });
});
