import assert from "node:assert/strict";
import { fakeKubernetes } from "./fakeKubernetes";
import { loggedIn, run } from "./support";

const jobs = "/apis/batch/v1/namespaces/bread/jobs";
const name = "recipes-backup-manual-20261121t120000z";
const cluster = fakeKubernetes();

/** The CronJob as the API server has it. */
function deployBackup(): void {
    const container = { name: "dump", image: "dump:1", env: [{ name: "ENGINE", value: "postgres" }] };
    cluster().put("/apis/batch/v1/namespaces/bread/cronjobs/recipes-backup", {
        metadata: { name: "recipes-backup", namespace: "bread", uid: "1234" },
        spec: {
            jobTemplate: {
                metadata: { labels: { app: "recipes-backup" } },
                spec: { backoffLimit: 2, template: { spec: { containers: [container] } } },
            },
        },
    });
    cluster().put("/api/v1/namespaces/bread/pods/recipes-1", {
        metadata: { name: "recipes-1", labels: { "batch.kubernetes.io/job-name": name } },
        spec: { containers: [container] },
    });
    cluster().texts.set("/api/v1/namespaces/bread/pods/recipes-1/log?container=dump", "dumping\nERROR: no room\n");
}

function end(type: "Complete" | "Failed"): void {
    const condition = { type, status: "True", message: "Job has reached the specified backoff limit" };
    cluster().put(`${jobs}/${name}`, {
        ...cluster().objects.get(`${jobs}/${name}`),
        status: { conditions: [condition] },
    });
}

describe("npm run backup", () => {
    it("says without credentials what it would start", async () => {
        const { code, stdout, done } = await run(["backup", "dev"]);
        assert.equal(code, 0);
        assert.ok(
            stdout.includes(`\n  1. kubectl create job ${name} --from=cronjob/recipes-backup --namespace bread\n`),
            stdout,
        );
        assert.deepEqual(done, []);
    });

    it("starts the job in the stack's cluster as the CronJob would, and waits until it is complete", async () => {
        deployBackup();
        let looks = 0;
        const { code, stdout, stderr } = await run(["backup", "dev", "bread"], {
            env: loggedIn,
            outputs: { clusterName: "platform-dev", kubeconfig: cluster().kubeconfig },
            onPause: () => void (++looks === 3 && end("Complete")),
        });
        assert.equal(code, 0, stderr);
        assert.equal(looks, 3);
        assert.deepEqual(
            cluster().changes.map(({ method, path, body }) => ({ method, path, body })),
            [
                {
                    method: "POST",
                    path: jobs,
                    body: {
                        apiVersion: "batch/v1",
                        kind: "Job",
                        metadata: {
                            name,
                            labels: { app: "recipes-backup" },
                            annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
                            ownerReferences: [
                                { apiVersion: "batch/v1", kind: "CronJob", name: "recipes-backup", uid: "1234" },
                            ],
                        },
                        spec: {
                            backoffLimit: 2,
                            template: {
                                spec: {
                                    containers: [
                                        {
                                            name: "dump",
                                            image: "dump:1",
                                            env: [{ name: "ENGINE", value: "postgres" }],
                                        },
                                    ],
                                },
                            },
                        },
                    },
                },
            ],
        );
        assert.match(stdout, /\nbread\/recipes-backup-manual-20261121t120000z is complete\.\n$/);
    });

    it("fails with the job's last lines when the job does", async () => {
        deployBackup();
        const { code, stderr } = await run(["backup", "dev"], {
            env: loggedIn,
            outputs: { kubeconfig: cluster().kubeconfig },
            onPause: () => end("Failed"),
        });
        assert.equal(code, 1);
        assert.equal(
            stderr,
            `error: bread/${name} failed: Job has reached the specified backoff limit\ndumping\nERROR: no room\n`,
        );
    });

    const failures: readonly (readonly [what: string, outputs: () => Record<string, unknown>, message: RegExp])[] = [
        ["there is no cluster yet", () => ({}), /^error: The stack has no cluster yet: deploy it first\.\n$/],
        [
            "the job was never deployed",
            () => ({ kubeconfig: cluster().kubeconfig }),
            /^error: There is no CronJob recipes-backup in the namespace bread: deploy the stack first\.\n$/,
        ],
        [
            "the cluster does not know the operator",
            () => ({ kubeconfig: cluster().kubeconfig.replace("of-the-operator", "of-somebody") }),
            /^error: The API server answers GET .*\/cronjobs\/recipes-backup with 401: Unauthorized\.\n$/,
        ],
        [
            "the API server does not answer",
            () => ({ kubeconfig: cluster().kubeconfig.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1") }),
            /^error: The API server at http:\/\/127\.0\.0\.1:1 cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:1\.\n$/,
        ],
    ];
    for (const [what, outputs, message] of failures) {
        it(`says when ${what}`, async () => {
            const { code, stderr } = await run(["backup", "dev"], { env: loggedIn, outputs: outputs() });
            assert.equal(code, 1);
            assert.match(stderr, message);
        });
    }

    it("says when there is nothing to back up", async () => {
        assert.equal((await run(["backup", "dev", "cakes"])).stderr, "error: cakes has nothing that is backed up.\n");
    });
});
