import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { engines } from "./engines";
import { containerSecurity, mounts, passwordFile, scriptPath, variables } from "../backup/pods";
import { metricsPortName } from "../store/exporter";
import { exporterAmounts, kubernetesResources } from "./resources";
import type { DatabaseSpec } from "./spec";

type Container = types.input.core.v1.Container;

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
