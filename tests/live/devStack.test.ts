import { strict as assert } from "node:assert";
import type { ToldAlert } from "./alertmanager";
import { panelQueries, Provenance } from "./dashboardQueries";
import { lasting, outages, type Outage } from "./outages";
import { findPrograms } from "./programs";
import { eventually } from "./prometheus";
import { factor, RunningStack } from "./runningStack";
import { isForPeople, nameOf, Watch, type Course } from "./watch";

interface Health {
    readonly name: string;
    readonly health: string;
    readonly lastError?: string;
}

/** Milliseconds until the rules that are evaluated least often have been. */
const recordedMilliseconds = 150_000;

describe("The dev stack, running", function () {
    this.timeout(300_000);
    let stack: RunningStack | undefined;
    let watch: Watch | undefined;
    const courses = new Map<Outage, Promise<Course>>();

    const running = (): RunningStack => stack ?? assert.fail("the stack does not run");

    before(async function () {
        const { programs, missing } = findPrograms();
        if (programs === undefined) {
            console.log(`      skipped: ${missing.join(", ")} not installed`);
            this.skip();
        }
        stack = new RunningStack(programs);
        await stack.start("dev");
        watch = new Watch(stack);
    });

    after(async () => {
        watch?.end();
        await stack?.stop();
    });

    it("has every target scraped", async () => {
        const down = await eventually(
            async () => {
                const { data } = await running().prometheus.get("targets", { state: "active" });
                type Target = { health: string; labels: Record<string, string>; lastError: string };
                return (data as { activeTargets: Target[] }).activeTargets
                    .filter(({ health }) => health !== "up")
                    .map(({ labels, lastError }) => `${labels.namespace}/${labels.job}: ${lastError}`);
            },
            (found) => found.length === 0,
        );
        assert.deepEqual(down, []);
    });

    it("has every rule evaluated without an error", async () => {
        const all = async (): Promise<Health[]> => {
            const { data } = await running().prometheus.get("rules");
            return (data as { groups: { rules: Health[] }[] }).groups.flatMap(({ rules }) => rules);
        };
        const evaluated = await eventually(all, (found) => found.every(({ health }) => health !== "unknown"));
        assert.ok(evaluated.length > 0);
        assert.equal(evaluated.length, running().shipped.rules.length);
        assert.deepEqual(
            evaluated.filter(({ health }) => health !== "ok").map(({ name, lastError }) => ({ name, lastError })),
            [],
        );
    });

    it("has data in every panel about a part that runs, and understands the queries of all others", async () => {
        const { shipped, prometheus, versions, madeUpMetrics } = running();
        const provenance = new Provenance(shipped, versions, madeUpMetrics);
        const queries = panelQueries(shipped.dashboards, factor).map((each) => ({
            ...each,
            // What shows a problem alone, by a comparison at its end, has nothing to show here.
            query: each.query.replace(/ > 0$/, ""),
            filled: provenance.isHere(each.query),
        }));
        assert.ok(Object.keys(shipped.dashboards).every((name) => queries.some((one) => one.dashboard === name)));
        let lacking = queries;
        const problems = await eventually(
            async () => {
                const answers = [];
                for (const each of lacking) {
                    answers.push({
                        ...each,
                        values: (await prometheus.query(each.query)).map(({ value }) => value[1]),
                    });
                }
                lacking = answers.filter(
                    ({ filled, values }) => filled && (values.length === 0 || values.includes("NaN")),
                );
                return lacking.map(({ dashboard, panel, query }) => `${dashboard}, "${panel}": ${query}`);
            },
            (found) => found.length === 0,
            // Rules about days are looked at once in several minutes, and come after those that they read.
            recordedMilliseconds,
        );
        assert.deepEqual(problems, [], "without data, or with NaN");
        console.log(`      ${queries.filter(({ filled }) => filled).length} of ${queries.length} queries have data`);
    });

    it("is quiet while all is well", async () => {
        const alerts = (await running().prometheus.alerts()).filter(isForPeople);
        assert.deepEqual(
            alerts.filter(({ state }) => state === "firing").map((each) => nameOf(each)),
            [],
        );
        assert.deepEqual(
            running().inbox.messages.filter((message) => message.alerts.some(isForPeople)),
            [],
        );
    });

    describe("tells of an outage once, and of its end:", () => {
        before(() => {
            for (const [system, list] of Object.entries(outages)) {
                let last: Promise<unknown> = Promise.resolve();
                for (const outage of list) {
                    const course = last.then(() => (watch ?? assert.fail()).follow(system, outage));
                    last = course.catch(() => undefined);
                    courses.set(outage, course);
                }
            }
        });

        for (const [system, list] of Object.entries(outages)) {
            for (const outage of list) {
                it(`${outage.what} in ${system}`, async () => {
                    const { fired, told, messages, unresolved } = await (courses.get(outage) ?? assert.fail());
                    const names = (list: readonly ToldAlert[]): string[] => [...new Set(list.map(nameOf))].sort();
                    const unlessLasting = (list: readonly string[], wanted: readonly string[]): string[] =>
                        list.filter((name) => wanted.includes(name) || !lasting.test(name));
                    const alerts = told.map(({ alert }) => alert);
                    const expected = [...outage.told, ...outage.silenced].sort();
                    assert.deepEqual(unlessLasting(names(alerts), outage.told), [...outage.told].sort(), "told");
                    assert.deepEqual(unlessLasting(fired, expected), expected, "fired");
                    assert.deepEqual(unresolved, [], "not over");
                    const paged = told.filter(({ receiver }) => receiver === "pagerduty").map(({ alert }) => alert);
                    const critical = alerts.filter(({ labels }) => labels.severity === "critical");
                    assert.deepEqual(names(paged), names(critical), "paged");
                    for (const { groupLabels, alerts: grouped } of messages) {
                        assert.ok(grouped.every(({ labels }) => labels.component === groupLabels.component));
                    }
                });
            }
        }

        it("and of nothing else", () => {
            const expected = Object.entries(outages).flatMap(([system, list]) =>
                list.flatMap(({ told }) => told.map((name) => `${system}: ${name}`)),
            );
            const told = running().inbox.messages.flatMap(({ alerts }) =>
                alerts
                    .filter((alert) => alert.status === "firing" && isForPeople(alert))
                    .map((alert) => `${alert.labels.system ?? ""}: ${nameOf(alert)}`),
            );
            assert.deepEqual(
                [...new Set(told)].filter((name) => expected.includes(name) || !lasting.test(name)).sort(),
                expected.sort(),
            );
        });

        it("and says of each how bad it is, whose it is, what it means and where to look", () => {
            for (const { alerts } of running().inbox.messages) {
                for (const { labels, annotations } of alerts.filter(isForPeople)) {
                    const said = { ...labels, ...annotations };
                    for (const key of ["severity", "owner", "summary", "description", "runbook_url", "dashboard_url"]) {
                        assert.ok(said[key], `${labels.alertname} has no ${key}`);
                        assert.doesNotMatch(said[key], /<no value>|NaN|\{\{/, `${key} of ${labels.alertname}`);
                    }
                }
            }
        });
    });
});
