import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { connect } from "../../../operations/cluster";
import { main } from "../../../operations/pipeline/main";
import type { Step } from "../../../operations/pipeline/engineEvents";
import type { Finished, Runner } from "../../../operations/pipeline/runner";
import type { DeployedResource } from "../../../operations/surroundings";
import { FakeStream } from "../../simulation/support";

const fixtures = path.join(__dirname, "..", "fixtures");

export const loggedIn = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", PULUMI_ACCESS_TOKEN: "t" };

/** What is outside the commands, but for the network. */
export interface World {
    readonly env?: Readonly<Record<string, string>>;
    /** What the engine would say. */
    readonly steps?: readonly Step[];
    readonly outputs?: Readonly<Record<string, unknown>>;
    /** What is in the stack's state. */
    readonly resources?: readonly DeployedResource[];
    /** The project; default: the bakery. */
    readonly project?: string;
    /** Files beside the project's, by path. */
    readonly files?: Readonly<Record<string, string>>;
    readonly programs?: (program: string, args: readonly string[]) => Finished;
    readonly now?: () => Date;
}

export interface Result {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
    /** Programs that were run. */
    readonly ran: readonly string[];
    /** What the job hands on, and its summary. */
    readonly output: string;
    readonly summary: string;
    readonly read: (file: string) => string;
}

/** Runs a command of the pipelines in a copy of the fixture project. */
export async function pipeline(directory: string, args: readonly string[], world: World = {}): Promise<Result> {
    const root = path.join(directory, "project");
    const fixture = path.join(fixtures, world.project ?? "bakery");
    cpSync(fixture, root, { recursive: true });
    const program = JSON.stringify(path.join(fixture, "index.ts"));
    writeFileSync(path.join(root, "index.ts"), `delete require.cache[${program}];\nexport = require(${program});\n`);
    const inside = (file: string): string => path.resolve(directory, file);
    const write = (file: string, text: string, flag: "w" | "a" = "w"): void => {
        mkdirSync(path.dirname(inside(file)), { recursive: true });
        writeFileSync(inside(file), text, { flag });
    };
    for (const [file, text] of Object.entries(world.files ?? {})) {
        write(file, text);
    }
    const ran: string[] = [];
    const [stdout, stderr] = [new FakeStream(), new FakeStream()];
    const runner: Runner = {
        root,
        machine: {
            env: { GITHUB_OUTPUT: "output", GITHUB_STEP_SUMMARY: "summary", ...world.env },
            home: "/nowhere",
            read: () => undefined,
            hasCommand: () => true,
        },
        stdout: stdout as unknown as NodeJS.WriteStream,
        stderr: stderr as unknown as NodeJS.WriteStream,
        now: world.now ?? (() => new Date()),
        pause: () => Promise.resolve(),
        readFile: (file) => readFileSync(inside(file), "utf8"),
        writeFile: (file, text) => write(file, text),
        appendFile: (file, text) => write(file, text, "a"),
        run: (name, programArgs) => {
            ran.push([name, ...programArgs].join(" "));
            return world.programs?.(name, programArgs) ?? { status: 0, stdout: "" };
        },
        cluster: (outputs) => connect(outputs, { env: {}, home: "/nowhere" }),
        stack: () =>
            Promise.resolve({
                preview: () => Promise.resolve([...(world.steps ?? [])]),
                drift: () => Promise.resolve([...(world.steps ?? [])]),
                outputs: () => Promise.resolve(world.outputs ?? {}),
                resources: () => Promise.resolve(world.resources ?? []),
            }),
    };
    const code = await main(args, runner);
    const read = (file: string): string => {
        try {
            return readFileSync(inside(file), "utf8");
        } catch {
            return "";
        }
    };
    return {
        code,
        stdout: stdout.text,
        stderr: stderr.text,
        ran,
        output: read("output"),
        summary: read("summary"),
        read,
    };
}
