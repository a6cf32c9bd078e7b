import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { parse } from "yaml";
import { filesOf, outputEntries } from "../../simulation/files";
import { simulate } from "../../simulation/program";
import type { Plan, PlannedResource } from "../../simulation/record";
import { contents, fixture, start, temporaryDirectories } from "./support";

const temporary = temporaryDirectories();

/** A plan of Kubernetes objects that have only what is said. */
function planOf(...objects: readonly Record<string, unknown>[]): Plan {
    const resources = objects.map((inputs, index): PlannedResource => {
        const { kind = "", apiVersion = "" } = inputs as { kind?: string; apiVersion?: string };
        return {
            urn: `urn:pulumi:dev::shop::kubernetes::${index}`,
            type: `kubernetes:${apiVersion}:${kind}`,
            name: `object-${index}`,
            parent: "",
            provider: "",
            custom: true,
            remote: false,
            inputs,
            dependencies: [],
            protect: false,
            retainOnDelete: false,
            ignoreChanges: [],
            aliases: [],
        };
    });
    return { project: "shop", stack: "dev", resources, outputs: {}, registeredOutputs: new Set() };
}

const filesByPath = (plan: Plan): Record<string, string> =>
    Object.fromEntries(filesOf(plan).map((file) => [file.path, file.content]));

describe("the files of a simulation", () => {
    let files: Record<string, string>;
    before(async () => {
        files = filesByPath(await simulate({ root: fixture("shop"), stack: "dev" }));
    });

    it("are the plan, the report, the manifests, the values, the rules and the dashboards", () => {
        assert.deepEqual(Object.keys(files).sort(), [
            "dashboards/orders.json",
            "helm/data/database.yaml",
            "manifests/_cluster/namespace-shop.yaml",
            "manifests/shop/configmap-dashboard.yaml",
            "manifests/shop/configmap-settings.yaml",
            "manifests/shop/deployment-web.yaml",
            "manifests/shop/prometheusrule-orders.yaml",
            "manifests/shop/secret-token.yaml",
            "plan.json",
            "report.html",
            "rules/shop.orders.yaml",
        ]);
        assert.deepEqual(
            [...new Set(Object.keys(files).map((file) => file.split("/")[0]))].sort(),
            [...outputEntries].sort(),
        );
    });

    it("have a plan of exactly the documented members, in order", () => {
        const plan = JSON.parse(files["plan.json"] ?? "") as { resources: PlannedResource[] };
        assert.deepEqual(Object.keys(plan), ["project", "stack", "region", "resources"]);
        for (const resource of plan.resources) {
            assert.deepEqual(
                Object.keys(resource),
                "urn type name parent provider custom remote inputs dependencies protect retainOnDelete ignoreChanges aliases".split(
                    " ",
                ),
            );
            assert.deepEqual(Object.keys(resource.inputs), Object.keys(resource.inputs).sort());
        }
        assert.equal(plan.resources.length, 14);
    });

    it("have Kubernetes objects without anything that only Pulumi reads", () => {
        assert.deepEqual(parse(files["manifests/shop/deployment-web.yaml"] ?? ""), {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "web", namespace: "shop", annotations: { "shop/owner": "orders" } },
            spec: {
                replicas: 2,
                selector: { matchLabels: { app: "web" } },
                template: {
                    metadata: { labels: { app: "web" } },
                    spec: {
                        containers: [{ name: "web", image: "shop/web:1", env: [{ name: "TOKEN", value: "[secret]" }] }],
                    },
                },
            },
        });
    });

    it("have Secrets with their keys and without their values", () => {
        const secret = parse(files["manifests/shop/secret-token.yaml"] ?? "") as Record<string, unknown>;
        assert.deepEqual(secret.stringData, { token: "[secret]", user: "[secret]" });
    });

    it("have chart values under the command that installs the chart", () => {
        const text = files["helm/data/database.yaml"] ?? "";
        assert.match(text, /^# helm upgrade --install database postgresql \\\n/);
        for (const part of [
            "--repo https://charts.example.com",
            "--version 1.2.3",
            "--namespace data",
            "--values helm/data/database.yaml",
        ]) {
            assert.ok(text.includes(part), part);
        }
        assert.deepEqual(parse(text), { auth: { password: "[secret]" }, persistence: { enabled: true } });
    });

    it("have rules as Prometheus reads them, without what only Thanos does", () => {
        assert.deepEqual(parse(files["rules/shop.orders.yaml"] ?? ""), {
            groups: [
                {
                    name: "orders",
                    rules: [{ alert: "NoOrders", expr: "sum(rate(orders_total[5m])) == 0", for: "10m" }],
                },
            ],
        });
    });

    it("have dashboards as readable JSON", () => {
        assert.equal(files["dashboards/orders.json"], '{\n  "title": "Orders",\n  "panels": []\n}\n');
    });

    it("hold no secret and no path of this machine", () => {
        const all = Object.values(files).join("\n");
        assert.ok(!all.includes("simulated-secret"));
        assert.ok(!all.includes(path.dirname(__dirname)));
    });
});

describe("the same input", () => {
    it("gives the same bytes, in another process, directory and moment, compiled or not", async () => {
        const [first, second] = [path.join(temporary(), "first"), path.join(temporary(), "second")];
        assert.equal((await start(fixture("shop"), ["prod", "--out", first])).code, 0);
        const cli = path.resolve(__dirname, "../../simulation/cli.js");
        const script = `require(${JSON.stringify(cli)}).run(${JSON.stringify(fixture("shop"))}, ["prod", "--out", "second"])`;
        const child = spawnSync(process.execPath, ["-e", script], { cwd: path.dirname(second), encoding: "utf8" });
        assert.equal(child.status, 0, child.stderr);
        assert.deepEqual(contents(first), contents(second));
    });
});

describe("a manifest", () => {
    it("quotes what YAML 1.1 parsers would take for something else than text", () => {
        const data = {
            answer: "yes",
            off: "off",
            version: "1.10",
            octal: "010",
            time: "12:30:45",
            empty: "",
            date: "2026-01-01",
        };
        const files = filesByPath(planOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data }));
        const text = files["manifests/_cluster/configmap-a.yaml"] ?? "";
        assert.deepEqual((parse(text, { version: "1.1" }) as { data: unknown }).data, data);
        assert.deepEqual((parse(text, { version: "1.2" }) as { data: unknown }).data, data);
    });

    it("keeps long lines and scripts as they are", () => {
        const data = { script: `#!/bin/sh\nset -eu\n${"echo x ".repeat(40)}\n`, line: "x y ".repeat(60) };
        const files = filesByPath(planOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data }));
        assert.deepEqual((parse(files["manifests/_cluster/configmap-a.yaml"] ?? "") as { data: unknown }).data, data);
    });

    it("has base64 in the data of a Secret, which kubectl insists on", () => {
        const files = filesByPath(
            planOf({ apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, data: { key: "[secret]" } }),
        );
        const { data } = parse(files["manifests/_cluster/secret-a.yaml"] ?? "") as { data: { key: string } };
        assert.equal(Buffer.from(data.key, "base64").toString(), "[secret]");
    });

    it("has the name that the provider would give where the program gives none", () => {
        const files = filesByPath(planOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "shop" } }));
        const [manifest = ""] = Object.keys(files).filter((file) => file.startsWith("manifests/"));
        assert.match(manifest, /^manifests\/shop\/configmap-object-0-[0-9a-f]{8}\.yaml$/);
        assert.match((parse(files[manifest] ?? "") as { metadata: { name: string } }).metadata.name, /^object-0-/);
    });

    it("has a file of its own, also where kind and name are shared or differ in case only", () => {
        const objects = [
            { apiVersion: "example.com/v1", kind: "Policy", metadata: { name: "a" } },
            { apiVersion: "example.org/v1", kind: "Policy", metadata: { name: "a" } },
            { apiVersion: "v1", kind: "ClusterRole", metadata: { name: "system:Reader" } },
            { apiVersion: "v1", kind: "ClusterRole", metadata: { name: "system:reader" } },
        ];
        const manifests = Object.keys(filesByPath(planOf(...objects))).filter((file) => file.startsWith("manifests/"));
        assert.equal(new Set(manifests.map((file) => file.toLowerCase())).size, 4);
    });

    it("is not written for the provider's bookkeeping, a status or a patch of what others own", () => {
        const plan = planOf(
            { apiVersion: "v1", kind: "Service", metadata: { name: "a" }, status: { x: 1 }, __defaults: [], spec: {} },
            { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "b" } },
        );
        const [service, patch] = plan.resources;
        assert.ok(service && patch);
        const files = filesByPath({
            ...plan,
            resources: [service, { ...patch, type: "kubernetes:apps/v1:DaemonSetPatch" }],
        });
        assert.deepEqual(Object.keys(files), ["plan.json", "report.html", "manifests/_cluster/service-a.yaml"]);
        assert.deepEqual(parse(files["manifests/_cluster/service-a.yaml"] ?? ""), {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "a" },
            spec: {},
        });
    });
});

describe("a dashboard", () => {
    it("that is no JSON is written as it is", () => {
        const labels = { grafana_dashboard: "1" };
        const files = filesByPath(
            planOf({
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "a", labels },
                data: { "a.json": "{", note: "x" },
            }),
        );
        assert.equal(files["dashboards/a.json"], "{");
        assert.ok(!("dashboards/note" in files));
    });
});
