/** What is in a VPC, as the AWS CLI shows and deletes it. */
interface Content {
    readonly clusters?: string[];
    /** Names of load balancers of the cluster. */
    readonly balancers?: string[];
    /** Interfaces of the network plugin, in use and not. */
    readonly interfaces?: string[];
    readonly available?: string[];
    readonly groups?: string[];
    readonly volumes?: string[];
    /** Whether there is also one of each that belongs to somebody else. */
    readonly strangers?: boolean;
}

const cluster = "platform-dev";
const tags = (values: Readonly<Record<string, string>>): { Key: string; Value: string }[] =>
    Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

/** The AWS CLI around one VPC. */
export class FakeAws {
    readonly clusters: string[];
    readonly deleted: string[] = [];
    private readonly content: Required<Omit<Content, "clusters" | "strangers">>;
    private readonly strangers: boolean;

    constructor({ clusters = [], strangers = false, ...content }: Content = {}) {
        this.clusters = clusters;
        this.strangers = strangers;
        this.content = { balancers: [], interfaces: [], available: [], groups: [], volumes: [], ...content };
    }

    get isEmpty(): boolean {
        return Object.values(this.content).every((names) => names.length === 0);
    }

    clear(): void {
        Object.values(this.content).forEach((names) => (names.length = 0));
    }

    answer(args: readonly string[]): unknown {
        const [service = "", operation = "", ...rest] = args;
        const { balancers, interfaces, available, groups, volumes } = this.content;
        const others = <T>(...all: T[]): T[] => (this.strangers ? all : []);
        switch (`${service} ${operation}`) {
            case "eks list-clusters":
                return { clusters: this.clusters };
            case "elbv2 describe-load-balancers":
                return {
                    LoadBalancers: [
                        ...balancers.map((name) => ({ name, VpcId: "vpc-1" })),
                        ...others({ name: "web", VpcId: "vpc-1" }, { name: "k8s-other", VpcId: "vpc-2" }),
                    ].map(({ name, VpcId }) => ({ LoadBalancerArn: `arn/${name}`, LoadBalancerName: name, VpcId })),
                };
            case "elbv2 describe-tags":
                return {
                    TagDescriptions: rest
                        .filter((each) => each.startsWith("arn/"))
                        .map((ResourceArn) => ({
                            ResourceArn,
                            Tags:
                                ResourceArn === "arn/web"
                                    ? []
                                    : tags({ "elbv2.k8s.aws/cluster": cluster, "ingress.k8s.aws/stack": "shared" }),
                        })),
                };
            case "ec2 describe-security-groups":
                return {
                    SecurityGroups: [
                        ...groups.map((GroupId) => ({ GroupId, Tags: tags({ "elbv2.k8s.aws/cluster": cluster }) })),
                        ...others(
                            { GroupId: "sg-default" },
                            { GroupId: "sg-other", Tags: tags({ "elbv2.k8s.aws/cluster": "other" }) },
                        ),
                    ].map((group) => ({ ...group, GroupName: `k8s-${group.GroupId}` })),
                };
            case "ec2 describe-network-interfaces":
                return {
                    NetworkInterfaces: [
                        ...interfaces.map((id) => ({ NetworkInterfaceId: id, Status: "in-use" })),
                        ...available.map((id) => ({ NetworkInterfaceId: id, Status: "available" })),
                        ...others(
                            { NetworkInterfaceId: "eni-rds", Status: "in-use", Description: "RDSNetworkInterface" },
                            {
                                NetworkInterfaceId: "eni-other",
                                Status: "available",
                                TagSet: tags({ "cluster.k8s.amazonaws.com/name": "other" }),
                            },
                        ),
                    ].map((each) => ({ Description: "aws-K8S-i-1", ...each })),
                };
            case "ec2 describe-volumes":
                return {
                    Volumes: [
                        ...volumes.map((VolumeId) => ({
                            VolumeId,
                            Tags: tags({
                                KubernetesCluster: cluster,
                                "kubernetes.io/created-for/pvc/name": "data-db-0",
                                "kubernetes.io/created-for/pvc/namespace": "shop",
                            }),
                        })),
                        ...others({ VolumeId: "vol-other", Tags: tags({ KubernetesCluster: "other" }) }),
                    ].map((each) => ({ ...each, State: "available" })),
                };
            default:
                return this.remove(args);
        }
    }

    private remove(args: readonly string[]): unknown {
        const id = (args[args.indexOf("--region") - 1] ?? "").replace(/^arn\//, "");
        const names = Object.values(this.content).find((each) => each.includes(id));
        if (!args[1]?.startsWith("delete-") || names === undefined) {
            return new Error(`aws ${args.slice(0, 2).join(" ")} failed: it is not there`);
        }
        names.splice(names.indexOf(id), 1);
        this.deleted.push(id);
        return {};
    }
}
