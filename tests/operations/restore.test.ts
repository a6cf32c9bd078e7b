import assert from "node:assert/strict";
import { fakeKubernetes } from "./fakeKubernetes";
import { loggedIn, run, type Result, type World } from "./support";

const jobs = "/apis/batch/v1/namespaces/bread/jobs";
const name = "recipes-restore-manual-20261121t120000z";
const cluster = fakeKubernetes();

function deployRestore(): void {
    const choice = ["BACKUP", "BEFORE", "SWITCH"].map((key) => ({
        name: key,
        valueFrom: { configMapKeyRef: { name: "recipes-restore", key, optional: true } },
    }));
    const spec = {
        initContainers: [{ name: "download", env: choice }],
        containers: [{ name: "restore", env: [{ name: "ENGINE", value: "postgres" }, ...choice] }],
    };
    cluster().put("/apis/batch/v1/namespaces/bread/cronjobs/recipes-restore", {
        metadata: { name: "recipes-restore", namespace: "bread", uid: "1234" },
        spec: { jobTemplate: { spec: { template: { spec } } } },
    });
    cluster().put("/api/v1/namespaces/bread/pods/recipes-1", {
        metadata: { name: "recipes-1", labels: { "batch.kubernetes.io/job-name": name } },
        spec,
    });
    cluster().texts.set("/api/v1/namespaces/bread/pods/recipes-1/log?container=restore", "done: 3 tables\n");
}

function restore(args: readonly string[], world: World = {}): Promise<Result> {
    deployRestore();
    return run(["restore", "dev", "bread", ...args], {
        env: loggedIn,
        outputs: { kubeconfig: cluster().kubeconfig },
        onPause: () => {
            const status = { conditions: [{ type: "Complete", status: "True" }] };
            cluster().put(`${jobs}/${name}`, { ...cluster().objects.get(`${jobs}/${name}`), status });
        },
        ...world,
    });
}

/** What the restore's container was told, where it is not left to a ConfigMap. */
function told(): Record<string, string> {
    const [job] = cluster().changes;
    const { template } = job?.body.spec as {
        template: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
    };
    return Object.fromEntries(
        (template.spec.containers[0]?.env ?? []).flatMap(({ name: key, value }) =>
            value === undefined ? [] : [[key, value] as const],
        ),
    );
}

describe("npm run restore", () => {
    const choices: readonly (readonly [args: readonly string[], told: Record<string, string>])[] = [
        [[], {}],
        [["recipes"], {}],
        [["--backup", "20260131T020000Z.sql.gz"], { BACKUP: "20260131T020000Z.sql.gz" }],
        [["--at", "2026-01-31T12:00Z"], { BEFORE: "20260131T120000Z" }],
        [["--at", "2026-01-31T12:00:30+01:00"], { BEFORE: "20260131T110030Z" }],
        [["--switch"], { SWITCH: "yes" }],
    ];
    for (const [args, expected] of choices) {
        it(`starts the job and shows what it says: ${args.join(" ") || "the newest backup"}`, async () => {
            const { code, stdout, stderr } = await restore(args);
            assert.equal(code, 0, stderr);
            assert.deepEqual(told(), { ENGINE: "postgres", ...expected });
            assert.match(stdout, /\n\ndone: 3 tables\n$/);
        });
    }

    it("asks before it switches, and only then", async () => {
        assert.ok(
            (await restore(["--switch"])).done.includes("Make the restored database the live one of bread in dev?"),
        );
        assert.ok(!(await restore([])).done.some((each) => each.endsWith("?")));
        for (const [world, args] of [
            [{ answer: false }, ["--switch"]],
            [{ isTTY: false }, ["--switch"]],
        ] as const) {
            const before = cluster().changes.length;
            assert.equal((await restore(args, world)).code, 3);
            assert.equal(cluster().changes.length, before);
        }
    });

    it("says without credentials what it would do", async () => {
        const { code, stdout } = await run(["restore", "dev", "bread", "--at", "2026-01-31T12:00Z"]);
        assert.equal(code, 0);
        assert.ok(
            stdout.includes(
                `  1. kubectl create job ${name} --from=cronjob/recipes-restore --namespace bread with BEFORE=20260131T120000Z\n`,
            ),
            stdout,
        );
    });

    const mistakes: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
        [["--at", "yesterday"], 2, /^error: --at is "yesterday", but must be a moment with its zone/],
        [["--at", "2026-01-31T12:00"], 2, /^error: --at is /],
        [["--backup", "../x"], 2, /^error: --backup is "\.\.\/x", but must be a name such as /],
        [
            ["--backup", "20260131T020000Z.sql.gz", "--at", "2026-01-31T12:00Z"],
            2,
            /^error: --backup and --at both say which backup/,
        ],
        [["cellar"], 2, /^error: bread has no store "cellar": recipes, definitions\.\n$/],
    ];
    for (const [args, expected, message] of mistakes) {
        it(`refuses ${args.join(" ")}`, async () => {
            const { code, stderr } = await run(["restore", "dev", "bread", ...args]);
            assert.equal(code, expected);
            assert.match(stderr, message);
        });
    }

    it("says when there is nothing to restore", async () => {
        const { stderr } = await run(["restore", "dev", "cakes"]);
        assert.equal(stderr, "error: cakes has nothing that is backed up by this platform.\n");
    });
});
