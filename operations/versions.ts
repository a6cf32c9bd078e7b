import { isScalar, stringify, type Document } from "yaml";
import { nearest } from "../config/nearest";
import { imageTag } from "../config/schema";
import { parseYaml } from "../simulation/configuration";
import { UserError } from "../simulation/failure";

/** A system's version in a stack's file, as it is and as it is to be. */
export interface VersionChange {
    readonly system: string;
    readonly from: string;
    readonly to: string;
}

/** A stack's configuration file: its name, for messages, and its text. */
export interface StackFile {
    readonly name: string;
    readonly text: string;
}

/** A key of the project may be written with its namespace or without. */
const systemsKeys = ["platform:systems", "systems"];

interface Systems {
    readonly document: Document;
    readonly path: readonly string[];
    readonly versions: Readonly<Record<string, string>>;
}

function systemsIn({ name, text }: StackFile): Systems {
    const document = parseYaml(text, name);
    const key = systemsKeys.find((each) => document.hasIn(["config", each])) ?? "platform:systems";
    const { config = {} } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
    const systems = (config[key] ?? {}) as Record<string, { version?: unknown } | null>;
    const versions = Object.entries(systems).flatMap(([system, settings]) =>
        settings?.version === undefined ? [] : [[system, String(settings.version as string)] as const],
    );
    return { document, path: ["config", key], versions: Object.fromEntries(versions) };
}

/** The deployed version of each system of a stack. */
export function versionsIn(file: StackFile): Readonly<Record<string, string>> {
    return systemsIn(file).versions;
}

/** Fails unless the stack runs the system, and says which it runs. */
export function requireSystem(file: StackFile, system: string): void {
    const systems = Object.keys(versionsIn(file));
    if (!systems.includes(system)) {
        const guess = nearest(system, systems);
        throw new UserError(
            `${file.name} runs no system "${system}"${guess === undefined ? "." : `; did you mean "${guess}"?`} ` +
                (systems.length === 0 ? "It runs none." : `It runs: ${systems.join(", ")}.`),
        );
    }
}

/** What arguments such as `user-management=1.2.3` ask for. A version that is deployed already is no change. */
export function requestedChanges(file: StackFile, requests: readonly string[]): VersionChange[] {
    const versions = versionsIn(file);
    const wanted = new Map<string, string>();
    for (const request of requests) {
        const [, system, version] = /^([^=]+)=(.+)$/.exec(request) ?? [];
        if (system === undefined || version === undefined) {
            throw new UserError(`"${request}" is no version: write <system>=<version>, such as user-management=1.2.3.`);
        }
        requireSystem(file, system);
        const checked = imageTag.safeParse(version);
        if (!checked.success) {
            throw new UserError(
                `"${version}" cannot be the version of ${system}: it must be ${checked.error.issues.map(({ message }) => message).join("; ")}.`,
            );
        }
        if (wanted.has(system)) {
            throw new UserError(`${system} is given two versions: ${wanted.get(system)} and ${version}.`);
        }
        wanted.set(system, version);
    }
    return [...wanted]
        .map(([system, to]) => ({ system, from: versions[system] ?? "", to }))
        .filter(({ from, to }) => from !== to);
}

/** The text of a stack's file with other versions. Every other byte, comments included, stays as it is. */
export function withVersions(file: StackFile, changes: readonly VersionChange[]): string {
    return changes.reduce((text, change) => withVersion({ ...file, text }, change), file.text);
}

function withVersion(file: StackFile, { system, to }: VersionChange): string {
    const { document, path } = systemsIn(file);
    const node = document.getIn([...path, system, "version"], true);
    if (!isScalar(node) || !node.range) {
        throw new UserError(
            `${file.name}: the version of ${system} is not a plain value, so it has to be changed by hand.`,
        );
    }
    const [start, end] = node.range;
    return file.text.slice(0, start) + stringify(to).trimEnd() + file.text.slice(end);
}

/** An earlier version and the commit in which it was last deployed. */
export interface EarlierVersion {
    readonly version: string;
    readonly revision: string;
}

/** A text that the stack's file has had. */
interface Revision {
    readonly revision: string;
    readonly text: string;
}

/**
 * The versions that a system had before the one it has, newest first, each once.
 *
 * @param history the texts of the stack's file, newest first; read no further than needed.
 */
export function* earlierVersions(
    file: StackFile,
    system: string,
    history: Iterable<Revision>,
): Generator<EarlierVersion> {
    const seen = new Set([versionsIn(file)[system]]);
    for (const { revision, text } of history) {
        const version = versionsOf({ name: file.name, text })[system];
        if (version !== undefined && !seen.has(version)) {
            seen.add(version);
            yield { version, revision };
        }
    }
}

/** An old text may have been broken; it then tells nothing. */
function versionsOf(file: StackFile): Readonly<Record<string, string>> {
    try {
        return versionsIn(file);
    } catch {
        return {};
    }
}
