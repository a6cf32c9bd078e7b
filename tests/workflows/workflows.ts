import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

export interface Step {
    readonly id?: string;
    readonly if?: string;
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
    readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
    readonly uses?: string;
    readonly "timeout-minutes"?: number;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly environment?: string;
    readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
    readonly env?: Readonly<Record<string, string>>;
    readonly steps?: readonly Step[];
}

export interface Workflow {
    readonly file: string;
    readonly text: string;
    readonly name: string;
    readonly on: Readonly<Record<string, unknown>>;
    readonly permissions: unknown;
    readonly jobs: Readonly<Record<string, Job>>;
}

const directory = path.join(".github", "workflows");

export const workflows: readonly Workflow[] = readdirSync(directory)
    .sort()
    .map((file) => {
        const text = readFileSync(path.join(directory, file), "utf8");
        return { ...(parse(text) as Omit<Workflow, "file" | "text">), file, text };
    });

/** The steps that workflows share, as text. */
export const setupAction = readFileSync(path.join(".github", "actions", "setup", "action.yml"), "utf8");

/** Every job, with a name for messages. */
export const jobs = workflows.flatMap((workflow) =>
    Object.entries(workflow.jobs).map(([id, job]) => ({ name: `${workflow.file}: ${id}`, workflow, job })),
);
