import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultLimits } from "../../../components/observability/limits";

const directory = join(__dirname, "../../../docs/runbooks");
const pages = readdirSync(directory).filter((file) => file !== "README.md");

describe("runbooks", () => {
    it("exist for every alert, and for nothing else", () => {
        assert.deepEqual(
            pages.sort(),
            Object.keys(defaultLimits)
                .map((alert) => `${alert}.md`)
                .sort(),
        );
    });

    it("are found by what people see, every one of the failures that the systems' documents list", () => {
        const text = readFileSync(join(directory, "README.md"), "utf8");
        const rows = [...text.matchAll(/^\| ([^|]+) \| (\[.+) \|$/gm)].map(([, seen = "", where = ""]) => ({
            seen,
            where,
        }));
        for (const symptom of [
            "pods that do not start",
            "CrashLoopBackOff",
            "ImagePullBackOff",
            "database",
            "Redis",
            "ExternalSecret",
            "Argo CD",
            "slow",
            "not reachable",
            "destroy",
        ]) {
            assert.ok(
                rows.some(({ seen }) => seen.includes(symptom)),
                symptom,
            );
        }
        for (const [, file = ""] of rows.flatMap(({ where }) => [...where.matchAll(/\]\(([^)#]+)/g)])) {
            assert.ok(existsSync(join(directory, file)), file);
        }
    });

    for (const page of pages) {
        it(`${page} says what the alert means, how to find the cause and what to do`, () => {
            const text = readFileSync(join(directory, page), "utf8");
            const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
            const [title, ...sections] = headings;
            assert.equal(`${title}.md`, page);
            assert.deepEqual(sections, ["Meaning", "Likely causes", "Diagnosis", "Remedy"]);
            assert.match(text, /```sh\n\S/);
            assert.ok((text.split("## Remedy")[1]?.match(/^- /gm) ?? []).length >= 2);
        });

        it(`${page} refers only to runbooks that exist`, () => {
            const text = readFileSync(join(directory, page), "utf8");
            const known = new Set(Object.keys(defaultLimits));
            // Kinds of Kubernetes have such names, too.
            const kinds = new Set(["ServiceMonitor", "ServiceAccount"]);
            const names = /\b(?:Service|Pod|High|Autoscaler|Database|Cache|Volume|ConnectionPool|Replicas)[A-Z]\w+/g;
            for (const [name] of text.matchAll(names)) {
                assert.ok(known.has(name) || kinds.has(name), name);
            }
        });
    }
});
