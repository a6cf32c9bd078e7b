import { counter, exportedBy, gauge, histogram, serviceTarget } from "./metric";

/**
 * Controllers say of objects in other namespaces which one they are in. Where the target's namespace takes the label's place, the
 * metric's own is called `exported_namespace`; the add-ons' monitors drop the target's, so that `namespace` is the object's.
 */
const objectTarget = serviceTarget.filter((label) => label !== "namespace");

/** Source: `controller/metrics/prommetrics.go` of Argo Rollouts. */
export const argoRolloutsMetrics = exportedBy(
    { exporter: "Argo Rollouts", since: "1.0", targetLabels: objectTarget },
    {
        rollout_info: gauge("info", ["namespace", "name", "strategy", "traffic_router", "phase"]),
        rollout_info_replicas_available: gauge("1", ["namespace", "name"]),
        rollout_info_replicas_unavailable: gauge("1", ["namespace", "name"]),
        rollout_info_replicas_desired: gauge("1", ["namespace", "name"]),
        rollout_info_replicas_updated: gauge("1", ["namespace", "name"], "1.1"),
        rollout_events_total: counter("1", ["namespace", "name", "type", "reason"], "1.1"),
        analysis_run_info: gauge("info", ["namespace", "name", "phase"]),
    },
);

/**
 * An Application's own namespace is Argo CD's, as that of its target; where it deploys is in `dest_namespace`. Source:
 * `controller/metrics/metrics.go` of Argo CD, August 2026.
 */
export const argoCdMetrics = exportedBy(
    { exporter: "Argo CD", since: "2.0" },
    {
        argocd_app_info: gauge("info", [
            "name",
            "project",
            "autosync_enabled",
            "repo",
            "dest_server",
            "dest_namespace",
            "sync_status",
            "health_status",
            "operation",
        ]),
        argocd_app_sync_total: counter("1", ["name", "project", "dest_server", "phase", "dry_run"]),
    },
);

const certificate = ["namespace", "name", "issuer_name", "issuer_kind", "issuer_group"] as const;

/** Source: `internal/collectors/certificate_collector.go` of cert-manager 1.21. */
export const certManagerMetrics = exportedBy(
    { exporter: "cert-manager", since: "1.14", targetLabels: objectTarget },
    {
        certmanager_certificate_expiration_timestamp_seconds: gauge("timestamp seconds", certificate),
        certmanager_certificate_renewal_timestamp_seconds: gauge("timestamp seconds", certificate),
        certmanager_certificate_ready_status: gauge("state", [...certificate, "condition"]),
    },
);

/** Source: `pkg/controllers/externalsecret/esmetrics/esmetrics.go` of the External Secrets Operator. */
export const externalSecretsMetrics = exportedBy(
    { exporter: "External Secrets Operator", since: "0.9", targetLabels: objectTarget },
    {
        externalsecret_status_condition: gauge("state", ["namespace", "name", "condition", "status"]),
        externalsecret_sync_calls_total: counter("1", ["namespace", "name"]),
        externalsecret_sync_calls_error: counter("1", ["namespace", "name"]),
        secretstore_status_condition: gauge("state", ["namespace", "name", "condition", "status"]),
    },
);

const cluster = ["envoy_cluster_name"] as const;

/**
 * The proxies of Envoy Gateway, scraped by pod. Envoy measures times in milliseconds. Source: Envoy's documentation, "Upstream cluster statistics"
 * and "HTTP connection manager statistics"; names and labels as in the dashboards of Envoy Gateway 1.9 and in Envoy's own tests of
 * `/stats/prometheus`.
 */
export const envoyMetrics = exportedBy(
    { exporter: "Envoy", since: "1.30" },
    {
        envoy_cluster_upstream_rq_total: counter("1", cluster),
        envoy_cluster_upstream_rq_xx: counter("1", [...cluster, "envoy_response_code_class"]),
        envoy_cluster_upstream_rq_time: histogram("milliseconds", cluster),
        envoy_cluster_upstream_cx_active: gauge("1", cluster),
        envoy_http_downstream_rq_total: counter("1", ["envoy_http_conn_manager_prefix"]),
        envoy_http_downstream_rq_xx: counter("1", ["envoy_http_conn_manager_prefix", "envoy_response_code_class"]),
        envoy_http_downstream_cx_active: gauge("1", ["envoy_http_conn_manager_prefix"]),
    },
);
