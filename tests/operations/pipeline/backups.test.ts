import assert from "node:assert/strict";
import { snapshotAge, snapshottedCaches } from "../../../operations/pipeline/cacheSnapshots";
import { scratchRestores } from "../../../operations/pipeline/commands/backups";
import { simulateStack } from "../../harness";
import { temporaryDirectories } from "../../simulation/support";
import { fakeKubernetes } from "../fakeKubernetes";
import { loggedIn, pipeline, type Result } from "./support";

const temporary = temporaryDirectories();
const cluster = fakeKubernetes();

const jobs = "/apis/batch/v1/namespaces/bread/jobs";
const name = "recipes-restore-manual-20261121t120000z";

describe("the weekly look at backups", () => {
    const databases = (stack: string): string[] => [
        "backend/flask-app-db-restore",
        `employee-mgmt-${stack}/postgres-restore`,
        "microservices/postgres-user-restore",
        "techcommerce/postgres-restore",
        "user-management/postgres-restore",
    ];
    const caches = ["employee-mgmt-dev/redis-restore", "microservices/redis-restore", "user-management/redis-restore"];
    for (const [stack, expected] of [
        ["dev", [...databases("dev"), ...caches].sort()],
        // Caches are ElastiCache's there.
        ["prod", databases("prod")],
    ] as const) {
        it(`tries out the backup of every store of ${stack} that the platform backs up`, async () => {
            const { plan } = await simulateStack(stack);
            assert.deepEqual(
                scratchRestores(plan).map(({ namespace, cronJob }) => `${namespace}/${cronJob}`),
                expected,
            );
        });
    }

    it("says without credentials what it would do", async () => {
        const { code, stdout } = await pipeline(temporary(), ["verify-backups", "dev"], { now });
        assert.equal(code, 0);
        assert.ok(
            stdout.includes(
                `kubectl create job ${name} --from=cronjob/recipes-restore --namespace bread, with AFTERWARDS=drop`,
            ),
            stdout,
        );
    });

    const now = (): Date => new Date("2026-11-21T12:00:00Z");
    const run = (type: "Complete" | "Failed", log: string): Promise<Result> => {
        const container = { name: "restore", image: "restore:1", env: [{ name: "AFTERWARDS", value: "keep" }] };
        cluster().put("/apis/batch/v1/namespaces/bread/cronjobs/recipes-restore", {
            metadata: { name: "recipes-restore", namespace: "bread", uid: "1" },
            spec: { jobTemplate: { spec: { template: { spec: { containers: [container] } } } } },
        });
        cluster().put("/api/v1/namespaces/bread/pods/recipes-1", {
            metadata: { name: "recipes-1", labels: { "batch.kubernetes.io/job-name": name } },
            spec: { containers: [container] },
        });
        cluster().texts.set("/api/v1/namespaces/bread/pods/recipes-1/log?container=restore", log);
        cluster().onChange = ({ method }) => {
            if (method === "POST") {
                const job = cluster().objects.get(`${jobs}/${name}`);
                const status = { conditions: [{ type, status: "True", message: "BackoffLimitExceeded" }] };
                cluster().put(`${jobs}/${name}`, { ...job, status });
            }
        };
        return pipeline(temporary(), ["verify-backups", "dev"], {
            env: loggedIn,
            outputs: { kubeconfig: cluster().kubeconfig },
            now,
        });
    };

    it("restores into a new database that is dropped again, and tells what came back", async () => {
        const { code, stdout, stderr } = await run("Complete", "done: recipes_restore_1 has 12 tables\n");
        assert.equal(code, 0, stderr);
        assert.match(stdout, /bread\/recipes-restore: the newest backup restores to 12 tables\./);
        const [{ body } = { body: {} }] = cluster().changes;
        assert.ok(JSON.stringify(body).includes('{"name":"AFTERWARDS","value":"drop"}'), JSON.stringify(body));
    });

    it("takes the keys of a cache for what came back, also none", async () => {
        const { code, stdout } = await run("Complete", "done: a server of this pod has 0 keys\n");
        assert.equal(code, 0);
        assert.match(stdout, /bread\/recipes-restore: the newest backup restores to 0 keys\./);
    });

    const snapshot = (time: string, SnapshotStatus = "available"): object => ({
        SnapshotStatus,
        NodeSnapshots: [{ SnapshotCreateTime: time }],
    });
    const ages: readonly (readonly [snapshots: readonly object[], expected: object])[] = [
        [[snapshot("2026-11-19T03:00:00Z"), snapshot("2026-11-21T03:00:00Z")], { age: "9 h" }],
        [
            [snapshot("2026-11-20T03:00:00Z"), snapshot("2026-11-21T03:00:00Z", "creating")],
            { problem: "ElastiCache's newest complete snapshot is 33 h old; 26 h are allowed" },
        ],
        [[], { problem: "ElastiCache has no complete snapshot" }],
    ];
    for (const [Snapshots, expected] of ages) {
        it(`says of ${Snapshots.length} snapshots of ElastiCache: ${JSON.stringify(expected)}`, () => {
            assert.deepEqual(snapshotAge(JSON.stringify({ Snapshots }), now()), expected);
        });
    }

    it("looks at the snapshots of each cache of ElastiCache, and fails with one that has none", async () => {
        const answers: Readonly<Record<string, object>> = {
            "dev-vault-hot": { Snapshots: [snapshot("2026-11-21T03:00:00Z")] },
            "dev-vault-cold": { Snapshots: [] },
        };
        const { code, stdout, stderr, ran } = await pipeline(temporary(), ["verify-backups", "dev"], {
            project: "vault",
            env: loggedIn,
            outputs: { kubeconfig: cluster().kubeconfig },
            now,
            programs: (_, args) => ({ status: 0, stdout: JSON.stringify(answers[args[3] ?? ""]) }),
        });
        assert.deepEqual(ran, [
            "aws elasticache describe-snapshots --replication-group-id dev-vault-cold --snapshot-source system --region eu-central-1 --output json",
            "aws elasticache describe-snapshots --replication-group-id dev-vault-hot --snapshot-source system --region eu-central-1 --output json",
        ]);
        assert.equal(code, 1);
        assert.match(stdout, /dev-vault-hot: ElastiCache's newest snapshot is 9 h old\./);
        assert.match(stderr, /\n {2}dev-vault-cold: ElastiCache has no complete snapshot\n/);
    });

    it("knows every cache of prod that ElastiCache keeps", async () => {
        const { plan } = await simulateStack("prod");
        assert.equal(snapshottedCaches(plan).length, 3);
        assert.deepEqual(snapshottedCaches((await simulateStack("dev")).plan), []);
    });

    const failures = [
        [
            "fails when a restore does",
            "Failed",
            "ERROR: the checksum differs\n",
            /BackoffLimitExceeded[^]*the checksum differs/,
        ],
        ["fails when nothing came back", "Complete", "done: recipes_restore_1 has 0 tables\n", /nothing comes back/],
        ["fails when the restore does not say what came back", "Complete", "hello\n", /nothing comes back/],
    ] as const;
    for (const [title, type, log, expected] of failures) {
        it(title, async () => {
            const { code, stderr } = await run(type, log);
            assert.equal(code, 1);
            assert.match(stderr, /A backup cannot be restored:/);
            assert.match(stderr, expected);
        });
    }
});
