import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { checkArgs, tagContext, textInput } from "../checkedArgs";
import { Component } from "../component";
import { physicalName } from "../naming";
import { members, number, text, texts } from "../shapes";
import { tagsFor, type TagContext } from "../tags";
import { cacheKeyHeaders, cdnProblems, type CdnShape } from "./cdnPlan";
import { Certificate } from "./certificate";
import { WebAcl, type WebAclArgs } from "./webAcl";

export interface CdnArgs {
    readonly tags: TagContext;
    /** Public host name, such as www.example.com. A change gives the distribution another name and certificate, in place. */
    readonly host: string;
    /**
     * Host name of the system's own public edge, another than `host`; its certificate must name it. Requests arrive with it as their
     * `Host`, and with the public one as `X-Forwarded-Host`. Changed in place.
     */
    readonly originHost: string;
    /** Route 53 zone of the public host. */
    readonly hostedZoneId: pulumi.Input<string>;
    /**
     * Paths such as `/static/*` whose files are the same for everybody and never change under one name: kept although they do not say that
     * they may be, without cookies. What they do say counts. Changed in place. Default: none.
     */
    readonly staticPaths?: readonly string[];
    /** Days that a file of a static path is kept if it says nothing itself, 1 to 365. Default 30. Changed in place. */
    readonly staticDays?: number;
    /**
     * Request headers by which cacheable responses differ, beyond Accept, Authorization and Origin; at most four. CloudFront does not
     * read `Vary`. Changed in place. Default: none.
     */
    readonly varyHeaders?: readonly string[];
    /**
     * Where in the world it answers from: `PriceClass_100` is North America, Europe and Israel, `PriceClass_200` also most of Asia and
     * Africa, `PriceClass_All` everywhere. Visitors elsewhere are served from further away. Default `PriceClass_100`, the cheapest.
     */
    readonly priceClass?: "PriceClass_100" | "PriceClass_200" | "PriceClass_All";
    /**
     * A firewall of its own, since behind it all visitors have its address; `WebAcl` says what it costs. It is in us-east-1, as all of
     * CloudFront is, so only a key from there can encrypt its log. Added, changed and removed in place. Default: none.
     */
    readonly firewall?: Pick<WebAclArgs, "requestsPerFiveMinutes" | "logs">;
}

const argumentShape = members(
    {
        staticPaths: texts,
        staticDays: number,
        varyHeaders: texts,
        priceClass: z.enum(["PriceClass_100", "PriceClass_200", "PriceClass_All"]),
        webAclArn: textInput,
    },
    { tags: tagContext, host: text, originHost: text, hostedZoneId: textInput },
);

/** CloudFront reads certificates here, wherever everything else is (Amazon CloudFront Developer Guide, "Requirements for certificates"). */
const certificateRegion = "us-east-1";

/** Of AWS: hands on everything but `Host` (Amazon CloudFront Developer Guide, "Use managed origin request policies"). */
const allViewerExceptHostHeader = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

const defaultStaticDays = 30;
const secondsPerDay = 24 * 60 * 60;
const secondsPerYear = 365 * secondsPerDay;

/** Every status whose caching can be set (Amazon CloudFront API, CustomErrorResponse). */
const errorCodes = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

const originId = "edge";

/**
 * CloudFront before a system's public edge: files of static paths are kept for long, other GET and HEAD responses as long as their
 * `Cache-Control` allows and not at all without one, errors never; all other methods pass through. The key holds query, cookies and what
 * a response may depend on, so nobody gets a page that was made for somebody else.
 *
 * The edge behind it stays public under its own name and goes on to check every request itself. There is no shared secret in a header: it
 * would lie in every route of the edge and in the distribution, readable, and would have to be rotated in both at once. Let the load
 * balancer take connections from `originPrefixListId` alone instead: then the address that CloudFront writes at the end of
 * `X-Forwarded-For` is always the visitor's, which limits per client rely on.
 *
 * It writes no access log. The edge logs what reaches it, CloudWatch counts the rest, and a log of hits would be the only new store of
 * visitors' addresses.
 *
 * Costs nothing by itself; beyond 1 TB and 10 million requests a month, which are free, $0.085 per GB and $0.01 per 10,000 requests in
 * North America and Europe. Source: Amazon CloudFront pricing page, pay as you go.
 *
 * @example
 * new Cdn("shop-cdn", { tags, host: "www.example.com", originHost: "edge.example.com", hostedZoneId, staticPaths: ["/static/*"] });
 */
export class Cdn extends Component {
    /** The public address. */
    readonly url: string;
    /** Id of the distribution, for invalidations. */
    readonly distributionId: pulumi.Output<string>;
    readonly arn: pulumi.Output<string>;
    /** CloudFront's own name of the distribution, which the public host points to. */
    readonly domainName: pulumi.Output<string>;

    private readonly args: CdnArgs;
    private readonly shape: CdnShape;

    constructor(name: string, args: CdnArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, argumentShape, args);
        const shape: CdnShape = {
            host: args.host,
            originHost: args.originHost,
            staticPaths: args.staticPaths ?? [],
            staticDays: args.staticDays ?? defaultStaticDays,
            varyHeaders: args.varyHeaders ?? [],
        };
        refuseImpossible(name, shape);
        super("platform:edge:Cdn", name, opts);
        this.args = args;
        this.shape = shape;

        const certificate = this.createCertificate();
        const distribution = this.createDistribution(certificate, {
            responses: this.createResponsePolicy(),
            files: this.createFilePolicy(),
            headers: this.createHeadersPolicy(),
        });
        this.createRecords(distribution);

        this.url = `https://${args.host}`;
        this.distributionId = distribution.id;
        this.arn = distribution.arn;
        this.domainName = distribution.domainName;
        this.registerOutputs({ url: this.url, distributionId: this.distributionId, arn: this.arn });
    }

    private createCertificate(): Certificate {
        const { tags, host, hostedZoneId } = this.args;
        return new Certificate(
            this.childName("certificate"),
            { tags, hosts: [host], hostedZoneId, region: certificateRegion },
            this.childOptions(),
        );
    }

    /** What is kept of ordinary responses: what they say themselves, hence a least and a usual time of nothing. */
    private createResponsePolicy(): aws.cloudfront.CachePolicy {
        return new aws.cloudfront.CachePolicy(
            this.childName("response-caching"),
            {
                name: this.policyName("responses"),
                comment: `Responses of ${this.args.host}: as long as they say`,
                minTtl: 0,
                defaultTtl: 0,
                maxTtl: secondsPerYear,
                parametersInCacheKeyAndForwardedToOrigin: {
                    cookiesConfig: { cookieBehavior: "all" },
                    headersConfig: {
                        headerBehavior: "whitelist",
                        headers: { items: cacheKeyHeaders(this.shape.varyHeaders) },
                    },
                    queryStringsConfig: { queryStringBehavior: "all" },
                    enableAcceptEncodingGzip: true,
                    enableAcceptEncodingBrotli: true,
                },
            },
            this.childOptions(),
        );
    }

    /** What is kept of files, where there are static paths. */
    private createFilePolicy(): aws.cloudfront.CachePolicy | undefined {
        if (this.shape.staticPaths.length === 0) {
            return undefined;
        }
        return new aws.cloudfront.CachePolicy(
            this.childName("file-caching"),
            {
                name: this.policyName("files"),
                comment: `Files of ${this.args.host}: the same for everybody`,
                minTtl: 0,
                defaultTtl: this.shape.staticDays * secondsPerDay,
                maxTtl: secondsPerYear,
                parametersInCacheKeyAndForwardedToOrigin: {
                    cookiesConfig: { cookieBehavior: "none" },
                    // The answer to another site says which site may use it.
                    headersConfig: { headerBehavior: "whitelist", headers: { items: ["Origin"] } },
                    queryStringsConfig: { queryStringBehavior: "all" },
                    enableAcceptEncodingGzip: true,
                    enableAcceptEncodingBrotli: true,
                },
            },
            this.childOptions(),
        );
    }

    /** Headers that browsers go by. Where the system sends its own, they count; HTTPS and honest content types are not up to it. */
    private createHeadersPolicy(): aws.cloudfront.ResponseHeadersPolicy {
        return new aws.cloudfront.ResponseHeadersPolicy(
            this.childName("security-headers"),
            {
                name: this.policyName("headers"),
                comment: `Security headers of ${this.args.host}`,
                securityHeadersConfig: {
                    // Hosts below this one may belong to others, so they are not spoken for.
                    strictTransportSecurity: {
                        accessControlMaxAgeSec: secondsPerYear,
                        includeSubdomains: false,
                        preload: false,
                        override: true,
                    },
                    contentTypeOptions: { override: true },
                    frameOptions: { frameOption: "DENY", override: false },
                    referrerPolicy: { referrerPolicy: "strict-origin-when-cross-origin", override: false },
                },
            },
            this.childOptions(),
        );
    }

    private createFirewall(): WebAcl | undefined {
        const { tags, firewall } = this.args;
        return (
            firewall &&
            new WebAcl(this.childName("firewall"), { tags, scope: "CLOUDFRONT", ...firewall }, this.childOptions())
        );
    }

    private createDistribution(certificate: Certificate, policies: Policies): aws.cloudfront.Distribution {
        const { tags, host, priceClass = "PriceClass_100" } = this.args;
        const firewall = this.createFirewall();
        return new aws.cloudfront.Distribution(
            this.childName("distribution"),
            {
                enabled: true,
                comment: host,
                aliases: [host],
                isIpv6Enabled: true,
                httpVersion: "http2and3",
                priceClass,
                origins: [this.origin()],
                defaultCacheBehavior: this.responseBehaviour(policies),
                orderedCacheBehaviors: this.fileBehaviours(policies),
                // An error is over when it is over; without this, the next ten seconds would still see it.
                customErrorResponses: errorCodes.map((errorCode) => ({ errorCode, errorCachingMinTtl: 0 })),
                restrictions: { geoRestriction: { restrictionType: "none" } },
                viewerCertificate: {
                    acmCertificateArn: certificate.certificateArn,
                    sslSupportMethod: "sni-only",
                    minimumProtocolVersion: "TLSv1.2_2021",
                },
                ...(firewall && { webAclId: firewall.arn }),
                tags: tagsFor(tags, host),
            },
            this.childOptions(),
        );
    }

    /** The system's edge. Seconds: requests may take a minute there, and idle connections are dropped before a load balancer does. */
    private origin(): aws.types.input.cloudfront.DistributionOrigin {
        return {
            originId,
            domainName: this.args.originHost,
            connectionAttempts: 2,
            connectionTimeout: 5,
            customOriginConfig: {
                httpPort: 80,
                httpsPort: 443,
                originProtocolPolicy: "https-only",
                originSslProtocols: ["TLSv1.2"],
                originReadTimeout: 60,
                originKeepaliveTimeout: 30,
            },
            // It replaces what a visitor sends under this name, so it can be believed.
            customHeaders: [{ name: "X-Forwarded-Host", value: this.args.host }],
        };
    }

    private responseBehaviour(policies: Policies): aws.types.input.cloudfront.DistributionDefaultCacheBehavior {
        return {
            targetOriginId: originId,
            viewerProtocolPolicy: "redirect-to-https",
            allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
            cachedMethods: ["GET", "HEAD"],
            cachePolicyId: policies.responses.id,
            originRequestPolicyId: allViewerExceptHostHeader,
            responseHeadersPolicyId: policies.headers.id,
            compress: true,
        };
    }

    /** Without an origin request policy, only what is in the key reaches the edge: no cookie, no token. */
    private fileBehaviours({
        files,
        headers,
    }: Policies): aws.types.input.cloudfront.DistributionOrderedCacheBehavior[] {
        return files === undefined
            ? []
            : this.shape.staticPaths.map((pathPattern) => ({
                  pathPattern,
                  targetOriginId: originId,
                  viewerProtocolPolicy: "redirect-to-https",
                  allowedMethods: ["GET", "HEAD", "OPTIONS"],
                  cachedMethods: ["GET", "HEAD"],
                  cachePolicyId: files.id,
                  responseHeadersPolicyId: headers.id,
                  compress: true,
              }));
    }

    private createRecords(distribution: aws.cloudfront.Distribution): void {
        for (const type of ["A", "AAAA"] as const) {
            new aws.route53.Record(
                this.childName(type),
                {
                    zoneId: this.args.hostedZoneId,
                    name: this.args.host,
                    type,
                    aliases: [
                        {
                            name: distribution.domainName,
                            zoneId: distribution.hostedZoneId,
                            // Route 53 cannot ask CloudFront for its health.
                            evaluateTargetHealth: false,
                        },
                    ],
                },
                this.childOptions(),
            );
        }
    }

    /** Policies have one name in the whole account. */
    private policyName(suffix: string): string {
        return physicalName("cloudFrontPolicy", this.args.tags.stack, this.name, suffix);
    }
}

interface Policies {
    readonly responses: aws.cloudfront.CachePolicy;
    readonly files: aws.cloudfront.CachePolicy | undefined;
    readonly headers: aws.cloudfront.ResponseHeadersPolicy;
}

/**
 * Id of the list of addresses that CloudFront connects from, kept up to date by AWS, for the security group of a load balancer behind it.
 * It counts as 55 rules of the 60 that a security group has by default (Amazon VPC User Guide, "AWS-managed prefix lists").
 */
export function originPrefixListId(opts?: pulumi.InvokeOutputOptions): pulumi.Output<string> {
    return originPrefixList(opts).id;
}

/**
 * The address ranges in that list as they are now, for whoever has to write them out. AWS changes them a few times a year; the next
 * deployment follows. Until then a request from a new address counts as CloudFront's own.
 */
export function originCidrs(opts?: pulumi.InvokeOutputOptions): pulumi.Output<string[]> {
    return originPrefixList(opts).entries.apply((entries) => entries.map(({ cidr }) => cidr).sort());
}

function originPrefixList(opts?: pulumi.InvokeOutputOptions): pulumi.Output<aws.ec2.GetManagedPrefixListResult> {
    return aws.ec2.getManagedPrefixListOutput({ name: "com.amazonaws.global.cloudfront.origin-facing" }, opts);
}

function refuseImpossible(name: string, shape: CdnShape): void {
    const problems = cdnProblems(shape);
    if (problems.length > 0) {
        const lines = problems.map(
            ({ property, value, message }) => `${property} ${message}, but is ${JSON.stringify(value)}`,
        );
        throw new Error(`${name}: ${lines.join("; ")}`);
    }
}
