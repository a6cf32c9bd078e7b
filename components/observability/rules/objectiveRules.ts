import type { MonitoredService, MonitoringModel } from "../model";
import { burnRates, type BurnWindow } from "../objectives";
import { literally, rateWindow, series, type Matcher, ownMetric, type RecordedMetric } from "../promql";
import { errorRate, recorded, recordedLabels, recorder, requestRate } from "./recordingRules";
import type { RecordingRule } from "./rule";

/** A promise that is counted in requests: those that break it, of all that count. */
interface Indicator {
    /** Recorded rate of the requests that break it. */
    readonly bad: RecordedMetric;
    /** Recorded rate of all that count. */
    readonly all: RecordedMetric;
    /** Recorded share of the bad ones in the rate window. */
    readonly ratio: RecordedMetric;
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

export const indicatorNames = Object.keys(indicators) as readonly IndicatorName[];

/** The recorded share of bad requests over a window. That over five minutes is the one that the other alerts look at. */
export function recordedRatio(indicator: IndicatorName, window: BurnWindow): RecordedMetric {
    const { ratio } = indicators[indicator];
    return window === "5m" ? ratio : `${ratio}${window}`;
}

/** Windows whose value changes slowly, so they are looked at once a minute. */
const slowWindows: ReadonlySet<BurnWindow> = new Set(["2h", "6h", "1d", "3d"]);

/** Time between two looks at the slow windows. */
export const slowInterval = "1m";

/** Whether a window is looked at as often as alerts are, or once in `slowInterval`. */
export type Pace = "fast" | "slow";

export function paceOf(window: BurnWindow): Pace {
    return slowWindows.has(window) ? "slow" : "fast";
}

/** A rate as a group records it that is evaluated so often. Days of it have a sample for each evaluation and no more. */
export function recordedEvery(metric: RecordedMetric, interval: string): RecordedMetric {
    return `${metric}_every_${interval}`;
}

/**
 * How much of the promises is broken over each window that an alert looks at, and no other. A window is the sum of recorded rates: two
 * series for a service instead of one for each pod, endpoint and status, so three days of it are read in a moment, and an hour with many
 * requests counts more than one with few.
 */
export function objectiveRules(model: MonitoringModel, pace: Pace): RecordingRule[] {
    const windows = [...new Set(burnRates.flatMap(({ long, short }) => [short, long]))].filter(
        (window) => window !== "5m" && paceOf(window) === pace,
    );
    return measuredServices(model).flatMap((service) => [
        ...(pace === "fast" ? latencyRules(model, service) : ratesEvery(model, service, slowInterval)),
        ...windows.flatMap((window) => ratiosOver(model, service, window)),
    ]);
}

/** Services that say anything about their requests. */
export function measuredServices(model: MonitoringModel): readonly MonitoredService[] {
    return model.services.filter(({ metrics }) => metrics !== undefined);
}

/** What the promises are counted in, recorded again by a group that is evaluated less often than the alerts are. */
export function ratesEvery(model: MonitoringModel, service: MonitoredService, interval: string): RecordingRule[] {
    const record = recorder(model, service);
    return indicatorNames.flatMap((name) => {
        const { bad, all } = indicators[name];
        const expr = rates(name, service, rateWindow(model.scrapeIntervalSeconds));
        return [record(recordedEvery(all, interval), expr.all), record(recordedEvery(bad, interval), expr.bad)];
    });
}

function rates(name: IndicatorName, service: MonitoredService, window: string): { bad: string; all: string } {
    return {
        availability: { bad: errorRate(service, window), all: requestRate(service, window) },
        // All that were measured but for those in the bucket of the fast ones.
        latency: {
            bad: `${measured(service, window)} - ${fastEnough(service, window)}`,
            all: measured(service, window),
        },
    }[name];
}

/** Requests that take longer than promised. Those that fail are recorded for every service, whatever it promises. */
function latencyRules(model: MonitoringModel, service: MonitoredService): RecordingRule[] {
    const { bad, all, ratio } = indicators.latency;
    const record = recorder(model, service);
    const labels = recordedLabels(service);
    const expr = rates("latency", service, rateWindow(model.scrapeIntervalSeconds));
    return [
        record(all, expr.all),
        record(bad, expr.bad),
        record(ratio, `${series(bad, labels)} / (${series(all, labels)} > 0)`),
    ];
}

function ratiosOver(model: MonitoringModel, service: MonitoredService, window: BurnWindow): RecordingRule[] {
    const record = recorder(model, service);
    const labels = recordedLabels(service);
    return indicatorNames.map((name) => {
        const sum = (metric: RecordedMetric): string => {
            const read = paceOf(window) === "slow" ? recordedEvery(metric, slowInterval) : metric;
            return `sum_over_time(${series(read, labels)}[${window}])`;
        };
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
    const metric = series(ownMetric(`${metrics?.duration ?? ""}_${part}`), { namespace, job, ...labels });
    return `sum by (namespace, job) (rate(${metric}[${window}]))`;
}

/** Client libraries, and Prometheus from version 3 on, write whole numbers with a zero behind the point; others do not. */
function bucketBound(seconds: number): string {
    return Number.isInteger(seconds) ? `${seconds}(\\.0)?` : literally(String(seconds));
}
