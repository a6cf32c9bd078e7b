import { strict as assert } from "node:assert";
import { alertmanagerConfig, type AlertmanagerConfig } from "../../../components/observability/alertmanagerConfig";
import { installed, runOn } from "./fixtures";

const both = alertmanagerConfig({
    environment: "prod",
    pagerduty: true,
    slack: { channel: "#alerts", channels: { identity: "#identity-alerts" } },
});
const pagerOnly = alertmanagerConfig({ environment: "prod", pagerduty: true });
const slackOnly = alertmanagerConfig({
    environment: "prod",
    pagerduty: false,
    slack: { channel: "#alerts", channels: {} },
});
const silent = alertmanagerConfig({ environment: "dev", pagerduty: false });

const file = (config: AlertmanagerConfig): Record<string, string> => ({ "alertmanager.yaml": JSON.stringify(config) });

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
        assert.doesNotMatch(text, /"(routing_key|service_key|api_url)":/);
    });

    it("has no receiver for what is not configured", () => {
        const receivers = (config: AlertmanagerConfig): string[] => config.receivers.map(({ name }) => name);
        assert.deepEqual(receivers(silent), ["nobody"]);
        assert.deepEqual(receivers(pagerOnly), ["nobody", "pagerduty"]);
        assert.deepEqual(receivers(slackOnly), ["nobody", "slack"]);
        assert.deepEqual(receivers(both), ["nobody", "pagerduty", "slack", "slack-identity"]);
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
        ["tells nobody that alerts work", both, ["alertname=Watchdog", "severity=none"], "nobody"],
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
