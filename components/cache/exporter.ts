import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { containerSecurity } from "../backup/pods";
import { metricsPortName } from "../store/exporter";
import { exporterImage } from "./images";
import { exporterAmounts, kubernetesResources } from "./resources";

type Container = types.input.core.v1.Container;

export const exporterPort = 9121;

export interface ExporterPlan {
    /** Address of the server, with its scheme. */
    readonly address: pulumi.Input<string>;
    /** Where the password comes from: a file that names it by address, or a key of a Secret. */
    readonly password: { readonly file: string } | { readonly secretName: string; readonly key: string };
    /** File of the authority that signed the server's certificate. Default: the public ones, which are in the image. */
    readonly authorityFile?: string;
    /** Whether the server lets clients read its configuration. ElastiCache does not. */
    readonly configReadable: boolean;
    readonly volumeMounts: types.input.core.v1.VolumeMount[];
}

/** The container that turns the server's INFO into Prometheus metrics. */
export function exporterContainer(plan: ExporterPlan): Container {
    const { password } = plan;
    return {
        name: "exporter",
        image: exporterImage,
        imagePullPolicy: "IfNotPresent",
        ports: [{ name: metricsPortName, containerPort: exporterPort, protocol: "TCP" }],
        env: [
            { name: "REDIS_ADDR", value: plan.address },
            "file" in password
                ? { name: "REDIS_PASSWORD_FILE", value: password.file }
                : {
                      name: "REDIS_PASSWORD",
                      valueFrom: { secretKeyRef: { name: password.secretName, key: password.key } },
                  },
            ...(plan.authorityFile === undefined
                ? []
                : [{ name: "REDIS_EXPORTER_TLS_CA_CERT_FILE", value: plan.authorityFile }]),
            ...(plan.configReadable ? [] : [{ name: "REDIS_EXPORTER_CONFIG_COMMAND", value: "-" }]),
        ],
        resources: kubernetesResources(exporterAmounts),
        // Tells that the exporter runs, whether or not the server answers: a dead server is `redis_up 0`, not a dead exporter.
        livenessProbe: { httpGet: { path: "/health", port: exporterPort }, periodSeconds: 30, timeoutSeconds: 5 },
        securityContext: containerSecurity,
        volumeMounts: plan.volumeMounts,
    };
}
