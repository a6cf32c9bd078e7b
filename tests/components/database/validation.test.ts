import assert from "node:assert/strict";
import fc from "fast-check";
import { engines } from "../../../components/database/engines";
import { reservedWords } from "../../../components/database/reservedNames";
import { databaseNameProblems, databaseProblems, minimumRequests } from "../../../components/database/validation";
import { placements } from "../../../config/schema";
import { databaseEngines } from "../../../config/supportedVersions";
import { deployDatabase, mysql, postgres } from "./fixture";

describe("what a system may say about a database", () => {
    for (const placement of placements) {
        for (const spec of [postgres, mysql]) {
            it(`may be ${spec.engine} ${spec.version} ${placement}`, () => {
                assert.deepEqual(databaseProblems(spec, placement), []);
            });
        }
    }

    it("may be every version that RDS has, and there is an image of each", () => {
        for (const engine of ["postgres", "mysql"] as const) {
            assert.deepEqual(Object.keys(engines[engine].imageTags), Object.keys(databaseEngines[engine]));
        }
    });

    const refused: readonly [what: string, change: Record<string, unknown>, path: string, message: RegExp][] = [
        ["an unknown engine", { engine: "oracle" }, "engine", /must be one of postgres, mysql/],
        ["a version RDS does not have", { version: "9" }, "version", /must be one of 15, 16, 17 for postgres/],
        ["a minor version", { version: "15.4" }, "version", /must be one of/],
        ["an empty database name", { databaseName: "" }, "databaseName", /starting with a letter/],
        ["a database name with a hyphen", { databaseName: "my-db" }, "databaseName", /underscores/],
        ["a database name in capitals", { databaseName: "Shop" }, "databaseName", /lower-case/],
        [
            "a database name that starts with a digit",
            { databaseName: "1shop" },
            "databaseName",
            /starting with a letter/,
        ],
        [
            "a database name too long to be restored beside",
            { databaseName: "d".repeat(41) },
            "databaseName",
            /at most 40/,
        ],
        ["a database of the server's own", { databaseName: "postgres" }, "databaseName", /reserves/],
        ["a database that RDS keeps", { databaseName: "rdsadmin" }, "databaseName", /reserves/],
        ["an SQL word as a database", { databaseName: "table" }, "databaseName", /reserves/],
        ["the superuser", { username: "postgres" }, "username", /reserves/],
        ["the name of RDS' own user", { username: "rdsadmin" }, "username", /reserves/],
        ["admin", { username: "admin" }, "username", /reserves/],
        ["an SQL word as a user", { username: "user" }, "username", /reserves/],
        ["a role of PostgreSQL's own", { username: "pg_monitor" }, "username", /reserves/],
        ["a user name that is too long", { username: "u".repeat(17) }, "username", /at most 16/],
        ["a user name with a quote", { username: "u'; drop" }, "username", /lower-case letters/],
        ["too few connections for its own needs", { connections: 5 }, "connections", /from 20 to 1000/],
        ["half a connection", { connections: 50.5 }, "connections", /whole number/],
        ["no storage", { storageGiB: 0 }, "storageGiB", /whole number of GiB from 1/],
        ["half a GiB", { storageGiB: 20.5 }, "storageGiB", /whole number/],
        ["more storage than RDS has", { storageGiB: 70000 }, "storageGiB", /65536/],
        [
            "no room to grow",
            { storageGiB: 100, maxStorageGiB: 105 },
            "maxStorageGiB",
            /a tenth more than storageGiB \(100\)/,
        ],
        ["replicas without number", { readReplicas: -1 }, "readReplicas", /0 to 15/],
        ["more replicas than RDS allows", { readReplicas: 16 }, "readReplicas", /0 to 15/],
        ["a name Kubernetes does not take", { kubernetesName: "Post_gres" }, "kubernetesName", /DNS label/],
        ["a name that leaves no room", { kubernetesName: "p".repeat(41) }, "kubernetesName", /at most 40/],
    ];
    for (const [what, change, path, message] of refused) {
        it(`must not be ${what}`, async () => {
            const spec = { ...postgres, ...change };
            const [problem, ...others] = databaseProblems(spec, "managed").filter((each) => each.path === path);
            assert.deepEqual(others, []);
            assert.match(problem?.message ?? "", message);
            assert.deepEqual(problem?.value, change[path]);
            await assert.rejects(deployDatabase({ spec, args: { placement: "managed" } }), (error: Error) => {
                assert.match(error.message, /^Database "db": /);
                return message.test(error.message) && error.message.includes(JSON.stringify(change[path]));
            });
        });
    }

    it("must not be an unknown placement", () => {
        const [problem] = databaseProblems(postgres, "elsewhere" as "managed");
        assert.match(problem?.message ?? "", /must be one of managed, in-cluster/);
    });

    it("must not have read replicas in the cluster", async () => {
        const spec = { ...postgres, readReplicas: 2 };
        assert.equal(databaseProblems(spec, "managed").length, 0);
        assert.match(
            databaseProblems(spec, "in-cluster")[0]?.message ?? "",
            /only managed databases have read replicas/,
        );
        await assert.rejects(deployDatabase({ spec }), /readReplicas must be 0 in-cluster.*but is 2/);
    });

    it("must not be managed without AWS", async () => {
        await assert.rejects(
            deployDatabase({ args: { placement: "managed" }, aws: false }),
            /placement must be in-cluster on a platform without AWS, but is "managed"/,
        );
    });

    it("reports everything that is wrong at once", () => {
        const spec = { ...postgres, version: "1", databaseName: "table", username: "admin", storageGiB: 0 };
        assert.deepEqual(
            databaseProblems(spec, "managed").map(({ path }) => path),
            ["version", "databaseName", "username", "storageGiB"],
        );
    });

    it("gives a store a name that Kubernetes takes", () => {
        assert.deepEqual(databaseNameProblems("postgres-user"), []);
        assert.equal(databaseNameProblems("Postgres").length, 1);
        assert.equal(databaseNameProblems("p".repeat(41)).length, 1);
    });

    for (const spec of [postgres, mysql]) {
        it(`lets no word through that ${spec.engine} reserves, whatever else is right`, () => {
            const words = [...reservedWords[spec.engine]];
            assert.ok(words.length > 70);
            fc.assert(
                fc.property(fc.constantFrom(...words), fc.constantFrom(...placements), (word, placement) => {
                    const asDatabase = databaseProblems({ ...spec, databaseName: word }, placement);
                    const asUser = databaseProblems({ ...spec, username: word }, placement);
                    assert.ok(asDatabase.length > 0 && asUser.length > 0);
                }),
            );
        });
    }
});

describe("what a database asks of the nodes", () => {
    it("is the server and its helpers in the cluster, and the exporter alone for a managed one", () => {
        assert.deepEqual(minimumRequests(postgres, "in-cluster"), { cpuMillicores: 115, memoryMiB: 304 });
        assert.deepEqual(minimumRequests(mysql, "in-cluster"), { cpuMillicores: 115, memoryMiB: 560 });
        assert.deepEqual(minimumRequests(postgres, "managed"), { cpuMillicores: 10, memoryMiB: 32 });
        assert.deepEqual(minimumRequests({ ...postgres, readReplicas: 1 }, "managed"), {
            cpuMillicores: 20,
            memoryMiB: 64,
        });
    });
});
