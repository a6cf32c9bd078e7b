import { strict as assert } from "node:assert";
import { stringify } from "yaml";
import { errorBudgetRules } from "../../../components/observability/rules/errorBudget";
import { completeModel, installed, runOn } from "./fixtures";

const model = completeModel();
const selector = '{namespace="user-management",job="user-mgmt-api",component="user-mgmt-api"}';

/** How long it goes on. promtool holds too few samples for 30 days. */
const days = "2d";

/** Runs the rules for some days on what other rules recorded, and compares what they make of it at the end. */
function budgets(
    recorded: Readonly<Record<string, string>>,
    expected: readonly { readonly expr: string; readonly value?: number }[],
): void {
    const test = {
        interval: "5m",
        input_series: Object.entries(recorded).map(([metric, values]) => ({ series: `${metric}${selector}`, values })),
        promql_expr_test: expected.map(({ expr, value }) => ({
            expr,
            eval_time: days,
            exp_samples: value === undefined ? [] : [{ labels: "{}", value }],
        })),
    };
    runOn("promtool", ["test", "rules", "tests.yml"], {
        "rules.yml": stringify({ groups: errorBudgetRules(model) }),
        "tests.yml": stringify({ rule_files: ["rules.yml"], evaluation_interval: "5m", tests: [test] }),
    });
}

function left(objective: string): string {
    return `sum(round(service:error_budget_remaining:ratio{objective="${objective}"}, 0.01))`;
}

describe("error budgets", function () {
    this.timeout(120_000);

    before(function () {
        if (!installed("promtool")) {
            console.log(
                "      promtool is not installed (Debian package prometheus); the error budgets are not computed",
            );
            this.skip();
        }
    });

    // The system promises 99.9 % without failure and 95 % in time.
    for (const [what, bad, availability, latency] of [
        ["nothing failed", 0, 1, 1],
        ["one request in 2,000 failed or was slow", 0.0005, 0.5, 0.99],
        ["one request in 500 failed or was slow", 0.002, -1, 0.96],
    ] as const) {
        it(`are at ${availability * 100} % and ${latency * 100} % after two days in which ${what}`, () => {
            budgets(
                {
                    "service:http_requests:rate": "10x576",
                    "service:http_request_errors:rate": `${bad * 10}x576`,
                    "service:http_request_duration_seconds_count:rate": "10x576",
                    "service:http_requests_slow:rate": `${bad * 10}x576`,
                },
                [
                    { expr: left("availability"), value: availability },
                    { expr: left("latency"), value: latency },
                ],
            );
        });
    }

    it("do not exist where there was no request, and are no NaN", () => {
        const none = "0x576";
        budgets({ "service:http_requests:rate": none, "service:http_request_errors:rate": none }, [
            { expr: left("availability") },
        ]);
    });

    it("count a busy hour for what it is: the failures of a quiet one weigh less", () => {
        // Half the time 1 request a second, all of which fail; half the time 999, none of which does.
        budgets(
            {
                "service:http_requests:rate": "1x287 999x288",
                "service:http_request_errors:rate": "1x287 0x288",
            },
            [{ expr: left("availability"), value: 0 }],
        );
    });

    it("burn in multiples of the speed at which they last 30 days", () => {
        budgets({ "service:http_request_errors:ratio_rate1h": "0.0144x576" }, [
            {
                expr: 'sum(round(service:error_budget_burn:ratio{objective="availability",window="1h"}, 0.001))',
                value: 14.4,
            },
        ]);
    });

    it("can be selected by instance, as everything on a dashboard is", () => {
        const rules = errorBudgetRules(model).flatMap((group) => group.rules);
        assert.ok(rules.length > 0);
        assert.ok(rules.every(({ labels }) => labels.instance === "all"));
    });
});
