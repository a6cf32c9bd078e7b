import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { AlertingRule, RecordingRule } from "../../components/observability/rules/rule";
import { completeModel, installed } from "../components/observability/fixtures";
import {
    allCases,
    promtoolFiles,
    seconds,
    suiteOf,
    type RuleTest,
    type Suite,
} from "../components/observability/ruleTests";
import { mutantsOf, type Mutant } from "./mutants";

type Rule = RecordingRule | AlertingRule;

/** A wrong rule, and the suites that contain the right one, of which one has to fail. */
interface Trial {
    readonly mutant: Mutant;
    readonly name: string;
    readonly key: string;
    readonly suites: readonly Suite[];
}

/** Tests that look no further than this are run first: most mutants do not survive them. */
const soonSeconds = 2700;

/**
 * Makes each rule wrong in one way after the other and asks promtool whether a case notices. Prints what nobody noticed and how many were
 * noticed of how many; fails when one was not.
 */
export async function main(): Promise<number> {
    if (!installed("promtool")) {
        console.log("promtool is not installed (Debian package prometheus); nothing is mutated.");
        return 0;
    }
    const [only] = process.argv.slice(2);
    const trials = trialsOf(suites()).filter(({ name }) => only === undefined || name.includes(only));
    const started = Date.now();
    const survivors: string[] = [];
    const queue = [...trials];
    const work = async (): Promise<void> => {
        for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
            if ((trials.length - queue.length) % 100 === 0) {
                console.log(`${trials.length - queue.length} of ${trials.length} tried`);
            }
            if (!(await isNoticed(trial))) {
                const survivor = `${trial.name}: ${trial.mutant.change}`;
                survivors.push(survivor);
                console.log(`survived  ${survivor}`);
            }
        }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    const killed = trials.length - survivors.length;
    const minutes = ((Date.now() - started) / 60_000).toFixed(1);
    console.log(`${killed} of ${trials.length} mutants killed, in ${minutes} minutes`);
    return survivors.length === 0 && trials.length > 0 ? 0 : 1;
}

function suites(): Suite[] {
    return allCases().map(([name, one]) => suiteOf(completeModel(), name, one));
}

/** What a rule is called: an alert's rules may differ by a label, and suites may evaluate a rule more or less often. */
function nameOf(rule: Rule): string {
    return "alert" in rule ? [rule.alert, rule.labels.window ?? ""].join(" ").trim() : rule.record;
}

function trialsOf(all: readonly Suite[]): Trial[] {
    const byRule = new Map<string, { rule: Rule; suites: Suite[] }>();
    for (const suite of all) {
        for (const rule of suite.groups.flatMap(({ rules }) => rules)) {
            const key = JSON.stringify([nameOf(rule), rule.labels.component, rule.expr]);
            const entry = byRule.get(key) ?? { rule, suites: [] };
            entry.suites.push(suite);
            byRule.set(key, entry);
        }
    }
    return [...byRule].flatMap(([key, entry]) =>
        mutantsOf(entry.rule).map((mutant) => ({ mutant, key, name: nameOf(entry.rule), suites: entry.suites })),
    );
}

async function isNoticed({ mutant, key, suites: affected }: Trial): Promise<boolean> {
    for (const suite of affected) {
        const groups = suite.groups.map((group) => ({
            ...group,
            rules: group.rules.map((rule) =>
                JSON.stringify([nameOf(rule), rule.labels.component, rule.expr]) === key ? mutant.rule : rule,
            ),
        }));
        const soon = suite.tests.filter((test) => lastLook(test) <= soonSeconds);
        const late = suite.tests.filter((test) => lastLook(test) > soonSeconds);
        for (const tests of [soon, late]) {
            if (tests.length > 0 && !(await passes({ ...suite, groups, tests }))) {
                return true;
            }
        }
    }
    return false;
}

function lastLook({ alert_rule_test: alerts = [] }: RuleTest): number {
    return Math.max(0, ...(alerts as readonly { eval_time: string }[]).map(({ eval_time: time }) => seconds(time)));
}

async function passes(suite: Suite): Promise<boolean> {
    const directory = mkdtempSync(join(tmpdir(), "platform-mutant-"));
    try {
        for (const [name, content] of Object.entries(promtoolFiles(suite))) {
            writeFileSync(join(directory, name), content);
        }
        const status = await new Promise<number | null>((resolve, reject) => {
            spawn("promtool", ["test", "rules", "tests.yml"], { cwd: directory, stdio: "ignore" })
                .on("error", reject)
                .on("exit", resolve);
        });
        return status === 0;
    } finally {
        rmSync(directory, { recursive: true });
    }
}
