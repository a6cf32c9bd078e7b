import { availableParallelism } from "node:os";
import { installed } from "../components/observability/fixtures";
import { allSuites } from "../components/observability/ruleTests";
import type { Suite } from "../components/observability/suite";
import { equivalentMutants } from "./equivalentMutants";
import { check, passes } from "./promtool";
import { trialsOf, type Trial } from "./trials";

/** Suites that one process runs at most: it starts once for them, and progress is still seen. */
const batchSize = 24;

/**
 * Makes each rule wrong in one way after the other and asks promtool whether a test notices. Prints what nobody noticed and how many were
 * noticed of how many; fails when one was not, but for those that are known to be no mistake.
 */
export async function main(): Promise<number> {
    if (!installed("promtool")) {
        console.log("promtool is not installed (Debian package prometheus); nothing is mutated.");
        return 0;
    }
    const [only] = process.argv.slice(2);
    const started = Date.now();
    const suites = allSuites();
    const trials = trialsOf(suites).filter(({ name }) => only === undefined || name.includes(only));
    await startFromGood(
        suites.filter((suite) => trials.some((trial) => trial.suites.some(({ name }) => name === suite.name))),
        trials,
    );
    const left = new Set(await survivorsOf(trials));
    const equivalent = trials.filter((trial) => titleOf(trial) in equivalentMutants);
    const wrong = [
        ...[...left].filter((trial) => !equivalent.includes(trial)).map((trial) => `survived  ${titleOf(trial)}`),
        ...equivalent
            .filter((trial) => !left.has(trial))
            .map((trial) => `killed, though said to be equivalent  ${titleOf(trial)}`),
    ];
    wrong.sort().forEach((line) => {
        console.log(line);
    });
    const counted = trials.length - equivalent.length;
    const minutes = ((Date.now() - started) / 60_000).toFixed(1);
    console.log(
        `${trials.length - left.size} of ${counted} mutants killed, and ${equivalent.length} that change nothing, in ${minutes} minutes`,
    );
    return wrong.length === 0 && trials.length > 0 ? 0 : 1;
}

function titleOf({ name, mutant }: Trial): string {
    return `${name}: ${mutant.change}`;
}

/** A test that fails anyway, or a rule that is none, would kill every mutant. */
async function startFromGood(suites: readonly Suite[], trials: readonly Trial[]): Promise<void> {
    const good = await inParallel(batches(suites), passes);
    const bad = suites.filter((_, index) => good[index] !== true).map(({ name }) => name);
    if (bad.length > 0) {
        throw new Error(`these fail without a mutant: ${bad.join(", ")}`);
    }
    await check(trials.map(({ mutant }, index) => ({ name: String(index), rules: [mutant.rule] })));
}

/** Goes through the tests of each mutant, quick ones first, until one fails. */
async function survivorsOf(trials: readonly Trial[]): Promise<Trial[]> {
    let alive = [...trials];
    const survivors: Trial[] = [];
    for (let round = 0; alive.length > 0; round++) {
        const out = alive.filter(({ suites }) => round >= suites.length);
        survivors.push(...out);
        out.forEach((trial) => {
            console.log(`no test notices  ${titleOf(trial)}`);
        });
        alive = alive.filter(({ suites }) => round < suites.length);
        console.log(`test ${round + 1}: ${alive.length} of ${trials.length} mutants`);
        const passed = await inParallel(batches(alive.flatMap(({ suites }) => suites.slice(round, round + 1))), passes);
        alive = alive.filter((_, index) => passed[index] === true);
    }
    return survivors;
}

function batches<T>(all: readonly T[]): T[][] {
    const size = Math.min(batchSize, Math.ceil(all.length / availableParallelism()));
    return Array.from({ length: Math.ceil(all.length / size) || 0 }, (_, index) =>
        all.slice(index * size, (index + 1) * size),
    );
}

/** Does something with each of the items, as many at a time as there are cores, and puts the results together in order. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R[]>): Promise<R[]> {
    const results: R[][] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
        for (let index = next++; index < items.length; index = next++) {
            results[index] = await work(items[index] as T);
        }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
    return results.flat();
}
