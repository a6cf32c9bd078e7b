import { ruleGroups } from "../../../components/observability/rules/alertRules";
import { budgets } from "../../../components/observability/rules/errorBudget";
import { recorded } from "../../../components/observability/rules/recordingRules";
import type { AlertingRule } from "../../../components/observability/rules/rule";
import { app, type Samples } from "./alertCases/situation";
import { completeModel } from "./fixtures";
import { ruleTest, type RuleTest, type Suite } from "./suite";

/** Rules whose series no alert reads, and those of which a test by itself says more, with what they have to make of what was scraped. */
export function recordedSuites(): Suite[] {
    return [
        quantiles(),
        withoutTraffic(),
        neverFailed(),
        shares(),
        remaining(),
        burning(),
        ...containers(),
        ...burnAlerts(),
    ];
}

/** The rules that record some metrics, and what they read of other rules of the system. */
function recording(name: string, records: RegExp, tests: readonly RuleTest[], evaluationSeconds?: number): Suite {
    const groups = ruleGroups(completeModel())
        .map((group) => ({
            ...group,
            rules: group.rules.filter((rule) => "record" in rule && records.test(rule.record)),
        }))
        .filter(({ rules }) => rules.length > 0);
    return { name, groups, tests, ...(evaluationSeconds !== undefined && { evaluationSeconds }) };
}

interface Expected {
    readonly expr: string;
    readonly at: string;
    /** The one value; absent where there must be no series. */
    readonly value?: number;
    readonly labels?: string;
}

function values(expected: readonly Expected[]): Pick<RuleTest, "promql_expr_test"> {
    return {
        promql_expr_test: expected.map(({ expr, at, value, labels = "{}" }) => ({
            expr,
            eval_time: at,
            exp_samples: value === undefined ? [] : [{ labels, value }],
        })),
    };
}

const owned =
    '{namespace="user-management",job="user-mgmt-api",system="user-management",environment="dev",component="user-mgmt-api"}';

function quantiles(): Suite {
    const bucket = (le: string): string => app("http_request_duration_seconds_bucket", `le="${le}"`);
    const samples = {
        [bucket("0.5")]: "0+400x60",
        [bucket("1.0")]: "0+600x60",
        [bucket("2.0")]: "0+960x60",
        [bucket("4.0")]: "0+1000x60",
        [bucket("+Inf")]: "0+1000x60",
        // Another service's requests, all of them fast.
        [bucket("0.5").replace("user-mgmt-api", "other")]: "0+9000x60",
        [bucket("+Inf").replace("user-mgmt-api", "other")]: "0+9000x60",
    };
    const at = ([quantile, value]: readonly [0.5 | 0.95 | 0.99, number]): Expected => ({
        expr: `round(sum(${recorded.latency(quantile)}${owned}), 0.01)`,
        at: "20m",
        value,
    });
    const half = (quantile: 0.5 | 0.95 | 0.99): Expected => ({
        expr: `round(sum(${recorded.latency(quantile)}), 0.01)`,
        at: "16m",
        value: { 0.5: 0.25, 0.95: 0.48, 0.99: 0.5 }[quantile],
    });
    return recording("latency quantiles", /:p\d+_rate$/, [
        ruleTest(
            "of a service whose requests are slow",
            samples,
            values(
                (
                    [
                        [0.5, 0.75],
                        [0.95, 1.97],
                        [0.99, 3.5],
                    ] as const
                ).map(at),
            ),
        ),
        ruleTest(
            "look back five minutes",
            {
                // Slow for ten minutes, then fast.
                [bucket("0.5")]: "0x20 0+100x60",
                [bucket("4.0")]: "0+100x60",
                [bucket("+Inf")]: "0+100x60",
            },
            values(([0.5, 0.95, 0.99] as const).map(half)),
        ),
    ]);
}

function withoutTraffic(): Suite {
    const idle = {
        [app("http_requests_total", 'status="200"')]: "7x60",
        [app("http_request_duration_seconds_bucket", 'le="1.0"')]: "7x60",
        [app("http_request_duration_seconds_bucket", 'le="+Inf"')]: "7x60",
        [app("http_request_duration_seconds_count")]: "7x60",
        [app("redis_cache_hits_total")]: "7x60",
        [app("redis_cache_misses_total")]: "7x60",
    };
    const ratios = '{__name__=~"service:.*(ratio_rate.*|ratio|p50_rate|p95_rate|p99_rate)"}';
    return recording("nothing, and no NaN, without traffic", /^service:/, [
        ruleTest("idle", idle, values([{ expr: ratios, at: "20m" }])),
    ]);
}

function neverFailed(): Suite {
    const ok = app("http_requests_total", 'status="200"');
    const rates = ["", "_every_1m", "_every_5m"].map((every) => `${recorded.errorRate}${every}`);
    return recording("an error ratio of 0 for a service that never failed", /^service:http_request/, [
        ruleTest(
            "never failed",
            { [ok]: "0+10x60" },
            values(
                [recorded.errorRatio, ...rates].map((expr) => ({
                    expr,
                    at: "20m",
                    value: 0,
                    labels: `${expr}${owned}`,
                })),
            ),
        ),
        // What goes away has no ratio, and no rate that would say that all is well.
        ruleTest("went away", { [ok]: "0+10x20 _x60" }, values(rates.map((expr) => ({ expr, at: "17m" })))),
    ]);
}

/** Evaluations an hour apart are enough to see 30 days: each looks at its last five minutes. */
const hourly = 3600;

/** Minutes between two samples, how many there are in an hour, and in how many at its end requests come: so a rate that looked back further
 * than five minutes would be another. */
const sampleMinutes = 2;
const samplesOfHour = 30;
const busySamples = 4;

/** Counters of a service that answers ten requests a second at the end of each hour, over days in each of which a part of them was bad. */
function requestsOverDays(badShares: readonly number[], perSecond = badShares.map(() => 10)): Samples {
    const counter = (share: (bad: number) => number): string => {
        let value = 0;
        const hours = badShares.flatMap((bad, index) => {
            const step = Number((share(bad) * (perSecond[index] ?? 0) * 60 * sampleMinutes).toPrecision(10));
            return Array.from({ length: 24 }, () => {
                const run = `${value}x${samplesOfHour - busySamples - 1} ${value + step}+${step}x${busySamples - 1}`;
                value = Number((value + step * busySamples).toPrecision(15));
                return run;
            });
        });
        // The first sample of a day stands for midnight, so that what an evaluation sees is the end of an hour.
        return `0 ${hours.join(" ")}`;
    };
    return {
        [app("http_requests_total", 'status="200"')]: counter((bad) => 1 - bad),
        [app("http_requests_total", 'status="503"')]: counter((bad) => bad),
        [app("http_request_duration_seconds_count")]: counter(() => 1),
        [app("http_request_duration_seconds_bucket", 'le="1.0"')]: counter((bad) => 1 - bad),
    };
}

function left(objective: string): string {
    return `sum(round(${budgets.remaining}{objective="${objective}",instance="all"}, 0.01))`;
}

/** The system promises 99.9 % without failure and 95 % in time. */
function remaining(): Suite {
    const days = (count: number, bad: number): number[] => Array.from({ length: count }, () => bad);
    const after = (
        name: string,
        at: string,
        samples: Samples,
        [availability, latency]: readonly [number | undefined, number | undefined],
    ): RuleTest =>
        ruleTest(
            name,
            samples,
            values([
                { expr: left("availability"), at, ...(availability !== undefined && { value: availability }) },
                { expr: left("latency"), at, ...(latency !== undefined && { value: latency }) },
            ]),
            `${sampleMinutes}m`,
        );
    return recording(
        "what is left of error budgets",
        /_every_5m$|error_budget_remaining/,
        [
            after("nothing failed", "1d23h", requestsOverDays(days(2, 0)), [1, 1]),
            after("one request in 2,000 failed or was slow", "1d23h", requestsOverDays(days(2, 0.0005)), [0.5, 0.99]),
            after("one request in 500 failed or was slow", "1d23h", requestsOverDays(days(2, 0.002)), [-1, 0.96]),
            // Half the time 1 request a second, of which half fail; half the time 999, none of which does.
            after("a busy day counts for what it is", "2d", requestsOverDays([0.5, 0], [1, 999]), [0.5, 0.99]),
            after("a request every 100 seconds is enough", "1d23h", requestsOverDays([0, 0], [0.01, 0.01]), [1, 1]),
            after("there was no request", "1d", requestsOverDays([0, 0], [0, 0]), [undefined, undefined]),
            // What was bad before is forgotten.
            after(
                "a day more than the budget is for",
                "31d2h",
                requestsOverDays([1, 1, ...days(31, 0)]),
                [-30.9, 0.36],
            ),
        ],
        hourly,
    );
}

/** Every share over a window is that of the window alone: with days before it, twice as long a look would see twice as much. */
function shares(): Suite {
    const windows = ["30m", "1h", "2h", "6h", "1d", "3d"] as const;
    const ratios = [recorded.errorRatio, "service:http_requests_slow:ratio_rate"];
    return recording(
        "the share of bad requests over each window",
        /^service:http_request/,
        [
            ruleTest(
                "a fifth was bad",
                requestsOverDays(Array.from({ length: 7 }, () => 0.2)),
                values(
                    windows.flatMap((window) =>
                        ratios.map((ratio) => ({
                            expr: `sum(round(${ratio}${window}, 0.01))`,
                            at: "7d",
                            value: 0.2,
                        })),
                    ),
                ),
                `${sampleMinutes}m`,
            ),
        ],
        hourly,
    );
}

/** The pods of a service and of stores, which are called in other ways. */
function containers(): Suite[] {
    return Object.entries({
        "user-mgmt-api": "user-mgmt-api-5d8f7c9b6-x2k4p",
        postgres: "postgres-0",
        redis: "redis-0",
    }).map(([component, pod]): Suite => {
        const of = `namespace="user-management",pod="${pod}",container="main"`;
        const cadvisor = (metric: string): string =>
            `container_${metric}{job="kubelet",metrics_path="/metrics/cadvisor",${of}}`;
        const amount = (kind: "limits" | "requests", resource: "cpu" | "memory"): string =>
            `kube_pod_container_resource_${kind}{job="kube-state-metrics",${of},resource="${resource}"}`;
        // Nothing for ten minutes, and then a tenth of a core, stopped in three of ten periods.
        const used: Samples = {
            [cadvisor("cpu_usage_seconds_total")]: "0x20 3+3x60",
            [cadvisor("cpu_cfs_throttled_periods_total")]: "0x20 3+3x60",
            [cadvisor("cpu_cfs_periods_total")]: "0x20 10+10x60",
            [cadvisor("memory_working_set_bytes")]: "0.6x80",
        };
        const value = (metric: string, expected?: number): Expected => ({
            expr: `round(sum(${metric}), 0.01)`,
            at: "16m",
            ...(expected !== undefined && { value: expected }),
        });
        const groups = ruleGroups(completeModel())
            .map((group) => ({
                ...group,
                rules: group.rules.filter(
                    (rule) =>
                        "record" in rule && rule.record.startsWith("container:") && rule.labels.component === component,
                ),
            }))
            .filter(({ rules }) => rules.length > 0);
        return {
            name: `what containers of ${component} use of what they may`,
            groups,
            tests: [
                ruleTest(
                    "by their limits",
                    {
                        ...used,
                        [amount("limits", "cpu")]: "0.5x80",
                        [amount("limits", "memory")]: "0.8x80",
                        [`kube_pod_container_status_restarts_total{job="kube-state-metrics",${of}}`]: "4x80",
                    },
                    values([
                        value(recorded.cpuRatio, 0.2),
                        value(recorded.memoryRatio, 0.75),
                        value(recorded.throttledRatio, 0.3),
                        value(recorded.restarts, 4),
                    ]),
                ),
                ruleTest(
                    "by their requests",
                    { ...used, [amount("requests", "cpu")]: "0.4x80", [amount("requests", "memory")]: "1x80" },
                    values([value(recorded.cpuRatio, 0.25), value(recorded.memoryRatio, 0.6)]),
                ),
                ruleTest(
                    "not at all where nothing is allowed, and nothing was scheduled",
                    {
                        ...used,
                        [amount("limits", "cpu")]: "0x80",
                        [amount("limits", "memory")]: "0x80",
                        [cadvisor("cpu_cfs_throttled_periods_total")]: "0x80",
                        [cadvisor("cpu_cfs_periods_total")]: "0x80",
                    },
                    values([value(recorded.cpuRatio), value(recorded.memoryRatio), value(recorded.throttledRatio)]),
                ),
            ],
        };
    });
}

/** The alerts about error budgets by what they read alone: each of their three conditions has to hold, just so. */
function burnAlerts(): Suite[] {
    const hours = { "1h": 1, "6h": 6, "1d": 24, "3d": 72 } as const;
    // As their cases evaluate them: what they count depends on it.
    const rules = Object.entries({ BudgetBurningFast: 15, BudgetBurningSlowly: 60 }).flatMap(([name, every]) =>
        ruleGroups({ ...completeModel(), evaluationIntervalSeconds: every })
            .flatMap((group) => group.rules)
            .filter((rule): rule is AlertingRule => "alert" in rule && rule.alert.includes(name)),
    );
    return rules.map((rule): Suite => {
        const [long = "", short = ""] = [...rule.expr.matchAll(/(service:\w+:ratio_rate\w*)\{/g)].map(
            ([, name = ""]) => name,
        );
        const [, bad = ""] = /sum_over_time\((service:\w+:rate)\{/.exec(rule.expr) ?? [];
        const threshold = Number(/ > ([\d.]+) and /.exec(rule.expr)?.[1]);
        const window = hours[rule.labels.window as keyof typeof hours];
        const every = Number(/ and (\d+) \* sum_over_time/.exec(rule.expr)?.[1]);
        const of = 'namespace="user-management",component="user-mgmt-api",job="user-mgmt-api"';
        // A sample an hour: what is counted is so many times the sum of the samples in the window and at its ends.
        const samples = (longer: number, shorter: number, counted: number): Samples => ({
            [`${long}{${of}}`]: `${longer * threshold}x300`,
            [`${short}{${of}}`]: `${shorter * threshold}x300`,
            [`${bad}{${of}}`]: `${counted / (every * (window + 1))}x300`,
        });
        const firing = (expected: boolean): Pick<RuleTest, "promql_expr_test"> =>
            values([
                {
                    expr: `count(ALERTS{alertname="${rule.alert}",alertstate="firing"})`,
                    at: `${3 * window + 2}h`,
                    ...(expected && { value: 1 }),
                },
            ]);
        return {
            name: `${rule.alert} over ${rule.labels.window}`,
            groups: [{ name: "alert", rules: [rule] }],
            evaluationSeconds: hourly,
            tests: (
                [
                    ["just above in all three", 1.03, 1.03, 11.5, true],
                    ["just below in the longer window", 0.97, 1.03, 11.5, false],
                    ["just below in the shorter window", 1.03, 0.97, 11.5, false],
                    ["too few in the longer window", 1.03, 1.03, 9.5, false],
                ] as const
            ).map(([name, longer, shorter, counted, expected]) =>
                ruleTest(name, samples(longer, shorter, counted), firing(expected), "1h"),
            ),
        };
    });
}

function burning(): Suite {
    const windows = ["1h", "6h", "1d", "3d"] as const;
    // Of the last hour all were bad, of the six before none, and so on: each window has a share of its own.
    const ratio = (metric: string, window: string): string =>
        `${metric}${window}{namespace="user-management",component="user-mgmt-api"}`;
    const shares = { "1h": 0.0144, "6h": 0.006, "1d": 0.003, "3d": 0.001 } as const;
    const samples = Object.fromEntries(
        windows.flatMap((window) => [
            [ratio("service:http_request_errors:ratio_rate", window), `${shares[window]}x60`],
            [ratio("service:http_requests_slow:ratio_rate", window), `${shares[window]}x60`],
        ]),
    );
    const burn = (objective: string, window: string, value: number): Expected => ({
        expr: `sum(round(${budgets.burnRate}{objective="${objective}",window="${window}",instance="all"}, 0.001))`,
        at: "10m",
        value,
    });
    return recording("how fast error budgets burn", /^service:error_budget_burn/, [
        ruleTest(
            "in multiples of the speed at which they last 30 days",
            samples,
            values(
                windows.flatMap((window) => [
                    burn("availability", window, Number((shares[window] / 0.001).toPrecision(4))),
                    burn("latency", window, Number((shares[window] / 0.05).toPrecision(3))),
                ]),
            ),
        ),
    ]);
}
