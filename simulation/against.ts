import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stackNames } from "./configuration";
import { UserError } from "./failure";
import { simulate } from "./program";
import type { Plan } from "./record";

/** A plan that another one is compared with, and what it is called. */
export interface NamedPlan {
    readonly name: string;
    readonly plan: Plan;
}

/**
 * The plan that `--against` names: a file that an earlier run wrote, another stack, or a Git revision, in this order.
 *
 * @param root directory of the Pulumi project.
 * @param stack the stack that is compared; the one that is simulated at a Git revision.
 */
export async function planAgainst(what: string, root: string, stack: string): Promise<NamedPlan> {
    const file = path.resolve(what);
    if (existsSync(file) && statSync(file).isFile()) {
        return { name: what, plan: planFrom(file, what) };
    }
    if (stackNames(root).includes(what)) {
        return { name: what, plan: await simulate({ root, stack: what }) };
    }
    const commit = git(root, "rev-parse", "--verify", "--quiet", `${what}^{commit}`);
    if (commit === undefined) {
        throw new UserError(
            `"${what}" is no plan file, no stack (${stackNames(root).join(", ")}) and no Git revision.`,
        );
    }
    return { name: `${what} (${commit.slice(0, 7)})`, plan: planAt(commit, root, stack, what) };
}

/** A plan as `plan.json` has it: without the outputs. */
function planFrom(file: string, shown: string): Plan {
    let content: Partial<Plan>;
    try {
        content = JSON.parse(readFileSync(file, "utf8")) as Partial<Plan>;
    } catch {
        throw new UserError(`${shown} is no JSON file.`);
    }
    const { project, stack, resources } = content;
    if (typeof project !== "string" || typeof stack !== "string" || !Array.isArray(resources)) {
        throw new UserError(
            `${shown} is no plan: project, stack and resources are missing. A simulation writes plan.json.`,
        );
    }
    return { ...content, project, stack, resources, outputs: {}, registeredOutputs: new Set() };
}

/** Simulates a stack with the files of a commit, in a process and a directory of its own, with the modules that are installed. */
function planAt(commit: string, root: string, stack: string, shown: string): Plan {
    const directory = mkdtempSync(path.join(tmpdir(), "platform-against-"));
    try {
        const prefix = git(root, "rev-parse", "--show-prefix") ?? "";
        const archive = spawnSync("git", ["archive", "--format=tar", `${commit}:${prefix}`], {
            cwd: root,
            maxBuffer: 1024 ** 3,
        });
        const unpacked = spawnSync("tar", ["-x", "-C", directory], { input: archive.stdout });
        if (archive.status !== 0 || unpacked.status !== 0) {
            throw new UserError(
                `The files of ${shown} cannot be unpacked: ${String(archive.stderr)}${String(unpacked.stderr)}`,
            );
        }
        symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"));
        const out = path.join(directory, "out-against");
        const { status, stderr } = spawnSync(process.execPath, ["simulation/cli.js", stack, "--out", out], {
            cwd: directory,
            encoding: "utf8",
        });
        if (status !== 0) {
            const message = /error: ([\s\S]*)$/.exec(stderr)?.[1]?.trim() ?? stderr.trim();
            throw new UserError(`The stack ${stack} cannot be simulated at ${shown}: ${message}`);
        }
        return planFrom(path.join(out, "plan.json"), shown);
    } finally {
        rmSync(directory, { recursive: true, force: true });
    }
}

/** What Git prints; undefined when it fails, or is not there. */
function git(root: string, ...args: readonly string[]): string | undefined {
    const { status, stdout } = spawnSync("git", [...args], { cwd: root, encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
}
