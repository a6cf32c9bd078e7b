import assert from "node:assert/strict";
import * as fc from "fast-check";
import { allocatable, capacityOf, instanceType, nodeGroupProblems } from "../../../components/cluster/instanceTypes";
import type { NodeGroupConfig } from "../../../config/schema";

const group: NodeGroupConfig = {
    capacity: "on-demand",
    architecture: "arm64",
    instanceTypes: ["t4g.large"],
    minSize: 1,
    desiredSize: 2,
    maxSize: 3,
    diskGiB: 50,
    labels: {},
    taints: [],
};

function typeOf(name: string): NonNullable<ReturnType<typeof instanceType>> {
    const type = instanceType(name);
    assert.ok(type, `${name} is in the catalogue`);
    return type;
}

describe("instance types", () => {
    const known: [string, number, number, string, number][] = [
        ["t3.medium", 2, 4, "amd64", 17],
        ["t3a.large", 2, 8, "amd64", 35],
        ["t4g.2xlarge", 8, 32, "arm64", 58],
        ["m5.large", 2, 8, "amd64", 29],
        ["m7g.medium", 1, 4, "arm64", 8],
        ["m7i.4xlarge", 16, 64, "amd64", 110],
        ["m8g.xlarge", 4, 16, "arm64", 58],
        ["m8i.large", 2, 8, "amd64", 59],
        ["c7g.xlarge", 4, 8, "arm64", 58],
        ["c7a.medium", 1, 2, "amd64", 8],
        ["r7g.2xlarge", 8, 64, "arm64", 58],
    ];
    for (const [name, vcpu, memoryGiB, architecture, maxPods] of known) {
        it(`knows what ${name} holds`, () => {
            const type = typeOf(name);
            assert.deepEqual(
                [type.vcpu, type.memoryGiB, type.architecture, type.maxPods],
                [vcpu, memoryGiB, architecture, maxPods],
            );
        });
    }

    for (const name of ["t4g.mediun", "m5.medium", "t3.4xlarge", "t3.small", "x1.large", "m5", ""]) {
        it(`does not know "${name}"`, () => assert.equal(instanceType(name), undefined));
    }

    it("tells which types run on CPU credits", () => {
        assert.equal(typeOf("t4g.large").burstable, true);
        assert.equal(typeOf("m7g.large").burstable, false);
    });
});

describe("allocatable capacity of a node", () => {
    it("reserves CPU by range as the kubelet of EKS does", () => {
        assert.equal(allocatable(typeOf("m7g.medium")).cpuMillicores, 940);
        assert.equal(allocatable(typeOf("m5.large")).cpuMillicores, 1930);
        assert.equal(allocatable(typeOf("m5.xlarge")).cpuMillicores, 3920);
        assert.equal(allocatable(typeOf("m5.2xlarge")).cpuMillicores, 7910);
    });

    it("reserves memory by the number of pods, and what the machine itself takes", () => {
        // 8192 MiB less 7.5 %, less 255 + 11 × 29 reserved and 100 for eviction.
        assert.equal(allocatable(typeOf("m5.large")).memoryMiB, 7577 - 574 - 100);
    });

    it("never promises more than the node nominally has", () => {
        const names = ["t3.medium", "t4g.large", "m5.4xlarge", "c6g.medium", "c7i.large", "r8i.4xlarge", "m8g.2xlarge"];
        for (const name of names) {
            const type = typeOf(name);
            const node = allocatable(type);
            assert.ok(node.cpuMillicores > 0 && node.cpuMillicores < type.vcpu * 1000, name);
            assert.ok(node.memoryMiB > 0 && node.memoryMiB < type.memoryGiB * 1024, name);
        }
    });
});

describe("node group configuration", () => {
    it("accepts a sensible group", () => assert.deepEqual(nodeGroupProblems(group), []));

    const wrong: [string, Partial<NodeGroupConfig>, string, RegExp][] = [
        ["more least than most nodes", { minSize: 4, desiredSize: 4 }, "minSize", /at most maxSize \(3\)/],
        ["fewer desired than least nodes", { minSize: 2, desiredSize: 1 }, "desiredSize", /from minSize \(2\)/],
        ["more desired than most nodes", { desiredSize: 9 }, "desiredSize", /to maxSize \(3\)/],
        ["an unknown type", { instanceTypes: ["t4g.mediun"] }, "instanceTypes[0]", /not in the catalogue/],
        ["the other architecture", { instanceTypes: ["t4g.large", "t3.large"] }, "instanceTypes[1]", /is amd64/],
        ["a node that holds little but its own pods", { instanceTypes: ["m7g.medium"] }, "instanceTypes[0]", /8 pods/],
        [
            "types of different size",
            { instanceTypes: ["t4g.large", "t4g.xlarge"] },
            "instanceTypes",
            /2 vCPU \/ 8 GiB, 4 vCPU \/ 16 GiB/,
        ],
        [
            "the same taint twice",
            {
                taints: [
                    { key: "spot", value: "a", effect: "NO_SCHEDULE" },
                    { key: "spot", value: "b", effect: "NO_SCHEDULE" },
                ],
            },
            "taints[1]",
            /must not repeat/,
        ],
    ];
    for (const [what, change, path, message] of wrong) {
        it(`refuses ${what}`, () => {
            const problems = nodeGroupProblems({ ...group, ...change });
            assert.deepEqual(
                problems.map((problem) => problem.path),
                [path],
            );
            assert.match(problems[0]?.message ?? "", message);
        });
    }

    it("accepts a mix of families of one shape", () => {
        const instanceTypes = ["m6g.large", "m7g.large", "m8g.large", "t4g.large"];
        assert.deepEqual(nodeGroupProblems({ ...group, instanceTypes }), []);
    });

    it("reports every problem at once", () => {
        const problems = nodeGroupProblems({ ...group, minSize: 9, instanceTypes: ["x.y", "t3.large"] });
        assert.deepEqual(
            problems.map((problem) => problem.path),
            ["minSize", "instanceTypes[0]", "instanceTypes[1]"],
        );
    });
});

describe("capacity of all node groups", () => {
    it("counts every group at its largest", () => {
        const node = allocatable(typeOf("t4g.large"));
        const capacity = capacityOf({ a: group, b: { ...group, maxSize: 5 } });
        assert.equal(capacity.cpuMillicores, 8 * node.cpuMillicores);
        assert.equal(capacity.memoryMiB, 8 * node.memoryMiB);
        assert.equal(capacity.pods, 8 * node.pods);
    });

    it("counts the smallest type of a group", () => {
        const mixed = { ...group, instanceTypes: ["t4g.2xlarge", "t4g.large"] };
        assert.deepEqual(capacityOf({ mixed }), capacityOf({ group }));
    });

    it("counts nothing for types it does not know", () => {
        const unknown = { ...group, instanceTypes: ["z9.large"] };
        assert.deepEqual(capacityOf({ unknown }), { cpuMillicores: 0, memoryMiB: 0, pods: 0 });
    });

    it("grows by whole nodes", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 450 }), (maxSize) => {
                const one = capacityOf({ group: { ...group, maxSize: 1 } });
                assert.equal(capacityOf({ group: { ...group, maxSize } }).memoryMiB, maxSize * one.memoryMiB);
            }),
        );
    });
});
