import assert from "node:assert/strict";
import fc from "fast-check";
import { volumeGiB } from "../../../components/cache/resources";
import type { CacheSpec } from "../../../components/cache/spec";
import { cacheProblems, minimumRequests } from "../../../components/cache/validation";
import { placements, type Placement } from "../../../config/schema";
import { deployCache, sizing, type CacheOptions } from "./fixture";

const good: CacheSpec = { engine: "redis", version: "7" };

describe("what is wrong with a cache", () => {
    it("is nothing when it says only what it must", () => {
        for (const placement of placements) {
            assert.deepEqual(cacheProblems(good, placement), []);
        }
    });

    const cases: [string, Partial<Record<keyof CacheSpec, unknown>>, string, RegExp][] = [
        ["an unknown engine", { engine: "memcached" }, "engine", /one of redis, valkey/],
        ["a version of another engine", { version: "8" }, "version", /one of 7 for redis/],
        ["too little memory", { memoryMiB: 63 }, "memoryMiB", /from 64 to 65536/],
        ["too much memory", { memoryMiB: 65537 }, "memoryMiB", /from 64 to 65536/],
        ["half a MiB", { memoryMiB: 64.5 }, "memoryMiB", /whole number/],
        [
            "an unknown eviction policy",
            { evictionPolicy: "random" },
            "evictionPolicy",
            /allkeys-lru, volatile-lru, noeviction/,
        ],
        ["a name that is no label", { kubernetesName: "Redis_1" }, "kubernetesName", /DNS label/],
        [
            "a name that leaves no room for what is made of it",
            { kubernetesName: "r".repeat(41) },
            "kubernetesName",
            /40/,
        ],
    ];
    for (const [what, change, path, message] of cases) {
        it(`is ${what}`, () => {
            const [problem, ...others] = cacheProblems({ ...good, ...change } as CacheSpec, "in-cluster");
            assert.equal(problem?.path, path);
            assert.match(problem?.message ?? "", message);
            assert.equal(problem?.value, Object.values(change)[0]);
            assert.deepEqual(others, []);
        });
    }

    it("is told all at once", () => {
        const problems = cacheProblems({ ...good, version: "3", memoryMiB: 1 }, "in-cluster");
        assert.deepEqual(
            problems.map(({ path }) => path),
            ["version", "memoryMiB"],
        );
    });
});

describe("what a cache asks of the nodes", () => {
    it("is only an exporter when it is managed", () =>
        assert.deepEqual(minimumRequests(good, "managed"), { cpuMillicores: 10, memoryMiB: 32 }));

    it("is its data, the server around it and two small helpers in the cluster", () =>
        assert.deepEqual(minimumRequests(good, "in-cluster"), { cpuMillicores: 65, memoryMiB: 256 + 64 + 16 + 32 }));

    it("is what its pod really requests", async () => {
        const graph = await deployCache({ memoryMiB: 500 });
        const [{ inputs } = { inputs: {} }] = graph.ofType("kubernetes:apps/v1:StatefulSet");
        const { containers } = (
            inputs as {
                spec: { template: { spec: { containers: { resources: { requests: Record<string, string> } }[] } } };
            }
        ).spec.template.spec;
        const sum = (resource: string): number =>
            containers.reduce((total, { resources }) => total + parseInt(resources.requests[resource] ?? "", 10), 0);
        assert.deepEqual(minimumRequests({ ...good, memoryMiB: 500 }, "in-cluster"), {
            cpuMillicores: sum("cpu"),
            memoryMiB: sum("memory"),
        });
    });

    it("is a volume that holds the file and its rewrite", () => {
        fc.assert(
            fc.property(fc.integer({ min: 64, max: 65536 }), (memoryMiB) => {
                assert.ok(volumeGiB({ ...good, memoryMiB }) * 1024 >= 3 * memoryMiB);
            }),
        );
    });
});

describe("an impossible cache", () => {
    const cases: [string, CacheOptions, { aws?: boolean }, RegExp][] = [
        [
            "managed without AWS",
            { placement: "managed" },
            { aws: false },
            /placement must be in-cluster on a platform without AWS, but is "managed"/,
        ],
        [
            "nowhere",
            { placement: "somewhere" as Placement },
            {},
            /placement must be one of managed, in-cluster, but is "somewhere"/,
        ],
        [
            "with six replicas",
            { placement: "managed", sizing: { ...sizing, replicas: 6 } },
            {},
            /sizing.replicas must be a whole number from 0 to 5, but is 6/,
        ],
        [
            "of an unknown version",
            { version: "6" },
            {},
            /Cache "redis": version must be one of 7 for redis, but is "6"/,
        ],
    ];
    for (const [what, change, surroundings, message] of cases) {
        it(`is refused: one ${what}`, () => assert.rejects(deployCache(change, surroundings), message));
    }

    it("is refused: one with a name that Kubernetes cannot use", () =>
        assert.rejects(deployCache({}, {}, { name: "my_cache" }), /name must be a DNS label.*but is "my_cache"/));
});
