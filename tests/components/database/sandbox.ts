import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
    chmodSync,
    chownSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Files } from "../../../components/database/scripts";
import type { Container, PodSpec } from "./fixture";

/** Where a command is: on the path, or where Debian puts the server programs that it keeps off it. */
export function findCommand(name: string, directories: readonly string[] = []): string | undefined {
    const found = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
    return [found, ...directories.map((each) => path.join(each, name))].find((each) => each !== "" && existsSync(each));
}

/** Skips what needs a program that is not installed, and says which. */
export function skipUnless(context: Mocha.Context, present: boolean, what: string): void {
    if (!present) {
        console.log(`      skipped: ${what} is not installed`);
        context.skip();
    }
}

/** Waits until something is so, for thirty seconds at most. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 150; attempt++) {
        if (await isSo()) {
            return;
        }
        await sleep(200);
    }
    throw new Error(`waited thirty seconds for ${what}`);
}

export interface Outcome {
    readonly status: number | null;
    /** What was printed, errors included. */
    readonly output: string;
}

/** Servers refuse to run as root, so everything runs as somebody else when the tests do. */
function unprivileged(): { uid: number; gid: number } | Record<string, never> {
    if (process.getuid?.() !== 0) {
        return {};
    }
    const id = (flag: string): number => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
    return { uid: id("-u"), gid: id("-g") };
}

/**
 * Pods of a plan as processes on this machine: directories in place of volumes, the scripts as they are in the ConfigMaps, a
 * stand-in for the AWS CLI, and everything else real.
 */
export class Sandbox {
    readonly directory = mkdtempSync(path.join(tmpdir(), "database-"));
    readonly user = unprivileged();
    private readonly running: ChildProcess[] = [];
    private readonly replacements = new Map<string, string>();
    private searchPath: string[] = [];

    constructor(readonly port: number) {
        this.adopt(this.directory);
        for (const name of ["scripts", "credentials", "work", "tmp", "tls", "socket", "data", "bucket", "bin"]) {
            this.makeDirectory(name);
        }
        for (const name of ["scripts", "credentials", "work", "tmp", "tls"]) {
            this.replace(`/${name}`, this.path(name));
        }
        this.command("aws", awsStub);
        this.searchPath = [this.path("bin")];
    }

    path(...names: string[]): string {
        return path.join(this.directory, ...names);
    }

    makeDirectory(name: string): void {
        mkdirSync(this.path(name), { recursive: true });
        chmodSync(this.path(name), 0o700);
        this.adopt(this.path(name));
    }

    /** What stands in the plan, and what it is here. */
    replace(planned: string, here: string): void {
        this.replacements.set(planned, here);
    }

    /** Puts a directory of programs before all others but the stand-ins. */
    usePrograms(directory: string): void {
        this.searchPath.push(directory);
    }

    /** Makes a stand-in for a program. */
    command(name: string, text: string): void {
        const file = this.path("bin", name);
        writeFileSync(file, text);
        chmodSync(file, 0o755);
        this.adopt(file);
    }

    removeCommand(name: string): void {
        rmSync(this.path("bin", name), { force: true });
    }

    install(files: Files): void {
        for (const [name, text] of Object.entries(files)) {
            writeFileSync(this.path("scripts", name), text);
            this.adopt(this.path("scripts", name));
        }
    }

    /** Changes the Secret the way the kubelet does: the file is replaced in one step. */
    setPassword(password: string): void {
        const file = this.path("credentials", "password");
        writeFileSync(`${file}.new`, password);
        chmodSync(`${file}.new`, 0o440);
        this.adopt(`${file}.new`);
        renameSync(`${file}.new`, file);
    }

    /** An empty volume, as a new pod gets it. */
    emptyWork(): void {
        rmSync(this.path("work"), { recursive: true, force: true });
        this.makeDirectory("work");
    }

    /** Runs a pod as Kubernetes does: one init container after the other, and the main one only when all have succeeded. */
    runPod(pod: PodSpec, environment: Readonly<Record<string, string>> = {}): Outcome {
        let output = "";
        for (const each of [...(pod.initContainers ?? []), ...pod.containers]) {
            const outcome = this.runContainer(each, environment);
            output += outcome.output;
            if (outcome.status !== 0) {
                return { status: outcome.status, output };
            }
        }
        return { status: 0, output };
    }

    runContainer(container: Container, environment: Readonly<Record<string, string>> = {}): Outcome {
        const [command = "", ...args] = this.commandOf(container);
        return this.run(command, args, { ...this.variablesOf(container), ...environment });
    }

    startContainer(container: Container, environment: Readonly<Record<string, string>> = {}): Process {
        const [command = "", ...args] = this.commandOf(container);
        return this.start(command, args, { ...this.variablesOf(container), ...environment });
    }

    run(
        command: string,
        args: readonly string[],
        environment: Readonly<Record<string, string>> = {},
        input = "",
    ): Outcome {
        const { status, stdout, stderr, error } = spawnSync(command, args, {
            ...this.processOptions(environment),
            encoding: "utf8",
            input,
            maxBuffer: 2 ** 26,
        });
        if (error !== undefined) {
            throw error;
        }
        return { status, output: stdout + stderr };
    }

    start(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Process {
        const child = spawn(command, args, { ...this.processOptions(environment), stdio: ["ignore", "pipe", "pipe"] });
        this.running.push(child);
        return new Process(child);
    }

    files(name: string): string[] {
        return existsSync(this.path(name)) ? readdirSync(this.path(name)).sort() : [];
    }

    read(...names: string[]): string {
        return this.bytes(...names).toString();
    }

    bytes(...names: string[]): Buffer {
        return readFileSync(this.path(...names));
    }

    /** The text of a plan, with what is here in place of what is there; the longest match counts. */
    translate(text: string): string {
        const planned = [...this.replacements.keys()].sort((a, b) => b.length - a.length);
        const alternatives = planned.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
        const pattern = new RegExp(`(?<![\\w/.-])(${alternatives})(?![\\w-])`, "g");
        return text.replace(pattern, (match) => this.replacements.get(match) ?? match);
    }

    commandOf({ command = [], args = [] }: Container): string[] {
        return [...command, ...args].map((each) => this.translate(each));
    }

    variablesOf({ env = [] }: Container): Record<string, string> {
        return Object.fromEntries(
            env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, this.translate(value)]])),
        );
    }

    async destroy(): Promise<void> {
        for (const child of this.running.reverse()) {
            await new Process(child).stop();
        }
        rmSync(this.directory, { recursive: true, force: true });
    }

    private processOptions(environment: Readonly<Record<string, string>>): {
        cwd: string;
        env: Record<string, string>;
        uid?: number;
        gid?: number;
    } {
        return {
            cwd: this.directory,
            env: {
                PATH: [...this.searchPath, process.env.PATH ?? ""].join(":"),
                HOME: this.path("tmp"),
                TMPDIR: this.path("tmp"),
                LC_ALL: "C.UTF-8",
                BUCKETS: this.path("bucket"),
                ...environment,
            },
            ...this.user,
        };
    }

    private adopt(file: string): void {
        const { uid, gid } = this.user;
        if (uid !== undefined && gid !== undefined) {
            chownSync(file, uid, gid);
        }
    }
}

export class Process {
    output = "";

    constructor(private readonly child: ChildProcess) {
        child.stdout?.on("data", (chunk) => (this.output += String(chunk)));
        child.stderr?.on("data", (chunk) => (this.output += String(chunk)));
    }

    get pid(): number | undefined {
        return this.child.pid;
    }

    get ended(): boolean {
        return this.child.exitCode !== null || this.child.signalCode !== null;
    }

    /** Tells the process to end and waits until it has. Gives back its exit status. */
    async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
        if (!this.ended) {
            const end = new Promise((resolve) => this.child.once("exit", resolve));
            this.child.kill(signal);
            await end;
        }
        return this.child.exitCode;
    }
}

/** The AWS CLI as far as the scripts use it: buckets are directories, and what RDS is asked for is handed to ON_MODIFY. */
const awsStub = `#!/bin/sh
set -eu
here() {
    case "$1" in
    s3://*) echo "$BUCKETS/\${1#s3://}" ;;
    *) echo "$1" ;;
    esac
}
case "$1 $2" in
"s3 cp")
    to=$(here "$4")
    mkdir -p "$(dirname "$to")"
    cp "$(here "$3")" "$to"
    ;;
"s3 ls")
    found=''
    for file in "$(here "$3")"*; do
        [ -f "$file" ] || continue
        found=yes
        echo "2026-11-21 02:00:00 $(wc -c <"$file") \${file##*/}"
    done
    [ -n "$found" ]
    ;;
"rds modify-db-instance")
    request=\${4#file://}
    echo "$*" >>"$BUCKETS/rds-calls"
    "$ON_MODIFY" "$request"
    echo modifying
    ;;
*)
    echo "aws $*: not part of the stand-in" >&2
    exit 2
    ;;
esac
`;
