import { counter, exportedBy, gauge, histogram, serviceTarget } from "./metric";

const anyTarget = [...serviceTarget, "node", "metrics_path"] as const;

/** What Prometheus adds for every target, and for every alert of its rules, whose labels are those that the rules give. */
export const scrapeMetrics = exportedBy(
    { exporter: "Prometheus, for each target and alert", since: "2.0", targetLabels: anyTarget },
    {
        up: gauge("state"),
        scrape_duration_seconds: gauge("seconds"),
        scrape_samples_scraped: gauge("1"),
        ALERTS: gauge("info", ["alertname", "alertstate", "severity", "owner", "system", "environment", "component"]),
    },
);

/** Source: `rules/group.go`, `tsdb/head.go` and `notifier/` of Prometheus, and `notify/` of Alertmanager. */
export const prometheusMetrics = exportedBy(
    { exporter: "Prometheus and Alertmanager", since: "2.0" },
    {
        prometheus_build_info: gauge("info", ["version", "revision", "branch", "goversion"]),
        prometheus_tsdb_head_series: gauge("1"),
        prometheus_tsdb_head_samples_appended_total: counter("1", ["type"]),
        prometheus_rule_group_last_duration_seconds: gauge("seconds", ["rule_group"]),
        prometheus_rule_group_interval_seconds: gauge("seconds", ["rule_group"]),
        prometheus_rule_evaluation_failures_total: counter("1", ["rule_group"]),
        prometheus_notifications_dropped_total: counter("1"),
        prometheus_http_request_duration_seconds: histogram("seconds", ["handler"]),
        alertmanager_notifications_total: counter("1", ["integration"]),
        alertmanager_notifications_failed_total: counter("1", ["integration", "reason"]),
    },
);
