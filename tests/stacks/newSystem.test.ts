import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { check, resolveConfig } from "prettier";
import ts from "typescript";
import { main } from "../../operations/main";
import { surroundings, type Surroundings } from "../../operations/surroundings";
import { simulate } from "../../simulation/program";
import { ResourceGraph } from "../harness";
import { namesFitTheirLimits } from "../invariants/names";
import { everythingIsMadeInOrder } from "../invariants/order";
import { everyPolicyHolds } from "../invariants/safety";
import * as structure from "../invariants/structure";
import { contents, FakeStream, temporaryDirectories, type Outcome } from "../simulation/support";
import { projectIn, replacing } from "./project";

const temporary = temporaryDirectories();
const original = path.resolve(__dirname, "..", "..");
const changed = ["stacks/registry.ts", "Pulumi.dev.yaml"] as const;

/** A project whose files the command may write. */
function project(edits: Readonly<Record<string, (text: string) => string>> = {}): string {
    const same = (text: string): string => text;
    return projectIn(temporary(), { "stacks/registry.ts": same, "Pulumi.dev.yaml": same, ...edits });
}

async function newSystem(root: string, ...args: string[]): Promise<Outcome> {
    return newSystemWith({}, root, ...args);
}

async function newSystemWith(
    replaced: Partial<Pick<Surroundings, "writeFile">>,
    root: string,
    ...args: string[]
): Promise<Outcome> {
    const [stdout, stderr] = [new FakeStream(), new FakeStream()];
    const code = await main(["new-system", ...args], {
        ...surroundings(root),
        ...replaced,
        stdout: stdout as unknown as NodeJS.WriteStream,
        stderr: stderr as unknown as NodeJS.WriteStream,
    });
    return { code, stdout: stdout.text, stderr: stderr.text };
}

const read = (root: string, file: string): string => readFileSync(path.join(root, file), "utf8");

/** The lines of a text that another one does not have at that place. */
function added(before: string, after: string): string[] {
    const old = before.split("\n");
    return after.split("\n").filter((line) => (line === old[0] ? old.shift() === undefined : true));
}

describe("npm run new-system", () => {
    describe("with a good name", () => {
        let root: string;
        let graph: ResourceGraph;
        let earlier: ResourceGraph;

        before(async () => {
            root = project();
            earlier = new ResourceGraph(await simulate({ root: original, stack: "dev" }));
            const { code, stderr } = await newSystem(root, "order-tracking", "--owner", "logistics");
            assert.equal(code, 0, stderr);
            graph = new ResourceGraph(await simulate({ root, stack: "dev" }));
        });

        it("writes at most 40 lines", () => {
            const lines = read(root, "stacks/orderTracking.ts").trimEnd().split("\n");
            assert.ok(lines.length <= 40, `${lines.length} lines`);
        });

        it("is what docs/adding-a-system.md shows, with as many lines as it says and links that lead somewhere", () => {
            const text = read(root, "stacks/orderTracking.ts");
            const page = readFileSync(path.join(original, "docs/adding-a-system.md"), "utf8");
            const readme = readFileSync(path.join(original, "README.md"), "utf8");
            const lines = text.trimEnd().split("\n").length;
            assert.ok(page.includes(`writes **${lines} lines**`));
            assert.ok(readme.includes(`${lines} lines for an API`));
            assert.equal(/```ts\n([^`]*)```/.exec(page)?.[1], text.slice(text.indexOf("export const")));
            const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = ""]) => link);
            assert.ok(links.length > 10);
            assert.deepEqual(
                links.filter((link) => !existsSync(path.join(original, "docs", link))),
                [],
            );
        });

        it("adds one import and one entry to the registry, and the system to dev, and leaves every other line", () => {
            assert.deepEqual(added(read(original, changed[0]), read(root, changed[0])), [
                'import { orderTracking } from "./orderTracking";',
                "    orderTracking,",
            ]);
            assert.deepEqual(added(read(original, changed[1]), read(root, changed[1])), [
                "    order-tracking:",
                "      version: 1.0.0",
                "      host: order-tracking.dev.example.com",
            ]);
        });

        it("writes what the formatter would", async () => {
            const options = await resolveConfig(path.join(original, "index.ts"));
            for (const [file, parser] of [
                ["stacks/orderTracking.ts", "typescript"],
                ["stacks/registry.ts", "typescript"],
            ] as const) {
                assert.ok(await check(read(root, file), { ...options, parser }), file);
            }
        });

        it("gives the system database, cache, secret, endpoint, backup, alerts and dashboards, and leaves the others alone", () => {
            const old = new Set(earlier.all.map(({ urn }) => urn));
            assert.deepEqual(
                [...old].filter((urn) => !graph.all.some((each) => each.urn === urn)),
                [],
            );
            const kinds = graph.all
                .filter(({ urn }) => !old.has(urn))
                .map(({ inputs, type }) => (typeof inputs.kind === "string" ? inputs.kind : type));
            for (const kind of [
                "Namespace",
                "Deployment",
                "HorizontalPodAutoscaler",
                "PodDisruptionBudget",
                "StatefulSet",
                "CronJob",
                "ExternalSecret",
                "HTTPRoute",
                "NetworkPolicy",
                "ServiceMonitor",
                "PrometheusRule",
                "aws:s3/bucket:Bucket",
                "aws:cloudwatch/logGroup:LogGroup",
            ]) {
                assert.ok(kinds.includes(kind), kind);
            }
            graph.object("ConfigMap", "dashboard-order-tracking-api-performance");
            assert.deepEqual(
                Object.keys((graph.plan.outputs.endpoints as Record<string, object>)["order-tracking"] ?? {}),
                ["api"],
            );
        });

        const invariants = {
            ...structure,
            namesFitTheirLimits,
            everythingIsMadeInOrder,
            everyPolicyHolds,
        };
        for (const [name, invariant] of Object.entries(invariants)) {
            it(`holds ${name}`, () => assert.deepEqual(invariant(graph), []));
        }

        it("has types that fit", function () {
            this.timeout(120_000);
            // Where the project's own files are, so that imports and options are those of every other system.
            const file = path.join(original, "stacks", "orderTracking.ts");
            const settings = ts.readConfigFile(path.join(original, "tsconfig.json"), (name) => ts.sys.readFile(name));
            const { options } = ts.parseJsonConfigFileContent(
                { ...(settings.config as object), files: [], include: [] },
                ts.sys,
                original,
            );
            const text = read(root, "stacks/orderTracking.ts");
            const disk = ts.createCompilerHost(options);
            const host: ts.CompilerHost = {
                ...disk,
                fileExists: (name) => name === file || disk.fileExists(name),
                getSourceFile: (name, version) =>
                    name === file ? ts.createSourceFile(name, text, version) : disk.getSourceFile(name, version),
            };
            const program = ts.createProgram([file], { ...options, noEmit: true }, host);
            const source = program.getSourceFile(file);
            assert.deepEqual(
                [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
                    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"),
                ),
                [],
            );
        });
    });

    it("copes with the longest name that a system may have, and with one that SQL knows", async () => {
        const root = project();
        for (const name of ["a-name-that-is-just-as-long-as-it-may-be", "user", "z9"]) {
            const { code, stderr } = await newSystem(root, name);
            assert.equal(code, 0, stderr);
        }
        const options = await resolveConfig(path.join(original, "index.ts"));
        const text = read(root, "stacks/aNameThatIsJustAsLongAsItMayBe.ts");
        assert.ok(await check(text, { ...options, parser: "typescript" }));
        assert.ok(text.trimEnd().split("\n").length <= 40);
        assert.match(read(root, "stacks/user.ts"), /databaseName: "user_data"/);
        assert.ok(await check(read(root, "stacks/registry.ts"), { ...options, parser: "typescript" }));
        const graph = new ResourceGraph(
            await simulate({
                root,
                stack: "dev",
                stackFile: read(root, "Pulumi.dev.yaml").replace("maxSize: 5", "maxSize: 9"),
            }),
        );
        assert.deepEqual(namesFitTheirLimits(graph), []);
    });

    it("takes the host that it is given, and none where dev has none", async () => {
        const root = project();
        assert.equal((await newSystem(root, "parcels", "--host", "parcels.example.org")).code, 0);
        assert.match(
            read(root, "Pulumi.dev.yaml"),
            /parcels:\n {6}version: 1\.0\.0\n {6}host: parcels\.example\.org\n/,
        );

        const plain = project({ "Pulumi.dev.yaml": (text) => text.replace(/ {6}host: .*\n/g, "") });
        assert.equal((await newSystem(plain, "parcels")).code, 0);
        assert.match(read(plain, "Pulumi.dev.yaml"), /parcels:\n {6}version: 1\.0\.0\n$/);
    });

    const refusals: [args: string[], message: RegExp][] = [
        [[], /^One name: npm run new-system -- <name>, such as order-tracking\.$/],
        [["one", "two"], /^One name: /],
        [["Order"], /"Order" cannot be the name of a system: it must be a DNS label: lower-case letters/],
        [["a--b"], /two hyphens in a row are one too many/],
        [["x".repeat(41)], /at most 40 characters/],
        [["user-service"], /stacks\/userService\.ts exists already/],
        [["plan"], /stacks\/plan\.ts exists already/],
        [["local-platform"], /stacks\/localPlatform\.ts exists already/],
        [["monitoring"], /it belongs to the platform/],
        [["kube-system"], /it belongs to the platform/],
        [["platform"], /it belongs to the platform/],
        [["delete"], /"delete" has a meaning of its own in TypeScript/],
        [["define-system"], /"defineSystem" has a meaning of its own/],
        [["shop", "--owner", "The Team"], /"The Team" cannot be an owner: it must be a word such as payments/],
        [["shop", "--host", "shop"], /"shop" cannot be a host: it must be a fully qualified host name/],
        [["shop", "--dryrun"], /There is no option --dryrun; did you mean --dry-run\?/],
        [["shop", "--owner"], /--owner needs a value/],
    ];
    for (const [args, message] of refusals) {
        it(`refuses "${args.join(" ").slice(0, 40)}" and writes nothing`, async () => {
            const root = project();
            const before = contents(path.join(root, "stacks"));
            const stack = read(root, "Pulumi.dev.yaml");
            const { code, stdout, stderr } = await newSystem(root, ...args);
            assert.equal(code, 1);
            assert.equal(stdout, "");
            assert.match(stderr.trimEnd().replace(/^error: /, ""), message);
            assert.deepEqual(contents(path.join(root, "stacks")), before);
            assert.equal(read(root, "Pulumi.dev.yaml"), stack);
        });
    }

    it("refuses a system that dev runs already, under whatever definition", async () => {
        const root = project({
            "Pulumi.dev.yaml": replacing("    techcommerce:\n", "    store:\n      system: techcommerce\n"),
        });
        assert.match((await newSystem(root, "store")).stderr, /Pulumi\.dev\.yaml runs a system of that name already/);
    });

    it("says what to do by hand where the registry is not as it was", async () => {
        const root = project({ "stacks/registry.ts": () => "export const systemDefinitions = [].concat();\n" });
        const { code, stderr } = await newSystem(root, "parcels");
        assert.equal(code, 1);
        assert.match(
            stderr,
            /stacks\/registry\.ts is not in the form that this command knows; add parcels to it by hand/,
        );
    });

    for (const failing of ["stacks/parcels.ts", "stacks/registry.ts", "Pulumi.dev.yaml"]) {
        it(`takes everything back when the disk is full at ${failing}`, async () => {
            const root = project();
            const before = contents(path.join(root, "stacks"));
            const stack = read(root, "Pulumi.dev.yaml");
            let full = true;
            const writeFile = (file: string, text: string): void => {
                const fails = full && file === path.join(root, failing);
                writeFileSync(file, fails ? text.slice(0, 10) : text);
                if (fails) {
                    full = false;
                    throw new Error("ENOSPC: no space left on device");
                }
            };
            const { code, stderr } = await newSystemWith({ writeFile }, root, "parcels");
            assert.equal(code, 1);
            assert.equal(stderr, "error: Nothing was written: ENOSPC: no space left on device\n");
            assert.deepEqual(contents(path.join(root, "stacks")), before);
            assert.equal(read(root, "Pulumi.dev.yaml"), stack);
        });
    }

    it("shows with --dry-run what it would write, and writes nothing", async () => {
        const root = project();
        const before = contents(path.join(root, "stacks"));
        const { code, stdout } = await newSystem(root, "parcels", "--dry-run");
        assert.equal(code, 0);
        assert.match(stdout, /^stacks\/parcels\.ts:\n {4}import \{ defineSystem \}/);
        assert.ok(
            stdout.endsWith(
                'stacks/registry.ts, new lines:\n    import { parcels } from "./parcels";\n        parcels,\n\n' +
                    "Pulumi.dev.yaml, new lines:\n        parcels:\n          version: 1.0.0\n          host: parcels.dev.example.com\n\n",
            ),
            stdout,
        );
        assert.deepEqual(contents(path.join(root, "stacks")), before);
    });

    it("explains itself within 80 columns", async () => {
        const { code, stdout } = await newSystem(project(), "--help");
        assert.equal(code, 0);
        assert.match(stdout, /^Usage: npm run new-system -- <name>/);
        stdout.split("\n").forEach((line) => assert.ok(line.length <= 80, line));
    });
});
