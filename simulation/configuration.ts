import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isMap, isScalar, parseDocument, type Document } from "yaml";
import { nearest } from "../config/nearest";
import { UserError } from "./failure";

/** A stack's configuration as the Pulumi CLI hands it to a program: every value is text, structured ones are JSON. */
export interface StackConfiguration {
    readonly project: string;
    readonly stack: string;
    /** Values by full key, such as `platform:environment`. */
    readonly values: Readonly<Record<string, string>>;
    /** Keys that hold a secret, or a structure with a secret in it. */
    readonly secretKeys: readonly string[];
    /** What encrypts the stack's secrets, where its file says so. */
    readonly secretsProvider?: string;
}

/**
 * What stands for an encrypted value, which only the stack's owner can decrypt. The placeholders of keys that the program checks have
 * the form it asks for.
 */
const placeholders: Readonly<Record<string, string>> = {
    "platform:pagerdutyRoutingKey": "simulated0simulated0simulated000",
    "platform:slackWebhookUrl": "https://hooks.slack.com/services/simulated",
};
const placeholder = "simulated-secret";

/** Secrets that another key makes necessary. Where their owner has not set them yet, the simulation goes on with a placeholder. */
const necessary: Readonly<Record<string, string>> = { "platform:registryPassword": "platform:registry" };

const stackFile = /^Pulumi\.([^.].*)\.ya?ml$/;

/** Names of the stacks that have a configuration file, in alphabetical order. */
export function stackNames(root: string): string[] {
    return readdirSync(root)
        .flatMap((file) => stackFile.exec(file)?.[1] ?? [])
        .sort();
}

/** The configuration file of a stack. Fails when there is none, and says which there are. */
export function stackFileOf(root: string, stack: string): string {
    const file = [`Pulumi.${stack}.yaml`, `Pulumi.${stack}.yml`]
        .map((name) => path.join(root, name))
        .find((name) => existsSync(name));
    if (file !== undefined && stackNames(root).includes(stack)) {
        return file;
    }
    const stacks = stackNames(root);
    const guess = nearest(stack, stacks);
    throw new UserError(
        `There is no stack "${stack}"${guess === undefined ? "." : `; did you mean "${guess}"?`} ` +
            (stacks.length === 0 ? "No Pulumi.<stack>.yaml exists yet." : `The stacks are: ${stacks.join(", ")}.`),
    );
}

/**
 * Reads a stack's configuration the way the CLI does: the project's defaults, overridden by the stack's file.
 *
 * @param source what the stack's file says; default: what it says now.
 */
export function readConfiguration(root: string, stack: string, source?: string): StackConfiguration {
    const file = stackFileOf(root, stack);
    const projectFile = path.join(root, "Pulumi.yaml");
    const projectSettings = plainYaml(projectFile);
    const { name: project } = projectSettings;
    if (typeof project !== "string" || project === "") {
        throw new UserError("Pulumi.yaml has no name.");
    }
    const values: Record<string, string> = {};
    for (const [key, declaration] of Object.entries(section(projectSettings, projectFile))) {
        const value = defaultOf(declaration);
        if (value !== undefined) {
            values[fullKey(project, key)] = text(value);
        }
    }
    const secretKeys: string[] = [];
    const settings = plainYaml(file, source);
    for (const [key, given] of Object.entries(section(settings, file))) {
        const full = fullKey(project, key);
        const value = withPlaceholders(given, placeholders[full] ?? placeholder);
        values[full] = text(value.plain);
        if (value.secret) {
            secretKeys.push(full);
        }
    }
    for (const [secret, reason] of Object.entries(necessary)) {
        if (values[reason] !== undefined && values[secret] === undefined) {
            values[secret] = placeholders[secret] ?? placeholder;
            secretKeys.push(secret);
        }
    }
    return {
        project,
        stack,
        values: sorted(values) as Record<string, string>,
        secretKeys,
        ...(typeof settings.secretsprovider === "string" && { secretsProvider: settings.secretsprovider }),
    };
}

/** The AWS region of a stack; undefined where it uses none. */
export function regionOf(root: string, stack: string): string | undefined {
    return readConfiguration(root, stack).values["aws:region"];
}

/** A key without a namespace belongs to the project; `<namespace>:config:<name>` is the old way to write a full key. */
function fullKey(project: string, key: string): string {
    return key.includes(":") ? key.replace(/^([^:]+):config:/, "$1:") : `${project}:${key}`;
}

/** A declaration in the project file is a type with an optional default, or a value for all stacks. */
function defaultOf(declaration: unknown): unknown {
    if (!isMapping(declaration)) {
        return declaration;
    }
    return declaration.default ?? declaration.value;
}

function withPlaceholders(value: unknown, standIn: string): { plain: unknown; secret: boolean } {
    if (Array.isArray(value)) {
        const members = value.map((member) => withPlaceholders(member, standIn));
        return { plain: members.map((member) => member.plain), secret: members.some((member) => member.secret) };
    }
    if (!isMapping(value)) {
        return { plain: value, secret: false };
    }
    if (Object.keys(value).length === 1 && typeof value.secure === "string") {
        return { plain: standIn, secret: true };
    }
    const members = Object.entries(value).map(([key, member]) => [key, withPlaceholders(member, standIn)] as const);
    return {
        plain: Object.fromEntries(members.map(([key, member]) => [key, member.plain])),
        secret: members.some(([, member]) => member.secret),
    };
}

/** Text stays as it is; everything else becomes JSON with sorted keys, which is what Go writes. */
function text(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    if (!isMapping(value)) {
        return value;
    }
    return Object.fromEntries(
        Object.keys(value)
            .sort()
            .map((key) => [key, sorted(value[key])]),
    );
}

function isMapping(value: unknown): value is Record<string, unknown> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

function section(settings: Record<string, unknown>, file: string): Record<string, unknown> {
    const config = settings.config ?? {};
    if (!isMapping(config)) {
        throw new UserError(`${path.basename(file)}: \`config\` must be a mapping.`);
    }
    return config;
}

/** The text of a file. Fails with a sentence when it cannot be read. */
export function readText(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new UserError(`${path.basename(file)} cannot be read: ${(error as Error).message}`);
    }
}

/** Above this the parser, which compares every key with every other, takes many seconds. The stacks here have 2,000. */
const mostCharacters = 128 * 1024;

/**
 * Parses YAML with a mapping at its top. Fails with the file, line and column of the first mistake.
 *
 * @param file where the text stands, for messages.
 */
export function parseYaml(source: string, file: string): Document {
    if (source.length > mostCharacters) {
        throw new UserError(
            `${path.basename(file)} has ${source.length} characters: must have at most ${mostCharacters}; a hundred systems need fewer.`,
        );
    }
    // Merge keys (`<<`) are understood by the CLI's parser, too.
    const document = parseDocument(source, { merge: true, prettyErrors: false });
    const [mistake] = document.errors;
    if (mistake !== undefined) {
        const before = source.slice(0, mistake.pos[0]).split("\n");
        throw new UserError(
            `${path.basename(file)}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: not valid YAML: ${reasonOf(mistake)}`,
        );
    }
    const { contents } = document;
    if (!(isMap(contents) || contents === null || (isScalar(contents) && contents.value === null))) {
        throw new UserError(`${path.basename(file)}:1:1: must be a mapping.`);
    }
    return document;
}

/** The parser goes into each level by calling itself. */
function reasonOf({ message }: Error): string {
    return message.startsWith("Maximum call stack") ? "nested too deeply" : message;
}

function plainYaml(file: string, source = readText(file)): Record<string, unknown> {
    const document = parseYaml(source, file);
    try {
        return (document.toJS() ?? {}) as Record<string, unknown>;
    } catch (error) {
        // A merge of what is no mapping, or so many aliases that they would fill the memory.
        throw new UserError(`${path.basename(file)}: not valid YAML: ${reasonOf(error as Error)}`);
    }
}
