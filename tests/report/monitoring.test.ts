import assert from "node:assert/strict";
import { alertsOf, dashboardsOf, thresholdOf, valueWithUnit } from "../../report/model/monitoring";
import { secretsOf } from "../../report/model/secrets";
import { systemsOf } from "../../report/model/systems";
import { planOf, viewOf } from "./plans";

describe("what a report says of a system's monitoring", () => {
    for (const [expression, threshold] of [
        ["max by (namespace) (up) == 0", "== 0"],
        ["sum(rate(errors[5m])) / sum(rate(requests[5m])) > 0.05", "> 0.05"],
        ["a > 0.9 and b >= 10", ">= 10"],
        ['absent(up{job="api"})', "absent"],
        ["up == on (job) other", ""],
    ] as const) {
        it(`takes "${threshold}" for the threshold of ${expression}`, () => {
            assert.equal(thresholdOf(expression), threshold);
        });
    }

    it("writes values with their unit", () => {
        assert.deepEqual(
            [
                valueWithUnit(0.05, "percentunit"),
                valueWithUnit(0.5, "s"),
                valueWithUnit(2, "s"),
                valueWithUnit(3, "short"),
            ],
            ["5 %", "500 ms", "2 s", "3"],
        );
    });

    it("shows every alert and every dashboard panel that the plan has", async () => {
        const view = viewOf(await planOf("dev"));
        const rules = view.resources.filter(({ kind }) => kind === "PrometheusRule");
        const alerts = rules.reduce((sum, { json }) => sum + json.split('"alert":').length - 1, 0);
        assert.ok(alerts > 100);
        assert.equal(alertsOf(view.resources).length, alerts);
        const panels = dashboardsOf(view.resources).flatMap((dashboard) => dashboard.panels);
        assert.ok(panels.length > 100);
        assert.ok(
            panels.every(({ title, queries, type }) => title !== "" && (type !== "timeseries" || queries.length > 0)),
        );
    });
});

describe("what a report says of a system's secrets", () => {
    it("names who reads each, in variables, in files or to pull images", async () => {
        const system = systemsOf(viewOf(await planOf("dev"))).find(({ name }) => name === "user-management");
        assert.ok(system);
        const readers = Object.fromEntries(
            secretsOf(system).map(({ name, readers: all }) => [name, all.map(({ kind }) => kind).sort()]),
        );
        assert.deepEqual(readers["user-mgmt-secrets"], ["Deployment"]);
        assert.deepEqual(readers["redis-tls"], ["CronJob", "CronJob", "Deployment", "StatefulSet"]);
        assert.deepEqual(readers["postgres-credentials"], ["CronJob", "CronJob", "Deployment", "StatefulSet"]);
    });
});
