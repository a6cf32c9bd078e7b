import { readFileSync } from "node:fs";
import path from "node:path";
import { declaredFlows, ends, type Flow } from "../components/system/flowMatrix";
import { declaredExceptions } from "../policy/exceptions";
import { severities } from "../policy/rule";
import { rules } from "../policy/rules";
import { Surroundings } from "../policy/surroundings";
import { stackNames } from "../simulation/configuration";
import { simulate } from "../simulation/program";
import type { Plan } from "../simulation/record";
import { plannedStack } from "./plannedStack";

const root = path.dirname(__dirname);

/**
 * docs/security.md with its tables as the code makes them. What stands between the marks is written anew; everything else is by hand.
 */
export async function securityPage(): Promise<string> {
    const plans = new Map<string, Plan>();
    for (const stack of stackNames(root)) {
        plans.set(stack, await simulate({ root, stack }));
    }
    const tables: Readonly<Record<string, string>> = {
        policies: policyTable(),
        exceptions: exceptionTable(plans),
        access: accessTable(plans),
        flows: ["dev", "prod"].map(flowTable).join("\n\n"),
    };
    return Object.entries(tables).reduce(between, readFileSync(path.join(__dirname, "security.md"), "utf8"));
}

/** @throws when the page has no place for a table. */
function between(page: string, [name, table]: readonly [string, string]): string {
    const [before, rest] = page.split(`<!-- ${name} -->\n`);
    const after = rest?.split(`<!-- end of ${name} -->`)[1];
    if (before === undefined || after === undefined) {
        throw new Error(`docs/security.md lacks the marks of ${name}`);
    }
    return `${before}<!-- ${name} -->\n\n${table}\n\n<!-- end of ${name} -->${after}`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const line = (cells: readonly string[]): string =>
        `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function policyTable(): string {
    const sorted = [...rules].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
    return markdown(
        ["rule", "severity", "what holds", "why", "benchmark"],
        sorted.map(({ id, severity, title, why, clauses }) => [
            `\`${id}\``,
            severity,
            title,
            why,
            clauses.join("; ") || "this project's own",
        ]),
    );
}

/** One row for each exception, with the stacks that declare it. */
function exceptionTable(plans: ReadonlyMap<string, Plan>): string {
    const rows = new Map<string, { readonly cells: readonly string[]; readonly stacks: Set<string> }>();
    for (const [stack, plan] of plans) {
        for (const { rule, subject, reason, until } of declaredExceptions(new Surroundings(plan.resources))) {
            const cells = [`\`${rule}\``, `\`${subject}\``, reason, until];
            const row = rows.get(cells.join()) ?? { cells, stacks: new Set() };
            row.stacks.add(stack);
            rows.set(cells.join(), row);
        }
    }
    const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    return markdown(
        ["rule", "for", "reason", "until", "stacks"],
        sorted.map(({ cells, stacks }) => [...cells, [...stacks].join(", ")]),
    );
}

interface AccessEntry {
    readonly principalArn: string;
    readonly accessPolicies: Readonly<
        Record<string, { readonly policyArn: string; readonly accessScope: { readonly type: string } }>
    >;
}

/** Who may use the Kubernetes API of each stack's cluster. */
function accessTable(plans: ReadonlyMap<string, Plan>): string {
    const rows = [...plans].flatMap(([stack, { resources }]) =>
        resources
            .filter(({ type }) => type === "eks:index:Cluster")
            .flatMap(({ inputs }) => {
                const entries = Object.values(inputs.accessEntries as Readonly<Record<string, AccessEntry>>);
                return [
                    [stack, "whoever creates the cluster", "AmazonEKSClusterAdminPolicy", "cluster", "EKS itself"],
                    [
                        stack,
                        "the nodes' role",
                        "EC2_LINUX",
                        "its own nodes and pods",
                        "EKS itself, for managed node groups",
                    ],
                    ...entries.flatMap(({ principalArn, accessPolicies }) =>
                        Object.entries(accessPolicies).map(([role, { policyArn, accessScope }]) => [
                            stack,
                            `\`${principalArn}\``,
                            policyArn.split("/").at(-1) ?? policyArn,
                            accessScope.type,
                            `\`cluster.${role}s\``,
                        ]),
                    ),
                ];
            }),
    );
    return markdown(["stack", "principal", "access policy", "scope", "comes from"], rows);
}

/** The flows of a stack, by who opens them; that all pods may resolve names is one row. */
function flowTable(stack: string): string {
    const { systems, surroundings } = plannedStack(root, stack);
    const flows = systems.flatMap((system) => declaredFlows(system, surroundings)).filter(({ to }) => to !== ends.dns);
    const rows = new Map<string, { flow: Flow; ports: Set<number>; whys: Set<string> }>();
    for (const flow of flows) {
        const key = `${flow.from}\0${flow.to}`;
        const row = rows.get(key) ?? { flow, ports: new Set(), whys: new Set() };
        row.ports.add(flow.port);
        row.whys.add(flow.why);
        rows.set(key, row);
    }
    const table = markdown(
        ["from", "to", "TCP ports", "why"],
        [
            ["every pod", ends.dns, "53, also UDP", "names"],
            ...[...rows.values()]
                .sort((a, b) => (`${a.flow.from} ${a.flow.to}` < `${b.flow.from} ${b.flow.to}` ? -1 : 1))
                .map(({ flow, ports, whys }) => [
                    flow.from,
                    flow.to,
                    [...ports].sort((a, b) => a - b).join(", "),
                    [...whys].join(", "),
                ]),
        ],
    );
    return `### ${stack}\n\n${table}`;
}
