import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { main } from "../../operations/main";
import type { DeployedResource, OtherStack, Surroundings } from "../../operations/surroundings";
import { FakeStream, temporaryDirectories } from "../simulation/support";

const fixtures = `${__dirname}/fixtures`;

export const loggedIn = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", PULUMI_ACCESS_TOKEN: "t" };

/** What is around a command. */
export interface World {
    /** The fixture; default: the bakery. */
    readonly project?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly isTTY?: boolean;
    readonly answer?: boolean;
    /** Texts of the stack's file, newest first. */
    readonly history?: readonly string[];
    /** The stack's file as it is in the last commit. */
    readonly committed?: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
    readonly failing?: "preview" | "up" | "takeOver";
    /** Whether git has the end of the history only. */
    readonly shallow?: boolean;
    /** What the AWS CLI answers. */
    readonly aws?: (args: readonly string[]) => unknown;
    /** What is in the stack's state. */
    readonly resources?: readonly DeployedResource[];
    /** The other stacks of the backend. */
    readonly others?: readonly OtherStack[];
    /** What Pulumi does when it destroys; it may fail. */
    readonly onDestroy?: () => void | Promise<void>;
    /** Called whenever the command waits. */
    readonly onPause?: () => void;
    /** What the backend writes into the stack's file when it creates the stack. */
    readonly salt?: string;
}

export interface Result {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
    /** What was done outside, in order. */
    readonly done: readonly string[];
    /** The stack's file afterwards. */
    readonly file: string;
}

const temporary = temporaryDirectories();

/** Runs a command in a copy of the fixture, with a world around it that only writes down what it is told. */
export async function run(args: readonly string[], world: World = {}): Promise<Result> {
    const root = path.join(temporary(), "project");
    const fixture = path.join(fixtures, world.project ?? "bakery");
    cpSync(fixture, root, { recursive: true });
    // The program's imports are found from where it really stands.
    const program = JSON.stringify(path.join(fixture, "index.ts"));
    writeFileSync(path.join(root, "index.ts"), `delete require.cache[${program}];\nexport = require(${program});\n`);
    const file = path.join(root, "Pulumi.dev.yaml");
    const done: string[] = [];
    let clock = Date.parse("2026-11-21T12:00:00Z");
    const [stdout, stderr] = [new FakeStream(), new FakeStream()];
    const step =
        (name: "preview" | "up") =>
        (show: (text: string) => void): Promise<void> => {
            done.push(`${name} with ${/bread:\s+version: (\S+)/.exec(readFileSync(file, "utf8"))?.[1]}`);
            show(`output of ${name}\n`);
            clock += 90_000;
            return world.failing === name ? Promise.reject(new Error(`Pulumi could not ${name}.`)) : Promise.resolve();
        };
    const around: Surroundings = {
        root,
        stdin: { isTTY: world.isTTY ?? true },
        stdout: stdout as unknown as NodeJS.WriteStream,
        stderr: stderr as unknown as NodeJS.WriteStream,
        machine: { env: world.env ?? {}, home: "/nowhere", read: () => undefined, hasCommand: () => true },
        now: () => new Date(clock),
        confirm: (question) => {
            done.push(question);
            return Promise.resolve(world.answer ?? true);
        },
        writeFile: (name, text) => {
            done.push(`write ${path.basename(name)}`);
            writeFileSync(name, text);
        },
        git: ([command = "", ...rest]) => {
            const texts = world.history ?? [];
            if (command === "rev-parse") {
                return `${world.shallow ?? false}\n`;
            }
            if (rest[0]?.startsWith("HEAD:")) {
                if (world.committed === undefined) {
                    throw new Error("no commit yet");
                }
                return world.committed;
            }
            return command === "log"
                ? texts.map((_, index) => `${index}`.repeat(40)).join("\n")
                : (texts[Number(rest[0]?.[0])] ?? "");
        },
        aws: (command) => {
            const answer = world.aws?.(command);
            return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? {});
        },
        pause: (seconds) => {
            clock += seconds * 1000;
            world.onPause?.();
            // What goes on beside it gets its turn.
            return new Promise((resolve) => setImmediate(resolve));
        },
        stack: (name) => {
            done.push(`select ${name}`);
            if (world.salt !== undefined) {
                writeFileSync(file, readFileSync(file, "utf8") + world.salt);
            }
            return Promise.resolve({
                preview: step("preview"),
                up: step("up"),
                outputs: () => Promise.resolve(world.outputs ?? {}),
                resources: () => Promise.resolve(world.resources ?? []),
                others: () => Promise.resolve(world.others ?? []),
                takeOver: ({ name: resource, id, inputs }) => {
                    done.push(`take over ${resource} as ${id} with ${JSON.stringify(inputs)}`);
                    return world.failing === "takeOver"
                        ? Promise.reject(new Error("Pulumi could not take over."))
                        : Promise.resolve();
                },
                destroy: async (show, options) => {
                    done.push(`destroy${options.clusterIsGone ? " without the cluster" : ""}`);
                    show("output of destroy\n");
                    await world.onDestroy?.();
                },
            });
        },
    };
    const code = await main(args, around);
    return { code, stdout: stdout.text, stderr: stderr.text, done, file: readFileSync(file, "utf8") };
}

export const original = readFileSync(`${fixtures}/bakery/Pulumi.dev.yaml`, "utf8");
export const withBread = (version: string): string => original.replace("version: 1.0.0 #", `version: ${version} #`);
