import assert from "node:assert/strict";
import { logRetentionDays } from "../../../config/supportedVersions";
import { indexedFields, savedQueries, searchableDays } from "../../../components/addons/logQueries";
import { deployAddons } from "./fixture";

const groupType = "aws:cloudwatch/logGroup:LogGroup";
const policyType = "aws:cloudwatch/logIndexPolicy:LogIndexPolicy";
const queryType = "aws:cloudwatch/queryDefinition:QueryDefinition";

describe("searchable logs", () => {
    for (const days of logRetentionDays) {
        it(`are kept for seven and thirty days at least, where ${days} are configured`, () => {
            assert.ok(searchableDays({ searchableLogs: true }, days) >= 37);
            assert.ok(searchableDays({ searchableLogs: true }, days) >= days);
            assert.equal(searchableDays({ searchableLogs: false }, days), days);
        });
    }

    it("have indexes of what people look for, no more than CloudWatch allows", async () => {
        const graph = await deployAddons();
        const policy = graph.one(policyType);
        assert.equal(policy.inputs.logGroupName, "/aws/eks/platform-dev");
        assert.deepEqual(JSON.parse(String(policy.inputs.policyDocument)), { Fields: indexedFields });
        assert.ok(indexedFields.length <= 20);
        assert.ok(graph.waitsFor(policy, graph.one(groupType)));
    });

    it("have queries to start from", async () => {
        const queries = (await deployAddons()).ofType(queryType);
        assert.deepEqual(
            queries.map(({ inputs }) => inputs.name).sort(),
            Object.keys(savedQueries)
                .map((name) => `platform-dev/${name}`)
                .sort(),
        );
        for (const { inputs } of queries) {
            assert.deepEqual(inputs.logGroupNames, ["/aws/eks/platform-dev"]);
        }
    });

    it("are kept as configured, without indexes and queries, where nobody asked", async () => {
        const graph = await deployAddons({ enabled: { searchableLogs: false } });
        assert.equal(graph.one(groupType).inputs.retentionInDays, 30);
        assert.equal(graph.ofType(policyType).length + graph.ofType(queryType).length, 0);
    });
});
