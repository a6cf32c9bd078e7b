import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultLimits, type AlertName } from "../components/observability/limits";
import type { MonitoringModel } from "../components/observability/model";
import { dashboardTitles, dashboardUid, namespaceDashboardUid } from "../components/observability/names";
import { alertRules } from "../components/observability/rules/alertRules";
import type { AlertingRule } from "../components/observability/rules/rule";
import { stackModels } from "./stackModels";

/** An alert of a system in a stack. */
interface Raised {
    readonly stack: string;
    readonly system: string;
    readonly rule: AlertingRule;
    /** The dashboard that its link leads to. */
    readonly dashboard: string;
}

const begin = "<!-- What follows, to the end of the frame, is made from the rule by `npm run docs`. -->";
const end = "<!-- End of the frame. -->";

/** In dev stores are in the cluster, in prod they are managed and have replicas: together the two raise every alert. */
const stacks = ["dev", "prod"] as const;

/** The runbooks by file: what somebody wrote, under a frame that says what the alert asks and where it leads. */
export function runbookPages(): Record<string, () => string> {
    let raised: readonly Raised[] | undefined;
    return Object.fromEntries(
        (Object.keys(defaultLimits) as AlertName[]).map((alert) => [
            `runbooks/${alert}.md`,
            () => {
                raised ??= stacks.flatMap(raisedIn);
                return framed(
                    alert,
                    readFileSync(join(__dirname, "runbooks", `${alert}.md`), "utf8"),
                    raised.filter(({ rule }) => rule.alert === alert),
                );
            },
        ]),
    );
}

/** The page with its frame made anew between the title and the first section. */
function framed(alert: AlertName, page: string, raised: readonly Raised[]): string {
    const sections = page.slice(page.indexOf("## "));
    return [`# ${alert}`, begin, ...frame(raised), end, sections].join("\n\n");
}

function frame(raised: readonly Raised[]): string[] {
    const [first] = raised;
    if (first === undefined) {
        return ["No system of the stacks raises it: it is there for those that have what it is about."];
    }
    const { stack, system, rule, dashboard } = first;
    return [
        `**${severities[rule.labels.severity ?? ""] ?? ""}** ${rule.annotations.summary ?? ""}`,
        `Its dashboard link leads to ${dashboard}. This is the query for \`${rule.labels.component ?? ""}\` of ${system} in ${stack}:`,
        ["```promql", rule.expr, "```"].join("\n"),
        table(raised),
    ];
}

const severities: Readonly<Record<string, string>> = {
    critical: "Critical: somebody is paged.",
    warning: "Warning: posted in business hours.",
};

/** Who raises it, when the condition has held for how long, and for how long the alert goes on. */
function table(raised: readonly Raised[]): string {
    const rows = new Map<string, Map<string, Set<string>>>();
    for (const { stack, system, rule } of raised) {
        const limits = [...rule.expr.matchAll(/ (?:>=|<=|==|!=|>|<) -?[\d.]+(?!\))/g)].map(
            ([found]) => `\`${found.trim()}\``,
        );
        const key = [
            limits.length === 0 ? "there is nothing" : [...new Set(limits)].join(", "),
            rule.for ?? "at once",
            rule.keep_firing_for ?? "",
        ].join(" | ");
        const systems = rows.get(key) ?? new Map<string, Set<string>>();
        rows.set(key, systems.set(system, (systems.get(system) ?? new Set()).add(stack)));
    }
    return [
        "| comparisons in the query | for | goes on for | raised by |",
        "| --- | --- | --- | --- |",
        ...[...rows].map(
            ([key, systems]) =>
                `| ${key} | ${[...systems].map(([system, found]) => `${system} (${[...found].join(", ")})`).join(", ")} |`,
        ),
    ].join("\n");
}

function raisedIn(stack: string): Raised[] {
    return stackModels(stack).flatMap((model) =>
        alertRules(model)
            .flatMap(({ rules }) => rules as readonly AlertingRule[])
            .map((rule) => ({ stack, system: model.system, rule, dashboard: dashboardOf(model, rule) })),
    );
}

function dashboardOf({ system }: MonitoringModel, { annotations }: AlertingRule): string {
    const url = annotations.dashboard_url ?? "";
    const keys = Object.keys(dashboardTitles) as (keyof typeof dashboardTitles)[];
    const found = keys.find((key) => url.includes(`/d/${dashboardUid(system, key)}?`));
    if (found !== undefined) {
        return `"${dashboardTitles[found]}"`;
    }
    return url.includes(`/d/${namespaceDashboardUid}?`)
        ? '"Kubernetes / Compute Resources / Namespace (Pods)"'
        : "the service's own dashboard";
}
