import { strict as assert } from "node:assert";
import {
    alertmanagerConfig,
    symptoms,
    type AlertmanagerConfig,
} from "../../../components/observability/alertmanagerConfig";
import { defaultLimits, type AlertName, type Limit } from "../../../components/observability/limits";
import { installed, runOn } from "./fixtures";
import { seconds } from "./suite";

const businessHours = { start: "08:00", end: "18:00", timeZone: "Europe/Berlin" };
const both = alertmanagerConfig({
    environment: "prod",
    businessHours,
    heartbeat: true,
    pagerduty: true,
    slack: { channel: "#alerts", channels: { identity: "#identity-alerts" } },
});
const pagerOnly = alertmanagerConfig({ environment: "prod", businessHours, pagerduty: true });
const slackOnly = alertmanagerConfig({
    environment: "prod",
    businessHours,
    pagerduty: false,
    slack: { channel: "#alerts", channels: {} },
});
const silent = alertmanagerConfig({ environment: "dev", businessHours, pagerduty: false });

/** The file for amtool. Debian's is 0.25; `url_file` of webhooks came with 0.26. */
const file = (config: AlertmanagerConfig): Record<string, string> => ({
    "alertmanager.yaml": JSON.stringify(config).replace(/"url_file":"[^"]*"/g, '"url":"https://heartbeat.example.com"'),
});

describe("Alertmanager configuration", () => {
    it("names credentials by file and contains none", () => {
        const text = JSON.stringify(both);
        assert.match(
            text,
            /"routing_key_file":"\/etc\/alertmanager\/secrets\/alertmanager-credentials\/pagerduty-routing-key"/,
        );
        assert.match(
            text,
            /"api_url_file":"\/etc\/alertmanager\/secrets\/alertmanager-credentials\/slack-webhook-url"/,
        );
        assert.match(text, /"url_file":"\/etc\/alertmanager\/secrets\/alertmanager-credentials\/heartbeat-url"/);
        assert.doesNotMatch(text, /"(url|routing_key|service_key|api_url)":/);
    });

    it("has no receiver for what is not configured", () => {
        const receivers = (config: AlertmanagerConfig): string[] => config.receivers.map(({ name }) => name);
        assert.deepEqual(receivers(silent), ["nobody"]);
        assert.deepEqual(receivers(pagerOnly), ["nobody", "pagerduty"]);
        assert.deepEqual(receivers(slackOnly), ["nobody", "slack"]);
        assert.deepEqual(receivers(both), ["nobody", "heartbeat", "pagerduty", "slack", "slack-identity"]);
    });

    it("makes one message of everything that is wrong with one part of a system", () => {
        assert.deepEqual(both.route.group_by, ["system", "component", "namespace"]);
    });

    it("never lets a part of one system silence another's", () => {
        const [ofSystems] = both.inhibit_rules;
        assert.deepEqual(ofSystems?.equal, ["system", "component"]);
        // Alerts that lack a label count as equal in it, so both sides must have it.
        assert.ok(
            ofSystems?.source_matchers.includes('system!=""') && ofSystems.target_matchers.includes('system!=""'),
        );
    });
});

describe("an alert that silences others", () => {
    /** Seconds that rates look back, in which what has ended is still seen. */
    const window = 300;
    const goesOn = (name: AlertName): number => {
        const { keepFiringFor = "0s" }: Limit = defaultLimits[name];
        return seconds(keepFiringFor);
    };
    // Error budgets are asked about over hours, and being ready is seen at once; who answers again after an outage of hours is told.
    const clients = symptoms.filter((name) => !/Budget|NotReady/.test(name)) as AlertName[];

    for (const store of ["Database", "Cache"] as const) {
        for (const symptom of [...clients, `${store}ConnectionFailure` as const]) {
            it(`${store}Down goes on for longer than ${symptom} does when all is well again`, () => {
                assert.ok(goesOn(`${store}Down`) >= window + goesOn(symptom) + 60);
            });
        }
    }

    for (const [page, warning] of [
        ["ServiceDown", "PodDown"],
        ["ServiceAbsent", "PodDown"],
        ["ServiceNotReady", "PodDown"],
        ["ServiceNotReady", "ReplicasUnavailable"],
    ] as const) {
        it(`${page} goes on for a minute longer than ${warning}, whose end has the same cause`, () => {
            assert.ok(goesOn(page) >= goesOn(warning) + 60);
        });
    }

    it("CacheRejectingConnections goes on for longer than CacheConnectionsNearMaximum, which ends with its cause", () => {
        assert.ok(window + goesOn("CacheRejectingConnections") >= goesOn("CacheConnectionsNearMaximum") + 60);
    });
});

type Labels = Readonly<Record<string, string>>;

/** Whether labels are what matchers ask for; expressions match from beginning to end. */
function matches(labels: Labels, matchers: readonly string[]): boolean {
    return matchers.every((matcher) => {
        const [, label = "", operator, value = ""] = /^(\w+)(=~|!=|=)"(.*)"$/.exec(matcher) ?? assert.fail(matcher);
        const actual = labels[label] ?? "";
        return operator === "=~"
            ? new RegExp(`^(?:${value})$`).test(actual)
            : (actual === value) === (operator === "=");
    });
}

/** The pages that alerts firing at the same time come to: what is left after inhibition, in groups. */
function pages(alerts: readonly Labels[]): string[] {
    const told = alerts.filter(
        (target) =>
            !both.inhibit_rules.some(
                (rule) =>
                    matches(target, rule.target_matchers) &&
                    alerts.some(
                        (source) =>
                            source !== target &&
                            matches(source, rule.source_matchers) &&
                            rule.equal.every((label) => source[label] === target[label]),
                    ),
            ),
    );
    const groups = told
        .filter(({ severity }) => severity === "critical")
        .map((labels) => (both.route.group_by ?? []).map((label) => labels[label]).join("/"));
    return [...new Set(groups)].sort();
}

const alertOf =
    (system: string) =>
    (alertname: string, component: string, severity = "critical"): Labels => ({
        alertname,
        component,
        severity,
        system,
        namespace: system,
    });

describe("an outage", () => {
    const shop = alertOf("shop");
    for (const [outage, alerts, told] of [
        [
            "of a database",
            [
                shop("DatabaseDown", "postgres"),
                shop("DatabaseExporterAbsent", "postgres", "warning"),
                shop("DatabaseConnectionFailure", "api"),
                shop("HighErrorRate", "api"),
                shop("ServiceNotReady", "api"),
                shop("AvailabilityBudgetBurningFast", "api"),
                shop("AvailabilityBudgetBurningFast", "orders"),
                shop("HighResponseTime", "orders", "warning"),
                shop("ConnectionPoolNearlyExhausted", "orders", "warning"),
            ],
            ["shop/postgres/shop"],
        ],
        [
            "of a cache",
            [shop("CacheDown", "redis"), shop("CacheConnectionFailure", "api"), shop("HighErrorRate", "api")],
            ["shop/redis/shop"],
        ],
        [
            "of a service",
            [
                shop("ServiceDown", "api"),
                shop("ServiceNotReady", "api"),
                shop("HighErrorRate", "api"),
                shop("PodDown", "api", "warning"),
                shop("ReplicasUnavailable", "api", "warning"),
            ],
            ["shop/api/shop"],
        ],
        [
            "of two systems",
            [shop("DatabaseDown", "postgres"), alertOf("clinic")("HighErrorRate", "api")],
            ["clinic/api/clinic", "shop/postgres/shop"],
        ],
        ["that is none", [shop("HighCPUUsage", "api", "warning")], []],
    ] as const) {
        it(`${outage} pages once for each cause`, () => {
            assert.deepEqual(pages(alerts), told);
        });
    }
});

describe("Alertmanager configuration, read by amtool", function () {
    before(function () {
        if (!installed("amtool")) {
            console.log("      amtool is not installed (Debian package prometheus-alertmanager); nothing is routed");
            this.skip();
        }
    });

    it("is one that Alertmanager accepts, whatever is configured", () => {
        for (const config of [both, pagerOnly, slackOnly, silent]) {
            assert.match(runOn("amtool", ["check-config", "alertmanager.yaml"], file(config)), /SUCCESS/);
        }
    });

    const routes: readonly (readonly [string, AlertmanagerConfig, readonly string[], string])[] = [
        ["pages and posts what is critical", both, ["severity=critical", "owner=payments"], "pagerduty,slack"],
        ["posts to the owner's channel", both, ["severity=critical", "owner=identity"], "pagerduty,slack-identity"],
        ["posts what is a warning", both, ["severity=warning", "owner=identity"], "slack-identity"],
        ["posts what has no owner", both, ["severity=warning"], "slack"],
        ["tells nobody what is for information", both, ["severity=info"], "nobody"],
        ["shows a service outside that alerts get through", both, ["alertname=Watchdog", "severity=none"], "heartbeat"],
        ["tells nobody that alerts get through without such a service", silent, ["alertname=Watchdog"], "nobody"],
        ["tells nobody of the chart's own helper", both, ["alertname=InfoInhibitor", "severity=none"], "nobody"],
        ["posts a warning of the platform", both, ["severity=warning", "owner=platform"], "slack"],
        ["pages without Slack", pagerOnly, ["severity=critical"], "pagerduty"],
        ["does not page for a warning", pagerOnly, ["severity=warning"], "nobody"],
        ["posts without PagerDuty", slackOnly, ["severity=critical"], "slack"],
        ["tells nobody when nothing is configured", silent, ["severity=critical"], "nobody"],
    ];
    for (const [behaviour, config, labels, receivers] of routes) {
        it(behaviour, () => {
            const found = runOn(
                "amtool",
                [
                    "config",
                    "routes",
                    "test",
                    "--config.file=alertmanager.yaml",
                    `--verify.receivers=${receivers}`,
                    ...labels,
                ],
                file(config),
            );
            assert.match(found, new RegExp(`^${receivers}$`, "m"));
        });
    }

    it("posts warnings in business hours alone, to every channel, and what is critical at any hour", () => {
        const [watchdog, pager, slack] = both.route.routes ?? [];
        const [critical, warning] = slack?.routes ?? [];
        for (const route of [watchdog, pager, slack, critical, ...(critical?.routes ?? [])]) {
            assert.ok(route !== undefined && route.active_time_intervals === undefined, JSON.stringify(route));
        }
        for (const route of [warning, ...(warning?.routes ?? [])]) {
            assert.deepEqual(route?.active_time_intervals, ["business-hours"], JSON.stringify(route));
        }
        assert.equal(warning?.routes?.length, 1);
        assert.deepEqual(both.time_intervals, [
            {
                name: "business-hours",
                time_intervals: [
                    {
                        weekdays: ["monday:friday"],
                        times: [{ start_time: "08:00", end_time: "18:00" }],
                        location: "Europe/Berlin",
                    },
                ],
            },
        ]);
    });

    it("writes messages that name the part, the problem, the runbook and the dashboard", () => {
        const data = {
            receiver: "slack",
            status: "firing",
            externalURL: "http://localhost:9093",
            groupLabels: { system: "user-management", component: "user-mgmt-api", namespace: "user-management" },
            commonLabels: { severity: "critical", owner: "identity" },
            commonAnnotations: {},
            alerts: [
                {
                    status: "firing",
                    labels: { alertname: "HighErrorRate" },
                    annotations: {
                        summary: "Too many errors.",
                        description: "7% fail.",
                        runbook_url: "https://r/HighErrorRate.md",
                        dashboard_url: "https://d/api",
                    },
                },
            ],
        };
        const slack = both.receivers.find(({ name }) => name === "slack")?.slack_configs?.[0] as Record<string, string>;
        const pager = both.receivers.find(({ name }) => name === "pagerduty")?.pagerduty_configs?.[0] as Record<
            string,
            string
        >;
        const rendered = (template: string | undefined): string =>
            runOn(
                "amtool",
                [
                    "template",
                    "render",
                    "--template.glob=empty.tmpl",
                    "--template.data=data.json",
                    `--template.text=${template}`,
                ],
                { "data.json": JSON.stringify(data), "empty.tmpl": "" },
            ).trim();
        assert.equal(rendered(slack.title), "CRITICAL user-management/user-mgmt-api");
        assert.equal(
            rendered(slack.text).replace(/\s+/g, " "),
            "*HighErrorRate* Too many errors. 7% fail. <https://r/HighErrorRate.md|Runbook> <https://d/api|Dashboard>",
        );
        assert.equal(rendered(pager.description), "[prod] user-management/user-mgmt-api: Too many errors.");
    });
});
