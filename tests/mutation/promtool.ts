import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RuleGroup } from "../../components/observability/rules/rule";
import { promtoolFiles, type Suite } from "../components/observability/suite";

/** Whether each of some suites passes, from one process: most of them take less time than a process does to start. */
export async function passes(suites: readonly Suite[]): Promise<boolean[]> {
    return inDirectory(async (directory) => {
        const files = suites.map((suite, index) => {
            const folder = join(directory, String(index));
            mkdirSync(folder);
            for (const [name, content] of Object.entries(promtoolFiles(suite))) {
                writeFileSync(join(folder, name), content);
            }
            return join(String(index), "tests.yml");
        });
        return verdicts(await promtool(["test", "rules", ...files], directory), files);
    });
}

/** Fails where a group is none that Prometheus would load: a test of it fails, and shows nothing. */
export async function check(groups: readonly RuleGroup[]): Promise<void> {
    await inDirectory(async (directory) => {
        writeFileSync(join(directory, "rules.yml"), stringify({ groups }));
        const { stdout, stderr } = await promtool(["check", "rules", "--lint=none", "rules.yml"], directory);
        if (!stdout.includes(" rules found") || stderr.includes("FAILED")) {
            throw new Error(`promtool refuses rules:\n${stderr}`);
        }
    });
}

/** What promtool says of each file: on one stream which ones pass, on the other why the others fail. An error of its own is no verdict. */
export function verdicts({ stdout, stderr }: Output, files: readonly string[]): boolean[] {
    const said = new Map(
        stdout.split("Unit Testing:").map((part) => {
            const [file = "", verdict] = part.trim().split(/\s+/);
            return [file, verdict === "SUCCESS"];
        }),
    );
    const passed = files.map((file) => said.get(file));
    const failures = stderr.match(/^ *FAILED:/gm)?.length ?? 0;
    const counted = passed.filter((each) => each === false).length;
    if (
        failures !== counted ||
        passed.includes(undefined) ||
        /too many samples|no such file or directory|context deadline exceeded/.test(stderr)
    ) {
        throw new Error(`promtool could not run every test:\n${stdout}\n${stderr.slice(0, 10_000)}`);
    }
    return passed.map((each) => each === true);
}

async function inDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
    const directory = mkdtempSync(join(tmpdir(), "platform-mutants-"));
    try {
        return await use(directory);
    } finally {
        rmSync(directory, { recursive: true });
    }
}

interface Output {
    readonly stdout: string;
    readonly stderr: string;
}

/** What it prints, also where it ends with an error. */
async function promtool(args: readonly string[], directory: string): Promise<Output> {
    return new Promise((resolve, reject) => {
        execFile("promtool", args, { cwd: directory, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
            if (error !== null && typeof error.code !== "number") {
                reject(new Error(`promtool does not run: ${error.message}`));
            } else {
                resolve({ stdout, stderr });
            }
        });
    });
}
