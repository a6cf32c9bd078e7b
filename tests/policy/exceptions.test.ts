import assert from "node:assert/strict";
import { exceptionsType, type PolicyException } from "../../policy/exceptions";
import { exceptionRule, policyFindings } from "../../policy/findings";
import type { PolicyResource } from "../../policy/rule";
import { deployment, prod, resource } from "./fixture";

const today = "2026-11-28";
const system = resource("platform:system:System", {}, { name: "shop" });
const image = "ghcr.io/your-org/api:1.0.0";
const byTag: PolicyResource = { ...deployment({ container: { image } }), parent: system.urn };

function carrying(exception: Partial<PolicyException>, parent = system.urn): PolicyResource {
    const exceptions = [
        {
            rule: "images-pinned-by-digest",
            subject: "ghcr.io/your-org/*",
            reason: "Not published",
            until: "2026-11-28",
            ...exception,
        },
    ];
    return resource(exceptionsType, { exceptions }, { name: "shop-exceptions", parent });
}

function report(...resources: readonly PolicyResource[]): { rules: string[]; problems: string; excepted: number } {
    const relevant = new Set(["images-pinned-by-digest", exceptionRule]);
    const { findings, excepted } = policyFindings({ resources: [prod, system, ...resources] }, { today });
    const found = findings.filter(({ rule }) => relevant.has(rule));
    return {
        rules: found.map(({ rule }) => rule),
        problems: found.map(({ problem }) => problem).join("\n"),
        excepted: excepted.length,
    };
}

describe("an exception", () => {
    it("takes out what it names, until its last day and on it", () => {
        assert.deepEqual(report(byTag, carrying({})), { rules: [], problems: "", excepted: 1 });
    });

    it("fails the day after, together with what it took out", () => {
        const { rules, problems, excepted } = report(byTag, carrying({ until: "2026-11-27" }));
        assert.deepEqual(rules.sort(), [exceptionRule, "images-pinned-by-digest"].sort());
        assert.match(problems, /held until 2026-11-27/);
        assert.equal(excepted, 0);
    });

    it("fails where its last day is no day", () => {
        assert.ok(report(byTag, carrying({ until: "one day" })).rules.includes(exceptionRule));
    });

    it("fails where nothing needs it any more", () => {
        const pinned = { ...deployment(), parent: system.urn };
        const { rules, problems } = report(pinned, carrying({}));
        assert.deepEqual(rules, [exceptionRule]);
        assert.match(problems, /remove the exception/);
    });

    it("fails where there is no such rule", () => {
        assert.match(
            report(byTag, carrying({ rule: "images-signed" })).problems,
            /the rule images-signed, which there is not/,
        );
    });

    it("holds for what is below the component that declares it, and for nothing else", () => {
        const other = resource("platform:system:System", {}, { name: "other" });
        assert.deepEqual(
            report(other, byTag, carrying({}, other.urn)).rules.sort(),
            [exceptionRule, "images-pinned-by-digest"].sort(),
        );
    });

    it("names its subject whole: a text that only starts like it is another", () => {
        assert.equal(report(byTag, carrying({ subject: "ghcr.io/your-org/api" })).excepted, 0);
        assert.equal(report(byTag, carrying({ subject: "ghcr_io/your-org/*" })).excepted, 0);
        assert.equal(report(byTag, carrying({ subject: image })).excepted, 1);
    });
});

describe("a report", () => {
    it("counts by severity, the worst first", () => {
        const open = resource("aws:rds/instance:Instance", { publiclyAccessible: true });
        const { findings, counts, rules } = policyFindings({ resources: [byTag, open] });
        assert.equal(findings[0]?.severity, "critical");
        assert.equal(counts.critical, 1);
        assert.equal(
            Object.values(counts).reduce((sum, count) => sum + count),
            findings.length,
        );
        assert.ok(rules > 40);
    });
});
