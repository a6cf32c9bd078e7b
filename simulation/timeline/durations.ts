import type { PlannedResource } from "../record";

/** How long `pulumi up` waits for resources to be created, by type. */
interface Duration {
    readonly seconds: number;
    /** Where the number comes from. */
    readonly source: string;
}

/** The same API calls, timed by Terraform: what its apply logs in public repositories say. */
const logs = (what: string): string => `public apply logs: ${what}`;

/**
 * What takes long. A number is what is usual, not a bound: AWS promises none of them. Everything else takes `quickSeconds`, or nothing
 * when it is no resource of a provider.
 */
const durations: Readonly<Record<string, Duration>> = {
    "eks:index:Cluster": {
        seconds: 510,
        source: "aws_eks_cluster 8m33s: github.com/DevopsArtFactory/terraform-provisioning/pull/47; the EKS API reference says several minutes",
    },
    "aws:eks/nodeGroup:NodeGroup": {
        seconds: 115,
        source: "aws_eks_node_group 1m48s and 1m59s: github.com/DevopsArtFactory/terraform-provisioning/pull/46",
    },
    "aws:eks/addon:Addon": {
        seconds: 54,
        source: logs("aws_eks_addon of the storage driver 45s to 1m5s, median of seven 54s"),
    },
    "aws:ec2/vpc:Vpc": {
        seconds: 24,
        source: "aws_vpc 24s: github.com/turbot/steampipe-plugin-aws/pull/131",
    },
    "aws:ec2/subnet:Subnet": {
        seconds: 7,
        source: "aws_subnet 7s: github.com/turbot/steampipe-plugin-aws/pull/131",
    },
    "aws:ec2/natGateway:NatGateway": {
        seconds: 106,
        source: logs("aws_nat_gateway 1m35s to 2m5s, median of nine 1m46s"),
    },
    "aws:ec2/instance:Instance": {
        seconds: 13,
        source: logs("aws_instance 10s to 16s, median of five 13s; what its user data does is not waited for"),
    },
    "aws:iam/role:Role": {
        seconds: 7,
        source: "aws_iam_role 7s: github.com/turbot/steampipe-plugin-aws/pull/131",
    },
    "aws:rds/instance:Instance": {
        seconds: 207,
        source: logs("aws_db_instance 2m53s to 3m45s, seven of PostgreSQL in one zone"),
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        seconds: 420,
        source: logs("aws_elasticache_replication_group 5m58s to 9m15s, median of five 6m59s"),
    },
    "aws:cloudfront/distribution:Distribution": {
        seconds: 205,
        source: "aws_cloudfront_distribution 3m15s: github.com/binbashar/le-tf-infra-aws/pull/408; 3m36s in another log",
    },
    "aws:acm/certificateValidation:CertificateValidation": {
        seconds: 61,
        source: logs("aws_acm_certificate_validation 1m1s"),
    },
    "aws:route53/record:Record": {
        seconds: 50,
        source: "aws_route53_record 1m1s: github.com/binbashar/le-tf-infra-aws/pull/408; 38s in another log",
    },
    "kubernetes:helm.sh/v3:Release": {
        seconds: 45,
        source: logs("helm_release of a controller 45s, of Prometheus 39s to 1m28s"),
    },
    "kubernetes:apps/v1:Deployment": { seconds: 40, source: "an image pulled, a readiness probe passed" },
    "kubernetes:apps/v1:StatefulSet": { seconds: 50, source: "the same, with a volume made and attached" },
    "kubernetes:argoproj.io/v1alpha1:Rollout": { seconds: 2, source: "a custom resource: Pulumi does not wait" },
    "kubernetes:networking.k8s.io/v1:Ingress": { seconds: 60, source: "until the controller enters the address" },
    "kubernetes:core/v1:Service": { seconds: 10, source: "until it has endpoints" },
};

/** EKS add-ons that take less than the one with a driver. Those that are ready without a node run on every node and nowhere else. */
const addonSeconds: Readonly<Record<string, number>> = {
    "vpc-cni": 8,
    "kube-proxy": 8,
    "eks-pod-identity-agent": 8,
    coredns: 15,
    "metrics-server": 45,
};

/** Seconds of a chart that brings kinds and runs nothing. */
const kindsSeconds = 8;

/** Seconds of a quick API call, together with the read that follows it. */
export const quickSeconds = 3;

/** Kubernetes objects that nothing waits for are there at once. */
const kubernetesSeconds = 1;

/** A Multi-AZ database copies its first snapshot into the second zone before it is available. */
const multiAzFactor = 2;

/** Seconds that the creation of a resource takes once everything it waits for is there. */
export function creationSeconds({ type, inputs, custom, remote }: PlannedResource): number {
    if (!custom && !remote) {
        return 0;
    }
    if (isNotAwaited(inputs)) {
        return kubernetesSeconds;
    }
    const seconds = specialSeconds(type, inputs) ?? durations[type]?.seconds;
    if (seconds !== undefined) {
        return inputs.multiAz === true ? seconds * multiAzFactor : seconds;
    }
    if (type.startsWith("aws:")) {
        return quickSeconds;
    }
    return type.startsWith("kubernetes:") ? kubernetesSeconds : 0;
}

function specialSeconds(type: string, { addonName, chart }: PlannedResource["inputs"]): number | undefined {
    if (type === "aws:eks/addon:Addon" && typeof addonName === "string") {
        return addonSeconds[addonName];
    }
    return typeof chart === "string" && chart.endsWith("-crds") ? kindsSeconds : undefined;
}

/** Whether Pulumi is told to go on as soon as the API server has the object. */
function isNotAwaited({ metadata }: PlannedResource["inputs"]): boolean {
    const { annotations } = (metadata ?? {}) as { readonly annotations?: Readonly<Record<string, unknown>> };
    return annotations?.["pulumi.com/skipAwait"] === "true";
}

/** The types with a duration of their own and its source, for documentation. */
export const documentedDurations: readonly (Duration & { readonly type: string })[] = Object.entries(durations).map(
    ([type, duration]) => ({ type, ...duration }),
);
