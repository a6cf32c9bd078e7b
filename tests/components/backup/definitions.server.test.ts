import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { definitionsIn } from "../../../operations/definitions";
import { fakeKubernetes } from "../../operations/fakeKubernetes";
import { simulateStack, type ResourceGraph } from "../../harness";
import { container, podOf, type PodSpec } from "../database/fixture";
import { eventually, findCommand, Sandbox, skipUnless } from "../database/sandbox";
import { hasEmulator, S3Emulator } from "./s3Emulator";

const bucket = "medical-practice-dev-backups";

/** The pod of the CronJob with its very scripts: against an API server on loopback, and through the real AWS CLI against S3 (moto). */
describe("the backup of definitions", function () {
    this.timeout(120_000);

    const cluster = fakeKubernetes();
    let graph: ResourceGraph;
    let pod: PodSpec;
    let sandbox: Sandbox;

    before(async function () {
        skipUnless(this, findCommand("curl") !== undefined, "curl");
        graph = await simulateStack("dev");
        pod = podOf(graph.object("CronJob", "definitions-backup", "backend"));
    });
    beforeEach(() => {
        sandbox = new Sandbox(0);
        sandbox.replace("/token", sandbox.path("token"));
        sandbox.replace(
            "https://kubernetes.default.svc",
            (JSON.parse(cluster().kubeconfig) as Kubeconfig).clusters[0].cluster.server,
        );
        mkdirSync(sandbox.path("token"));
        writeFileSync(sandbox.path("token", "token"), "of-the-operator");
        const [files] = graph.all.filter(({ inputs }) =>
            String((inputs.metadata as { name?: string } | undefined)?.name).startsWith("definitions-backup-"),
        );
        sandbox.install((files?.inputs.data ?? {}) as Record<string, string>);
    });
    afterEach(() => sandbox?.destroy());

    interface Kubeconfig {
        readonly clusters: readonly [{ readonly cluster: { readonly server: string } }];
    }

    async function read(): Promise<string> {
        const process = sandbox.startContainer(container(pod, "read"), { RETRIES: "1" });
        await eventually("the script to end", () => process.ended);
        return process.output;
    }

    const settings = { metadata: { name: "settings", namespace: "backend", uid: "1" }, data: { 'a "b"': "Zoë\n" } };
    const keys = { metadata: { name: "keys", namespace: "frontend" }, spec: { data: [] }, status: {} };

    function fill(): void {
        cluster().texts.set(
            "/api/v1/namespaces/backend/configmaps",
            JSON.stringify({ kind: "ConfigMapList", apiVersion: "v1", items: [settings] }),
        );
        cluster().texts.set(
            "/api/v1/namespaces/frontend/configmaps",
            JSON.stringify({ kind: "ConfigMapList", apiVersion: "v1", items: [] }),
        );
        cluster().texts.set(
            "/apis/external-secrets.io/v1/namespaces/frontend/externalsecrets",
            JSON.stringify({ apiVersion: "external-secrets.io/v1", items: [keys], kind: "ExternalSecretList" }),
        );
    }

    it("keeps what is in every namespace of the system, in a form that a restore reads", async function () {
        skipUnless(this, hasEmulator(), "moto_server and aws (PyPI: moto[server], awscli)");
        fill();
        const output = await read();
        const [name = ""] = sandbox.files("work").filter((each) => each.endsWith(".json"));
        assert.match(output, /has the definitions of backend frontend: \d+ bytes/);
        const s3 = await S3Emulator.start(bucket);
        try {
            const upload = container(pod, "upload");
            const [command = "", ...args] = sandbox.commandOf(upload);
            const env = { ...s3.environment, ...sandbox.variablesOf(upload) };
            const { status, stderr } = spawnSync(command, args, { encoding: "utf8", env });
            assert.equal(status, 0, stderr);
            const text = s3.aws("s3", "cp", `s3://${bucket}/definitions/${name}`, "-");
            assert.equal(text, readFileSync(sandbox.path("work", name), "utf8"));
            assert.deepEqual(
                definitionsIn(JSON.parse(text) as Parameters<typeof definitionsIn>[0]).map(({ kind, metadata }) => [
                    kind,
                    metadata.namespace,
                    metadata.name,
                ]),
                [
                    ["ConfigMap", "backend", "settings"],
                    ["ExternalSecret", "frontend", "keys"],
                ],
            );
            assert.equal(Object.keys(s3.objects(bucket, "definitions/")).length, 2);
        } finally {
            await s3.stop();
        }
    });

    const failures: readonly (readonly [what: string, prepare: () => void, message: RegExp])[] = [
        [
            "the API server does not know the account",
            () => writeFileSync(sandbox.path("token", "token"), "of-somebody"),
            /ERROR: the API server answers for api\/v1\/namespaces\/backend\/configmaps with 401: .*Unauthorized.*; nothing is kept/,
        ],
        [
            "something else answers",
            () => cluster().texts.set("/api/v1/namespaces/backend/configmaps", "<html>"),
            /ERROR: .* something else than a ConfigMapList; nothing is kept/,
        ],
        ["nobody answers", () => cluster().stop(), /ERROR: the API server at .* does not answer/],
    ];
    for (const [what, prepare, message] of failures) {
        it(`keeps nothing when ${what}`, async () => {
            fill();
            prepare();
            assert.match(await read(), message);
            assert.deepEqual(sandbox.files("work"), []);
        });
    }

    it("is made by a pod that may list these two kinds, and add to one prefix of the bucket", () => {
        for (const namespace of ["backend", "frontend"]) {
            assert.deepEqual(graph.object("Role", "definitions-backup", namespace).inputs.rules, [
                { apiGroups: [""], resources: ["configmaps"], verbs: ["list"] },
                { apiGroups: ["external-secrets.io"], resources: ["externalsecrets"], verbs: ["list"] },
            ]);
        }
        const mounted = [...(pod.initContainers ?? []), ...pod.containers].filter(({ volumeMounts = [] }) =>
            volumeMounts.some(({ name }) => name === "token"),
        );
        assert.deepEqual(
            mounted.map(({ name }) => name),
            ["read"],
        );
        assert.equal(pod.automountServiceAccountToken, false);
    });
});
