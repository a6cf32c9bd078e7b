import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "../../operations/cluster";
import { bucketsOf, definitionsText, keepDefinitions } from "../../operations/definitions";
import { simulateStack } from "../harness";
import { fakeKubernetes } from "./fakeKubernetes";

const cluster = fakeKubernetes();
const noon = new Date("2026-11-21T12:00:00.123Z");

describe("the definitions that are kept with a backup", () => {
    it("are ConfigMaps and ExternalSecrets, as kubectl applies them, in the system's bucket", async () => {
        cluster().put("/api/v1/namespaces/market/configmaps/settings", {
            metadata: { name: "settings", namespace: "market", uid: "1", managedFields: [], labels: { app: "a" } },
            data: { LOG_LEVEL: "INFO" },
        });
        cluster().put("/apis/external-secrets.io/v1/namespaces/market/externalsecrets/keys", {
            metadata: { name: "keys", namespace: "market" },
            spec: { data: [] },
            status: { conditions: [] },
        });
        const uploads: string[] = [];
        let text = "";
        const target = await keepDefinitions(
            await connect({ kubeconfig: cluster().kubeconfig }, { env: {}, home: "/nowhere" }),
            (args) => {
                uploads.push(args.filter((each) => !each.includes("definitions-")).join(" "));
                text = readFileSync(args[2] ?? "", "utf8");
                return Promise.resolve({});
            },
            { bucket: "market-backups", namespaces: ["market"] },
            noon,
        );
        assert.equal(target, "s3://market-backups/definitions/20261121T120000Z.json");
        assert.deepEqual(uploads, [`s3 cp ${target} --checksum-algorithm SHA256 --only-show-errors`]);
        assert.deepEqual(JSON.parse(text), {
            apiVersion: "v1",
            kind: "List",
            items: [
                {
                    apiVersion: "v1",
                    kind: "ConfigMap",
                    metadata: { name: "settings", namespace: "market", labels: { app: "a" } },
                    data: { LOG_LEVEL: "INFO" },
                },
                {
                    apiVersion: "external-secrets.io/v1",
                    kind: "ExternalSecret",
                    metadata: { name: "keys", namespace: "market" },
                    spec: { data: [] },
                },
            ],
        });
    });

    it("are an empty list where there are none", () => {
        assert.deepEqual(JSON.parse(definitionsText([])), { apiVersion: "v1", kind: "List", items: [] });
    });

    for (const stack of ["dev", "prod"]) {
        it(`have a bucket for every system with a database in ${stack}`, async () => {
            const { plan } = await simulateStack(stack);
            assert.deepEqual(Object.keys(bucketsOf(plan)).sort(), [
                "employee-management",
                "medical-practice",
                "techcommerce",
                "user-management",
                "user-service",
            ]);
        });
    }
});
