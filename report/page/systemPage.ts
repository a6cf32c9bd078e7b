import { listAddress, systemAddress } from "../model/addresses";
import { dollars, duration } from "../model/assessment";
import { dashboardsOf } from "../model/monitoring";
import type { PlanView } from "../model/resource";
import { systemsOf, type System } from "../model/systems";
import { counted } from "../model/values";
import { billOf, shares } from "./costPage";
import { dashboardView } from "./dashboardView";
import { h } from "./element";
import { none, section } from "./parts";
import { exceptionsTable, findingsTable } from "./policiesPage";
import type { Page } from "./shell";
import {
    alertsSection,
    endpointsSection,
    flowsSection,
    secretsSection,
    servicesSection,
    storesSection,
} from "./systemParts";
import { monthlyOf } from "./systemsPage";
import { ganttOf } from "./timelinePage";

export function systemPage(plan: PlanView, name: string, part: string | undefined): Page {
    const system = systemsOf(plan).find((each) => each.name === name);
    if (system === undefined) {
        const back = h("p", {}, h("a", { href: "#/systems" }, "All systems"));
        return { title: "No such system", content: [h("h1", {}, "No such system"), back] };
    }
    const sections = [
        endpointsSection(system),
        servicesSection(system),
        flowsSection(plan, system),
        storesSection(system),
        secretsSection(system),
        alertsSection(system),
        dashboardsSection(system),
        policiesSection(plan, system),
        costSection(plan, system),
        timelineSection(plan, system),
    ];
    return {
        title: name,
        content: [h("h1", {}, name), summary(plan, system), contents(name, sections), ...sections],
        ...(part !== undefined && { section: part }),
    };
}

function summary(plan: PlanView, { name, resource, services, stores }: System): HTMLElement {
    const count = resource.family.length;
    return h(
        "p",
        { class: "headline" },
        `${counted(services.length, "service")}, ${counted(stores.length, "store")}, `,
        h("a", { href: listAddress({ system: name }) }, counted(count, "resource")),
        plan.assessment.cost.region === undefined ? "." : `, ${dollars(monthlyOf(plan, name))} a month of its own.`,
    );
}

/** Links to the parts of the page. */
function contents(name: string, sections: readonly HTMLElement[]): HTMLElement {
    const items = sections.map((each) =>
        h(
            "li",
            {},
            h("a", { href: systemAddress(name, each.id) }, each.querySelector("h2")?.firstChild?.textContent ?? ""),
        ),
    );
    return h("nav", { class: "contents", "aria-label": "On this page" }, h("ul", {}, ...items));
}

function dashboardsSection({ resource }: System): HTMLElement {
    const dashboards = dashboardsOf(resource.family);
    const views = dashboards.map(dashboardView);
    const [first] = views;
    if (first !== undefined) {
        first.open = true;
    }
    return section(
        "dashboards",
        "Dashboards",
        dashboards.length,
        ...(dashboards.length === 0 ? [none("The platform has no Grafana here.")] : views),
    );
}

function policiesSection({ assessment: { policies } }: PlanView, { name }: System): HTMLElement {
    const findings = policies.findings.filter(({ resource }) => resource?.system === name);
    const excepted = policies.excepted.filter(({ resource }) => resource?.system === name);
    return section(
        "policies",
        "Policies",
        findings.length,
        findingsTable(findings),
        ...(excepted.length > 0 ? [h("h3", {}, "Exceptions"), exceptionsTable(excepted)] : []),
    );
}

function costSection({ assessment: { cost } }: PlanView, { name }: System): HTMLElement {
    const lines = cost.lines.filter(({ system }) => system === name);
    return section(
        "cost",
        "Cost",
        undefined,
        ...(lines.length === 0
            ? [none("AWS bills nothing for it alone; it runs on what all systems share.")]
            : [
                  shares(
                      lines,
                      ({ component }) => component,
                      (each) => h("a", { href: listAddress({ component: each }) }, each),
                  ),
                  h(
                      "details",
                      {},
                      h("summary", {}, `Every line (${lines.length})`),
                      billOf(`Every line of ${name}`, lines, cost),
                  ),
              ]),
    );
}

/** Steps that are shown of a system: its longest, in order. */
const mostSteps = 15;

function timelineSection({ assessment: { timeline } }: PlanView, { name }: System): HTMLElement {
    const own = timeline.steps.filter(({ resource }) => resource.system === name);
    const shown = new Set([...own].sort((a, b) => b.seconds - a.seconds).slice(0, mostSteps));
    const ready = Math.max(0, ...own.map(({ start, seconds }) => start + seconds));
    return section(
        "timeline",
        "Timeline",
        undefined,
        h("p", { class: "none" }, `Ready after ${duration(ready)}; what takes longest of it:`),
        ganttOf(
            `Timeline of ${name}`,
            own.filter((step) => shown.has(step)),
            timeline,
        ),
    );
}
