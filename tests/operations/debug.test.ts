import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { endJob } from "../../operations/logLevel";
import { temporaryDirectories } from "../simulation/support";
import { fakeKubernetes } from "./fakeKubernetes";
import { apps, openMarket, rolloutPath, runReal } from "./market";

const cluster = fakeKubernetes();
const temporary = temporaryDirectories();

describe("npm run debug", () => {
    const job = "/apis/batch/v1/namespaces/market/jobs/debug-end-market";
    const settings = "/api/v1/namespaces/market/configmaps/settings";

    function open(): void {
        openMarket(cluster());
        cluster().put(settings, { metadata: { name: "settings" }, data: { LOG_LEVEL: "info", PORT: "80" } });
    }

    /** The Job's pod becomes ready. */
    function kubeletAnswers(): void {
        cluster().onChange = ({ method, path: target }) => {
            if (method === "POST" && target.endsWith("/jobs")) {
                cluster().put(job, { ...cluster().objects.get(job), status: { ready: 1 } });
            }
        };
    }

    it("starts what ends it before it changes anything, and restarts the pods of Rollouts", async () => {
        open();
        kubeletAnswers();
        const { code, stdout, stderr } = await runReal(cluster(), ["debug", "on", "dev", "market", "15"]);
        assert.equal(code, 0, stderr);
        const namespaced = (group: string, plural: string): string => `${group}/namespaces/market/${plural}`;
        const manager = "?fieldManager=platform-debug&force=true";
        assert.deepEqual(
            cluster().changed.filter((change) => !change.startsWith("DELETE")),
            [
                `POST ${namespaced("/apis/batch/v1", "jobs")}`,
                `POST ${namespaced("/api/v1", "serviceaccounts")}`,
                `POST ${namespaced("/apis/rbac.authorization.k8s.io/v1", "roles")}`,
                `POST ${namespaced("/apis/rbac.authorization.k8s.io/v1", "rolebindings")}`,
                `POST ${namespaced("/apis/networking.k8s.io/v1", "networkpolicies")}`,
                `PATCH ${apps}/deployments/fish${manager}`,
                `PATCH ${apps}/deployments/fruit${manager}`,
                `PATCH ${settings}?fieldManager=platform-debug`,
                `PATCH ${rolloutPath}?fieldManager=platform-debug`,
            ],
        );
        const patch = cluster().changes.at(-3);
        assert.equal(patch?.contentType, "application/apply-patch+yaml");
        assert.deepEqual(patch.body, {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "fruit", namespace: "market" },
            spec: {
                // In the letters in which the service's own setting is written.
                template: { spec: { containers: [{ name: "app", env: [{ name: "LOG_LEVEL", value: "debug" }] }] } },
            },
        });
        // The template stays as it is: a change of it would be tested and switched.
        assert.deepEqual(
            cluster()
                .changes.slice(-2)
                .map(({ contentType, body }) => [contentType, body]),
            [
                ["application/merge-patch+json", { data: { LOG_LEVEL: "debug" } }],
                ["application/merge-patch+json", { spec: { restartAt: "2026-11-21T12:00:00Z" } }],
            ],
        );
        assert.match(stdout, /\nIt ends by itself at 2026-11-21T12:15:00\.000Z\.\n$/);
    });

    it("lets everything go with the Job, which may patch these objects and nothing else", async () => {
        open();
        kubeletAnswers();
        await runReal(cluster(), ["debug", "on", "dev", "market"]);
        const made = [...cluster().objects.values()].filter(
            ({ metadata }) => (metadata as { name: string }).name === "debug-end-market",
        );
        const owned = made.filter(({ kind }) => kind !== "Job");
        assert.equal(owned.length, 4);
        for (const { metadata } of owned) {
            const { ownerReferences } = metadata as { ownerReferences: { uid: string }[] };
            assert.equal(ownerReferences[0]?.uid, "uid-of-debug-end-market");
        }
        assert.deepEqual(made.find(({ kind }) => kind === "Role")?.rules, [
            { apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["fish", "fruit"], verbs: ["patch"] },
            { apiGroups: ["argoproj.io"], resources: ["rollouts"], resourceNames: ["till"], verbs: ["patch"] },
            { apiGroups: [""], resources: ["configmaps"], resourceNames: ["settings"], verbs: ["patch"] },
        ]);
    });

    it("changes nothing when what would end it does not run", async () => {
        openMarket(cluster());
        const { code, stderr } = await runReal(cluster(), ["debug", "on", "dev", "market"]);
        assert.equal(code, 1);
        assert.match(stderr, /^error: Debugging was not switched on, because what would end it does not run: /);
        assert.ok(!cluster().changed.some((change) => change.startsWith("PATCH")));
    });

    it("is switched off by taking back what was applied, and the Job last", async () => {
        open();
        cluster().put(settings, { metadata: { name: "settings" }, data: { LOG_LEVEL: "debug", PORT: "80" } });
        cluster().put(job, { metadata: { name: "debug-end-market" } });
        const { code, stderr } = await runReal(cluster(), ["debug", "off", "dev", "market"]);
        assert.equal(code, 0, stderr);
        assert.deepEqual(cluster().changes[0]?.body, {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "fish", namespace: "market" },
        });
        assert.equal(cluster().changed.at(-1), `DELETE ${job}`);
        assert.equal(cluster().changes.length, 5);
        assert.deepEqual(cluster().objects.get(settings)?.data, { LOG_LEVEL: "info", PORT: "80" });
    });

    it("ends by a script that waits for the moment, and tries until the API server has taken the level back", () => {
        const directory = temporary();
        const bin = path.join(directory, "bin");
        mkdirSync(bin);
        // Time and the network are all that is not real here.
        const programs = {
            // No connection, a server that is starting, an answer; of fruit, there is no Deployment any more.
            curl: 'echo "$*" >>"$CALLS"; case $(wc -l <"$CALLS") in 1) exit 7 ;; 2) printf 503 ;; 4) printf 404 ;; *) printf 200 ;; esac',
            date: '[ "$1" = +%s ] || { echo 2026-11-21T12:30:00Z; exit; }; echo tick >>"$CALLS.clock"; echo $((1000 + $(wc -l <"$CALLS.clock")))',
            sleep: "",
        };
        for (const [name, text] of Object.entries(programs)) {
            writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`);
            chmodSync(path.join(bin, name), 0o755);
        }
        const ending = {
            name: "debug-end-market",
            namespace: "market",
            deployments: ["fish", "fruit"],
            rollouts: [{ name: "till", configMap: "till-1a2b", level: "info" }],
        };
        const { spec } = endJob(ending, new Date(1_003_000)) as {
            spec: {
                template: {
                    spec: { containers: [{ command: string[]; env: { name: string; value: string }[] }] };
                };
            };
        };
        const [{ command, env }] = spec.template.spec.containers;
        const calls = path.join(directory, "calls");
        const { status, stdout, stderr } = spawnSync(command[0] ?? "", command.slice(1), {
            encoding: "utf8",
            env: {
                ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
                PATH: `${bin}:${process.env.PATH}`,
                CALLS: calls,
            },
        });
        assert.equal(status, 0, stderr);
        assert.equal(stdout, ["fish", "fruit", "till"].map((name) => `${name} has its own log level again\n`).join(""));
        assert.equal(readFileSync(`${calls}.clock`, "utf8").split("\n").length - 1, 3);
        const requests = readFileSync(calls, "utf8").trim().split("\n");
        const merge = (body: object, target: string): string =>
            `application/merge-patch+json --request PATCH --data ${JSON.stringify(body)} https://kubernetes.default.svc${target}?fieldManager=platform-debug`;
        const apply = (name: string): string =>
            `application/apply-patch+yaml --request PATCH --data {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"${name}"}} ` +
            `https://kubernetes.default.svc${apps}/deployments/${name}?fieldManager=platform-debug&force=true`;
        assert.deepEqual(
            requests.map((request) => /Content-Type: (.*)$/.exec(request)?.[1]),
            [
                ...["fish", "fish", "fish", "fruit"].map(apply),
                merge({ data: { LOG_LEVEL: "info" } }, "/api/v1/namespaces/market/configmaps/till-1a2b"),
                merge({ spec: { restartAt: "2026-11-21T12:30:00Z" } }, rolloutPath),
            ],
        );
    });

    const mistakes: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
        [["maybe", "dev", "market"], 2, /^error: "maybe" is neither on nor off: npm run debug -- on\|off <stack> /],
        [["on", "dev", "market", "2000"], 2, /^error: "2000" is no number of minutes from 1 to 1440\.\n$/],
        [["off", "dev", "market", "5"], 2, /^error: `debug off` takes effect now/],
        [
            ["on", "dev", "harbour"],
            1,
            /^error: harbour is delivered by Argo CD from git[^]*\n +logLevel: DEBUG\n[^]*Commit deploy\/dev\/ to main of https:\/\/git\.example\.com\/deployments\.[^]*\n +logLevel: INFO\n$/,
        ],
    ];
    for (const [args, expected, message] of mistakes) {
        it(`refuses ${args.join(" ")}`, async () => {
            const { code, stderr } = await runReal(cluster(), ["debug", ...args]);
            assert.equal(code, expected);
            assert.match(stderr, message);
        });
    }
});
