import assert from "node:assert/strict";
import path from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import { ConfigError } from "../../config/errors";
import { parseConfig } from "../../config/parse";
import { crossFieldIssues } from "../../config/rules";
import { readConfiguration } from "../../simulation/configuration";
import { UserError } from "../../simulation/failure";
import { planSystems } from "../../stacks/plan";
import { systemDefinitions } from "../../stacks/registry";
import { stackNames } from "../harness";
import { prototypeKey, spoiled, text, value } from "./nonsense";
import { count, reportTried, runs } from "./runs";

const root = path.join(__dirname, "../..");

const platformKeys = (stack: string): Record<string, unknown> =>
    Object.fromEntries(
        Object.entries(readConfiguration(root, stack).values).map(([key, given]) => {
            try {
                return [key, JSON.parse(given) as unknown];
            } catch {
                return [key, given];
            }
        }),
    );

/** What the program says to a configuration: all that is wrong with it, in one report. Nothing may be thrown. */
function answerTo(raw: Readonly<Record<string, string>>): string {
    const { config, issues } = parseConfig(raw);
    const later =
        config === undefined
            ? []
            : [...crossFieldIssues(config, raw["aws:region"]), ...planSystems(config, systemDefinitions).issues];
    const all = [...issues, ...later];
    assert.ok(config !== undefined || all.length > 0, "neither a configuration nor an issue");
    for (const issue of all) {
        assert.ok(issue.path.length > 0 && issue.message.length > 0, JSON.stringify(issue));
    }
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    return new ConfigError("dev", all).message;
}

const raw = (config: unknown): Record<string, string> =>
    Object.fromEntries(
        Object.entries(Object(config) as Record<string, unknown>).map(([key, given]) => [
            key,
            typeof given === "string" ? given : (JSON.stringify(given) ?? "null"),
        ]),
    );

describe("nonsense in a stack's configuration", () => {
    after(reportTried);

    it("is answered with a list of issues, whatever the keys and values are", () => {
        const key = fc.oneof(
            prototypeKey,
            text,
            fc.constantFrom("environment", "network", "cluster", "systems", "tags"),
        );
        fc.assert(
            fc.property(fc.array(fc.tuple(key, value), { maxLength: 6 }), (entries) => {
                count();
                answerTo(raw(Object.fromEntries(entries.map(([name, given]) => [`platform:${name}`, given]))));
            }),
            { numRuns: runs(500) },
        );
    });

    for (const stack of stackNames()) {
        it(`is answered with a list of issues inside what ${stack} says`, () => {
            fc.assert(
                fc.property(spoiled(platformKeys(stack)), (config) => {
                    count();
                    answerTo(raw(config));
                }),
                { numRuns: runs(150) },
            );
        });
    }
});

describe("nonsense in a stack's file", () => {
    const read = (file: string): void => {
        count();
        try {
            answerTo(readConfiguration(root, "dev", file).values);
        } catch (error) {
            if (!(error instanceof UserError)) {
                throw error;
            }
        }
    };

    it("is answered with its place, whatever the text is", () => {
        const line = fc.oneof(
            text,
            fc.constantFrom(
                "config:",
                "  - x",
                "? [a]",
                "&a *a",
                "<<: *a",
                "<<: [1]",
                "!!js/function x",
                "%YAML 9.9",
                "---",
                "*x",
            ),
        );
        fc.assert(
            fc.property(fc.array(line, { maxLength: 12 }), (lines) => read(lines.join("\n"))),
            { numRuns: runs(500) },
        );
    });

    it("is answered with its place where the YAML is good and what it says is not", () => {
        fc.assert(
            fc.property(spoiled({ config: platformKeys("dev") }), (content) => read(stringify(content))),
            { numRuns: runs(150) },
        );
    });

    it("is not expanded when it is a bomb of anchors", () => {
        fc.assert(
            fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 2, max: 12 }), (depth, width) => {
                const levels = Array.from({ length: depth }, (_, level) => {
                    const of = level === 0 ? "x" : `*l${level - 1}`;
                    return `  k${level}: &l${level} [${Array.from({ length: width }, () => of).join(", ")}]`;
                });
                read(`config:\n${levels.join("\n")}\n`);
            }),
            { numRuns: runs(20) },
        );
    });

    it("is answered when it is huge or nested without end", () => {
        const deep = (depth: number): string => `config:\n  platform:tags: ${"[".repeat(depth)}${"]".repeat(depth)}\n`;
        const keys = (count: number): string => Array.from({ length: count }, (_, at) => `  k${at}: v\n`).join("");
        for (const source of [
            "[".repeat(50_000),
            deep(1_000),
            deep(20_000),
            `config:\n${keys(2_000)}`,
            `config:\n${keys(500_000)}`,
        ]) {
            read(source);
        }
    });
});
