import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { dnsLabel, hostname } from "../config/fields";
import { optionError } from "../simulation/arguments";
import { UserError } from "../simulation/failure";
import type { Terminal } from "../simulation/terminal";
import { isPlatformName, isPlatformNamespace } from "../stacks/claims";
import {
    definitionText,
    hostIn,
    identifierOf,
    systemsOf,
    withDefinition,
    withSystem,
    type NewSystem,
} from "./newSystemText";
import type { Surroundings } from "./surroundings";

export const newSystemUsage = `Usage: npm run new-system -- <name> [--owner <team>] [--host <name>] [--dry-run]

Writes stacks/<name>.ts, an API with database, cache, secret, public endpoint,
objectives, alerts and dashboards; adds it to stacks/registry.ts and to the
systems of Pulumi.dev.yaml. docs/adding-a-system.md says how to go on.

  --owner <team>  who answers for it; alerts are routed by it. Default: its name
  --host <name>   its public host in dev. Default: <name> beside the others
  --dry-run       show what would be written, write nothing
  --help          this text
`;

const options = {
    owner: { type: "string" },
    host: { type: "string" },
    "dry-run": { type: "boolean" },
    help: { type: "boolean", short: "h" },
} as const;

/** The stack that a system runs in first. */
const firstStack = "Pulumi.dev.yaml";
const registryFile = "stacks/registry.ts";

/** A file as it is, or undefined where there is none, and as it is to be. */
interface Change {
    readonly file: string;
    readonly before?: string;
    readonly after: string;
}

/** Runs `npm run new-system`. */
export async function newSystem(
    args: readonly string[],
    { root, writeFile }: Pick<Surroundings, "root" | "writeFile">,
    screen: Terminal,
): Promise<void> {
    const { values, positionals } = parsed(args);
    if (values.help === true) {
        screen.write(newSystemUsage);
        return;
    }
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) {
        throw new UserError("One name: npm run new-system -- <name>, such as order-tracking.");
    }
    const changes = await plan(root, name, values);
    if (values["dry-run"] === true) {
        changes.forEach((change) => screen.write(preview(change)));
        return;
    }
    writeAll(root, writeFile, changes);
    const [definition] = changes;
    screen.write(`Written: ${changes.map(({ file }) => file).join(", ")}.

Next:
  1. In ${definition?.file}, say what your system needs: image, port, stores, objectives.
  2. npm start                  shows what dev would get
  3. npm test                   holds it to the rules of every system
  4. npm run deploy -- dev      deploys it
`);
}

function parsed(
    args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>> {
    try {
        return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
        throw optionError(error, Object.keys(options));
    }
}

async function plan(
    root: string,
    name: string,
    { owner = name, host }: { readonly owner?: string; readonly host?: string },
): Promise<Change[]> {
    const text = (file: string): string => readFileSync(path.join(root, file), "utf8");
    const [registry, stack] = [text(registryFile), text(firstStack)];
    checkName(root, name, stack);
    const publicHost = host ?? hostIn(stack, name);
    checkSettings(owner, publicHost);
    const system: NewSystem = { name, owner, ...(publicHost !== undefined && { host: publicHost }) };
    return [
        { file: `stacks/${identifierOf(name)}.ts`, after: await formatted(root, definitionText(system)) },
        { file: registryFile, before: registry, after: withDefinition(registry, name) },
        { file: firstStack, before: stack, after: withSystem(firstStack, stack, system) },
    ];
}

/** A long name makes some lines too long for the project's style. */
async function formatted(root: string, text: string): Promise<string> {
    const { format, resolveConfig } = await import("prettier");
    return format(text, { ...(await resolveConfig(path.join(root, registryFile))), parser: "typescript" });
}

/** Names that the generated file uses itself. */
const usedIdentifiers: ReadonlySet<string> = new Set(["defineSystem", "systemDefinitions"]);

function checkName(root: string, name: string, stack: string): void {
    const refuse = (why: string): never => {
        throw new UserError(`"${name}" cannot be the name of a system: ${why}.`);
    };
    const { success, error } = dnsLabel.safeParse(name);
    if (!success) {
        refuse(`it must be ${error.issues.map(({ message }) => message).join("; ")}`);
    }
    if (name.includes("--")) {
        refuse("two hyphens in a row are one too many");
    }
    if (isPlatformNamespace(name) || isPlatformName(name)) {
        refuse("it belongs to the platform, which has a namespace or a log group of that name");
    }
    const identifier = identifierOf(name);
    const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, identifier);
    if (scanner.scan() !== ts.SyntaxKind.Identifier || usedIdentifiers.has(identifier)) {
        refuse(`"${identifier}" has a meaning of its own in TypeScript or in the generated file`);
    }
    // File systems that ignore case would have one file for two names.
    const file = readdirSync(path.join(root, "stacks")).find(
        (each) => each.toLowerCase() === `${identifier}.ts`.toLowerCase(),
    );
    if (file !== undefined) {
        refuse(`stacks/${file} exists already`);
    }
    if (systemsOf(stack).includes(name)) {
        refuse(`${firstStack} runs a system of that name already`);
    }
}

function checkSettings(owner: string, host: string | undefined): void {
    if (!dnsLabel.safeParse(owner).success) {
        throw new UserError(`"${owner}" cannot be an owner: it must be a word such as payments or user-team.`);
    }
    if (host === undefined) {
        return;
    }
    const { success, error } = hostname.safeParse(host);
    if (!success) {
        throw new UserError(
            `"${host}" cannot be a host: it must be ${error.issues.map(({ message }) => message).join("; ")}.`,
        );
    }
}

/** All of it or nothing: what was written before a failure is taken back. */
function writeAll(root: string, writeFile: Surroundings["writeFile"], changes: readonly Change[]): void {
    const begun: Change[] = [];
    try {
        for (const change of changes) {
            begun.push(change);
            writeFile(path.join(root, change.file), change.after);
        }
    } catch (error) {
        for (const { file, before } of begun) {
            if (before === undefined) {
                rmSync(path.join(root, file), { force: true });
            } else if (readFileSync(path.join(root, file), "utf8") !== before) {
                writeFile(path.join(root, file), before);
            }
        }
        throw new UserError(`Nothing was written: ${(error as Error).message}`);
    }
}

/** A new file whole, of the others the lines that are new. */
function preview({ file, before, after }: Change): string {
    const old = before?.split("\n") ?? [];
    const added = after.split("\n").filter((line) => (line === old[0] ? old.shift() === undefined : true));
    const lines = added.map((line) => `${line === "" ? "" : `    ${line}`}\n`);
    return `${file}${before === undefined ? "" : ", new lines"}:\n${lines.join("").trimEnd()}\n\n`;
}
