import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { projectIn } from "../stacks/project";
import { standardClass } from "./surroundings";
import { TestCluster } from "./testCluster";

const run = promisify(execFile);

const programs = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes", "pulumi-resource-random"];

const policyPack = path.resolve(__dirname, "../../policy");

/** The engine itself, over the stack `local`. What it needs is never fetched: it is there or the test skips. */
describe("the Pulumi engine, on a real API server", function () {
    this.timeout("15m");
    this.bail(true);
    let cluster: TestCluster;
    let directory: string;

    before(async function () {
        const absent = programs.filter((program) => !isOnPath(program));
        const missing = absent.length > 0 ? `not on PATH: ${absent.join(", ")}` : TestCluster.missing();
        if (missing !== undefined) {
            console.log(`    skipped: ${missing}`);
            this.skip();
        }
        directory = mkdtempSync(path.join(tmpdir(), "platform-pulumi-"));
        cluster = await TestCluster.start();
        if (cluster.kubeconfig !== undefined) {
            await cluster.client.apply(standardClass);
        }
    });
    after(async () => {
        await (cluster as TestCluster | undefined)?.stop();
        if ((directory as string | undefined) !== undefined) {
            rmSync(directory, { recursive: true, force: true });
        }
    });

    /** The output of a command of the CLI on a copy of the project: the CLI writes into the stack's file. */
    const pulumi = async (...args: string[]): Promise<string> => {
        const env = {
            ...process.env,
            PATH: searched.join(path.delimiter),
            // That of a given cluster is in the environment already.
            ...(cluster.kubeconfig !== undefined && { KUBECONFIG: cluster.kubeconfig }),
            PULUMI_BACKEND_URL: `file://${path.join(directory, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: "test",
            PULUMI_HOME: path.join(directory, "home"),
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
        const { stdout } = await run("pulumi", [...args, "--non-interactive"], {
            cwd: path.join(directory, "project"),
            env,
            maxBuffer: 2 ** 28,
        }).catch((error: unknown) => {
            const { stdout: said = "", stderr = "" } = error as { stdout?: string; stderr?: string };
            throw new Error(`pulumi ${args.join(" ")}:\n${said.slice(-4000)}\n${stderr.slice(-4000)}`);
        });
        return stdout;
    };
    const steps = ["--stack", "local", "--yes", "--skip-preview"];
    let inventory: readonly string[] = [];

    it("holds the stack local to the policies before it changes anything", async () => {
        for (const name of ["state", "home", "project"]) {
            mkdirSync(path.join(directory, name));
        }
        projectIn(path.join(directory, "project"), { "Pulumi.local.yaml": (text) => text });
        inventory = await cluster.inventory();
        await pulumi("stack", "init", "local");
        const said = await pulumi("preview", "--stack", "local", "--policy-pack", policyPack);
        assert.match(said, /platform@v/);
    });

    it("creates the stack local", async () => {
        await pulumi("up", ...steps);
    });

    it("finds nothing to do the second time", async () => {
        await pulumi("up", ...steps, "--expect-no-changes");
    });

    it("finds no drift", async () => {
        await pulumi("refresh", ...steps, "--expect-no-changes");
    });

    it("deletes everything", async () => {
        await pulumi("destroy", ...steps);
        assert.deepEqual(await cluster.inventory(), inventory);
    });
});

/** Where programs are looked for. The npm package `pulumi` is no engine: it fetches one. */
const searched = (process.env.PATH ?? "").split(path.delimiter).filter((each) => !each.includes("node_modules"));

function isOnPath(program: string): boolean {
    return searched.some((directory) => {
        try {
            accessSync(path.join(directory, program), constants.X_OK);
            return true;
        } catch {
            return false;
        }
    });
}
