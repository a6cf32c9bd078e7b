import { argoCdController, argoCdNamespace } from "../delivery/names";
import { resourcesOf, restrictedContainer, type AddonContext, type AddonDefinition, type AddonPod } from "./definition";

const controller: AddonPod = { count: "one", cpuMillicores: 100, memoryMiB: 256, memoryLimitMiB: 1024 };
const repositories: AddonPod = { count: "one", cpuMillicores: 50, memoryMiB: 128, memoryLimitMiB: 512 };
const store: AddonPod = { count: "one", cpuMillicores: 10, memoryMiB: 32, memoryLimitMiB: 128 };

/** Waves between Applications wait for health, which Argo CD does not judge of Applications unless it is told how. */
const applicationHealth = `local health = { status = "Progressing", message = "" }
if obj.status ~= nil and obj.status.health ~= nil then
  health.status = obj.status.health.status or health.status
  health.message = obj.status.health.message or health.message
end
return health
`;

/**
 * Deploys what is in git. It consists of the controller, the reader of repositories and their cache, and of nothing that listens to
 * people: no API server, no accounts, no password. `argocd --core` and `argocd admin dashboard` show everything to whoever the cluster
 * lets in.
 *
 * It may change nothing by itself: the component ArgoApplications names the namespaces that it looks after and binds its rights there.
 */
export const argoCd: AddonDefinition = {
    name: "argoCd",
    namespace: argoCdNamespace,
    podSecurity: { level: "restricted" },
    chart: { name: "argo-cd", version: "10.1.1", repository: "https://argoproj.github.io/argo-helm" },
    pods: { controller, repositories, store },
    // Its parts know each other; whom each lets in is in the chart's own policies. Repositories are read by HTTPS or by SSH.
    flows: () => ({
        egress: [
            { to: [{ podSelector: {} }] },
            { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ protocol: "TCP", port: 22 }] },
        ],
    }),
    after: ["awsLoadBalancerController"],
    values: (context) => ({
        fullnameOverride: "argocd",
        // Applications outlive the add-on: without the kind they would go, and with them what they deployed.
        crds: { install: true, keep: true },
        createClusterRoles: false,
        global: {
            logging: { format: "json", level: "info" },
            networkPolicy: { create: true, defaultDenyIngress: true },
        },
        configs: {
            cm: {
                "admin.enabled": false,
                "exec.enabled": false,
                "users.anonymous.enabled": false,
                "resource.customizations.health.argoproj.io_Application": applicationHealth,
            },
            // Nobody gets a role that was not given one.
            rbac: { "policy.default": "" },
        },
        controller: {
            resources: resourcesOf(controller),
            serviceAccount: { name: argoCdController },
            metrics: metrics(context),
        },
        repoServer: {
            resources: resourcesOf(repositories),
            copyutil: { resources: resourcesOf(repositories) },
            // It reads repositories and renders manifests; a manifest that breaks out of it finds no token.
            automountServiceAccountToken: false,
            serviceAccount: { automountServiceAccountToken: false },
            metrics: metrics(context),
        },
        redis: {
            resources: resourcesOf(store),
            containerSecurityContext: restrictedContainer,
            automountServiceAccountToken: false,
        },
        redisSecretInit: {
            resources: resourcesOf({ count: "one", cpuMillicores: 10, memoryMiB: 64, memoryLimitMiB: 256 }),
        },
        server: { replicas: 0 },
        applicationSet: { replicas: 0 },
        dex: { enabled: false },
        notifications: { enabled: false },
    }),
};

function metrics({ monitoring }: AddonContext): Record<string, unknown> {
    return { enabled: true, serviceMonitor: { enabled: monitoring } };
}
