import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../identity/podIdentity";
import { resourcesOf, type AddonContext, type AddonDefinition, type AddonPod } from "./definition";
import { fluentBitConfig, logGroupOf, routingScript, routingScriptName, stateDirectory } from "./logRouting";

const shipper: AddonPod = { count: "every-node", cpuMillicores: 20, memoryMiB: 64, memoryLimitMiB: 256 };

const serviceAccount = "fluent-bit";

/** Ships the logs of all containers to CloudWatch Logs, one log group for each system. */
export const logging: AddonDefinition = {
    name: "logging",
    namespace: "logging",
    podSecurity: {
        level: "privileged",
        reason: "Fluent Bit reads the log files of the node, which belong to root and are mounted from the host",
        until: "2027-11-30",
    },
    chart: { name: "fluent-bit", version: "0.58.1", repository: "https://fluent.github.io/helm-charts" },
    pods: { shipper },
    flows: () => ({ metrics: [2020] }),
    identity: { serviceAccount, statements },
    after: ["awsLoadBalancerController"],
    values: ({ tags, cluster, monitoring }) => ({
        fullnameOverride: "fluent-bit",
        kind: "DaemonSet",
        serviceAccount: { name: serviceAccount },
        config: fluentBitConfig(tags.environment, cluster.region),
        luaScripts: { [routingScriptName]: routingScript(tags.environment) },
        // The chart's test pod runs an image without a version.
        testFramework: { enabled: false },
        resources: resourcesOf(shipper),
        priorityClassName: "system-node-critical",
        // Every node, tainted or not.
        tolerations: [{ operator: "Exists" }],
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
        podSecurityContext: { seccompProfile: { type: "RuntimeDefault" } },
        // Root without any capability: it may read what belongs to root, and nothing more.
        securityContext: {
            runAsUser: 0,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        },
        daemonSetVolumes: [
            { name: "logs", hostPath: { path: "/var/log" } },
            { name: "state", hostPath: { path: stateDirectory, type: "DirectoryOrCreate" } },
        ],
        daemonSetVolumeMounts: [
            { name: "logs", mountPath: "/var/log", readOnly: true },
            { name: "state", mountPath: stateDirectory },
        ],
        serviceMonitor: { enabled: monitoring },
    }),
};

/** Into the log groups of this environment's systems and of the platform, which exist; it cannot make others. */
function statements({ cluster, tags }: AddonContext): PolicyStatement[] {
    const groups = logGroupOf("*", tags.environment);
    return [
        {
            sid: "WriteLogs",
            actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
            resources: [pulumi.interpolate`arn:aws:logs:${cluster.region}:${cluster.accountId}:log-group:${groups}:*`],
        },
    ];
}
