import assert from "node:assert/strict";
import type { ServiceSpec } from "../../components/apiService/spec";
import { defineSystem, type SystemDeclaration, type SystemDefinition } from "../../components/system/declaration";
import { parseConfig } from "../../config/parse";
import type { PlatformConfig } from "../../config/schema";
import type { Demand } from "../../components/system/quota";
import { capacityIssues, platformDemand, spareCapacity } from "../../stacks/capacity";
import { planSystems } from "../../stacks/plan";

const service: ServiceSpec = { image: "ghcr.io/your-org/shop", port: 8080 };

function shop(overrides: Partial<SystemDeclaration> = {}): SystemDefinition {
    return defineSystem("shop", () => ({
        description: "A shop",
        owner: "sales",
        services: { api: service },
        ...overrides,
    }));
}

function config(
    systems: Record<string, unknown> = { shop: { version: "1.0.0" } },
    others: Record<string, unknown> = {},
): PlatformConfig {
    const raw = {
        "platform:environment": "dev",
        "platform:edge": JSON.stringify({ hostedZoneId: "Z0123456789EXAMPLE" }),
        "platform:systems": JSON.stringify(systems),
    };
    const rest = Object.fromEntries(
        Object.entries(others).map(([key, value]) => [`platform:${key}`, JSON.stringify(value)]),
    );
    const { config: parsed, issues } = parseConfig({ ...raw, ...rest });
    assert.deepEqual(issues, []);
    return parsed as PlatformConfig;
}

function issues(definitions: SystemDefinition[], systems?: Record<string, unknown>): string[] {
    return planSystems(config(systems), definitions).issues.map(
        ({ path, value, message }) => `${path} = ${JSON.stringify(value)}: ${message}`,
    );
}

describe("planSystems", () => {
    it("takes what the declaration says", () => {
        const { systems, issues: found } = planSystems(config(), [shop()]);
        assert.deepEqual(found, []);
        assert.equal(systems[0]?.namespace, "shop");
        assert.equal(systems[0]?.placement, "in-cluster");
        assert.deepEqual(systems[0]?.versions, { api: "1.0.0" });
    });

    it("lets a stack override versions, replicas and placement", () => {
        const settings = {
            shop: {
                version: "1.0.0",
                placement: "managed",
                services: { api: { version: "1.1.0", minReplicas: 4, maxReplicas: 8 } },
            },
        };
        const [system] = planSystems(config(settings), [shop()]).systems;
        assert.deepEqual(system?.versions, { api: "1.1.0" });
        assert.equal(system?.placement, "managed");
        assert.deepEqual(system?.declaration.services.api?.replicas, { min: 4, max: 8 });
    });

    it("keeps a fixed number of pods fixed when both bounds are the same", () => {
        const settings = { shop: { version: "1.0.0", services: { api: { minReplicas: 4, maxReplicas: 4 } } } };
        assert.equal(planSystems(config(settings), [shop()]).systems[0]?.declaration.services.api?.replicas, 4);
    });

    it("keeps how fast a service scales when its bounds are overridden", () => {
        const scaling = {
            min: 1,
            max: 3,
            scaleDown: { policies: [{ type: "Pods" as const, value: 1, periodSeconds: 60 }] },
        };
        const settings = { shop: { version: "1.0.0", services: { api: { maxReplicas: 9 } } } };
        const [system] = planSystems(config(settings), [
            shop({ services: { api: { ...service, replicas: scaling } } }),
        ]).systems;
        assert.deepEqual(system?.declaration.services.api?.replicas, { ...scaling, max: 9 });
    });

    it("rejects a system that nobody defined, and guesses which was meant", () => {
        assert.deepEqual(issues([shop()], { shpo: { version: "1" } }), [
            "platform:systems.shpo = undefined: unknown system; did you mean shop? Known: shop",
        ]);
    });

    it("rejects an override of a service that the system does not have", () => {
        assert.deepEqual(issues([shop()], { shop: { version: "1", services: { web: { minReplicas: 1 } } } }), [
            "platform:systems.shop.services.web = undefined: the system has no such service. Its services: api",
        ]);
    });

    it("rejects an instance for a database that is not there, or not RDS'", () => {
        const databases = {
            db: { engine: "postgres" as const, version: "16", databaseName: "shop", username: "shop" },
        };
        const named = (databaseInstances: Record<string, string>, placement = "managed"): string[] =>
            issues([shop({ databases })], { shop: { version: "1", placement, databaseInstances } });
        assert.deepEqual(named({ db: "dev-shop-db-1" }), []);
        assert.deepEqual(named({ postgres: "x" }), [
            'platform:systems.shop.databaseInstances.postgres = "x": the system has no such database. Its databases: db',
        ]);
        assert.deepEqual(named({ db: "x" }, "in-cluster"), [
            'platform:systems.shop.databaseInstances.db = "x": the databases of this system are in the cluster, so no instance of RDS stands for one',
        ]);
    });

    it("rejects bounds that an override turns around", () => {
        const found = issues([shop()], {
            shop: { version: "1", services: { api: { minReplicas: 5, maxReplicas: 3 } } },
        });
        assert.equal(found.length, 1);
        assert.match(found[0] ?? "", /^shop\.services\.api\.replicas/);
    });

    it("rejects a connection to a store that is not there", () => {
        assert.deepEqual(issues([shop({ services: { api: { ...service, connections: ["postgres"] } } })]), [
            'shop.services.api.connections = "postgres": the system declares no such store. Declared: none',
        ]);
    });

    it("rejects a secret and a call that are not there", () => {
        assert.deepEqual(issues([shop({ services: { api: { ...service, secrets: ["keys"], calls: ["web"] } } })]), [
            'shop.services.api.secrets = "keys": the system declares no such secret. Declared: none',
            'shop.services.api.calls = "web": the system declares no such other service. Declared: none',
        ]);
    });

    it("rejects a read replica in the cluster", () => {
        const databases = {
            db: { engine: "postgres" as const, version: "16", databaseName: "shop", username: "shop", readReplicas: 1 },
        };
        const found = issues([shop({ databases })]);
        assert.equal(found.length, 1);
        assert.match(found[0] ?? "", /^shop\.databases\.db\.readReplicas = 1/);
    });

    it("rejects two parts of a system with one name", () => {
        const caches = { api: { engine: "redis" as const, version: "7" } };
        assert.deepEqual(issues([shop({ caches })]), [
            "shop.api = undefined: two parts of the system have this name; give each its own",
        ]);
    });

    const onEdge = (kind: "alb" | "gateway" | "nlb"): SystemDefinition =>
        shop({ services: { api: { ...service, edge: { kind, host: "shop.example.com" } } } });

    const missing: [string, SystemDefinition, Record<string, unknown>, string][] = [
        [
            "a public host without a certificate",
            onEdge("alb"),
            { edge: {} },
            'edge.host = "shop.example.com": needs a certificate: set platform:edge.hostedZoneId or platform:edge.certificateArn',
        ],
        [
            "a load balancer without its controller",
            onEdge("nlb"),
            { addons: { awsLoadBalancerController: false } },
            'edge.kind = "nlb": needs the add-on awsLoadBalancerController: set platform:addons.awsLoadBalancerController to true',
        ],
        [
            "a gateway that is not installed",
            onEdge("gateway"),
            {},
            'edge.kind = "gateway": needs the add-on envoyGateway: set platform:addons.envoyGateway to true',
        ],
        [
            "a shared load balancer whose gateway is not installed",
            onEdge("alb"),
            { edge: { loadBalancers: "shared" } },
            'edge.kind = "alb": needs the add-on envoyGateway: set platform:addons.envoyGateway to true',
        ],
        [
            "a mesh that is not installed",
            shop({ services: { api: { ...service, mesh: "linkerd" } } }),
            {},
            'mesh = "linkerd": needs the add-on linkerd: set platform:addons.linkerd to true',
        ],
        [
            "a blue-green service without Argo Rollouts",
            shop({
                services: { api: { ...service, strategy: { kind: "blue-green", smokeTest: { path: "/health" } } } },
            }),
            {},
            'strategy.kind = "blue-green": needs the add-on argoRollouts: set platform:addons.argoRollouts to true',
        ],
    ];
    for (const [what, definition, others, expected] of missing) {
        it(`rejects ${what}`, () => {
            const found = planSystems(config(undefined, others), [definition]).issues;
            assert.deepEqual(
                found.map(({ path, value, message }) => `${path} = ${JSON.stringify(value)}: ${message}`),
                [`shop.services.api.${expected}`],
            );
        });
    }

    it("rejects Argo CD without a repository and without Argo CD", () => {
        assert.deepEqual(issues([shop()], { shop: { version: "1", delivery: "argocd" } }), [
            'platform:systems.shop.delivery = "argocd": needs platform:delivery.repositoryUrl, the Git repository that Argo CD deploys from',
            'platform:systems.shop.delivery = "argocd": needs the add-on argoCd: set platform:addons.argoCd to true',
        ]);
    });

    it("rejects two systems that claim one host or one namespace", () => {
        const edge = { kind: "alb" as const, host: "shop.example.com" };
        const one = shop({ services: { api: { ...service, edge } } });
        const two = defineSystem("other", () => ({
            description: "x",
            owner: "x",
            namespace: "shop",
            services: { api: { ...service, edge } },
        }));
        assert.deepEqual(issues([one, two], { shop: { version: "1" }, other: { version: "1" } }), [
            'other.namespace = "shop": this namespace already belongs to shop.namespace; each needs its own',
            'other.services.api.edge.host = "shop.example.com": this host already belongs to shop.services.api.edge.host; each needs its own',
        ]);
    });
});

describe("the capacity of a stack", () => {
    const nodes = (maxSize: number): Record<string, unknown> => ({
        cluster: { nodeGroups: { general: { instanceTypes: ["t4g.large"], minSize: 1, desiredSize: 1, maxSize } } },
    });
    const found = (maxSize: number, replicas: number): string[] => {
        const platform = config(undefined, nodes(maxSize));
        const { systems } = planSystems(platform, [shop({ services: { api: { ...service, replicas } } })]);
        return capacityIssues(platform, systems).map(({ path, message }) => `${path}: ${message}`);
    };

    it("is enough for a small system on a few nodes", () => assert.deepEqual(found(3, 2), []));

    it("is refused with what is asked for and what is there", () => {
        const { cpuMillicores, memoryMiB } = platformDemand(config(undefined, nodes(3)));
        const [cpu, memory, pods] = found(3, 120);
        assert.match(
            cpu ?? "",
            /^platform:cluster\.nodeGroups: too small: platform and systems request at least \d+m CPU, all nodes/,
        );
        assert.ok(cpu?.includes(`Requests: platform ${cpuMillicores}m/${memoryMiB}Mi, shop 12000m/`), cpu);
        assert.match(memory ?? "", /Mi of memory/);
        assert.match(pods ?? "", /at least \d+ pods, all nodes together hold 105 at maxSize/);
    });

    it("is to spare for others as far as nobody here asks for it", () => {
        const spareOf = (replicas: number): Demand => {
            const platform = config(undefined, nodes(3));
            const { systems } = planSystems(platform, [shop({ services: { api: { ...service, replicas } } })]);
            return spareCapacity(platform, systems);
        };
        const [two, three] = [spareOf(2), spareOf(3)];
        assert.deepEqual(
            [two.pods - three.pods, two.cpuMillicores - three.cpuMillicores, two.memoryMiB - three.memoryMiB],
            [1, 100, 256],
        );
        assert.ok(two.cpuMillicores > 0 && two.cpuMillicores < 3 * 2000);
    });

    it("counts every node's own daemons, so that more nodes are not counted as if they were empty", () => {
        const [few, many] = [platformDemand(config(undefined, nodes(2))), platformDemand(config(undefined, nodes(4)))];
        assert.ok(many.cpuMillicores - few.cpuMillicores >= 2 * 190, "two more nodes");
    });

    it("asks for less when add-ons are off", () => {
        const all = platformDemand(config(undefined, nodes(2)));
        const without = platformDemand(config(undefined, { ...nodes(2), addons: { monitoring: false } }));
        assert.ok(all.memoryMiB - without.memoryMiB > 1000);
    });
});
