import assert from "node:assert/strict";
import { policyFindings } from "../../policy/findings";
import type { PolicyResource } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { accessCases } from "./cases/access";
import type { RuleCase } from "./cases/case";
import { cloudCases } from "./cases/cloud";
import { dataCases } from "./cases/data";
import { workloadCases } from "./cases/workloads";
import { namespaced, resource } from "./fixture";

const cases: readonly RuleCase[] = [...cloudCases, ...dataCases, ...accessCases, ...workloadCases];

function problems(id: string, resources: readonly PolicyResource[]): string[] {
    const wanted = rules.filter((rule) => rule.id === id);
    assert.equal(wanted.length, 1, `there is one rule ${id}`);
    return policyFindings({ resources }, { rules: wanted }).findings.map(({ problem }) => problem);
}

for (const { rule, holds, broken } of cases) {
    describe(`the rule ${rule}`, () => {
        for (const [what, resources] of Object.entries(holds)) {
            it(`takes ${what}`, () => assert.deepEqual(problems(rule, resources), []));
        }
        for (const [what, { resources, problem }] of Object.entries(broken)) {
            it(`finds ${what}`, () => assert.match(problems(rule, resources).join("\n"), problem));
        }
    });
}

describe("the rules", () => {
    it("are all in this table, with something that keeps each and something that breaks it", () => {
        assert.deepEqual(cases.map(({ rule }) => rule).sort(), rules.map(({ id }) => id).sort());
        for (const { rule, holds, broken } of cases) {
            assert.ok(Object.keys(holds).length > 0 && Object.keys(broken).length > 0, rule);
        }
    });

    it("have an id of their own, and say why and how to mend it in whole sentences", () => {
        assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
        for (const { id, title, why, fix } of rules) {
            assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
            for (const text of [title, why, fix]) {
                assert.match(text, /^[A-Z].*\.$/, `${id}: ${text}`);
            }
        }
    });

    it("are silent about what is not known before a deployment", () => {
        const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
        const policy = resource("aws:iam/rolePolicy:RolePolicy", { policy: unknown });
        const group = resource("aws:cloudwatch/logGroup:LogGroup", { kmsKeyId: unknown, retentionInDays: unknown });
        assert.deepEqual(policyFindings({ resources: [policy, group] }).findings, []);
    });

    it("take resources that have no inputs at all", () => {
        const types = new Set(cases.flatMap(({ holds }) => Object.values(holds).flat()).map(({ type }) => type));
        const bare = [...types].map((type) => resource(type, {}));
        const nulls = [...types].map((type) =>
            resource(type, { metadata: namespaced, spec: null, rules: null, policy: null }),
        );
        assert.doesNotThrow(() => policyFindings({ resources: [...bare, ...nulls] }));
    });
});
