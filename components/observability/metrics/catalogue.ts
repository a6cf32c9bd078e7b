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
 * A test parses every expression of every stack and refuses a metric or a label that is not here, so a misspelt one, which Prometheus
 * answers with nothing, is found before it is deployed.
 *
 * Not here: CloudWatch and load balancers of AWS. Nothing brings their metrics into Prometheus; RDS and ElastiCache are watched by the
 * exporters that are pods in the cluster, and an ALB by the services behind it.
 */
export const metricCatalogue: Readonly<Record<string, Metric>> = {
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
};

/** Every label that a series of a metric can have. */
export function labelsOf(metric: Metric): ReadonlySet<string> {
    return new Set([...metric.targetLabels, ...metric.labels]);
}
