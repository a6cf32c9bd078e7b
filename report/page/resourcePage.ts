import { listAddress, resourceAddress } from "../model/addresses";
import { dollars, duration, type Step } from "../model/assessment";
import type { PlanView, Resource } from "../model/resource";
import { h } from "./element";
import { systemLink } from "./parts";
import { protectionOf } from "./resourcesPage";
import type { Page } from "./shell";
import { valueView } from "./valueView";

export function resourcePage(plan: PlanView, address: string): Page {
    const resource = plan.at(address);
    if (resource === undefined) {
        return {
            title: "No such resource",
            content: [
                h("h1", {}, "No such resource"),
                h(
                    "p",
                    {},
                    `${plan.stack} has no resource ${address}. `,
                    h("a", { href: listAddress({}) }, "All resources"),
                ),
            ],
        };
    }
    return {
        title: resource.name,
        content: [
            trail(resource),
            h("h1", {}, resource.name),
            facts(plan, resource),
            h("h2", {}, "Inputs"),
            Object.keys(resource.inputs).length === 0
                ? h("p", { class: "none" }, "It has none of its own.")
                : valueView(resource.inputs, "Inputs"),
            ...related("Consists of", resource.children),
            ...related("Waits for", resource.dependencies),
            ...related("Needed by", resource.dependents),
        ],
    };
}

/** The resources above it, from the stack down. */
function trail(resource: Resource): HTMLElement {
    const above: Resource[] = [];
    for (let each = resource.parent; each !== undefined; each = each.parent) {
        above.unshift(each);
    }
    return h(
        "nav",
        { class: "trail", "aria-label": "Parents" },
        h("ol", {}, ...above.map((each) => h("li", {}, h("a", { href: resourceAddress(each) }, each.name)))),
    );
}

function facts(plan: PlanView, resource: Resource): HTMLElement {
    const { facts: given, system, namespace, provider } = resource;
    const rows: [string, Node | string][] = [
        ["Type", h("a", { href: listAddress({ type: resource.type }) }, resource.shownType)],
        ["URN", h("code", {}, plan.urn(resource))],
        ["System", systemLink(system)],
    ];
    rows.push(["Component", h("a", { href: listAddress({ component: resource.component }) }, resource.component)]);
    if (namespace !== "") {
        rows.push(["Namespace", h("a", { href: listAddress({ namespace }) }, namespace)]);
    }
    if (provider !== undefined) {
        rows.push(["Provider", h("a", { href: resourceAddress(provider) }, provider.name)]);
    }
    rows.push(...assessed(plan, resource), ["Protection", protectionOf(resource) || "none: destroy deletes it"]);
    if (given.ignoreChanges !== undefined) {
        rows.push(["Ignored changes", given.ignoreChanges.join(", ")]);
    }
    if (given.aliases !== undefined) {
        rows.push(["Earlier URNs", given.aliases.join(", ")]);
    }
    return h("dl", { class: "facts" }, ...rows.flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]));
}

/** What it costs, when it is created and which rules it breaks. */
function assessed({ assessment }: PlanView, resource: Resource): [string, Node | string][] {
    const { cost, timeline, policies } = assessment;
    const own = cost.lines.filter(({ cause }) => cause === resource);
    const step = timeline.steps.find((each) => each.resource === resource);
    const problems = [...policies.findings, ...policies.excepted].filter((each) => each.resource === resource);
    return [
        ...own.map((line): [string, string] => ["Cost", `${dollars(line.monthly)} a month: ${line.item}`]),
        ...(step === undefined ? [] : [["Creation", creation(step)] as [string, Node]]),
        ...problems.map((each): [string, string] => [
            "reason" in each ? "Exception" : "Finding",
            `${each.rule.id}: ${each.problem}`,
        ]),
    ];
}

function creation({ start, seconds, waitsFor, critical }: Step): HTMLElement {
    return h(
        "span",
        {},
        `${duration(seconds)}, from ${duration(start)} on`,
        ...(waitsFor === undefined ? [] : [", after ", h("a", { href: resourceAddress(waitsFor) }, waitsFor.name)]),
        critical && "; on the critical path",
    );
}

function related(title: string, resources: readonly Resource[]): Node[] {
    if (resources.length === 0) {
        return [];
    }
    const items = resources.map((each) =>
        h("li", {}, h("a", { href: resourceAddress(each) }, each.name), h("span", { class: "type" }, each.shownType)),
    );
    return [
        h("h2", {}, title, h("span", { class: "count" }, resources.length)),
        h("ul", { class: "related" }, ...items),
    ];
}
