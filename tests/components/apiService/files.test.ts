import assert from "node:assert/strict";
import type { types } from "@pulumi/kubernetes";
import type { ResourceGraph } from "../../harness";
import { deployService, manifest, type ServiceOptions } from "./fixture";

const nginx: ServiceOptions = {
    name: "nginx-front",
    port: 80,
    runAsUser: 101,
    files: { "/etc/nginx/nginx.conf": "events {}", "/etc/nginx/conf.d/default.conf": "server {}" },
    writablePaths: ["/tmp", "/var/cache/nginx", "/var/run"],
};

const podOf = (graph: ResourceGraph, name = "nginx-front"): types.output.core.v1.PodSpec =>
    manifest(graph, "Deployment", name).spec.template.spec;

function filesOf(graph: ResourceGraph): types.output.core.v1.ConfigMap {
    const found = graph
        .ofType("kubernetes:core/v1:ConfigMap")
        .map(({ inputs }) => inputs as unknown as types.output.core.v1.ConfigMap)
        .filter(({ metadata }) => metadata.name.includes("-files-"));
    assert.equal(found.length, 1);
    return found[0] as types.output.core.v1.ConfigMap;
}

describe("files of an API service", () => {
    it("come from a ConfigMap and stand beside the image's own", async () => {
        const graph = await deployService(nginx);
        const { metadata, data } = filesOf(graph);
        assert.deepEqual(data, { "0-default.conf": "server {}", "1-nginx.conf": "events {}" });
        const { volumes, containers } = podOf(graph);
        assert.deepEqual(volumes.at(-1), { name: "files", configMap: { name: metadata.name } });
        assert.deepEqual(containers[0]?.volumeMounts.slice(3), [
            { name: "files", mountPath: "/etc/nginx/conf.d/default.conf", subPath: "0-default.conf", readOnly: true },
            { name: "files", mountPath: "/etc/nginx/nginx.conf", subPath: "1-nginx.conf", readOnly: true },
        ]);
        assert.equal(containers[0]?.securityContext.readOnlyRootFilesystem, true);
    });

    it("roll the pods when one changes, and leave the old ones to the old pods", async () => {
        const [before, after] = [
            await deployService(nginx),
            await deployService({ ...nginx, files: { ...nginx.files, "/etc/nginx/nginx.conf": "events { }" } }),
        ];
        assert.notEqual(filesOf(after).metadata.name, filesOf(before).metadata.name);
        assert.notDeepEqual(podOf(after), podOf(before));
    });

    it("exist before the pods, and the service account may read them", async () => {
        const graph = await deployService(nginx);
        const { name } = filesOf(graph).metadata;
        const configMap = graph.object("ConfigMap", name);
        assert.ok(graph.waitsFor(graph.one("kubernetes:apps/v1:Deployment"), configMap));
        const { rules } = manifest(graph, "Role", "nginx-front");
        assert.ok(rules[0]?.resourceNames.includes(name));
    });

    it("are no ConfigMap when there are none", async () => {
        assert.equal((await deployService()).ofType("kubernetes:core/v1:ConfigMap").length, 1);
    });
});

describe("secrets of an API service as files", () => {
    const service: ServiceOptions = {
        secrets: [
            { name: "jwt-keys", keys: ["private.pem", "public.pem"], dependsOn: [] },
            { name: "api-secrets", keys: ["SECRET_KEY"], dependsOn: [] },
        ],
        secretDirectories: { "jwt-keys": "/etc/jwt" },
    };

    it("are in a directory that only the process reads, and in no variable", async () => {
        const { volumes, containers, securityContext } = podOf(await deployService(service), "api");
        assert.deepEqual(volumes.at(-1), {
            name: "secret-directory-0",
            secret: { secretName: "jwt-keys", defaultMode: 0o440 },
        });
        assert.equal(securityContext.fsGroup, 1000);
        assert.deepEqual(containers[0]?.volumeMounts.at(-1), {
            name: "secret-directory-0",
            mountPath: "/etc/jwt",
            readOnly: true,
        });
        assert.deepEqual(
            containers[0]?.env.map(({ name }) => name),
            ["SECRET_KEY"],
        );
    });

    it("may be read by the service account and restart the pods when they are rotated, as the others do", async () => {
        const graph = await deployService(service);
        const rule = manifest(graph, "Role").rules.find(({ resources }) => resources.includes("secrets"));
        assert.deepEqual(rule?.resourceNames, ["api-secrets", "jwt-keys"]);
        assert.equal(
            manifest(graph, "Deployment").metadata.annotations["secret.reloader.stakater.com/reload"],
            "api-secrets,jwt-keys",
        );
    });
});

describe("permissions of an API service in its namespace", () => {
    it("include its pods only when it asks for them, and only then a token and a way to the API server", async () => {
        const [without, withPods] = [await deployService(), await deployService({ readsPods: true })];
        const rules = (graph: ResourceGraph): string => JSON.stringify(manifest(graph, "Role").rules);
        assert.ok(!rules(without).includes("pods"));
        assert.ok(rules(withPods).includes('{"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]}'));
        assert.equal(podOf(without, "api").automountServiceAccountToken, false);
        assert.equal(podOf(withPods, "api").automountServiceAccountToken, true);
        const ports = (graph: ResourceGraph): number[] =>
            manifest(graph, "NetworkPolicy").spec.egress.flatMap((rule) => rule.ports.map(({ port }) => Number(port)));
        assert.ok(!ports(without).includes(6443));
        assert.ok(ports(withPods).includes(443) && ports(withPods).includes(6443));
    });

    it("include pulling from a private registry", async () => {
        const { imagePullSecrets } = podOf(await deployService({ imagePullSecret: "ghcr" }), "api");
        assert.deepEqual(imagePullSecrets, [{ name: "ghcr" }]);
        assert.equal(podOf(await deployService(), "api").imagePullSecrets, undefined);
    });
});

describe("disruption budget of an API service", () => {
    const budget = async (change: ServiceOptions): Promise<unknown> => {
        const { selector, unhealthyPodEvictionPolicy, ...rule } = manifest(
            await deployService(change),
            "PodDisruptionBudget",
        ).spec;
        assert.equal(unhealthyPodEvictionPolicy, "AlwaysAllow");
        assert.equal(selector.matchLabels["app.kubernetes.io/name"], "api");
        return rule;
    };

    for (const [what, change, expected] of [
        ["one at a time by default", {}, { maxUnavailable: 1 }],
        ["the least that must stay", { replicas: { min: 3, max: 10 }, minAvailable: 2 }, { minAvailable: 2 }],
        [
            "one at a time, where a single pod could never go",
            { replicas: { min: 1, max: 5 }, minAvailable: 1 },
            { maxUnavailable: 1 },
        ],
    ] as const) {
        it(`says ${what}`, async () => {
            assert.deepEqual(await budget(change), expected);
        });
    }
});

describe("metrics of an API service that asks for its own interval", () => {
    it("are scraped that often", async () => {
        const { spec } = manifest(await deployService({ metricsIntervalSeconds: 15 }), "ServiceMonitor");
        assert.equal((spec.endpoints[0] as { interval?: string }).interval, "15s");
    });
});
