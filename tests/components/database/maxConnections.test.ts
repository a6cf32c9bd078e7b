import assert from "node:assert/strict";
import fc from "fast-check";
import { instanceMemoryMiB, managedMaxConnections, maxConnections } from "../../../components/database/maxConnections";
import type { ResourceGraph } from "../../harness";
import { container, deployDatabase, managed, podOf, postgres } from "./fixture";

describe("the connections of an RDS instance", () => {
    // What `SHOW VARIABLES LIKE 'max_connections'` answered on RDS for MySQL, by memory in GiB.
    const seen: readonly [string, number][] = [
        ["db.t4g.micro", 66],
        ["db.t4g.small", 150],
        ["db.t4g.medium", 312],
        ["db.m7g.large", 648],
        ["db.m7g.xlarge", 1320],
    ];
    for (const [instanceClass, connections] of seen) {
        it(`are never promised more than were seen on ${instanceClass}, nor much fewer`, () => {
            const promised = maxConnections("mysql", instanceClass) ?? 0;
            assert.ok(promised <= connections, `${promised} > ${connections}`);
            assert.ok(promised >= connections * 0.8, `${promised} is much less than ${connections}`);
        });
    }

    const table: readonly [engine: "postgres" | "mysql", instanceClass: string, expected: number | undefined][] = [
        ["postgres", "db.t4g.micro", 71],
        ["postgres", "db.t4g.medium", 392],
        ["postgres", "db.r8g.24xlarge", 5000],
        ["mysql", "db.t4g.micro", 54],
        ["postgres", "db.t4g.gigantic", undefined],
        ["postgres", "db.x2iedn.large", undefined],
        ["postgres", "t4g.micro", undefined],
    ];
    for (const [engine, instanceClass, expected] of table) {
        it(`are ${expected ?? "not known"} for ${engine} on ${instanceClass}`, () => {
            assert.equal(maxConnections(engine, instanceClass), expected);
        });
    }

    it("are always at least fifty and more on a larger instance", () => {
        const sizes = ["micro", "small", "medium", "large", "xlarge", "2xlarge"];
        fc.assert(
            fc.property(
                fc.constantFrom("postgres" as const, "mysql" as const),
                fc.constantFrom("t3", "t4g"),
                fc.integer({ min: 0, max: sizes.length - 2 }),
                (engine, family, index) => {
                    const smaller = maxConnections(engine, `db.${family}.${sizes[index]}`) ?? 0;
                    const larger = maxConnections(engine, `db.${family}.${sizes[index + 1]}`) ?? 0;
                    assert.ok(smaller >= 50 && larger > smaller);
                },
            ),
        );
    });

    it("are the same on every generation of a family", () => {
        for (const [one, other] of [
            ["db.t3.small", "db.t4g.small"],
            ["db.m5.large", "db.m8g.large"],
            ["db.r6gd.xlarge", "db.r7i.xlarge"],
        ] as const) {
            assert.equal(instanceMemoryMiB(one), instanceMemoryMiB(other));
        }
    });
});

describe("the connections that a system needs", () => {
    const parametersOf = (graph: ResourceGraph): string | undefined =>
        (
            graph.one("aws:rds/parameterGroup:ParameterGroup").inputs.parameters as { name: string; value: string }[]
        ).find(({ name }) => name === "max_connections")?.value;

    it("count where the class gives fewer, and otherwise what the class gives", () => {
        assert.equal(managedMaxConnections({ engine: "postgres", connections: 320 }, "db.t4g.micro"), 320);
        assert.equal(managedMaxConnections({ engine: "postgres", connections: 320 }, "db.t4g.medium"), 392);
        assert.equal(managedMaxConnections({ engine: "postgres", connections: 320 }, "db.x2iedn.large"), 320);
        assert.equal(managedMaxConnections({ engine: "postgres" }, "db.x2iedn.large"), undefined);
    });

    it("are a parameter of RDS only where its own value is less", async () => {
        const spec = { ...postgres, connections: 320 };
        const on = (instanceClass: string): Promise<ResourceGraph> =>
            deployDatabase({ ...managed, spec, sizing: { instanceClass } });
        assert.equal(parametersOf(await on("db.t4g.micro")), "320");
        assert.equal(parametersOf(await on("db.t4g.medium")), undefined);
    });

    it("are what a server in the cluster accepts, which gets memory for them", async () => {
        const graph = await deployDatabase({ spec: { ...postgres, connections: 320 } });
        const server = container(podOf(graph.one("kubernetes:apps/v1:StatefulSet")), "server");
        assert.ok(JSON.stringify(server).includes("max_connections=320"));
        assert.ok(JSON.stringify(server).includes(`${1024 + 220 * 8}Mi`));
    });
});
