import { UserError } from "../../simulation/failure";
import type { Command, Context } from "../command";
import { deploy } from "../deploy";
import { usageError } from "../failures";
import { isShallow, revisionsOf } from "../history";
import {
    earlierVersions,
    requestedChanges,
    requireSystem,
    versionsIn,
    type StackFile,
    type VersionChange,
} from "../versions";

export const deployCommand: Command = {
    name: "deploy",
    positionals: [{ name: "stack" }, { name: "system=version", optional: true, repeated: true }],
    text: "Deploys a stack, with other versions of its systems where they are given, and\nprints what each phase took. A version is written to Pulumi.<stack>.yaml: commit\nthat file afterwards.",
    confirmed: "A deployment",
    run: (context) => deploy(context, requestedChanges(context.file, context.operation.rest)),
};

export const rollback: Command = {
    name: "rollback",
    positionals: [{ name: "stack" }, { name: "system", optional: true }, { name: "version", optional: true }],
    text: "Deploys the version that a system had before, or any earlier one that the git\nhistory of Pulumi.<stack>.yaml has. The system may be left out where the stack\nruns only one.",
    confirmed: "A deployment",
    run: (context) => deploy(context, [rollbackOf(context)]),
};

function rollbackOf({ operation, file, around, screen }: Context): VersionChange {
    const system = operation.words.system ?? onlySystem(file);
    requireSystem(file, system);
    const wanted = operation.words.version;
    const from = versionsIn(file)[system] ?? "";
    if (wanted === from) {
        throw usageError(`${system} is ${from} already, by ${file.name}.`);
    }
    const known: string[] = [];
    for (const earlier of earlierVersions(file, system, revisionsOf(file.name, around.git))) {
        known.push(earlier.version);
        if (wanted === undefined || wanted === earlier.version) {
            screen.write(
                `Before ${from}, ${system} was ${earlier.version} (commit ${earlier.revision.slice(0, 8)}).\n`,
            );
            return { system, from, to: earlier.version };
        }
    }
    const shallow = isShallow(around.git)
        ? " Only the end of the history is here: `git fetch --unshallow` gets the rest."
        : "";
    throw new UserError(
        (known.length === 0
            ? `${system} has had one version only, as far as the history of ${file.name} goes back.`
            : `${system} was never ${wanted}, as far as the history of ${file.name} goes back. It was: ${known.join(", ")}.`) +
            shallow,
    );
}

function onlySystem(file: StackFile): string {
    const systems = Object.keys(versionsIn(file));
    const [system] = systems;
    if (system === undefined || systems.length > 1) {
        throw usageError(
            system === undefined
                ? `${file.name} runs no system.`
                : `Which system? ${file.name} runs: ${systems.join(", ")}.`,
        );
    }
    return system;
}
