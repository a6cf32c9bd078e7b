import type { MonitoredService, MonitoringModel } from "../model";
import { burnRates } from "../objectives";
import { rateWindow, ratio, series } from "../promql";
import { fastEnough, indicators, measured, recordedRatio, type IndicatorName } from "./objectiveRules";
import { recordedLabels } from "./recordingRules";
import type { AlertDefinition } from "./rule";

/**
 * Promises that are being broken so fast that somebody should know: within the hour by a page, within days by a message. Each pair of
 * windows is a rule of its own, told apart by the label `window`.
 */
export function objectiveAlerts(model: MonitoringModel): AlertDefinition[] {
    return model.services
        .filter(({ metrics }) => metrics !== undefined)
        .flatMap((service) => [
            ...burnAlerts(model, service, "availability"),
            ...burnAlerts(model, service, "latency"),
            unmeasured(service, rateWindow(model.scrapeIntervalSeconds)),
        ]);
}

interface Wording {
    readonly alert: "Availability" | "Latency";
    readonly percent: (service: MonitoredService) => number;
    /** What a bad request did. */
    readonly bad: (service: MonitoredService) => string;
}

const wordings: Readonly<Record<IndicatorName, Wording>> = {
    availability: {
        alert: "Availability",
        percent: ({ objectives }) => objectives.availabilityPercent,
        bad: () => "failed",
    },
    latency: {
        alert: "Latency",
        percent: ({ objectives }) => objectives.latencyPercent,
        bad: ({ objectives }) => `took longer than ${objectives.latencySeconds} s`,
    },
};

/**
 * A share of bad requests means little where there are few: of five requests in a night one that fails is 20 %. So an alert also asks for
 * a number of bad requests in its longer window. What is down altogether is told by other alerts, which need no requests.
 */
function burnAlerts(model: MonitoringModel, service: MonitoredService, name: IndicatorName): AlertDefinition[] {
    const wording = wordings[name];
    const objective = wording.percent(service);
    const labels = recordedLabels(service);
    return burnRates.flatMap(({ speed, long, short, factor }) => {
        const threshold = ratio(Number((factor * (100 - objective)).toPrecision(12)));
        // A loose promise cannot be broken that fast.
        if (threshold >= 1) {
            return [];
        }
        const alert = `${wording.alert}BudgetBurning${speed}` as const;
        const above = (window: typeof long | typeof short): string =>
            `${series(recordedRatio(name, window), labels)} > ${threshold}`;
        const count = `${model.evaluationIntervalSeconds} * sum_over_time(${series(indicators[name].bad, labels)}[${long}])`;
        // At this speed a budget of 30 days is gone in so many.
        const days = Math.round(30 / factor);
        return [
            {
                part: service,
                alert,
                severity: speed === "Fast" ? "critical" : "warning",
                labels: { window: long },
                expr: `${above(long)} and ${above(short)} and ${count} > ${service.limits[alert].value}`,
                summary: `${service.name} uses up its error budget of 30 days for ${name} in less than ${days} days.`,
                description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.namespace }}/{{ $labels.job }} ${wording.bad(service)} in the last ${long}, and it goes on. More than ${percentText(threshold)} uses the error budget of 30 days up in ${days} days.`,
                dashboard: `service-${service.name}`,
            },
        ];
    });
}

function percentText(share: number): string {
    return `${Number((share * 100).toPrecision(12))} %`;
}

/** Without the bucket, how many requests are slow is unknown, and the alerts above are silent whatever happens. */
function unmeasured(service: MonitoredService, window: string): AlertDefinition {
    const { name, objectives } = service;
    return {
        part: service,
        alert: "LatencyObjectiveUnmeasured",
        severity: "warning",
        expr: `${measured(service, window)} > 0 unless ${fastEnough(service, window)}`,
        summary: `Nobody knows how many requests to ${name} take longer than ${objectives.latencySeconds} s.`,
        description: `{{ $labels.namespace }}/{{ $labels.job }} answers {{ $value | humanize }} requests a second, and its histogram has no bucket that ends at ${objectives.latencySeconds} s, which its objective is about.`,
        dashboard: `service-${service.name}`,
    };
}
