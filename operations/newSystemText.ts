import { isMap, parseDocument } from "yaml";
import { isReservedDatabase } from "../components/database/reservedNames";
import { UserError } from "../simulation/failure";

/** A system that is to be, and where it is reached in the stack that runs it first. */
export interface NewSystem {
    /** Such as "order-tracking". */
    readonly name: string;
    /** The team that answers for it. */
    readonly owner: string;
    readonly host?: string;
}

/** The name of its definition, and of the file that it is in: "order-tracking" becomes "orderTracking". */
export function identifierOf(name: string): string {
    return name.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** A definition with everything a service commonly needs. Alerts and dashboards follow from its parts. */
export function definitionText({ name, owner }: NewSystem): string {
    return `import { defineSystem } from "../components/system/declaration";

/** What it is for, in one sentence. */
export const ${identifierOf(name)} = defineSystem("${name}", ({ environment, settings }) => ({
    description: "${titleOf(name)} API",
    owner: "${owner}",
    databases: {
        postgres: { engine: "postgres", version: "17", databaseName: "${databaseOf(name)}", username: "api" },
    },
    caches: { redis: { engine: "redis", version: "7" } },
    secrets: { "api-secrets": { keys: { SECRET_KEY: {} } } },
    services: {
        api: {
            image: "ghcr.io/your-org/${name}",
            port: 8000,
            replicas: { min: 2, max: 6 },
            probes: "/health",
            connections: ["postgres", "redis"],
            secrets: ["api-secrets"],
            settings: { ENVIRONMENT: environment, LOG_LEVEL: settings.logLevel },
            objectives: { availabilityPercent: 99.9, errorRatePercent: 5, latencyP95Seconds: 1 },
            edge: settings.host === undefined ? undefined : { kind: "alb", host: settings.host },
        },
    },
}));
`;
}

function titleOf(name: string): string {
    const words = name.replace(/-+/g, " ");
    return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function databaseOf(name: string): string {
    const database = name.replace(/-+/g, "_");
    return isReservedDatabase("postgres", database) ? `${database}_data` : database;
}

/** The registry with one more import, in alphabetical order, and one more entry. */
export function withDefinition(registry: string, name: string): string {
    const identifier = identifierOf(name);
    const own = `import { ${identifier} } from "./${identifier}";\n`;
    const imports = [...registry.matchAll(/^import \{ \w+ \} from "\.\/(\w+)";\n/gm)];
    const next = imports.find(([, file = ""]) => file > identifier) ?? imports.at(-1);
    const end = registry.lastIndexOf("];");
    if (next === undefined || end < 0) {
        throw new UserError(
            `stacks/registry.ts is not in the form that this command knows; add ${identifier} to it by hand.`,
        );
    }
    const place = next.index + ((next[1] ?? "") > identifier ? 0 : next[0].length);
    const entries = registry.slice(place, end).trimEnd();
    return (
        registry.slice(0, place) +
        own +
        entries +
        (entries.endsWith(",") || entries.endsWith("[") ? "" : ",") +
        `\n    ${identifier},\n` +
        registry.slice(end)
    );
}

/** The text of a stack's file that runs one more system. Comments and everything else stay as they are. */
export function withSystem(file: string, text: string, { name, host }: NewSystem): string {
    const document = parseDocument(text);
    const systems = systemsPath(text);
    if (document.errors.length > 0 || !isMap(document.getIn(systems))) {
        throw new UserError(`${file} runs no systems yet; add ${name} to it by hand.`);
    }
    document.setIn([...systems, name], document.createNode({ version: "1.0.0", ...(host !== undefined && { host }) }));
    return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Names of the systems in a stack's file. */
export function systemsOf(text: string): string[] {
    const systems = parseDocument(text).getIn(systemsPath(text));
    return isMap(systems) ? Object.keys(systems.toJSON() as object) : [];
}

/** A key of the project may be written with its namespace or without. */
function systemsPath(text: string): readonly [string, string] {
    return ["config", parseDocument(text).hasIn(["config", "systems"]) ? "systems" : "platform:systems"];
}

/** A host beside those that the stack has: `users.dev.example.com` there makes it `<name>.dev.example.com`. */
export function hostIn(text: string, name: string): string | undefined {
    const hosts = Object.values(
        (parseDocument(text).toJS() as { config?: Record<string, unknown> }).config?.[systemsPath(text)[1]] ?? {},
    ).flatMap((settings) => (settings as { host?: string } | null)?.host ?? []);
    const domains = hosts.map((host) => host.replace(/^[^.]+\./, ""));
    const domain = domains.find((each, index) => domains.indexOf(each) !== index) ?? domains[0];
    return domain === undefined ? undefined : `${name}.${domain}`;
}
