import { additionalDataSources, exemplarDestinations, type DataSources } from "./dataSources";
import {
    dashboardFolderAnnotation,
    dashboardLabels,
    datasourceUid,
    grafanaAdmin,
    grafanaRole,
    grafanaServiceAccount,
    localUrls,
} from "./names";
import { restrictedContainer, type ContainerResources } from "./stackContainers";
import type { Values } from "./values";

/** Scratch directory of the sidecars, which Python asks for. */
const sidecarScratch = "sidecar-tmp";

/**
 * Grafana keeps nothing: dashboards and data sources come from ConfigMaps, there is one administrator, and what somebody clicks
 * together is meant to become code. So it has no volume, and a new pod is as good as the old one. It is not public: people reach it
 * by a port-forward, with the credentials of the cluster.
 */
export function grafanaValues(grafana: ContainerResources, sidecar: ContainerResources, sources: DataSources): Values {
    const scratch = [{ name: sidecarScratch, mountPath: "/tmp" }];
    return {
        admin: {
            existingSecret: grafanaAdmin.secretName,
            userKey: grafanaAdmin.userKey,
            passwordKey: grafanaAdmin.passwordKey,
        },
        serviceAccount: { name: grafanaServiceAccount },
        service: { type: "ClusterIP" },
        ingress: { enabled: false },
        persistence: { enabled: false },
        initChownData: { enabled: false },
        testFramework: { enabled: false },
        // The chart's own role reads every Secret of the cluster; ours reads ConfigMaps.
        rbac: { create: true, useExistingClusterRole: grafanaRole },
        resources: grafana,
        containerSecurityContext: { ...restrictedContainer, seccompProfile: { type: "RuntimeDefault" } },
        extraEmptyDirMounts: [{ name: "tmp", mountPath: "/tmp" }],
        extraContainerVolumes: [{ name: sidecarScratch, emptyDir: { sizeLimit: "64Mi" } }],
        sidecar: {
            resources: sidecar,
            securityContext: { ...restrictedContainer, seccompProfile: { type: "RuntimeDefault" } },
            dashboards: {
                enabled: true,
                label: Object.keys(dashboardLabels)[0],
                labelValue: Object.values(dashboardLabels)[0],
                searchNamespace: "ALL",
                folderAnnotation: dashboardFolderAnnotation,
                resource: "configmap",
                provider: { foldersFromFilesStructure: true, allowUiUpdates: false },
                extraMounts: scratch,
            },
            datasources: {
                enabled: true,
                uid: datasourceUid,
                resource: "configmap",
                extraMounts: scratch,
                ...exemplarDestinations(sources),
            },
        },
        additionalDataSources: additionalDataSources(sources),
        "grafana.ini": {
            server: { root_url: localUrls.grafana },
            // Nothing about this cluster leaves it, and no plugin enters it at run time.
            analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
            news: { news_feed_enabled: false },
            plugins: { preinstall_disabled: true },
            security: { disable_gravatar: true, cookie_samesite: "strict" },
            "auth.anonymous": { enabled: false },
            users: { allow_sign_up: false },
        },
    };
}
