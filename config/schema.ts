import { z } from "zod";
import { audit } from "./audit";
import { addons, cluster, kubernetes, network } from "./clusterSchema";
import { dnsLabel, environments, hostname, imageTag, logLevels, placements, retention } from "./fields";
import { imageSignatures } from "./imageSignatures";

export { dnsLabel, environments, hostname, imageTag, placements } from "./fields";

/**
 * Every key of a stack's configuration: type, bounds, default and one sentence about it. `Pulumi.yaml` declares the same keys, and
 * docs/configuration.md is generated from the descriptions. Unknown keys are errors at every level.
 */

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
                    .describe("When databases and in-cluster caches are backed up, as a cron expression in UTC."),
                retentionDays: z.int().min(1).max(3650).default(30).describe("Days that backups are kept."),
            })
            .prefault({})
            .describe("Backups of databases and in-cluster caches."),
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
        loadBalancers: z
            .enum(["separate", "shared"])
            .default("separate")
            .describe(
                "Whether services have the load balancers that they ask for (one ALB for all Ingresses, one NLB for the gateway, one more for each public LoadBalancer), or all with a host share the gateway's, which is about $47 a month less with five systems. A change moves hosts to another address and certificate: minutes until DNS has followed.",
            ),
        firewall: z
            .strictObject({
                enabled: z
                    .boolean()
                    .default(false)
                    .describe("AWS WAF before the shared ALB and before each CDN: about $10 a month for each of them."),
                requestsPerFiveMinutes: z
                    .int()
                    .min(10)
                    .max(2_000_000_000)
                    .default(2000)
                    .describe("Requests that one address may make in five minutes before it is answered with 429."),
            })
            .prefault({})
            .describe("Managed rules against known attacks, and a limit for each address."),
    })
    .describe("How requests reach the systems.");

const slackChannel = z.string().regex(/^#[a-z0-9_-]{1,79}$/, "a Slack channel such as #alerts");

const timeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, "a time of day such as 08:00");

const businessHours = z
    .strictObject({
        start: timeOfDay.default("08:00").describe("Time of day at which they begin."),
        end: timeOfDay.default("18:00").describe("Time of day at which they end, after `start`."),
        timeZone: z
            .string()
            .refine(
                (zone) => Intl.supportedValuesOf("timeZone").includes(zone) || zone === "UTC",
                "a time zone such as Europe/Berlin",
            )
            .default("UTC")
            .describe("Time zone of both, by its name in the tz database."),
    })
    .refine(({ start, end }) => start < end, { path: ["end"], error: "must be later than `start`" })
    .describe("Monday to Friday, when warnings are posted; what is critical comes at any hour.");

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
        businessHours: businessHours.prefault({}),
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
        databaseInstances: z
            .record(
                dnsLabel,
                z
                    .string()
                    .max(63)
                    .regex(/^[a-z](?:-?[a-z0-9])*$/, "the identifier of an RDS instance"),
            )
            .default({})
            .describe(
                "RDS instances that are the system's managed databases, by the database's name, in place of those that the platform has named. `npm run restore` with `--switch` writes it and hands the instance to Pulumi; written by hand, it renames the instance that is in use.",
            ),
        delivery: z
            .enum(["pulumi", "argocd"])
            .default("pulumi")
            .describe(
                "Who applies the services: this program, or Argo CD from `delivery.repositoryUrl`. A change hands them over.",
            ),
        images: z
            .enum(["declared", "ecr"])
            .default("declared")
            .describe(
                "Where images are pulled from: where the system says, or for those of its `imageRepositories` the stack's own repositories in ECR. Push the version there before a change; the pods roll.",
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
const budget = z
    .strictObject({
        monthlyDollars: z
            .number()
            .positive()
            .max(10_000_000)
            .describe("What everything with this stack's tag may cost a month, in US dollars."),
        emails: z
            .array(z.email())
            .min(1)
            .max(10)
            .describe("Who is told. AWS sends at most ten addresses a message for each alert."),
        alertPercent: z
            .array(z.number().positive().max(1000))
            .min(1)
            .max(4)
            .default([80, 100])
            .describe(
                "Shares of it, in percent, that are told of when they are spent; that all of it will be spent is told, too.",
            ),
        activateTags: z
            .boolean()
            .default(false)
            .describe(
                "Activates our tags as cost allocation tags. Only in an account that pays for itself, in one stack of it, and a day after the first deployment.",
            ),
    })
    .describe("An AWS budget with alerts. It stops nothing.");

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
    imageSignatures: imageSignatures.optional(),
    systems: z.record(dnsLabel, systemSettings).describe("The systems this stack runs, by name.").default({}),
    tags: tags.default({}),
    budget: budget.optional(),
    audit: audit.optional(),
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
    heartbeatUrl: z
        .string()
        .regex(/^https:\/\/\S+$/, "an https URL")
        .describe(
            "Called every minute while alerts get through, by a service such as healthchecks.io that tells when the calls stop. Without it, nobody is told.",
        ),
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
