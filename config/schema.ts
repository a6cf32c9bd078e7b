import { z } from "zod";
import { kubernetesVersions, logRetentionDays } from "./supportedVersions";

/**
 * Every key of a stack's configuration: type, bounds, default and one sentence about it. `Pulumi.yaml` declares the same keys, and
 * docs/configuration.md is generated from the descriptions. Unknown keys are errors at every level.
 */

/** A name that may stand in DNS, Kubernetes and AWS names alike. */
const dnsLabel = z
    .string()
    .regex(
        /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
        "a DNS label: lower-case letters, digits and hyphens, at most 40 characters",
    );

const hostname = z
    .string()
    .max(253)
    .regex(
        /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
        "a fully qualified host name such as api.example.com",
    );

const ipv4Cidr = z.cidrv4("an IPv4 network such as 10.0.0.0/16");

/** The tag rules of OCI references; `latest` is refused because it names no version. */
export const imageTag = z
    .string()
    .regex(
        /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[a-f0-9]{64})?$/,
        "an image tag such as 1.4.2, optionally with @sha256:<digest>",
    )
    .refine((tag) => tag !== "latest", "a version; `latest` names none");

const retention = z.union(
    logRetentionDays.map((days) => z.literal(days)),
    `one of the periods CloudWatch Logs accepts: ${logRetentionDays.join(", ")}`,
);

export const environments = ["dev", "staging", "prod", "local"] as const;
export const logLevels = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;
export const placements = ["managed", "in-cluster"] as const;

const network = z
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
            .enum(["none", "single", "per-az"])
            .default("single")
            .describe(
                "NAT gateways: none, one for all zones (cheapest), or one per zone (survives the loss of a zone).",
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
    labels: z.record(z.string(), z.string()).default({}).describe("Kubernetes labels of the nodes."),
    taints: z.array(taint).max(50).default([]).describe("Kubernetes taints of the nodes."),
});

const principalArn = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/, "the ARN of an IAM role or user");

const cluster = z
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

const kubernetes = z
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

const addons = z
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
        searchableLogs: toggle(
            "Container logs stay searchable for 60 days, with indexes and saved queries in CloudWatch Logs Insights.",
            false,
        ),
    })
    .describe("Add-ons of the cluster, each of which can be switched off.");

const data = z
    .strictObject({
        placement: z
            .enum(placements)
            .default("in-cluster")
            .describe(
                "Where databases and caches live: `managed` (RDS, ElastiCache) or `in-cluster` (StatefulSets). A change creates a new, empty store: restore a backup into it.",
            ),
        protect: z
            .boolean()
            .default(false)
            .describe(
                "Protects databases, caches, backups and keys: Pulumi `protect`, deletion protection, final snapshots.",
            ),
        teardown: z
            .boolean()
            .default(false)
            .describe("Allows `protect: false` in prod, for the deployment before a prod stack is destroyed."),
        database: z
            .strictObject({
                instanceClass: z
                    .string()
                    .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "an RDS instance class such as db.t4g.medium")
                    .default("db.t4g.micro")
                    .describe("RDS instance class. A change restarts the instance (fails over with Multi-AZ)."),
                multiAz: z.boolean().default(false).describe("A standby in a second zone, with automatic failover."),
                backupRetentionDays: z
                    .int()
                    .min(1)
                    .max(35)
                    .default(7)
                    .describe("Days of point-in-time recovery. RDS allows up to 35."),
            })
            .prefault({})
            .describe("Defaults of managed databases."),
        cache: z
            .strictObject({
                nodeType: z
                    .string()
                    .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, "an ElastiCache node type such as cache.t4g.small")
                    .default("cache.t4g.micro")
                    .describe("ElastiCache node type. A change replaces the nodes one by one."),
                replicas: z
                    .int()
                    .min(0)
                    .max(5)
                    .default(0)
                    .describe("Replicas of the primary. One or more switches automatic failover and Multi-AZ on."),
            })
            .prefault({})
            .describe("Defaults of managed caches."),
        backups: z
            .strictObject({
                schedule: z
                    .string()
                    .regex(/^(\S+\s+){4}\S+$/, "five cron fields")
                    .default("0 2 * * *")
                    .describe("When databases are dumped to S3, as a cron expression in UTC."),
                retentionDays: z.int().min(1).max(3650).default(30).describe("Days that dumps are kept in S3."),
            })
            .prefault({})
            .describe("Database dumps."),
    })
    .describe("Where data lives and how it is protected.");

const edge = z
    .strictObject({
        hostedZoneId: z
            .string()
            .regex(/^Z[A-Z0-9]{1,31}$/, "a Route 53 hosted zone id such as Z0123456789ABCDEFGHIJ")
            .optional()
            .describe(
                "Route 53 zone of the systems' hosts: a certificate is issued and validated in it, and records are kept in it.",
            ),
        delegatedHosts: z
            .array(hostname)
            .max(50)
            .default([])
            .describe("Hosts of team stacks on this platform, whose DNS records external-dns may keep as well."),
        certificateArn: z
            .string()
            .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/, "the ARN of an ACM certificate")
            .optional()
            .describe("An existing ACM certificate for the systems' hosts, in place of `hostedZoneId`."),
    })
    .describe("How requests reach the systems.");

const slackChannel = z.string().regex(/^#[a-z0-9_-]{1,79}$/, "a Slack channel such as #alerts");

const observability = z
    .strictObject({
        retentionDays: z.int().min(1).max(365).default(15).describe("Days that Prometheus keeps metrics."),
        storageGiB: z.int().min(5).max(16384).default(20).describe("Size of Prometheus' volume in GiB."),
        replicas: z.int().min(1).max(3).default(1).describe("Replicas of Prometheus and Alertmanager."),
        scrapeIntervalSeconds: z.int().min(5).max(300).default(30).describe("Seconds between two scrapes of a target."),
        evaluationIntervalSeconds: z
            .int()
            .min(5)
            .max(300)
            .default(15)
            .describe("Seconds between two evaluations of the rules."),
        logRetentionDays: retention.default(30).describe("Days that container logs are kept in CloudWatch Logs."),
        slackChannel: slackChannel
            .default("#alerts")
            .describe("Where alerts are posted when `platform:slackWebhookUrl` is set."),
        slackChannels: z
            .record(dnsLabel, slackChannel)
            .default({})
            .describe(
                "Channels of owners whose alerts do not belong in `slackChannel`. The webhook must be allowed to choose its channel.",
            ),
        runbookBaseUrl: z
            .url()
            .default("https://github.com/your-org/platform/blob/main/docs/runbooks")
            .describe("Where the runbooks that alerts link to can be read."),
    })
    .describe("Metrics, alerts and logs.");

const delivery = z
    .strictObject({
        repositoryUrl: z
            .string()
            .regex(
                /^(https:\/\/|ssh:\/\/|git@)\S+$/,
                "a Git repository such as https://github.com/your-org/deployments",
            )
            .optional()
            .describe("Repository that Argo CD deploys from. Required where a system's delivery is `argocd`."),
        revision: z.string().min(1).max(250).default("main").describe("Branch, tag or commit that is deployed."),
        path: z
            .string()
            .regex(/^[a-z0-9][a-z0-9/_-]{0,199}$/, "a directory such as deploy/dev")
            .default("deploy")
            .describe("Directory that `pulumi up` writes the manifests to, the same in the repository."),
    })
    .describe("Where systems come from that Argo CD delivers.");

const registry = z
    .strictObject({
        server: z
            .string()
            .regex(/^[a-z0-9.-]+(:\d+)?$/, "a registry's host such as ghcr.io")
            .default("ghcr.io")
            .describe("Host of the registry."),
        username: z
            .string()
            .min(1)
            .max(255)
            .describe("User that pulls. Its token is the secret `platform:registryPassword`."),
    })
    .describe("A private registry that systems pull their images from.");

const serviceOverrides = z.strictObject({
    version: imageTag.optional().describe("Image tag of this service, when it differs from the system's."),
    minReplicas: z.int().min(1).max(1000).optional().describe("Fewest pods."),
    maxReplicas: z.int().min(1).max(1000).optional().describe("Most pods."),
});

export const systemSettings = z
    .strictObject({
        version: imageTag.describe(
            "Deployed version: the tag of the system's images. A rollback is the earlier value.",
        ),
        system: dnsLabel
            .optional()
            .describe(
                "The system that runs under this name, when it is not called so itself: a second copy of it, with stores and names of its own.",
            ),
        host: hostname.optional().describe("Host name of the system's public endpoint."),
        logLevel: z
            .enum(logLevels)
            .default("INFO")
            .describe("Log level of the system's services; pods roll when it changes."),
        placement: z.enum(placements).optional().describe("Overrides `data.placement` for this system."),
        backupBucket: z
            .string()
            .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "an S3 bucket name")
            .optional()
            .describe(
                "Name of the backup bucket; default `<system>-<environment>-backups`. S3 names are global, so yours may be taken.",
            ),
        delivery: z
            .enum(["pulumi", "argocd"])
            .default("pulumi")
            .describe(
                "Who applies the services: this program, or Argo CD from `delivery.repositoryUrl`. A change hands them over.",
            ),
        services: z.record(dnsLabel, serviceOverrides).default({}).describe("Overrides per service."),
    })
    .describe("What this stack decides about one system.");

const tags = z
    .record(z.string().min(1).max(128), z.string().max(256))
    .refine((all) => Object.keys(all).length <= 20, "at most 20 tags")
    .refine(
        (all) => !Object.keys(all).some((key) => key.toLowerCase().startsWith("aws:")),
        "keys that do not start with aws:",
    )
    .describe("Additional tags of every AWS resource, for cost allocation.");

/** The structure of `platform:*` after parsing: plain, complete and deeply frozen. */
export const platformConfig = z.strictObject({
    environment: z
        .enum(environments)
        .describe("What kind of environment this is; it appears in names and decides the safety rules."),
    platformStack: z
        .string()
        .regex(/^[\w.-]+\/[\w.-]+\/[\w.-]+$/, "the full name of a stack, such as your-org/platform/prod")
        .optional()
        .describe("The stack whose cluster this stack deploys into. Without it, the stack makes a cluster of its own."),
    network: network.prefault({}),
    cluster: cluster.prefault({}),
    kubernetes: kubernetes.prefault({}),
    addons: addons.prefault({}),
    data: data.prefault({}),
    edge: edge.prefault({}),
    observability: observability.prefault({}),
    delivery: delivery.prefault({}),
    registry: registry.optional(),
    systems: z.record(dnsLabel, systemSettings).describe("The systems this stack runs, by name.").default({}),
    tags: tags.default({}),
});

/** Secret keys stand alone, so that nothing that is not secret becomes secret with them. */
export const platformSecrets = {
    pagerdutyRoutingKey: z
        .string()
        .regex(/^[A-Za-z0-9]{32}$/, "a PagerDuty Events API v2 integration key of 32 characters")
        .describe("Pages whoever is on call. Without it, paging is off."),
    registryPassword: z
        .string()
        .min(1, "the token of the user in platform:registry")
        .describe("Token that may pull images, for the user in `platform:registry`."),
    slackWebhookUrl: z
        .string()
        .regex(/^https:\/\/hooks\.slack\.com\/.+$/, "a Slack incoming webhook URL")
        .describe("Posts alerts to Slack. Without it, Slack is off."),
} as const;

export type PlatformConfig = DeepReadonly<z.infer<typeof platformConfig>>;
export type SystemSettings = PlatformConfig["systems"][string];
export type NodeGroupConfig = PlatformConfig["cluster"]["nodeGroups"][string];
export type EnvironmentName = (typeof environments)[number];
export type LogLevel = (typeof logLevels)[number];
export type Placement = (typeof placements)[number];
export type AddonName = keyof PlatformConfig["addons"];
export type SecretKey = keyof typeof platformSecrets;

type DeepReadonly<T> = T extends (infer E)[]
    ? readonly DeepReadonly<E>[]
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T;
