import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { filesOf } from "../../simulation/files";
import { simulateStack } from "../harness";

/** docs/systems.md points at files and resources; a pointer into nothing is a requirement that was lost. */

const page = readFileSync("docs/systems.md", "utf8");
const quoted = [...page.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? "");
const stacks = ["dev", "staging", "prod", "local"];

function matcher(pattern: string): RegExp {
    return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[a-z0-9]+")}$`);
}

describe("docs/systems.md", () => {
    for (const stack of stacks) {
        const files = quoted
            .filter((text) => text.startsWith(`out/${stack}/`))
            .map((text) => text.slice(`out/${stack}/`.length));
        const resources = quoted
            .filter((text) => text.startsWith(`${stack}: `))
            .map((text) => text.slice(`${stack}: `.length));
        if (files.length + resources.length === 0) {
            continue;
        }

        it(`points only at what the ${stack} stack has`, async () => {
            const { plan } = await simulateStack(stack);
            const written = filesOf(plan).map(({ path }) => path);
            const registered = new Set(plan.resources.map(({ name }) => name));
            assert.deepEqual(
                files.filter((pattern) => !written.some((path) => matcher(pattern).test(path))),
                [],
                "files that are not written",
            );
            assert.deepEqual(
                resources.filter((name) => !registered.has(name)),
                [],
                "resources that are not registered",
            );
        });
    }

    it("points only at source files that exist", () => {
        const sources = quoted.filter((text) =>
            /^(stacks|components|config|tests|docs|operations|\.github)\/[\w/.-]+$/.test(text),
        );
        assert.deepEqual(
            sources.filter((source) => !existsSync(source)),
            [],
        );
    });
});
