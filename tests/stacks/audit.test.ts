import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { policyFindings } from "../../policy/findings";
import { costOf } from "../../simulation/cost/cost";
import { simulate } from "../../simulation/program";
import { ResourceGraph, simulateStack } from "../harness";
import { projectIn, replacing } from "./project";

const trail = "aws:cloudtrail/trail:Trail";
const detector = "aws:guardduty/detector:Detector";

describe("records of what is done in the account", () => {
    it("are kept in prod for a year, and nowhere else: they are the account's, and one trail is enough", async () => {
        const graph = await simulateStack("prod");
        assert.equal(graph.ofType(trail).length, 1);
        const lifecycle = graph.one(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "trail-events-lifecycle",
        );
        assert.match(JSON.stringify(lifecycle.inputs.rules), /"expiration":\{"days":365\}/);
        assert.deepEqual((await simulateStack("dev")).ofType(trail), []);
    });

    it("have a key of their own, which no other component uses", async () => {
        const graph = await simulateStack("prod");
        const key = graph.one("aws:kms/key:Key", "encryption-audit");
        const users = graph.all.filter(({ dependencies }) => dependencies.includes(key.urn)).map(({ name }) => name);
        assert.deepEqual(users.sort(), ["encryption-audit-alias", "trail-events-encryption", "trail-trail"]);
    });

    describe("with GuardDuty in prod", () => {
        const directory = mkdtempSync(path.join(tmpdir(), "platform-audit-"));
        after(() => rmSync(directory, { recursive: true, force: true }));
        let graph: ResourceGraph;

        before(async () => {
            const on = replacing(
                "  platform:audit:\n",
                "  platform:audit:\n    guardDuty:\n      agentVersion: v1.12.1-eksbuild.2\n",
            );
            const root = projectIn(directory, { "Pulumi.prod.yaml": on });
            graph = new ResourceGraph(await simulate({ root, stack: "prod" }));
        });

        it("keep every policy", () => {
            assert.equal(graph.ofType(detector).length, 1);
            assert.deepEqual(policyFindings(graph.plan).findings, []);
        });

        it("have an endpoint for the agent, which is gone after it: the VPC could not be deleted otherwise", () => {
            const endpoint = graph.one("aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoint-guardduty-data");
            assert.ok(graph.waitsFor(graph.one("aws:eks/addon:Addon", "guard-duty-agent"), endpoint));
        });

        it("are not called free: the detector has no price, the endpoint costs nothing", () => {
            const { lines, unpriced } = costOf(graph.plan);
            assert.ok(JSON.stringify(unpriced).includes("guard-duty-detector"));
            assert.ok(!JSON.stringify([lines, unpriced]).includes("guardduty-data"));
        });
    });
});
