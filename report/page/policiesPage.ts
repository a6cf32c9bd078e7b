import type { Exception, FoundProblem, PolicyView } from "../model/assessment";
import type { PlanView } from "../model/resource";
import { counted } from "../model/values";
import { h } from "./element";
import { linkTo, none, section, severityMark, tableOf } from "./parts";
import type { Page } from "./shell";

export function policiesPage({ assessment: { policies } }: PlanView): Page {
    const { rules, findings, excepted } = policies;
    return {
        title: "Policies",
        content: [
            h("h1", {}, "Policies"),
            h(
                "p",
                { class: "headline" },
                findings.length === 0
                    ? h("strong", { class: "good" }, `All ${rules.length} rules hold`)
                    : h("strong", { class: "bad" }, counted(findings.length, "finding")),
                findings.length === 0
                    ? `, ${counted(excepted.length, "exception")} with a reason.`
                    : ` against ${rules.length} rules.`,
            ),
            section("findings", "Findings", findings.length, findingsTable(findings)),
            section("exceptions", "Exceptions", excepted.length, exceptionsTable(excepted)),
            section("rules", "Rules", rules.length, rulesTable(policies)),
        ],
    };
}

export function findingsTable(findings: readonly FoundProblem[]): HTMLElement {
    if (findings.length === 0) {
        return none("Nothing breaks a rule.");
    }
    const rows = findings.map(({ rule, resource, subject, problem }) => [
        severityMark(rule.severity),
        h("code", {}, rule.id),
        resource === undefined ? subject : linkTo(resource, subject),
        problem,
        rule.fix,
    ]);
    const titles = ["Severity", "Rule", "Resource", "Problem", "What to change"];
    return tableOf(
        "Findings",
        titles.map((title) => ({ title })),
        rows,
    );
}

/** One row for each rule and reason: most exceptions are about several resources alike. */
export function exceptionsTable(excepted: readonly Exception[]): HTMLElement {
    if (excepted.length === 0) {
        return none("No exception is declared.");
    }
    const groups = new Map<string, Exception[]>();
    for (const each of excepted) {
        const key = `${each.rule.id}\0${each.problem}\0${each.reason}\0${each.until}`;
        groups.set(key, [...(groups.get(key) ?? []), each]);
    }
    const rows = [...groups.values()].flatMap((group) => {
        const [first] = group;
        return first === undefined
            ? []
            : [
                  [
                      severityMark(first.rule.severity),
                      h("code", {}, first.rule.id),
                      about(group),
                      first.reason,
                      first.until,
                  ],
              ];
    });
    const titles = ["Severity", "Rule", "Resources", "Why it may", "Until"];
    return tableOf(
        "Exceptions",
        titles.map((title) => ({ title })),
        rows,
    );
}

function about(group: readonly Exception[]): HTMLElement {
    const links = group.map(({ resource, subject }) =>
        h("li", {}, resource === undefined ? subject : linkTo(resource, subject)),
    );
    return group.length <= 3
        ? h("ul", {}, ...links)
        : h("details", {}, h("summary", {}, counted(group.length, "resource")), h("ul", {}, ...links));
}

function rulesTable({ rules, findings, excepted }: PolicyView): HTMLElement {
    const rows = rules.map((rule) => {
        const broken = findings.filter((each) => each.rule === rule).length;
        const exceptions = excepted.filter((each) => each.rule === rule).length;
        return [
            severityMark(rule.severity),
            h("code", {}, rule.id),
            h("div", {}, rule.title, h("div", { class: "none" }, rule.why)),
            rule.clauses.join(", "),
            broken > 0 ? counted(broken, "finding") : exceptions > 0 ? counted(exceptions, "exception") : "holds",
        ];
    });
    const titles = ["Severity", "Rule", "What holds, and why", "From", "Here"];
    return tableOf(
        "Rules",
        titles.map((title) => ({ title })),
        rows,
    );
}
