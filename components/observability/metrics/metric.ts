/** How a metric behaves, in Prometheus' own words. An untyped one is exported without a type; its description says how to read it. */
export type MetricType = "counter" | "gauge" | "histogram" | "untyped";

/** What a metric counts or measures. A ratio goes from 0 to 1; a state is 0 or 1; an info is always 1, and its labels are what it says. */
export type MetricUnit =
    "1" | "bytes" | "seconds" | "milliseconds" | "timestamp seconds" | "cores" | "ratio" | "state" | "info";

/** A metric that a rule or a dashboard may read. */
export interface Metric {
    readonly type: MetricType;
    readonly unit: MetricUnit;
    /** The labels that its exporter gives it; those of the target come on top. */
    readonly labels: readonly string[];
    /** Which program exports it. */
    readonly exporter: string;
    /** Labels that every series of this exporter has, because Prometheus adds them when it scrapes. */
    readonly targetLabels: readonly string[];
    /** The oldest version of the exporter that is known to have it under this name and with these labels. */
    readonly since: string;
}

type Shape<Type extends MetricType = MetricType> = Pick<Metric, "unit" | "labels"> & {
    readonly type: Type;
    readonly since?: string;
};

function shape<Type extends MetricType>(
    type: Type,
): (unit: MetricUnit, labels?: readonly string[], since?: string) => Shape<Type> {
    return (unit, labels = [], since) => ({ type, unit, labels, ...(since !== undefined && { since }) });
}

export const counter = shape("counter");
export const gauge = shape("gauge");
export const untyped = shape("untyped");
/** A classic histogram, under its name without a suffix; it is exported as `_bucket` with the label `le`, `_sum` and `_count`. */
export const histogram = shape("histogram");

/** Where a group of metrics comes from. */
export interface ExporterSpec {
    readonly exporter: string;
    /** The version that the platform runs, unless an entry names an older one. */
    readonly since: string;
    readonly targetLabels?: readonly string[];
}

/** What Prometheus knows of a target that a ServiceMonitor found. The label of the port, `endpoint`, is dropped; see `scrapeConfigs.ts`. */
export const serviceTarget = ["job", "instance", "namespace", "pod", "service", "container"] as const;

/** The names that metrics are stored under: a histogram has three. */
type StoredName<Shapes> = {
    [Name in keyof Shapes & string]: Shapes[Name] extends Shape<"histogram">
        ? `${Name}_bucket` | `${Name}_sum` | `${Name}_count`
        : Name;
}[keyof Shapes & string];

/** The metrics of an exporter by name, with each histogram as the three metrics that it is stored as. */
export function exportedBy<Shapes extends Readonly<Record<string, Shape>>>(
    { exporter, since, targetLabels = serviceTarget }: ExporterSpec,
    shapes: Shapes,
): Readonly<Record<StoredName<Shapes>, Metric>> {
    const metrics: Record<string, Metric> = {};
    for (const [name, one] of Object.entries(shapes)) {
        const metric: Metric = { since, ...one, exporter, targetLabels };
        if (one.type === "histogram") {
            metrics[`${name}_bucket`] = { ...metric, unit: "1", labels: [...one.labels, "le"] };
            metrics[`${name}_sum`] = metric;
            metrics[`${name}_count`] = { ...metric, unit: "1" };
        } else {
            metrics[name] = metric;
        }
    }
    return metrics as Record<StoredName<Shapes>, Metric>;
}
