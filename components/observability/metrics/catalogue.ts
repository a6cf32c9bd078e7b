import {
    argoCdMetrics,
    argoRolloutsMetrics,
    certManagerMetrics,
    envoyMetrics,
    externalSecretsMetrics,
} from "./controllers";
import { cadvisorMetrics, kubeletMetrics, kubeStateMetricsMetrics, nodeExporterMetrics } from "./kubernetes";
import type { Metric } from "./metric";
import { prometheusMetrics, scrapeMetrics } from "./prometheus";
import { mysqlMetrics, postgresMetrics, redisMetrics } from "./stores";

/**
 * Every metric that rules and dashboards may read, but for what services export themselves (`applicationMetrics`) and what rules record.
 * A metric that is misspelt, which Prometheus answers with nothing, does not compile; a test parses every expression of every stack and
 * refuses a label that is not here.
 *
 * Not here: CloudWatch and load balancers of AWS. Nothing brings their metrics into Prometheus, and no panel reads them; RDS and ElastiCache
 * are watched by the exporters that are pods in the cluster, and an ALB by the services behind it. See `docs/adr/0009-cloudwatch-metrics-stay-there.md`.
 */
export const metricCatalogue = {
    ...scrapeMetrics,
    ...prometheusMetrics,
    ...cadvisorMetrics,
    ...kubeletMetrics,
    ...kubeStateMetricsMetrics,
    ...nodeExporterMetrics,
    ...postgresMetrics,
    ...mysqlMetrics,
    ...redisMetrics,
    ...argoRolloutsMetrics,
    ...argoCdMetrics,
    ...certManagerMetrics,
    ...externalSecretsMetrics,
    ...envoyMetrics,
} as const satisfies Readonly<Record<string, Metric>>;

/** A metric of the catalogue. */
export type CatalogueMetric = keyof typeof metricCatalogue;

/** What the catalogue says of a metric, if anything. */
export function metricNamed(name: string): Metric | undefined {
    return (metricCatalogue as Readonly<Record<string, Metric>>)[name];
}

/** Every label that a series of a metric can have. */
export function labelsOf(metric: Metric): ReadonlySet<string> {
    return new Set([...metric.targetLabels, ...metric.labels]);
}
