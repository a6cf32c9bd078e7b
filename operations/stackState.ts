import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation";
import type { DeployedResource, OtherStack } from "./surroundings";
import { requireTaken, withOther, type ExportedState, type TakeOver } from "./takeOver";

/**
 * The state of a stack. By the CLI and not the Automation API, which decrypts the secrets in it: so nobody needs the keys of a stack that is
 * not his, and no secret is written to a file in clear.
 */
export async function readState(workDir: string, stack: string): Promise<ExportedState> {
    const options = { cwd: workDir, encoding: "utf8", maxBuffer: 2 ** 28 } as const;
    const { stdout } = await promisify(execFile)("pulumi", ["stack", "export", "--stack", stack], options);
    return JSON.parse(stdout) as ExportedState;
}

async function writeState(workDir: string, stack: string, state: ExportedState): Promise<void> {
    const directory = mkdtempSync(path.join(tmpdir(), "state-"));
    const file = path.join(directory, "state.json");
    try {
        writeFileSync(file, JSON.stringify(state));
        await promisify(execFile)("pulumi", ["stack", "import", "--stack", stack, "--file", file], { cwd: workDir });
    } finally {
        rmSync(directory, { recursive: true });
    }
}

/** The name is the last part of a URN. */
export function resourcesIn({ deployment }: ExportedState): DeployedResource[] {
    return (deployment?.resources ?? []).map(({ urn, type, inputs = {}, protect = false }) => ({
        type,
        name: urn.split("::").at(-1) ?? "",
        inputs,
        protect,
    }));
}

/** The other stacks of the project, one after the other: a backend in a bucket is slow to answer many at once. */
export async function otherStacks({ name, workspace }: Stack): Promise<OtherStack[]> {
    const names = (await workspace.listStacks()).map((each) => each.name).filter((each) => each !== name);
    const others: OtherStack[] = [];
    for (const each of names) {
        others.push({ name: each, resources: resourcesIn(await readState(workspace.workDir, each)) });
    }
    return others;
}

/** Makes a resource stand for another object, and reads it from the cloud. Puts the state back where that fails. */
export async function takeOver(
    { name, workspace: { workDir } }: Pick<Stack, "name"> & { readonly workspace: Pick<Stack["workspace"], "workDir"> },
    wanted: TakeOver,
    refresh: (targets: string[]) => Promise<unknown>,
): Promise<void> {
    const before = await readState(workDir, name);
    const { state, urn } = withOther(before, wanted);
    await writeState(workDir, name, state);
    try {
        await refresh([urn]);
        requireTaken(await readState(workDir, name), wanted);
    } catch (failure) {
        await writeState(workDir, name, before);
        throw failure;
    }
}
