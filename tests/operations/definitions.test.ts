import assert from "node:assert/strict";
import { bucketsOf, chosenCopy, definitionsIn } from "../../operations/definitions";
import { simulateStack } from "../harness";
import { fakeKubernetes } from "./fakeKubernetes";
import { loggedIn, run, type Result, type World } from "./support";

const cluster = fakeKubernetes();

const metadata = (name: string, more: object = {}): object => ({
    name,
    namespace: "vault",
    uid: "1",
    resourceVersion: "7",
    managedFields: [],
    ...more,
});
/** As components/backup/scripts/definitions.sh writes it. */
const kept = {
    apiVersion: "v1",
    kind: "List",
    items: [
        {
            kind: "ConfigMapList",
            apiVersion: "v1",
            metadata: { resourceVersion: "9" },
            items: [
                { metadata: metadata("settings", { labels: { app: "a" } }), data: { LOG_LEVEL: "INFO" } },
                { metadata: metadata("kube-root-ca.crt"), data: { "ca.crt": "x" } },
                { metadata: metadata("owned", { ownerReferences: [{ uid: "2" }] }), data: {} },
            ],
        },
        {
            kind: "ExternalSecretList",
            apiVersion: "external-secrets.io/v1",
            items: [
                {
                    apiVersion: "external-secrets.io/v1",
                    kind: "ExternalSecret",
                    metadata: metadata("keys"),
                    spec: { data: [] },
                    status: { conditions: [] },
                },
            ],
        },
    ],
};
const settings = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace: "vault", labels: { app: "a" } },
    data: { LOG_LEVEL: "INFO" },
};
const keys = {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "keys", namespace: "vault" },
    spec: { data: [] },
};

describe("kept definitions", () => {
    it("are what can be made again, without what others make", () => {
        assert.deepEqual(definitionsIn(kept as unknown as Parameters<typeof definitionsIn>[0]), [settings, keys]);
    });

    const objects = ["20260101T020000Z", "20260102T020000Z"].flatMap((each) => [
        `definitions/${each}.json`,
        `definitions/${each}.json.sha256`,
    ]);
    const choices: readonly (readonly [choice: Parameters<typeof chosenCopy>[1], expected: string | undefined])[] = [
        [{}, "definitions/20260102T020000Z.json"],
        [{ before: "20260102T015959Z" }, "definitions/20260101T020000Z.json"],
        [{ before: "20251231T000000Z" }, undefined],
        [{ name: "20260101T020000Z.json" }, "definitions/20260101T020000Z.json"],
        [{ name: "20260103T020000Z.json" }, undefined],
    ];
    for (const [choice, expected] of choices) {
        it(`are chosen by ${JSON.stringify(choice)}, of those that arrived whole`, () => {
            assert.equal(chosenCopy([...objects, "definitions/20260103T020000Z.json"], choice), expected);
        });
    }

    for (const stack of ["dev", "prod"]) {
        it(`have a bucket for every system with a database in ${stack}`, async () => {
            const { plan } = await simulateStack(stack);
            assert.deepEqual(Object.keys(bucketsOf(plan)).sort(), [
                "employee-management",
                "medical-practice",
                "techcommerce",
                "user-management",
                "user-service",
            ]);
        });
    }
});

describe("npm run restore of definitions", () => {
    const configMaps = "/api/v1/namespaces/vault/configmaps";
    const secrets = "/apis/external-secrets.io/v1/namespaces/vault/externalsecrets";
    const asked: string[] = [];
    const restore = (args: readonly string[] = [], world: World = {}): Promise<Result> => {
        asked.length = 0;
        return run(["restore", "dev", "vault", "definitions", ...args], {
            project: "vault",
            env: loggedIn,
            outputs: { kubeconfig: cluster().kubeconfig },
            aws: (command) => {
                asked.push(command.join(" "));
                const Key = "definitions/20260101T020000Z.json";
                return command[0] === "s3api" ? { Contents: [{ Key }, { Key: `${Key}.sha256` }] } : kept;
            },
            ...world,
        });
    };

    it("makes again what is missing", async () => {
        const { code, stdout, stderr } = await restore();
        assert.equal(code, 0, stderr);
        assert.deepEqual(asked, [
            "s3api list-objects-v2 --bucket vault-dev-backups --prefix definitions/ --region eu-central-1",
            "s3 cp s3://vault-dev-backups/definitions/20260101T020000Z.json - --region eu-central-1",
        ]);
        assert.deepEqual(
            cluster().changes.map(({ method, path, body }) => [method, path, body]),
            [
                ["POST", configMaps, settings],
                ["POST", secrets, keys],
            ],
        );
        assert.match(stdout, /20260101T020000Z\.json: 2 made again, 0 differ\./);
    });

    it("leaves what is there, and names what differs", async () => {
        cluster().put(`${configMaps}/settings`, { ...settings, data: { LOG_LEVEL: "DEBUG" } });
        cluster().put(`${secrets}/keys`, { ...keys, status: {} });
        const { stdout } = await restore();
        assert.deepEqual(cluster().changes, []);
        assert.match(stdout, /\nConfigMap vault\/settings: differs from what is there, which stays\n/);
        assert.match(stdout, /0 made again, 1 differ\. For those: npm run deploy -- dev\n$/);
    });

    it("says without credentials what it would do", async () => {
        const { code, stdout } = await restore(["--at", "2026-01-01T12:00Z"], { env: {} });
        assert.equal(code, 0);
        assert.match(
            stdout,
            /1\. Take the newest until 20260101T120000Z of the copies in s3:\/\/vault-dev-backups\/definitions\/\.\n/,
        );
        assert.deepEqual(asked, []);
    });

    const failures: readonly (readonly [what: string, args: readonly string[], world: World, message: RegExp])[] = [
        [
            "there is no copy",
            [],
            { aws: () => ({}) },
            /s3:\/\/vault-dev-backups\/definitions\/ has no complete copy\.\n$/,
        ],
        [
            "there is none so old",
            ["--at", "2025-01-01T00:00Z"],
            {},
            /has no complete copy that is the newest until 20250101T000000Z\./,
        ],
        ["there is nothing to switch", ["--switch", "--yes"], {}, /so there is nothing to switch to/],
    ];
    for (const [what, args, world, message] of failures) {
        it(`says when ${what}`, async () => {
            const { code, stderr } = await restore(args, world);
            assert.notEqual(code, 0);
            assert.match(stderr, message);
        });
    }

    it("says when nothing is kept", async () => {
        const { stderr } = await run(["restore", "dev", "bread", "definitions"]);
        assert.equal(
            stderr,
            "error: bread has no backup bucket, so no definitions are kept: they are what its deployment makes.\n",
        );
    });
});
