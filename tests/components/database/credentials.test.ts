import assert from "node:assert/strict";
import type { DatabaseSpec } from "../../../components/database/spec";
import type { ResourceGraph } from "../../harness";
import { deployDatabase, mysql, type DatabaseOptions } from "./fixture";

const secretType = "aws:secretsmanager/secret:Secret";
const credentials = { kubernetesName: "flask-app-db-credentials", awsName: "dev/backend/database" };
const spec: DatabaseSpec = { ...mysql, kubernetesName: "flask-app-db", credentials };

/** Every Secret that a pod mounts or reads a variable from. */
function secretsInPods(graph: ResourceGraph): Set<string> {
    const pods = graph.all
        .filter(({ type }) => /^kubernetes:(apps|batch)\//.test(type))
        .map(({ inputs }) => JSON.stringify(inputs));
    const names = pods.flatMap((text) =>
        [...text.matchAll(/"(?:secretName|secretKeyRef":\{"name)":"([^"]+)"/g)].map(([, name = ""]) => name),
    );
    return new Set(names.filter((name) => name.includes("credentials")));
}

function names(graph: ResourceGraph): unknown[] {
    return graph.ofType(secretType).map(({ inputs }) => inputs.name);
}

describe("the names of a database's credentials", () => {
    const cases: [string, DatabaseOptions, unknown[]][] = [
        ["in-cluster", { spec, args: { placement: "in-cluster" } }, ["dev/backend/database"]],
        [
            "managed with read replicas",
            { spec: { ...spec, readReplicas: 1 }, args: { placement: "managed" } },
            ["dev/backend/database"],
        ],
        ["managed by RDS, which names its own secret", { spec, args: { placement: "managed" } }, []],
    ];
    for (const [what, options, expected] of cases) {
        it(`are what was asked for ${what}`, async () => {
            const inspected: string[] = [];
            const graph = await deployDatabase({
                ...options,
                inspect: ({ connection }) => void inspected.push(connection.secret.name),
            });
            assert.deepEqual(inspected, ["flask-app-db-credentials"]);
            assert.equal(graph.object("ExternalSecret", "flask-app-db-credentials").inputs.kind, "ExternalSecret");
            assert.deepEqual(names(graph), expected);
            assert.deepEqual([...secretsInPods(graph)], ["flask-app-db-credentials"]);
        });
    }

    it("have the stack in AWS where it is not called like its environment", async () => {
        const graph = await deployDatabase({ spec, stack: "clinic", args: { placement: "in-cluster" } });
        assert.deepEqual(names(graph), ["dev/clinic/backend/database"]);
    });

    it("follow the server's name where nothing was asked for", async () => {
        const plain = { ...mysql, kubernetesName: "flask-app-db" };
        const graph = await deployDatabase({ spec: plain, args: { placement: "in-cluster" } });
        assert.deepEqual(names(graph), ["dev/shop/flask-app-db-credentials"]);
    });

    it("are a plain Secret without AWS", async () => {
        const graph = await deployDatabase({ spec, aws: false, args: { placement: "in-cluster" } });
        assert.equal(graph.object("Secret", "flask-app-db-credentials").inputs.kind, "Secret");
    });

    for (const [what, change, message] of [
        ["no name of a Secret", { kubernetesName: "Flask" }, /credentials.kubernetesName must be a DNS label/],
        ["the path of another environment", { awsName: "prod/backend/database" }, /awsName must be three segments/],
    ] as const) {
        it(`are refused when they are ${what}`, () =>
            assert.rejects(
                deployDatabase({ spec: { ...spec, credentials: change }, args: { placement: "in-cluster" } }),
                message,
            ));
    }
});
