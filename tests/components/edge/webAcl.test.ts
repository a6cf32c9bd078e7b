import assert from "node:assert/strict";
import { WebAcl } from "../../../components/edge/webAcl";
import { webAclRules } from "../../../components/edge/webAclRules";
import { deploy, type ResourceGraph } from "../../harness";

const tags = { stack: "prod", environment: "prod", extraTags: {} };

function firewall(scope: "REGIONAL" | "CLOUDFRONT"): Promise<ResourceGraph> {
    const logs = { retentionDays: 90, keyArn: "arn:aws:kms:us-east-1:123456789012:key/logs" };
    return deploy(() => void new WebAcl("firewall", { tags, scope, requestsPerFiveMinutes: 2000, logs }));
}

describe("a web ACL", () => {
    it("asks for the limit first, then AWS's groups, and lets the rest through", async () => {
        const { inputs } = (await firewall("REGIONAL")).one("aws:wafv2/webAcl:WebAcl");
        const rules = inputs.rules as { name: string; priority: number }[];
        assert.deepEqual(inputs.defaultAction, { allow: {} });
        assert.deepEqual(
            rules.map(({ name, priority }) => [name, priority]),
            [
                ["rate-limit", 0],
                ["AWSManagedRulesAmazonIpReputationList", 1],
                ["AWSManagedRulesCommonRuleSet", 2],
                ["AWSManagedRulesKnownBadInputsRuleSet", 3],
                ["AWSManagedRulesSQLiRuleSet", 4],
            ],
        );
    });

    it("answers 429 to an address that asks too often", () => {
        const [limit] = webAclRules(2000);
        assert.deepEqual(limit?.action, { block: { customResponse: { responseCode: 429 } } });
        assert.deepEqual(limit?.statement, {
            rateBasedStatement: { limit: 2000, evaluationWindowSec: 300, aggregateKeyType: "IP" },
        });
    });

    it("lets uploads through, which AWS's common rules would refuse", () => {
        const common = webAclRules(2000).find(({ name }) => name === "AWSManagedRulesCommonRuleSet");
        assert.match(JSON.stringify(common), /"name":"SizeRestrictions_BODY","actionToUse":\{"count":\{\}\}/);
    });

    it("logs what it blocks, without credentials, in a group that AWS takes", async () => {
        const graph = await firewall("REGIONAL");
        const { inputs } = graph.one("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration");
        assert.match(JSON.stringify(inputs.redactedFields), /authorization.*cookie/);
        const group = graph.one("aws:cloudwatch/logGroup:LogGroup").inputs;
        assert.equal(group.name, "aws-waf-logs-prod-firewall");
        assert.equal(group.retentionInDays, 90);
    });

    for (const [scope, region] of [
        ["REGIONAL", undefined],
        ["CLOUDFRONT", "us-east-1"],
    ] as const) {
        it(`of scope ${scope} is, with its log, in ${region ?? "the stack's region"}`, async () => {
            const graph = await firewall(scope);
            const all = graph.all.filter(({ type }) => type.startsWith("aws:"));
            assert.equal(all.length, 3);
            for (const { inputs } of all) {
                assert.equal(inputs.region, region);
            }
        });
    }
});
