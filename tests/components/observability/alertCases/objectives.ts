import { burnRates } from "../../../../components/observability/objectives";
import { api, app, type AlertCase, type Samples } from "./situation";

/** Samples every 30 seconds, so many of them in a minute. */
const perMinute = 2;

/** Requests over a number of minutes, of which a share is bad. */
type Phase = readonly [minutes: number, badShare: number];

/** Requests in 30 seconds. */
const requests = 100_000;

/** A counter that grows by a share of the requests in each phase, and then by the last one's for long. */
function counter(phases: readonly Phase[], share: (bad: number) => number): string {
    let value = 0;
    const runs = phases.map(([minutes, bad]) => {
        const step = Number((requests * share(bad)).toPrecision(10));
        const samples = Math.round(minutes * perMinute);
        const run = `${value}+${step}x${samples - 1}`;
        value += step * samples;
        return run;
    });
    return runs.join(" ");
}

const good = (bad: number): number => 1 - bad;
const all = (): number => 1;
const failed = (share: number): number => share;

const traffic = {
    Availability: (...phases: Phase[]): Samples => ({
        [app("http_requests_total", 'status="200"')]: counter(phases, good),
        [app("http_requests_total", 'status="503"')]: counter(phases, failed),
    }),
    Latency: (...phases: Phase[]): Samples => ({
        [app("http_request_duration_seconds_count")]: counter(phases, all),
        [app("http_request_duration_seconds_bucket", 'le="1.0"')]: counter(phases, good),
    }),
} as const;

/** A few requests in an hour, of which so many are bad. */
const few = {
    Availability: (badPerHour: number): Samples => ({
        [app("http_requests_total", 'status="200"')]: "0+0.01x12000",
        [app("http_requests_total", 'status="503"')]: `0+${badPerHour / 120}x12000`,
    }),
    Latency: (badPerHour: number): Samples => ({
        [app("http_request_duration_seconds_count")]: `0+${badPerHour / 120 + 0.01}x12000`,
        [app("http_request_duration_seconds_bucket", 'le="1.0"')]: "0+0.01x12000",
    }),
} as const;

const idle = {
    Availability: {
        [app("http_requests_total", 'status="200"')]: "1000x3000",
        [app("http_requests_total", 'status="503"')]: "1000x3000",
    },
    Latency: {
        [app("http_request_duration_seconds_count")]: "1000x3000",
        [app("http_request_duration_seconds_bucket", 'le="1.0"')]: "0x3000",
    },
} as const;

const restarted = {
    Availability: {
        [app("http_requests_total", 'status="200"')]: "0+100x20 0+100x3000",
        [app("http_requests_total", 'status="503"')]: "1000x20 0x3000",
    },
    Latency: {
        [app("http_request_duration_seconds_count")]: "90000+100x20 0+100x3000",
        [app("http_request_duration_seconds_bucket", 'le="1.0"')]: "80000+100x20 0+100x3000",
    },
} as const;

const budgets = { Availability: 0.001, Latency: 0.05 } as const;
const phrases = { Availability: "failed", Latency: "took longer than 1 s" } as const;
const minutesOf = { "5m": 5, "30m": 30, "1h": 60, "2h": 120, "6h": 360, "1d": 1440, "3d": 4320 } as const;

/** How long the condition must hold, and how long the alert goes on when it has ended. */
const times = {
    Fast: { pending: 2, goesOn: 5, evaluationSeconds: 15, eleventh: "14m30s" },
    Slowly: { pending: 15, goesOn: 30, evaluationSeconds: 60, eleventh: "28m" },
} as const;

/** When an alert is over whose condition was there for 20 minutes longer than it had to be. */
const ends = { "1h": "27m15s", "6h": "29m15s", "1d": "1h7m", "3d": "1h7m" } as const;

type Indicator = keyof typeof traffic;
type Burn = (typeof burnRates)[number];

const percent = (share: number): string => `${Number((share * 100).toPrecision(4))}%`;

function burnCase(indicator: Indicator, { speed, long, short, factor }: Burn): AlertCase {
    const of = traffic[indicator];
    const threshold = Number((factor * budgets[indicator]).toPrecision(12));
    const { pending, goesOn, eleventh, evaluationSeconds } = times[speed];
    const window = minutesOf[short];
    // So long that the longer window is still bad when the shorter one is good again.
    const bad = speed === "Fast" ? 8 : 4;
    const double = Math.min(1, 2 * threshold);
    const limit = `More than ${Number((threshold * 100).toPrecision(12))} % uses the error budget of 30 days up in ${Math.round(30 / factor)} days.`;
    return {
        component: "user-mgmt-api",
        severity: speed === "Fast" ? "critical" : "warning",
        rule: { window: long },
        evaluationSeconds,
        fires: [
            {
                // Rates exist from the second sample on.
                samples: of([pending + 20, 1.03 * threshold], [600, 0]),
                at: speed === "Fast" ? `${pending}m30s` : `${pending + 1}m`,
                until: ends[long],
                labels: api,
                description: `${percent(1.03 * threshold)} of the requests to user-management/user-mgmt-api ${phrases[indicator]} in the last ${long}, and it goes on. ${limit}`,
            },
            {
                // One bad request a minute: with the eleventh it is no longer noise.
                samples: few[indicator](60),
                at: eleventh,
                labels: api,
                description: `98.04% of the requests to user-management/user-mgmt-api ${phrases[indicator]} in the last ${long}, and it goes on. ${limit}`,
            },
        ],
        quiet: {
            "just below its threshold": {
                samples: of([pending + 60, 0.97 * threshold]),
                after: `${pending + 50}m`,
                shows: "threshold",
            },
            "when a short time was bad in a long good one": {
                samples: of([4 * window, 0], [window, double]),
                after: `${5 * window}m`,
            },
            "when it is over": {
                samples: of([bad * window, double], [window + goesOn + 2, 0]),
                after: `${(bad + 1) * window + goesOn + 1}m`,
            },
            "before enough requests were bad, however large their share": {
                samples: few[indicator]((9.5 * 60) / minutesOf[long]),
                after: `${Math.min(minutesOf[long], 720) + 60}m`,
            },
            "without traffic": { samples: idle[indicator], after: `${pending + 30}m`, shows: "no traffic" },
            "when the counters start again": {
                samples: restarted[indicator],
                after: `${pending + 10}m30s`,
                shows: "counter reset",
            },
        },
    };
}

const burnCases = (indicator: Indicator, speed: Burn["speed"]): AlertCase[] =>
    burnRates.filter((burn) => burn.speed === speed).map((burn) => burnCase(indicator, burn));

export const objectivesCases = {
    AvailabilityBudgetBurningFast: burnCases("Availability", "Fast"),
    AvailabilityBudgetBurningSlowly: burnCases("Availability", "Slowly"),
    LatencyBudgetBurningFast: burnCases("Latency", "Fast"),
    LatencyBudgetBurningSlowly: burnCases("Latency", "Slowly"),
};
