import assert from "node:assert/strict";
import { fluentBitConfig, logGroupOf, platformLogGroup, routingScript } from "../../../components/addons/logRouting";
import { deployAddons } from "./fixture";

describe("log routing", () => {
    it("names one log group for each system and one for everything else", () => {
        assert.equal(logGroupOf("user-management", "prod"), "/aws/eks/user-management-prod");
        assert.equal(platformLogGroup("dev"), "/aws/eks/platform-dev");
    });

    it("goes by the system's label, for pods of this program only", () => {
        const script = routingScript("dev");
        assert.match(script, /labels\["app\.kubernetes\.io\/part-of"\]/);
        assert.match(script, /labels\["app\.kubernetes\.io\/managed-by"\] ~= "pulumi"/);
        assert.match(script, /record\["log_group"\] = "\/aws\/eks\/" \.\. system \.\. "-dev"/);
    });

    it("survives the chart, which reads double braces as its own language", () => {
        const everything = { script: routingScript("dev"), ...fluentBitConfig("dev", "eu-central-1") };
        assert.ok(!JSON.stringify(everything).includes("{{"));
    });

    it("sends to groups that exist and creates none", () => {
        const { outputs } = fluentBitConfig("dev", "eu-central-1");
        assert.match(outputs, /^ {4}auto_create_group false$/m);
        assert.match(outputs, /^ {4}log_group_template \$log_group$/m);
        assert.match(outputs, /^ {4}log_group_name \/aws\/eks\/platform-dev$/m);
        assert.match(outputs, /^ {4}region eu-central-1$/m);
    });

    it("parses lines that are JSON and does not let pods opt out", () => {
        const { filters } = fluentBitConfig("dev", "eu-central-1");
        assert.match(filters, /^ {4}Merge_Log On$/m);
        assert.match(filters, /^ {4}K8S-Logging.Exclude Off$/m);
    });

    it("has the platform's group, encrypted and with an end, before the first line is sent", async () => {
        const graph = await deployAddons();
        const group = graph.one("aws:cloudwatch/logGroup:LogGroup");
        assert.equal(group.inputs.name, "/aws/eks/platform-dev");
        assert.equal(group.inputs.retentionInDays, 60);
        assert.match(String(group.inputs.kmsKeyId), /key\/logs$/);
        assert.ok(graph.waitsFor(graph.one("kubernetes:helm.sh/v3:Release", "addons-logging"), group));
    });

    it("has no group without Fluent Bit", async () => {
        const graph = await deployAddons({ enabled: { logging: false } });
        assert.equal(graph.ofType("aws:cloudwatch/logGroup:LogGroup").length, 0);
    });
});
