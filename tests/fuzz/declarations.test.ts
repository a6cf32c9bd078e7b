import assert from "node:assert/strict";
import path from "node:path";
import fc from "fast-check";
import type { DeclarationContext, SystemDeclaration } from "../../components/system/declaration";
import { ConfigError } from "../../config/errors";
import { plannedStack } from "../../docs/plannedStack";
import { planSystems } from "../../stacks/plan";
import { systemDefinitions } from "../../stacks/registry";
import { spoiled } from "./nonsense";
import { count, reportTried, runs } from "./runs";

const root = path.join(__dirname, "../..");

/** What the program says to a declaration: all that is wrong with it, in one report. Nothing may be thrown. */
function answerTo(stack: string, system: string, declaration: unknown): string {
    const { config } = plannedStack(root, stack);
    const settings = config.systems[system];
    assert.ok(settings !== undefined);
    const only = { ...config, systems: { [system]: settings } };
    const definition = { name: system, declare: () => declaration as SystemDeclaration };
    const { issues } = planSystems(only, [definition]);
    for (const issue of issues) {
        assert.ok(issue.path.startsWith(system) && issue.message.length > 0, JSON.stringify(issue));
    }
    return new ConfigError(stack, issues).message;
}

function declared(stack: string, name: string): SystemDeclaration {
    const { config, surroundings } = plannedStack(root, stack);
    const definition = systemDefinitions.find((each) => each.name === name);
    const settings = config.systems[name];
    assert.ok(definition !== undefined && settings !== undefined);
    const context: DeclarationContext = { environment: config.environment, settings, addons: surroundings.addons };
    return definition.declare(context);
}

describe("nonsense in the declaration of a system", () => {
    after(reportTried);

    for (const stack of ["dev", "prod"]) {
        for (const { name } of systemDefinitions) {
            it(`is answered with a list of issues inside what ${name} says in ${stack}`, () => {
                fc.assert(
                    fc.property(spoiled(declared(stack, name)), (declaration) => {
                        count();
                        answerTo(stack, name, declaration);
                    }),
                    { numRuns: runs(100) },
                );
            });
        }
    }

    const types: readonly [what: string, change: (declaration: Record<string, never>) => unknown, report: RegExp][] = [
        ["no mapping at all", () => null, /user-management: must be a mapping|user-management.*mapping/],
        [
            "no services",
            (rest) => ({ ...rest, services: undefined }),
            /user-management\.services: required: must be a mapping/,
        ],
        [
            "a service that is a text",
            (rest) => ({ ...rest, services: { api: "x" } }),
            /user-management\.services\.api is "x": must be a mapping/,
        ],
        [
            "a port that is a text",
            (rest) => ({ ...rest, services: { api: { image: "ghcr.io/your-org/api", port: "8000" } } }),
            /user-management\.services\.api\.port is "8000": must be a number/,
        ],
        [
            "an image that is missing",
            (rest) => ({ ...rest, services: { api: { port: 8000 } } }),
            /user-management\.services\.api\.image: required: must be a string/,
        ],
        [
            "connections that are no list",
            (rest) => ({
                ...rest,
                services: { api: { image: "ghcr.io/your-org/api", port: 8000, connections: "postgres" } },
            }),
            /user-management\.services\.api\.connections is "postgres": must be a list/,
        ],
        [
            "a database that is null",
            (rest) => ({ ...rest, databases: { postgres: null } }),
            /user-management\.databases\.postgres is null: must be a mapping/,
        ],
        [
            "a secret without keys",
            (rest) => ({ ...rest, secrets: { some: {} } }),
            /user-management\.secrets\.some\.keys: required: must be a mapping/,
        ],
    ];
    for (const [what, change, report] of types) {
        it(`says where it stands and what is allowed: ${what}`, () => {
            const valid = declared("dev", "user-management") as unknown as Record<string, never>;
            assert.match(answerTo("dev", "user-management", change(valid)), report);
        });
    }
});
