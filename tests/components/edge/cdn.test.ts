import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Cdn, originPrefixListId, type CdnArgs } from "../../../components/edge/cdn";
import type { PlannedResource, RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";

const type = {
    certificate: "aws:acm/certificate:Certificate",
    validation: "aws:acm/certificateValidation:CertificateValidation",
    distribution: "aws:cloudfront/distribution:Distribution",
    cachePolicy: "aws:cloudfront/cachePolicy:CachePolicy",
    headersPolicy: "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
    record: "aws:route53/record:Record",
};

const args: CdnArgs = {
    tags: { stack: "prod", environment: "prod", extraTags: {}, system: "employee-management" },
    host: "employee-mgmt.example.com",
    originHost: "edge.employee-mgmt.example.com",
    hostedZoneId: pulumi.output("Z0123456789ABCDEFGHIJ"),
    staticPaths: ["/static/*", "/favicon.ico"],
};

function cdn(overrides: Partial<CdnArgs> = {}, options: RecordOptions = {}): Promise<ResourceGraph> {
    return deploy(
        () => {
            const { url, distributionId, arn, domainName } = new Cdn("cdn", { ...args, ...overrides });
            return { url, distributionId, arn, domainName };
        },
        { region: "ap-south-1", ...options },
    );
}

interface Behaviour {
    readonly pathPattern?: string;
    readonly allowedMethods: readonly string[];
    readonly cachedMethods: readonly string[];
    readonly viewerProtocolPolicy: string;
    readonly cachePolicyId: string;
    readonly originRequestPolicyId?: string;
    readonly responseHeadersPolicyId: string;
}

interface Distribution {
    readonly defaultCacheBehavior: Behaviour;
    readonly orderedCacheBehaviors: readonly Behaviour[];
    readonly origins: readonly Record<string, unknown>[];
    readonly viewerCertificate: Record<string, unknown>;
    readonly customErrorResponses: readonly { errorCode: number; errorCachingMinTtl: number }[];
}

const distributionOf = (graph: ResourceGraph): Distribution =>
    graph.one(type.distribution).inputs as unknown as Distribution;

interface CacheKey {
    readonly cookiesConfig: { readonly cookieBehavior: string };
    readonly headersConfig: { readonly headers: { readonly items: readonly string[] } };
    readonly queryStringsConfig: { readonly queryStringBehavior: string };
}

const keyOf = ({ inputs }: PlannedResource): CacheKey => inputs.parametersInCacheKeyAndForwardedToOrigin as CacheKey;

describe("a content delivery network", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await cdn();
    });

    describe("before ordinary responses", () => {
        it("keeps GET and HEAD as long as they say, and nothing that says nothing", () => {
            const { defaultCacheBehavior } = distributionOf(graph);
            assert.deepEqual(defaultCacheBehavior.cachedMethods, ["GET", "HEAD"]);
            const { inputs } = graph.one(type.cachePolicy, "cdn-response-caching");
            assert.deepEqual([inputs.minTtl, inputs.defaultTtl, inputs.maxTtl], [0, 0, 31_536_000]);
        });

        it("lets every method through", () => {
            const { allowedMethods } = distributionOf(graph).defaultCacheBehavior;
            assert.deepEqual([...allowedMethods].sort(), ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);
        });

        it("never gives one visitor what was made for another", () => {
            const key = keyOf(graph.one(type.cachePolicy, "cdn-response-caching"));
            assert.equal(key.cookiesConfig.cookieBehavior, "all");
            assert.equal(key.queryStringsConfig.queryStringBehavior, "all");
            for (const header of ["Authorization", "Origin", "Accept", "X-HTTP-Method-Override"]) {
                assert.ok(key.headersConfig.headers.items.includes(header), header);
            }
        });

        it("tells apart what the system says that it tells apart", async () => {
            const more = await cdn({ varyHeaders: ["X-Tenant", "accept"] });
            const { items } = keyOf(more.one(type.cachePolicy, "cdn-response-caching")).headersConfig.headers;
            assert.ok(items.includes("X-Tenant") && !items.includes("accept"));
            assert.deepEqual(items, [...items].sort());
        });

        it("hands on all that a request has, except its host", () => {
            const { originRequestPolicyId } = distributionOf(graph).defaultCacheBehavior;
            assert.equal(originRequestPolicyId, "b689b0a8-53d0-40ab-baf2-68738e2966ac");
        });
    });

    describe("before static paths", () => {
        it("keeps files for long, without cookies", () => {
            const policy = graph.one(type.cachePolicy, "cdn-file-caching");
            assert.equal(policy.inputs.defaultTtl, 30 * 24 * 60 * 60);
            assert.equal(keyOf(policy).cookiesConfig.cookieBehavior, "none");
            assert.deepEqual(keyOf(policy).headersConfig.headers.items, ["Origin"]);
        });

        it("keeps them as long as asked for", async () => {
            const { inputs } = (await cdn({ staticDays: 365 })).one(type.cachePolicy, "cdn-file-caching");
            assert.equal(inputs.defaultTtl, inputs.maxTtl);
        });

        it("asks for them without what identifies a visitor", () => {
            const behaviours = distributionOf(graph).orderedCacheBehaviors;
            assert.deepEqual(
                behaviours.map(({ pathPattern }) => pathPattern),
                ["/static/*", "/favicon.ico"],
            );
            for (const behaviour of behaviours) {
                assert.equal(behaviour.originRequestPolicyId, undefined);
                assert.deepEqual(behaviour.allowedMethods, ["GET", "HEAD", "OPTIONS"]);
            }
        });

        it("needs no policy without any", async () => {
            const plain = await cdn({ staticPaths: [] });
            assert.equal(plain.ofType(type.cachePolicy).length, 1);
            assert.deepEqual(distributionOf(plain).orderedCacheBehaviors, []);
        });
    });

    it("keeps no error", () => {
        const { customErrorResponses } = distributionOf(graph);
        assert.ok(customErrorResponses.every(({ errorCachingMinTtl }) => errorCachingMinTtl === 0));
        const codes = customErrorResponses.map(({ errorCode }) => errorCode);
        assert.ok([404, 500, 502, 503, 504].every((code) => codes.includes(code)));
    });

    it("speaks to the edge by TLS 1.2 alone, under the edge's own name, for the minute that a request may take", () => {
        const [origin] = distributionOf(graph).origins;
        assert.equal(origin?.domainName, "edge.employee-mgmt.example.com");
        const { originProtocolPolicy, originSslProtocols, originReadTimeout } = origin.customOriginConfig as Record<
            string,
            unknown
        >;
        assert.deepEqual(
            [originProtocolPolicy, originSslProtocols, originReadTimeout],
            ["https-only", ["TLSv1.2"], 60],
        );
        assert.deepEqual(origin.customHeaders, [{ name: "X-Forwarded-Host", value: "employee-mgmt.example.com" }]);
    });

    it("sends visitors to HTTPS, and tells browsers to stay there", () => {
        const { defaultCacheBehavior, orderedCacheBehaviors } = distributionOf(graph);
        const headers = graph.one(type.headersPolicy);
        const { strictTransportSecurity, contentTypeOptions } = headers.inputs.securityHeadersConfig as Record<
            string,
            unknown
        >;
        assert.deepEqual(strictTransportSecurity, {
            accessControlMaxAgeSec: 31_536_000,
            includeSubdomains: false,
            preload: false,
            override: true,
        });
        assert.deepEqual(contentTypeOptions, { override: true });
        for (const behaviour of [defaultCacheBehavior, ...orderedCacheBehaviors]) {
            assert.equal(behaviour.viewerProtocolPolicy, "redirect-to-https");
            assert.equal(behaviour.responseHeadersPolicyId, defaultCacheBehavior.responseHeadersPolicyId);
        }
        assert.ok(graph.waitsFor(graph.one(type.distribution), headers));
    });

    it("has a valid certificate from us-east-1, wherever the stack is", () => {
        for (const each of [graph.one(type.certificate), graph.one(type.validation)]) {
            assert.equal(each.inputs.region, "us-east-1");
        }
        const { acmCertificateArn, ...rest } = distributionOf(graph).viewerCertificate;
        assert.match(String(acmCertificateArn), /^arn:aws:acm:us-east-1:/);
        assert.deepEqual(rest, { sslSupportMethod: "sni-only", minimumProtocolVersion: "TLSv1.2_2021" });
        assert.ok(graph.waitsFor(graph.one(type.distribution), graph.one(type.validation)));
    });

    it("uses the stack's own provider, whose credentials it needs", () => {
        assert.ok(
            graph.all.filter(({ type: each }) => each.startsWith("aws:")).every(({ provider }) => provider === ""),
        );
    });

    it("answers under the public host by IPv4 and IPv6", () => {
        assert.equal(graph.one(type.distribution).inputs.isIpv6Enabled, true);
        for (const kind of ["A", "AAAA"]) {
            const { inputs } = graph.one(type.record, `cdn-${kind}`);
            assert.deepEqual([inputs.type, inputs.name, inputs.zoneId], [kind, args.host, "Z0123456789ABCDEFGHIJ"]);
            const [alias] = inputs.aliases as Record<string, unknown>[];
            assert.equal(alias?.evaluateTargetHealth, false);
            assert.match(String(alias.name), /\.cloudfront\.net$/);
            assert.equal(alias.zoneId, "Z2FDTNDATAQYW2");
        }
    });

    it("is cheap unless asked otherwise", async () => {
        const { priceClass, httpVersion, webAclId, loggingConfig } = graph.one(type.distribution).inputs;
        assert.deepEqual([priceClass, httpVersion], ["PriceClass_100", "http2and3"]);
        assert.deepEqual([webAclId, loggingConfig], [undefined, undefined]);
        const firewall = { requestsPerFiveMinutes: 2000, logs: { retentionDays: 90 } };
        const dear = await cdn({ priceClass: "PriceClass_200", firewall });
        const acl = dear.one("aws:wafv2/webAcl:WebAcl");
        const { inputs } = dear.one(type.distribution);
        assert.equal(inputs.priceClass, "PriceClass_200");
        assert.match(String(inputs.webAclId), /^arn:.*cdn-firewall/);
        assert.deepEqual([acl.inputs.scope, acl.inputs.region], ["CLOUDFRONT", "us-east-1"]);
    });

    it("names its policies after the stack, since an account has one of each name", async () => {
        const names = (each: ResourceGraph): unknown[] =>
            [...each.ofType(type.cachePolicy), ...each.ofType(type.headersPolicy)].map(({ inputs }) => inputs.name);
        const other = await cdn({ tags: { ...args.tags, stack: "a-very-long-stack-name-".repeat(8) } });
        assert.deepEqual(names(graph), ["prod-cdn-files", "prod-cdn-responses", "prod-cdn-headers"]);
        assert.equal(new Set([...names(graph), ...names(other)]).size, 6);
        assert.ok(names(other).every((name) => String(name).length <= 128));
    });

    it("says where it is", () => {
        const { url, distributionId, arn, domainName } = graph.plan.outputs;
        assert.equal(url, "https://employee-mgmt.example.com");
        assert.equal(arn, `arn:aws:cloudfront::123456789012:distribution/${String(distributionId)}`);
        assert.match(String(domainName), /\.cloudfront\.net$/);
    });

    it("is the same on a first preview", async () => {
        const preview = await cdn({}, { preview: true });
        assert.deepEqual(
            preview.all.map(({ urn }) => urn),
            graph.all.map(({ urn }) => urn),
        );
    });

    const impossible: [string, Partial<CdnArgs>, RegExp][] = [
        ["a host that is none", { host: "Example" }, /host must be a lower-case host name .*, but is "Example"/],
        ["a wildcard", { host: "*.example.com" }, /host must be a lower-case host name/],
        ["itself behind it", { originHost: args.host }, /originHost must not be the public host/],
        [
            "a path without a slash",
            { staticPaths: ["static"] },
            /staticPaths must be paths such as .*, but is "static"/,
        ],
        ["a path twice", { staticPaths: ["/a", "/a"] }, /staticPaths must each be there once/],
        [
            "too many paths",
            { staticPaths: Array.from({ length: 75 }, (_, i) => `/${i}`) },
            /must be at most 74, but is 75/,
        ],
        ["files kept for no time", { staticDays: 0 }, /staticDays must be a whole number from 1 to 365, but is 0/],
        ["files kept too long", { staticDays: 366 }, /staticDays must be/],
        ["a header that is always there", { varyHeaders: ["Cookie"] }, /varyHeaders must be names of request headers/],
        ["too many headers", { varyHeaders: ["A", "B", "C", "D", "E"] }, /varyHeaders must be at most 4/],
    ];
    for (const [what, overrides, message] of impossible) {
        it(`is refused with ${what}`, () => assert.rejects(cdn(overrides), message));
    }
});

describe("the addresses that CloudFront connects from", () => {
    it("are a list that AWS keeps", async () => {
        const { plan } = await deploy(() => ({ id: originPrefixListId() }));
        assert.match(String(plan.outputs.id), /^pl-0[0-9a-f]{16}$/);
    });
});
