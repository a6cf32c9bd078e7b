import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { GuardDuty, type GuardDutyArgs } from "../../../components/audit/guardDuty";
import { deploy, type ResourceGraph } from "../../harness";

const detectorType = "aws:guardduty/detector:Detector";
const featureType = "aws:guardduty/detectorFeature:DetectorFeature";
const addonType = "aws:eks/addon:Addon";

function guardDuty(detector: GuardDutyArgs["detector"], version?: string): Promise<ResourceGraph> {
    return deploy(() => {
        const nodes = new aws.sqs.Queue("nodes");
        new GuardDuty("guard-duty", {
            tags: { stack: "prod", environment: "prod", extraTags: {} },
            detector,
            ...(version !== undefined && { agent: { version, clusterName: "platform-prod", dependsOn: [nodes] } }),
        });
    });
}

function features(graph: ResourceGraph): Record<string, unknown> {
    return Object.fromEntries(graph.ofType(featureType).map(({ inputs }) => [String(inputs.name), inputs.status]));
}

describe("GuardDuty", () => {
    it("watches audit logs alone where there is no agent, and says that the rest is off", async () => {
        const graph = await guardDuty("own");
        assert.deepEqual(features(graph), { EKS_AUDIT_LOGS: "ENABLED", RUNTIME_MONITORING: "DISABLED" });
        assert.deepEqual(graph.ofType(addonType), []);
    });

    it("watches what runs with an agent, which it installs after the nodes and when EKS takes it", async () => {
        const graph = await guardDuty("own", "v1.12.1-eksbuild.2");
        assert.deepEqual(features(graph), { EKS_AUDIT_LOGS: "ENABLED", RUNTIME_MONITORING: "ENABLED" });
        const addon = graph.one(addonType);
        assert.deepEqual(
            [addon.inputs.addonName, addon.inputs.addonVersion, addon.inputs.clusterName],
            ["aws-guardduty-agent", "v1.12.1-eksbuild.2", "platform-prod"],
        );
        for (const needed of [...graph.ofType(featureType), graph.one("aws:sqs/queue:Queue")]) {
            assert.ok(graph.waitsFor(addon, needed), needed.name);
        }
    });

    it("never lets GuardDuty install agents itself, which would leave an endpoint in the VPC", async () => {
        const [runtime] = (await guardDuty("own", "v1.12.1-eksbuild.2"))
            .ofType(featureType)
            .filter(({ inputs }) => inputs.name === "RUNTIME_MONITORING");
        const managed = runtime?.inputs.additionalConfigurations as { name: string; status: string }[];
        assert.equal(managed.length, 3);
        assert.ok(managed.every(({ status }) => status === "DISABLED"));
    });

    it("leaves the account's detector alone, and installs the agent for it", async () => {
        const graph = await guardDuty("account", "v1.12.1-eksbuild.2");
        assert.deepEqual([...graph.ofType(detectorType), ...graph.ofType(featureType)], []);
        assert.equal(graph.ofType(addonType).length, 1);
    });
});
