import type { MonitoredService, MonitoringModel } from "../model";
import { burnRates, type BurnWindow } from "../objectives";
import { literally, rateWindow, series, type Matcher } from "../promql";
import { recorded, recordedLabels, recorder } from "./recordingRules";
import type { RecordingRule, RuleGroup } from "./rule";

/** A promise that is counted in requests: those that break it, of all that count. */
interface Indicator {
    /** Recorded rate of the requests that break it. */
    readonly bad: string;
    /** Recorded rate of all that count. */
    readonly all: string;
    /** Recorded share of the bad ones in the rate window. */
    readonly ratio: string;
}

export const indicators = {
    availability: { bad: recorded.errorRate, all: recorded.requestRate, ratio: recorded.errorRatio },
    latency: {
        bad: "service:http_requests_slow:rate",
        all: "service:http_request_duration_seconds_count:rate",
        ratio: "service:http_requests_slow:ratio_rate",
    },
} as const satisfies Readonly<Record<string, Indicator>>;

export type IndicatorName = keyof typeof indicators;

/** The recorded share of bad requests over a window. That over five minutes is the one that the other alerts look at. */
export function recordedRatio(indicator: IndicatorName, window: BurnWindow): string {
    const { ratio } = indicators[indicator];
    return window === "5m" ? ratio : `${ratio}${window}`;
}

/** Windows whose value changes slowly; they hold up to 17,000 samples of 15 seconds, so they are looked at once a minute. */
const slowWindows: ReadonlySet<BurnWindow> = new Set(["2h", "6h", "1d", "3d"]);
const slowInterval = "1m";

/**
 * How much of the promises is broken over each window that an alert looks at, and no other. A window is the sum of recorded rates: two
 * series for a service instead of one for each pod, endpoint and status, so three days of it are read in a moment, and an hour with many
 * requests counts more than one with few.
 */
export function objectiveRules(model: MonitoringModel): RuleGroup[] {
    const services = model.services.filter(({ metrics }) => metrics !== undefined);
    const windows = [...new Set(burnRates.flatMap(({ long, short }) => [short, long]))].filter(
        (window) => window !== "5m",
    );
    const over = (slow: boolean): RecordingRule[] =>
        services.flatMap((service) =>
            windows
                .filter((window) => slowWindows.has(window) === slow)
                .flatMap((window) => ratiosOver(model, service, window)),
        );
    return services.length === 0
        ? []
        : [
              {
                  name: `${model.system}-objectives-recording`,
                  rules: [...services.flatMap((service) => latencyRules(model, service)), ...over(false)],
              },
              { name: `${model.system}-objectives-recording-slow`, interval: slowInterval, rules: over(true) },
          ];
}

/** Requests that take longer than promised: all that were measured but for those in the bucket of the fast ones. */
function latencyRules(model: MonitoringModel, service: MonitoredService): RecordingRule[] {
    const { bad, all, ratio } = indicators.latency;
    const record = recorder(model, service);
    const labels = recordedLabels(service);
    const window = rateWindow(model.scrapeIntervalSeconds);
    return [
        record(all, measured(service, window)),
        record(bad, `${measured(service, window)} - ${fastEnough(service, window)}`),
        record(ratio, `${series(bad, labels)} / (${series(all, labels)} > 0)`),
    ];
}

function ratiosOver(model: MonitoringModel, service: MonitoredService, window: BurnWindow): RecordingRule[] {
    const record = recorder(model, service);
    const labels = recordedLabels(service);
    return (Object.keys(indicators) as IndicatorName[]).map((name) => {
        const sum = (metric: string): string => `sum_over_time(${series(metric, labels)}[${window}])`;
        const { bad, all } = indicators[name];
        return record(recordedRatio(name, window), `${sum(bad)} / (${sum(all)} > 0)`);
    });
}

/** The rate of requests whose duration was measured. */
export function measured(service: MonitoredService, window: string): string {
    return durations(service, "count", window);
}

/** The rate of requests that were answered within the promised time. */
export function fastEnough(service: MonitoredService, window: string): string {
    return durations(service, "bucket", window, { le: { matches: bucketBound(service.objectives.latencySeconds) } });
}

function durations(
    { namespace, job, metrics }: MonitoredService,
    part: "count" | "bucket",
    window: string,
    labels: Readonly<Record<string, Matcher>> = {},
): string {
    const metric = series(`${metrics?.duration ?? ""}_${part}`, { namespace, job, ...labels });
    return `sum by (namespace, job) (rate(${metric}[${window}]))`;
}

/** Client libraries, and Prometheus from version 3 on, write whole numbers with a zero behind the point; others do not. */
function bucketBound(seconds: number): string {
    return Number.isInteger(seconds) ? `${seconds}(\\.0)?` : literally(String(seconds));
}
