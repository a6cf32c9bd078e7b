import assert from "node:assert/strict";
import type { DeployedResource } from "../../../operations/surroundings";
import { loggedIn, run } from "../support";

const clusterAt = (version: string): DeployedResource => ({
    type: "eks:index:Cluster",
    name: "cluster",
    inputs: { version },
    protect: false,
});

/** The market's program has a cluster of its own, at the version of its file. */
const args = ["upgrade-plan", "dev"];

describe("npm run upgrade-plan", () => {
    it("shows the steps from what was deployed last", async () => {
        const { code, stdout, stderr } = await run(args, {
            project: "harbour",
            env: loggedIn,
            resources: [clusterAt("1.34")],
        });
        assert.equal(code, 0, stderr);
        assert.match(
            stdout,
            /\nDeployment 1: cluster\.version: "1\.35", then npm run deploy -- dev\n {2}control-plane {2}Kubernetes 1\.34 → 1\.35\n/,
        );
        assert.match(stdout, /\nDeployment 2: cluster\.version: "1\.36", then npm run deploy -- dev\n/);
        assert.match(stdout, /\nCompatibility as of \d{4}-\d\d-\d\d; /);
    });

    it("compares with the last commit where there are no credentials", async () => {
        const { stdout } = await run(args, {
            project: "harbour",
            committed: 'config:\n  platform:environment: dev\n  version: "1.35"\n',
        });
        assert.match(stdout, /\nDeployment 1: cluster\.version: "1\.36"/);
        assert.doesNotMatch(stdout, /Deployment 2/);
        assert.match(
            (await run(args, { project: "harbour" })).stdout,
            /\nStack dev runs what is wanted: there is nothing to upgrade\.\n/,
        );
    });

    it("takes other versions than those that it can read", async () => {
        const { stdout } = await run([...args, "--from", "1.35"], { project: "harbour" });
        assert.match(stdout, /control-plane {2}Kubernetes 1\.35 → 1\.36/);
        const { code, stderr } = await run([...args, "--kubernetes", "latest"], { project: "harbour" });
        assert.equal(code, 2);
        assert.match(stderr, /^error: --kubernetes is "latest", but must be a minor version: 1\.34, /);
    });

    it("ends with 1 when something cannot be done", async () => {
        const { code, stdout } = await run([...args, "--kubernetes", "1.35"], {
            project: "harbour",
            env: loggedIn,
            resources: [clusterAt("1.36")],
        });
        assert.equal(code, 1);
        assert.match(stdout, /\nCannot be done: Kubernetes runs 1\.36 and never goes down/);
    });
});

describe("npm run deploy of another Kubernetes version", () => {
    const deploy = ["deploy", "dev", "--yes"];

    it("refuses a jump of two minor versions before anything is done", async () => {
        const { code, stderr, done } = await run(deploy, {
            project: "harbour",
            env: loggedIn,
            resources: [clusterAt("1.34")],
        });
        assert.equal(code, 1);
        assert.equal(
            stderr,
            "error: Pulumi.dev.yaml: cluster.version is 1.36, but the cluster runs 1.34, and a control plane goes up one minor version at a time: it must be 1.34 or 1.35.\n",
        );
        assert.deepEqual(done, ["select dev"]);
    });

    for (const [version, code] of [
        ["1.34", 1],
        ["1.35", 0],
        ["1.36", 0],
    ] as const) {
        it(`${code === 0 ? "simulates" : "refuses"} it after a commit with ${version}, where nobody knows what runs`, async () => {
            const { code: ended, stderr } = await run(["deploy", "dev"], {
                project: "harbour",
                committed: `config:\n  platform:environment: dev\n  version: "${version}"\n`,
            });
            assert.equal(ended, code, stderr);
            assert.equal(
                /^error: Pulumi\.dev\.yaml: cluster\.version goes from 1\.34 to 1\.36, .*: 1\.35 has to/.test(stderr),
                code !== 0,
            );
        });
    }

    it("goes up by one", async () => {
        const { code } = await run(deploy, { project: "harbour", env: loggedIn, resources: [clusterAt("1.35")] });
        assert.equal(code, 0);
    });
});
