import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { componentName, physicalName } from "../naming";
import { engines } from "./engines";
import { containerSecurity, mounts, passwordFile, scriptPath, variables } from "../backup/pods";
import { exporterAmounts, kubernetesResources } from "./resources";
import type { DatabaseSpec } from "./spec";

type Container = types.input.core.v1.Container;

/** Name of the exporter's port in Services and containers. */
export const metricsPortName = "metrics";

/** Label of a Service whose value becomes the `job` of everything that is scraped behind it. */
export const jobLabel = "platform/exporter-job";

/** The `job` of a database's metrics, the same wherever the database lives: dashboards and alerts build on it. */
export function exporterJob(system: string, store: string): string {
    return physicalName("kubernetes", componentName(system, store), "exporter");
}

function exporterContainer(spec: DatabaseSpec, rest: Partial<Container>): Container {
    const { image, port } = engines[spec.engine].exporter;
    return {
        name: "exporter",
        image,
        imagePullPolicy: "IfNotPresent",
        ports: [{ name: metricsPortName, containerPort: port, protocol: "TCP" }],
        resources: kubernetesResources(exporterAmounts),
        // Tells that the exporter runs, whether or not the server answers: a dead server is `pg_up 0`, not a dead exporter.
        livenessProbe: { httpGet: { path: "/", port }, periodSeconds: 30, timeoutSeconds: 5 },
        securityContext: containerSecurity,
        ...rest,
    };
}

/** The exporter beside an in-cluster server. It comes through the socket, as a user of its own, without a password. */
export function sidecarExporter(spec: DatabaseSpec, socketMount: types.input.core.v1.VolumeMount): Container {
    const { socketDirectory } = engines[spec.engine];
    const connection: Partial<Container> =
        spec.engine === "postgres"
            ? {
                  env: variables({
                      DATA_SOURCE_NAME: `host=${socketDirectory} user=platform_exporter dbname=${spec.databaseName} sslmode=disable`,
                  }),
              }
            : {
                  args: [
                      `--mysqld.address=unix://${socketDirectory}/mysqld.sock`,
                      "--mysqld.username=platform_exporter",
                  ],
              };
    return exporterContainer(spec, { ...connection, volumeMounts: [{ ...socketMount, readOnly: true }] });
}

/** The exporter of a managed database. A script hands it the password, and starts it anew when the password changes. */
export function remoteExporter(spec: DatabaseSpec, host: pulumi.Input<string>): Container {
    const { port, exporter } = engines[spec.engine];
    const connection: { args: pulumi.Input<string>[]; env: types.input.core.v1.EnvVar[] } =
        spec.engine === "postgres"
            ? {
                  args: [],
                  env: variables({
                      DATA_SOURCE_URI: pulumi.interpolate`${host}:${port}/${spec.databaseName}?sslmode=require`,
                      DATA_SOURCE_USER: spec.username,
                  }),
              }
            : {
                  // Encrypted; whose certificate it is, is not checked, as with sslmode=require: the image lacks Amazon's authorities.
                  args: [
                      pulumi.interpolate`--mysqld.address=${host}:${port}`,
                      `--mysqld.username=${spec.username}`,
                      "--tls.insecure-skip-verify",
                  ],
                  env: [],
              };
    return exporterContainer(spec, {
        command: ["/bin/sh", scriptPath("exporter.sh")],
        args: [exporter.command, ...connection.args],
        env: [...connection.env, ...variables({ PASSWORD_FILE: passwordFile })],
        volumeMounts: [mounts.scripts, mounts.credentials],
    });
}

export interface MonitorPlan {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly job: string;
    /** Seconds between two scrapes. */
    readonly intervalSeconds: number;
}

/** What tells Prometheus to scrape the exporter. The job's name is read from the Service's label. */
export function serviceMonitor({ name, namespace, labels, job, intervalSeconds }: MonitorPlan): {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace: string; labels: Record<string, string> };
    spec: object;
} {
    return {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata: { name, namespace, labels: { ...labels } },
        spec: {
            jobLabel,
            namespaceSelector: { matchNames: [namespace] },
            selector: { matchLabels: { [jobLabel]: job } },
            endpoints: [{ port: metricsPortName, path: "/metrics", interval: `${intervalSeconds}s` }],
        },
    };
}
