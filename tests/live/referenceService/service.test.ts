import { strict as assert } from "node:assert";
import { defaultMetricNames } from "../../../components/observability/model";
import { freePorts } from "../../ports";
import { eventually } from "../prometheus";
import { ReferenceService, type ServicePlan } from "./service";

const batch = { operation: "batch", counter: "batches_total", failed: { status: "failed" } };

/** The value of a series in what a service exports; undefined when it is not there. */
function valueIn(text: string, series: string): number | undefined {
    const line = text.split("\n").find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe("The reference service", () => {
    let service: ReferenceService | undefined;
    let plan: ServicePlan;

    const call = (path: string, method = "GET"): Promise<Response> =>
        fetch(`http://127.0.0.1:${plan.port}${path}`, { method });
    const exported = async (series: string): Promise<number | undefined> =>
        valueIn(await (await call("/metrics")).text(), series);
    const requests = (status: number): Promise<number | undefined> =>
        exported(`http_requests_total{method="GET",endpoint="/items/{id}",status="${status}"}`);

    /** A service whose stores are not there, unless it is said to have none. */
    const start = async (changes: Partial<ServicePlan["metrics"]> = {}): Promise<ReferenceService> => {
        const [port = 0, database = 0, cache = 0] = await freePorts(3);
        const metrics = {
            metrics: defaultMetricNames,
            operations: [batch],
            usesDatabase: true,
            usesCache: true,
            ...changes,
        };
        plan = {
            port,
            poolSize: 4,
            metrics,
            ...(metrics.usesDatabase && { database: { port: database, user: "nobody", database: "nothing" } }),
            ...(metrics.usesCache && { cache: { port: cache } }),
        };
        service = await ReferenceService.start(plan);
        return service;
    };

    afterEach(async () => {
        await service?.stop();
        service = undefined;
    });

    it("has the series of failures before anything fails", async () => {
        await start();
        assert.equal(await requests(500), 0);
        assert.equal(await exported('batches_total{status="failed"}'), 0);
    });

    it("uses the names that its system declares", async () => {
        await start({
            metrics: { ...defaultMetricNames, requests: "answers_total", statusLabel: "code", endpointLabel: "route" },
            usesDatabase: false,
            usesCache: false,
        });
        await call("/items/1");
        assert.equal(await exported('answers_total{method="GET",route="/items/{id}",code="200"}'), 1);
    });

    it("exports nothing about stores that it does not use", async () => {
        await start({ usesDatabase: false, usesCache: false });
        assert.equal(await exported(defaultMetricNames.poolSize), undefined);
        assert.equal(await exported(defaultMetricNames.cacheHits), undefined);
    });

    it("counts what it cannot reach", async () => {
        await start();
        for (const name of [defaultMetricNames.databaseErrors, defaultMetricNames.cacheErrors]) {
            const errors = await eventually(
                () => exported(name),
                (count) => (count ?? 0) > 0,
            );
            assert.ok((errors ?? 0) > 0, name);
        }
    });

    it("fails when it is told to, and no longer", async () => {
        const { faults } = await start({ usesDatabase: false, usesCache: false });
        faults.failing = true;
        assert.equal((await call("/items/1")).status, 500);
        faults.failing = false;
        assert.equal((await call("/items/1")).status, 200);
        assert.deepEqual([await requests(500), await requests(200)], [1, 1]);
    });

    it("is as late as it is told to be", async () => {
        const { faults } = await start({ usesDatabase: false, usesCache: false });
        faults.delayMilliseconds = 300;
        await call("/items/1");
        const bucket = (le: string): Promise<number | undefined> =>
            exported(
                `http_request_duration_seconds_bucket{le="${le}",method="GET",endpoint="/items/{id}",status="200"}`,
            );
        assert.equal(await bucket("0.25"), 0);
        assert.equal(await bucket("+Inf"), 1);
    });

    it("takes a visit without its database", async () => {
        await start();
        assert.equal((await call("/items/1/visits", "POST")).status, 202);
    });
});
