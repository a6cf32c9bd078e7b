import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Where everything that can be made again is kept. */
export const cache = path.join(__dirname, "../../.cache/cluster");

const moduleDirectory = path.join(__dirname, "programs");

/** The programs of a control plane; `etcd` is called `server` by its module. */
export type Program = "server" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kwok";

/** Why the programs cannot be built here; undefined when they can. */
export function missingGo(): string | undefined {
    const wanted = /^go (\d+)\.(\d+)/m.exec(readFileSync(path.join(moduleDirectory, "go.mod"), "utf8"));
    const { error, stdout } = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8", cwd: path.dirname(cache) });
    if (error !== undefined) {
        return "Go is not installed; it builds the Kubernetes control plane";
    }
    const found = /^go(\d+)\.(\d+)/.exec(stdout.trim());
    const number = (match: RegExpExecArray | null): number => Number(match?.[1]) * 1000 + Number(match?.[2]);
    return number(found) >= number(wanted)
        ? undefined
        : `Go is ${stdout.trim()}; the Kubernetes control plane needs ${wanted?.[0].replace("go ", "")}`;
}

/** Builds the programs at the versions in `programs/go.mod`, once, and gives back the directory that has them. */
export async function builtPrograms(): Promise<string> {
    const versions = ["go.mod", "go.sum"].map((file) => readFileSync(path.join(moduleDirectory, file)));
    const key = createHash("sha256").update(Buffer.concat(versions)).digest("hex").slice(0, 16);
    const directory = path.join(cache, `programs-${key}`);
    if (!existsSync(directory)) {
        const unfinished = `${directory}.${process.pid}`;
        mkdirSync(unfinished, { recursive: true });
        try {
            await run("go", ["build", "-trimpath", "-ldflags=-s -w", "-o", `${unfinished}/`, "tool"], {
                cwd: moduleDirectory,
            });
            renameSync(unfinished, directory);
        } finally {
            rmSync(unfinished, { recursive: true, force: true });
        }
    }
    return directory;
}

/** A module with the version that the programs are built at. */
export function moduleOf(name: string): string {
    const text = readFileSync(path.join(moduleDirectory, "go.mod"), "utf8");
    const line = text.split("\n").find((each) => each.startsWith(`\t${name} v`));
    const [, version] = line?.trim().split(" ") ?? [];
    if (version === undefined) {
        throw new Error(`programs/go.mod does not require ${name}`);
    }
    return `${name}@${version}`;
}

/** The directory of a published Go module, which the module cache holds and the checksum database vouches for. */
export async function moduleSource(nameAndVersion: string): Promise<string> {
    mkdirSync(cache, { recursive: true });
    // Outside a module, so that only this one is fetched.
    const { stdout } = await run("go", ["mod", "download", "-json", nameAndVersion], { cwd: path.parse(cache).root });
    return (JSON.parse(stdout) as { Dir: string }).Dir;
}
