/**
 * What controllers of a cluster make in AWS: Pulumi does not know it, and while it is there, neither subnets nor the VPC can go. As long
 * as the controllers run they take it away themselves; whatever is left once the cluster is gone has nobody else who would.
 */

/** Where to look. */
export interface Site {
    readonly region: string;
    readonly vpcId: string;
    readonly clusterName: string;
}

/** Something that is still there. */
export interface Leftover {
    readonly kind: "load balancer" | "target group" | "network interface" | "security group" | "volume";
    readonly id: string;
    /** What made it, or what it is for. */
    readonly text: string;
    /** Arguments of the AWS CLI that delete it; absent where it goes with something else, such as an interface of a load balancer. */
    readonly remove?: readonly string[];
}

/** Runs the AWS CLI and gives back what it prints, as JSON. */
export type AwsCli = (args: readonly string[]) => Promise<unknown>;

interface Tag {
    readonly Key: string;
    readonly Value: string;
}

/** Tags of the AWS Load Balancer Controller and of the EBS driver. Sources: their documentation, "Resource tags" and "Tagging". */
const loadBalancerClusterTag = "elbv2.k8s.aws/cluster";
const volumeClusterTags = ["kubernetes.io/cluster/", "KubernetesCluster"] as const;

/** Everything of a cluster that is left in its VPC. Interfaces come last, because most go with what they belong to. */
export async function leftoversOf(aws: AwsCli, { region, vpcId, clusterName }: Site): Promise<Leftover[]> {
    const ask = (...args: readonly string[]): Promise<unknown> => aws([...args, "--region", region]);
    const inVpc = ["--filters", `Name=vpc-id,Values=${vpcId}`];
    const [balancers, groups, interfaces, volumes] = await Promise.all([
        ask("elbv2", "describe-load-balancers"),
        ask("ec2", "describe-security-groups", ...inVpc),
        ask("ec2", "describe-network-interfaces", ...inVpc),
        ask("ec2", "describe-volumes", "--filters", `Name=tag:${volumeClusterTags[1]},Values=${clusterName}`),
    ]);
    return [
        ...(await loadBalancers(ask, balancers, vpcId, clusterName)),
        ...securityGroups(groups, clusterName),
        ...volumeLeftovers(volumes, clusterName),
        ...networkInterfaces(interfaces, clusterName),
    ];
}

type Ask = (...args: readonly string[]) => Promise<unknown>;

/** The API takes 20 of them at a time (Elastic Load Balancing API Reference, DescribeTags). */
const tagsAtOnce = 20;

async function loadBalancers(ask: Ask, answer: unknown, vpcId: string, clusterName: string): Promise<Leftover[]> {
    const { LoadBalancers = [] } = answer as {
        LoadBalancers?: readonly { LoadBalancerArn: string; LoadBalancerName: string; VpcId: string }[];
    };
    const here = LoadBalancers.filter(({ VpcId }) => VpcId === vpcId);
    const found: Leftover[] = [];
    for (let start = 0; start < here.length; start += tagsAtOnce) {
        const arns = here.slice(start, start + tagsAtOnce).map(({ LoadBalancerArn }) => LoadBalancerArn);
        const { TagDescriptions = [] } = (await ask("elbv2", "describe-tags", "--resource-arns", ...arns)) as {
            TagDescriptions?: readonly { ResourceArn: string; Tags: readonly Tag[] }[];
        };
        for (const { ResourceArn, Tags } of TagDescriptions) {
            if (tagOf(Tags, loadBalancerClusterTag) === clusterName) {
                const made = tagOf(Tags, "ingress.k8s.aws/stack") ?? tagOf(Tags, "service.k8s.aws/stack");
                found.push({
                    kind: "load balancer",
                    id: here.find(({ LoadBalancerArn }) => LoadBalancerArn === ResourceArn)?.LoadBalancerName ?? "",
                    text: made === undefined ? "of the cluster" : `of ${made}`,
                    remove: ["elbv2", "delete-load-balancer", "--load-balancer-arn", ResourceArn],
                });
            }
        }
    }
    return found;
}

function securityGroups(answer: unknown, clusterName: string): Leftover[] {
    const { SecurityGroups = [] } = answer as {
        SecurityGroups?: readonly { GroupId: string; GroupName: string; Tags?: readonly Tag[] }[];
    };
    return SecurityGroups.filter(({ Tags = [] }) => tagOf(Tags, loadBalancerClusterTag) === clusterName).map(
        ({ GroupId, GroupName }) => ({
            kind: "security group",
            id: GroupId,
            text: GroupName,
            remove: ["ec2", "delete-security-group", "--group-id", GroupId],
        }),
    );
}

function volumeLeftovers(answer: unknown, clusterName: string): Leftover[] {
    const { Volumes = [] } = answer as {
        Volumes?: readonly { VolumeId: string; State: string; Tags?: readonly Tag[] }[];
    };
    return Volumes.filter(
        ({ Tags = [] }) =>
            tagOf(Tags, volumeClusterTags[1]) === clusterName ||
            tagOf(Tags, `${volumeClusterTags[0]}${clusterName}`) !== undefined,
    ).map(({ VolumeId, State, Tags = [] }) => {
        const claim = tagOf(Tags, "kubernetes.io/created-for/pvc/name");
        const namespace = tagOf(Tags, "kubernetes.io/created-for/pvc/namespace");
        return {
            kind: "volume",
            id: VolumeId,
            text: claim === undefined ? State : `${State}, of the claim ${namespace}/${claim}`,
            // One in use is released by its node first.
            ...(State === "available" && { remove: ["ec2", "delete-volume", "--volume-id", VolumeId] }),
        };
    });
}

/** The network plugin and the load balancers describe theirs so; everything else in the VPC is Pulumi's. */
const pluginInterface = /^aws-K8S-/;
const balancerInterface = /^ELB (app|net)\/k8s-/;

function networkInterfaces(answer: unknown, clusterName: string): Leftover[] {
    const { NetworkInterfaces = [] } = answer as {
        NetworkInterfaces?: readonly {
            NetworkInterfaceId: string;
            Description?: string;
            Status: string;
            TagSet?: readonly Tag[];
        }[];
    };
    return NetworkInterfaces.filter(({ Description = "", TagSet = [] }) => {
        const owner = tagOf(TagSet, "cluster.k8s.amazonaws.com/name");
        return (
            (pluginInterface.test(Description) && (owner === undefined || owner === clusterName)) ||
            balancerInterface.test(Description)
        );
    }).map(({ NetworkInterfaceId, Description = "", Status }) => ({
        kind: "network interface",
        id: NetworkInterfaceId,
        text: `${Description}, ${Status}`,
        ...(Status === "available" &&
            pluginInterface.test(Description) && {
                remove: ["ec2", "delete-network-interface", "--network-interface-id", NetworkInterfaceId],
            }),
    }));
}

function tagOf(tags: readonly Tag[], key: string): string | undefined {
    return tags.find(({ Key }) => Key === key)?.Value;
}

/** Whether the cluster, and with it every controller, is gone. */
export async function clusterIsGone(aws: AwsCli, { region, clusterName }: Site): Promise<boolean> {
    const { clusters = [] } = (await aws(["eks", "list-clusters", "--region", region])) as {
        clusters?: readonly string[];
    };
    return !clusters.includes(clusterName);
}

/** What AWS or a controller releases late, so that trying again after a while is right. */
const late =
    /DependencyViolation|has dependencies|has a dependent object|in use|ResourceInUse|DeleteConflict|Throttling|RequestLimitExceeded|TooManyRequests|timeout while waiting|timed out waiting|context deadline exceeded|connection refused|i\/o timeout|no such host|the server is currently unable/i;

export const isLate = (message: string): boolean => late.test(message);

export const leftoverText = ({ kind, id, text }: Leftover): string => `${kind} ${id} (${text})`;
