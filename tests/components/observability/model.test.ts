import { strict as assert } from "node:assert";
import { longestGapHours } from "../../../components/observability/backupSchedule";
import { literally, quoted, rateWindow, ratio, series } from "../../../components/observability/promql";
import { config, modelOf, plannedSystem } from "./fixtures";

describe("monitoring model", () => {
    it("knows of a system what the system declares", () => {
        const model = modelOf();
        assert.equal(model.owner, "identity");
        assert.equal(model.scrapeIntervalSeconds, config.observability.scrapeIntervalSeconds);
        const [api] = model.services;
        assert.deepEqual(
            { job: api?.job, autoscaler: api?.autoscaler, database: api?.usesDatabase, cache: api?.usesCache },
            { job: "user-mgmt-api", autoscaler: { min: 3, max: 10 }, database: true, cache: true },
        );
        assert.deepEqual(
            model.databases.map(({ name, job, engine, backupJob, volumeClaims }) => [
                name,
                job,
                engine,
                backupJob,
                volumeClaims,
            ]),
            [["postgres", "user-management-postgres-exporter", "postgres", "postgres-backup", "data-postgres-[0-9]+"]],
        );
        assert.deepEqual(
            model.caches.map(({ name, job }) => [name, job]),
            [["redis", "user-management-redis-exporter"]],
        );
    });

    it("matches the pods of a service and of no other", () => {
        const [api] = modelOf().services;
        const pods = new RegExp(`^(?:${api?.pods})$`);
        assert.match("user-mgmt-api-5d8f7c9b6-x2k4p", pods);
        for (const other of ["user-mgmt-api-worker-5d8f7c9b6-x2k4p", "user-mgmt-api-0", "a-user-mgmt-api-5d8f-x2k4p"]) {
            assert.doesNotMatch(other, pods);
        }
    });

    it("expects no autoscaler where the number of pods is fixed", () => {
        const { declaration } = plannedSystem();
        const fixed = (replicas: number | { min: number; max: number }): unknown => {
            const services = { "user-mgmt-api": { ...declaration.services["user-mgmt-api"], replicas } as never };
            return modelOf("in-cluster", { declaration: { ...declaration, services } }).services[0]?.autoscaler;
        };
        assert.equal(fixed(3), undefined);
        assert.equal(fixed({ min: 3, max: 3 }), undefined);
    });

    for (const [schedule, hours] of [
        ["0 2 * * *", 24],
        ["*/30 * * * *", 24],
        ["0 2 * * 0", 7 * 24],
        ["0 2 1 * *", 31 * 24],
        ["0 2 1 1 *", 366 * 24],
    ] as const) {
        it(`takes ${hours} hours as the longest gap of the schedule ${schedule}`, () => {
            assert.equal(longestGapHours(schedule), hours);
        });
    }
});

describe("PromQL", () => {
    it("quotes what is in a matcher", () => {
        assert.equal(series("up"), "up");
        assert.equal(
            series("up", { a: 'x"\\', b: { matches: "c.*" }, d: { not: "" } }),
            'up{a="x\\"\\\\",b=~"c.*",d!=""}',
        );
        assert.equal(quoted("a\nb"), '"a\\nb"');
        assert.equal(literally("a.b+c"), "a\\.b\\+c");
    });

    it("computes with ratios and windows that are written down exactly", () => {
        assert.equal(ratio(7), 0.07);
        assert.equal(ratio(29), 0.29);
        assert.deepEqual(
            [rateWindow(15), rateWindow(75), rateWindow(100), rateWindow(300)],
            ["5m", "5m", "400s", "20m"],
        );
        assert.equal(rateWindow(30, 10), "10m");
    });
});
