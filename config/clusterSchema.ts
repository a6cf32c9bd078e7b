import { z } from "zod";
import { dnsLabel, ipv4Cidr, retention } from "./fields";
import { kubernetesVersions } from "./supportedVersions";

export const network = z
    .strictObject({
        cidr: ipv4Cidr
            .default("10.0.0.0/16")
            .describe("Address range of the VPC, /16 to /20. Changing it replaces the VPC."),
        availabilityZones: z
            .array(z.string().regex(/^[a-f]$/, "the letter of an availability zone, a to f"))
            .min(2)
            .max(3)
            .default(["a", "b"])
            .describe("Letters of the availability zones, two or three. Adding one moves no existing subnet."),
        nat: z
            .enum(["none", "instance", "single", "per-az"])
            .default("single")
            .describe(
                "How private subnets reach the internet: not at all, by one small instance (cheapest, $7 a month, not for prod), by one NAT gateway for all zones, or by one per zone (survives the loss of a zone). A change interrupts outgoing connections once.",
            ),
        interfaceEndpoints: z
            .array(
                z.enum([
                    "ecr.api",
                    "ecr.dkr",
                    "sts",
                    "logs",
                    "secretsmanager",
                    "kms",
                    "ec2",
                    "eks",
                    "eks-auth",
                    "autoscaling",
                    "elasticloadbalancing",
                ]),
            )
            .default([])
            .describe(
                "AWS services reached by interface endpoints inside the VPC; each costs about $7.30 a month per zone.",
            ),
        flowLogRetentionDays: retention.default(30).describe("Days that VPC flow logs are kept."),
    })
    .describe("The VPC and its subnets.");

const taint = z.strictObject({
    key: z.string().min(1).max(253).describe("Taint key."),
    value: z.string().max(63).default("").describe("Taint value."),
    effect: z
        .enum(["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"])
        .describe("What happens to pods that do not tolerate it."),
});

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 07:30");

const weekday = "(MON|TUE|WED|THU|FRI|SAT|SUN)";

const nodeSchedule = z
    .strictObject({
        start: timeOfDay.describe("When nodes start, as many as `desiredSize`."),
        stop: timeOfDay.describe(
            "When the last node stops. What runs on the nodes waits until the next start; volumes keep their data.",
        ),
        days: z
            .string()
            .regex(
                new RegExp(`^${weekday}(-${weekday})?(,${weekday}(-${weekday})?)*$`),
                "days such as MON-FRI or MON,WED",
            )
            .default("MON-FRI")
            .describe("Days on which nodes start and stop."),
        timeZone: z
            .string()
            .refine(isTimeZone, "a time zone of the IANA database, such as Europe/Berlin")
            .default("Etc/UTC")
            .describe("Time zone of both times."),
    })
    .optional()
    .describe("Office hours of the group: outside of them it has no nodes. Without it the group always runs.");

function isTimeZone(name: string): boolean {
    // The default is not looked up: the first look takes 10 ms.
    if (name === "Etc/UTC") {
        return true;
    }
    try {
        return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
    } catch {
        return false;
    }
}

const nodeGroup = z.strictObject({
    capacity: z
        .enum(["on-demand", "spot"])
        .default("on-demand")
        .describe("Purchase option; spot nodes may be taken back with two minutes' notice."),
    architecture: z.enum(["amd64", "arm64"]).default("arm64").describe("CPU architecture; images must exist for it."),
    instanceTypes: z
        .array(z.string().regex(/^[a-z0-9]+\.[a-z0-9]+$/, "an EC2 instance type such as t4g.medium"))
        .min(1)
        .max(20)
        .describe(
            "EC2 instance types; several make spot capacity easier to find. Changing them replaces the node group.",
        ),
    minSize: z.int().min(0).max(450).default(1).describe("Fewest nodes."),
    desiredSize: z
        .int()
        .min(0)
        .max(450)
        .default(2)
        .describe("Nodes at creation; afterwards the autoscaler decides and changes here have no effect."),
    maxSize: z.int().min(1).max(450).default(3).describe("Most nodes. AWS allows 450 a node group."),
    diskGiB: z.int().min(20).max(16384).default(50).describe("Size of the encrypted gp3 root volume in GiB."),
    schedule: nodeSchedule,
    labels: z.record(z.string(), z.string()).default({}).describe("Kubernetes labels of the nodes."),
    taints: z.array(taint).max(50).default([]).describe("Kubernetes taints of the nodes."),
});

const principalArn = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/, "the ARN of an IAM role or user");

export const cluster = z
    .strictObject({
        version: z
            .enum(Object.keys(kubernetesVersions) as [keyof typeof kubernetesVersions])
            .default("1.36")
            .describe("Kubernetes minor version. Upgrade one minor at a time."),
        publicAccessCidrs: z
            .array(ipv4Cidr)
            .max(40)
            .default([])
            .describe("Networks that may reach the API server from the internet. Empty: only from inside the VPC."),
        administrators: z
            .array(principalArn)
            .default([])
            .describe("IAM principals with cluster-admin rights, by EKS access entries."),
        viewers: z.array(principalArn).default([]).describe("IAM principals that may read everything but Secrets."),
        logRetentionDays: retention
            .default(90)
            .describe("Days that the control plane's logs, audit log included, are kept."),
        nodeGroups: z
            .record(dnsLabel, nodeGroup)
            .default({})
            .describe("Managed node groups by name. At least one, except in a stack that brings its own cluster."),
    })
    .describe("The EKS cluster and its nodes.");

export const kubernetes = z
    .strictObject({
        context: z
            .string()
            .min(1)
            .max(253)
            .optional()
            .describe("Context of your kubeconfig. Required: the current one may be any cluster."),
    })
    .describe("The existing cluster that the local environment deploys into.");

const toggle = (what: string, installed = true) => z.boolean().default(installed).describe(what);

export const addons = z
    .strictObject({
        awsLoadBalancerController: toggle("Load balancers for Ingresses and Services."),
        clusterAutoscaler: toggle("Sets the number of nodes of each node group within its bounds."),
        externalSecrets: toggle("Copies secrets from AWS Secrets Manager into Kubernetes."),
        certManager: toggle("Certificates for webhooks and gateways."),
        externalDns: toggle(
            "DNS records for Ingress hosts in `edge.hostedZoneId`; without a zone it is not installed.",
        ),
        monitoring: toggle("Prometheus, Alertmanager and Grafana (kube-prometheus-stack)."),
        logging: toggle("Fluent Bit, which ships container logs to CloudWatch Logs."),
        reloader: toggle("Restarts pods when a Secret they read changes."),
        verticalPodAutoscaler: toggle("Recommends resource requests."),
        envoyGateway: toggle("Gateway API with rate limits, CORS, timeouts and body limits.", false),
        argoRollouts: toggle("Blue-green rollouts with analysis and automatic abort.", false),
        argoCd: toggle("Deploys systems whose delivery is GitOps.", false),
        linkerd: toggle("Service mesh: mutual TLS between services and authorization by identity.", false),
        tracing: toggle("OpenTelemetry collector and Jaeger.", false),
        kyverno: toggle("Lets pods of systems in only whose images are signed as `imageSignatures` says.", false),
        searchableLogs: toggle(
            "Container logs stay searchable for 60 days, with indexes and saved queries in CloudWatch Logs Insights.",
            false,
        ),
    })
    .describe("Add-ons of the cluster, each of which can be switched off.");
