import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { simulate } from "../../simulation/program";
import { ResourceGraph } from "../harness";

/** The cluster of its document: an own one, far away from the others. */
describe("medical-practice on the cluster of its document", () => {
    let graph: ResourceGraph;
    before(async () => {
        const stackFile = parse(readFileSync("Pulumi.dev.yaml", "utf8")) as { config: Record<string, unknown> };
        Object.assign(stackFile.config, {
            "aws:region": "ap-south-1",
            "platform:network": { cidr: "10.0.0.0/16", availabilityZones: ["a", "b"], nat: "single" },
            "platform:edge": { hostedZoneId: "Z0123456789EXAMPLEDEV" },
            "platform:cluster": {
                version: "1.36",
                publicAccessCidrs: [],
                nodeGroups: {
                    general: {
                        capacity: "spot",
                        architecture: "amd64",
                        instanceTypes: ["t3a.medium"],
                        minSize: 1,
                        desiredSize: 2,
                        maxSize: 3,
                    },
                },
            },
            "platform:addons": {
                certManager: false,
                monitoring: false,
                verticalPodAutoscaler: false,
                logging: false,
                reloader: false,
            },
            "platform:systems": {
                "medical-practice": { version: "v1.0.0", host: "practice.dev.example.com" },
            },
        });
        graph = new ResourceGraph(
            await simulate({ root: process.cwd(), stack: "dev", stackFile: JSON.stringify(stackFile) }),
        );
    });

    it("has 1 to 3 spot nodes of type t3a.medium, two at first", () => {
        const { inputs } = graph.one("aws:eks/nodeGroup:NodeGroup");
        assert.deepEqual(
            [inputs.instanceTypes, inputs.capacityType, inputs.scalingConfig],
            [["t3a.medium"], "SPOT", { minSize: 1, desiredSize: 2, maxSize: 3 }],
        );
    });

    it("has two public and two private subnets in two zones of ap-south-1, and one NAT gateway", () => {
        const subnets = graph.ofType("aws:ec2/subnet:Subnet");
        for (const kind of ["public", "private"]) {
            assert.deepEqual(
                subnets.filter(({ name }) => name.includes(`-${kind}-`)).map(({ inputs }) => inputs.availabilityZone),
                ["ap-south-1a", "ap-south-1b"],
            );
        }
        assert.equal(graph.one("aws:ec2/vpc:Vpc").inputs.cidrBlock, "10.0.0.0/16");
        graph.one("aws:ec2/natGateway:NatGateway");
    });

    it("is asked from inside the VPC only", () => {
        const { endpointPrivateAccess, endpointPublicAccess } = graph.one("eks:index:Cluster").inputs;
        assert.deepEqual([endpointPrivateAccess, endpointPublicAccess], [true, false]);
    });

    it("names nothing of another region", () => {
        const text = JSON.stringify(graph.all.map(({ inputs }) => inputs));
        assert.ok(text.includes("ap-south-1") && !/us-east-1[a-f]/.test(text));
    });
});
