import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
    natProblem,
    planSubnets,
    subnetPlanProblem,
    zoneLetters,
    type SubnetPlan,
} from "../../../components/network/subnetPlan";

/** Reads a range back without the code under test. */
function range(cidr: string): { first: number; size: number; prefix: number } {
    const [address = "", prefix = ""] = cidr.split("/");
    const first = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
    return { first, size: 2 ** (32 - Number(prefix)), prefix: Number(prefix) };
}

function cidrOf(first: number, prefix: number): string {
    const octets = [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(first / unit) % 256);
    return `${octets.join(".")}/${prefix}`;
}

function allOf(plan: SubnetPlan): { zone: string; cidr: string }[] {
    return [...plan.public, ...plan.private, ...plan.data];
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(range);

/** Every network that a VPC may have. */
const vpcCidr = fc
    .record({ home: fc.constantFrom(...privateRanges), prefix: fc.integer({ min: 16, max: 20 }), at: fc.nat() })
    .map(({ home, prefix, at }) => {
        const size = 2 ** (32 - prefix);
        return cidrOf(home.first + (at % (home.size / size)) * size, prefix);
    });

const zones = fc
    .shuffledSubarray([...zoneLetters], { minLength: 2, maxLength: zoneLetters.length })
    .map((letters): string[] => letters);

describe("planSubnets", () => {
    it("gives a /16 in two zones these subnets", () => {
        assert.deepEqual(planSubnets({ cidr: "10.0.0.0/16", availabilityZones: ["a", "b"] }), {
            public: [
                { zone: "a", cidr: "10.0.192.0/22" },
                { zone: "b", cidr: "10.0.196.0/22" },
            ],
            private: [
                { zone: "a", cidr: "10.0.0.0/19" },
                { zone: "b", cidr: "10.0.32.0/19" },
            ],
            data: [
                { zone: "a", cidr: "10.0.216.0/22" },
                { zone: "b", cidr: "10.0.220.0/22" },
            ],
            spare: "10.0.240.0/20",
        });
    });

    it("gives the smallest VPC, a /20, in its last zone these subnets", () => {
        const plan = planSubnets({ cidr: "192.168.16.0/20", availabilityZones: ["a", "f"] });
        assert.deepEqual(
            [plan.private[1], plan.public[1], plan.data[1], plan.spare],
            [
                { zone: "f", cidr: "192.168.26.0/23" },
                { zone: "f", cidr: "192.168.29.64/26" },
                { zone: "f", cidr: "192.168.30.192/26" },
                "192.168.31.0/24",
            ],
        );
    });

    it("puts every subnet inside the VPC, aligned to its own size", () => {
        fc.assert(
            fc.property(vpcCidr, zones, (cidr, availabilityZones) => {
                const vpc = range(cidr);
                const plan = planSubnets({ cidr, availabilityZones });
                for (const each of [...allOf(plan).map((subnet) => subnet.cidr), plan.spare]) {
                    const { first, size } = range(each);
                    assert.ok(first >= vpc.first && first + size <= vpc.first + vpc.size, `${each} leaves ${cidr}`);
                    assert.equal(first % size, 0, `${each} has host bits`);
                }
            }),
        );
    });

    it("never lets two subnets overlap, nor one reach into the spare range", () => {
        fc.assert(
            fc.property(vpcCidr, zones, (cidr, availabilityZones) => {
                const plan = planSubnets({ cidr, availabilityZones });
                const blocks = [...allOf(plan).map((subnet) => subnet.cidr), plan.spare]
                    .map(range)
                    .sort((one, other) => one.first - other.first);
                blocks.slice(1).forEach((block, index) => {
                    const before = blocks[index];
                    assert.ok(before && before.first + before.size <= block.first);
                });
            }),
        );
    });

    it("uses or keeps spare every address, once all zones are in use", () => {
        fc.assert(
            fc.property(vpcCidr, (cidr) => {
                const plan = planSubnets({ cidr, availabilityZones: zoneLetters });
                const sizes = [...allOf(plan).map((subnet) => subnet.cidr), plan.spare].map((each) => range(each).size);
                assert.equal(
                    sizes.reduce((sum, size) => sum + size),
                    range(cidr).size,
                );
            }),
        );
    });

    it("moves no subnet of a zone when other zones come, go or change places", () => {
        fc.assert(
            fc.property(vpcCidr, zones, zones, (cidr, before, after) => {
                const old = allOf(planSubnets({ cidr, availabilityZones: before }));
                const now = allOf(planSubnets({ cidr, availabilityZones: after }));
                const kept = (subnet: { zone: string }) => before.includes(subnet.zone) && after.includes(subnet.zone);
                assert.deepEqual(now.filter(kept), old.filter(kept));
            }),
        );
    });

    it("gives every zone one subnet of each kind", () => {
        fc.assert(
            fc.property(vpcCidr, zones, (cidr, availabilityZones) => {
                const plan = planSubnets({ cidr, availabilityZones });
                for (const tier of [plan.public, plan.private, plan.data]) {
                    assert.deepEqual(
                        tier.map((subnet) => subnet.zone),
                        [...availabilityZones].sort(),
                    );
                }
            }),
        );
    });

    it("leaves EKS its 16 free addresses in every subnet, and pods the most", () => {
        const reservedByAws = 5;
        fc.assert(
            fc.property(vpcCidr, zones, (cidr, availabilityZones) => {
                const plan = planSubnets({ cidr, availabilityZones });
                for (const { cidr: subnet } of allOf(plan)) {
                    assert.ok(range(subnet).size - reservedByAws >= 16);
                }
                const size = (tier: SubnetPlan["public"]) => range(tier[0]?.cidr ?? "").size;
                assert.ok(size(plan.private) > size(plan.public) && size(plan.private) > size(plan.data));
            }),
        );
    });

    it("throws what subnetPlanProblem says, with the values", () => {
        assert.throws(
            () => planSubnets({ cidr: "10.0.0.0/24", availabilityZones: ["a", "b"] }),
            /cidr "10\.0\.0\.0\/24" with availabilityZones \[a, b\] cannot be used: cidr must be a \/16 to \/20 network/,
        );
    });
});

describe("subnetPlanProblem", () => {
    const good = { cidr: "10.0.0.0/16", availabilityZones: ["a", "b", "c"] };

    it("has nothing to say about any network that can be planned", () => {
        fc.assert(
            fc.property(vpcCidr, zones, (cidr, availabilityZones) => {
                assert.equal(subnetPlanProblem({ cidr, availabilityZones }), undefined);
            }),
        );
    });

    for (const [cidr, expected] of [
        ["10.0.0.0/15", /\/16 to \/20/],
        ["10.0.0.0/21", /\/16 to \/20/],
        ["10.0.0.0/33", /IPv4 network/],
        ["10.0.0.1/16", /without host bits: 10\.0\.0\.0\/16/],
        ["10.0.8.0/20", /without host bits: 10\.0\.0\.0\/20/],
        ["11.0.0.0/16", /private range/],
        ["172.32.0.0/16", /private range/],
        ["172.15.0.0/16", /private range/],
        ["100.128.0.0/16", /private range/],
        ["8.8.0.0/16", /private range/],
        ["256.0.0.0/16", /IPv4 network/],
        ["10.0.0/16", /IPv4 network/],
        ["10.0.0.0", /IPv4 network/],
        ["fd00::/16", /IPv4 network/],
        ["", /IPv4 network/],
    ] as const) {
        it(`refuses the range "${cidr}"`, () => {
            assert.match(subnetPlanProblem({ ...good, cidr }) ?? "", expected);
        });
    }

    for (const [availabilityZones, expected] of [
        [["a", "b", "a"], /each zone once; "a" is there twice/],
        [["a"], /two or more/],
        [[], /two or more/],
        [["a", "g"], /letters of zones.*"g" is not one/],
        [["us-east-1a", "b"], /letters of zones.*"us-east-1a" is not one/],
        [["a", ""], /"" is not one/],
    ] as const) {
        it(`refuses the zones [${availabilityZones.join(", ")}]`, () => {
            assert.match(subnetPlanProblem({ ...good, availabilityZones }) ?? "", expected);
        });
    }
});

describe("natProblem", () => {
    const ofNodes = ["ecr.api", "ecr.dkr", "ec2", "sts", "logs", "eks-auth"];

    it("asks for no endpoint when there is NAT", () => {
        assert.equal(natProblem("instance", []), undefined);
        assert.equal(natProblem("single", []), undefined);
        assert.equal(natProblem("per-az", []), undefined);
    });

    it("names every endpoint that nodes lack without NAT", () => {
        const problem = natProblem("none", ["sts", "logs"]) ?? "";
        assert.match(
            problem,
            /must be instance, single or per-az, or interfaceEndpoints must have ec2, ecr\.api, ecr\.dkr, eks-auth:/,
        );
    });

    it("is content with all of them, in any order and with more", () => {
        fc.assert(
            fc.property(fc.shuffledSubarray([...ofNodes, "kms"], { minLength: 7 }), (endpoints) => {
                assert.equal(natProblem("none", endpoints), undefined);
            }),
        );
    });

    it("misses each one that is taken away", () => {
        for (const gone of ofNodes) {
            const rest = ofNodes.filter((endpoint) => endpoint !== gone);
            assert.match(natProblem("none", rest) ?? "", new RegExp(`must have ${gone.replace(".", "\\.")}:`));
        }
    });

    for (const [addon, endpoint] of [
        ["awsLoadBalancerController", "elasticloadbalancing"],
        ["clusterAutoscaler", "autoscaling"],
        ["externalSecrets", "secretsmanager"],
    ] as const) {
        it(`asks for ${endpoint} when ${addon} is on, and only then`, () => {
            assert.match(natProblem("none", ofNodes, { [addon]: true }) ?? "", new RegExp(`must have ${endpoint}:`));
            assert.equal(natProblem("none", [...ofNodes, endpoint], { [addon]: true }), undefined);
            assert.equal(natProblem("none", ofNodes, { [addon]: false }), undefined);
        });
    }
});
