import { Addons } from "../components/addons/addons";
import { traceCollector } from "../components/addons/tracingNames";
import { ExistingCluster } from "../components/cluster/existingCluster";
import { SharedGateway } from "../components/gateway/gateway";
import { Monitoring } from "../components/observability/monitoring";
import type { StackConfig } from "../config/load";
import type { AddonName, PlatformConfig } from "../config/schema";
import { installedAddons } from "./addons";
import { sharedContext, type Platform } from "./platform";

/**
 * Composes the platform on a cluster that already exists: no AWS, and of the add-ons only those that need none. Stores run in the cluster
 * and secrets are generated into Kubernetes Secrets.
 */
export function createLocalPlatform(config: StackConfig, context: string): Platform {
    const { stack, platform } = config;
    const { environment, cluster: clusterConfig, data, observability } = platform;
    const tags = { stack, environment, extraTags: platform.tags };
    const installed = installedAddons(platform);
    const cluster = new ExistingCluster("cluster", { context });
    const { provider } = cluster;
    const monitoring = installed.has("monitoring")
        ? new Monitoring("monitoring", {
              tags,
              provider,
              config: observability,
              addons: installed,
              ...config.secrets,
              traces: installed.has("tracing"),
          })
        : undefined;
    const addons = new Addons("addons", {
        tags,
        cluster: {
            name: context,
            kubernetesVersion: clusterConfig.version,
            provider,
            vpcId: "",
            accountId: "",
            region: "",
        },
        enabled: only(platform.addons, installed),
        edge: { hosts: [] },
        logs: { keyArn: "", retentionDays: observability.logRetentionDays },
        dependsOn: monitoring?.ready ?? [],
    });
    const gateway = installed.has("envoyGateway")
        ? new SharedGateway("gateway", {
              environment,
              provider,
              exposure: "node-port",
              issuer: { kind: "self-signed" },
              dependsOn: addons.ready,
          })
        : undefined;
    return {
        clusterName: context,
        context: {
            stack,
            environment,
            extraTags: platform.tags,
            kubernetes: provider,
            addons: installed,
            ...(gateway !== undefined && { gateway: gateway.context }),
            ...(installed.has("tracing") && { tracing: traceCollector }),
            ...sharedContext(config),
            ready: [...(monitoring?.ready ?? []), ...addons.ready, ...(gateway?.ready ?? [])],
            data,
            observability,
        },
    };
}

/** The wanted add-ons, without those that have nothing to do here. */
function only(addons: PlatformConfig["addons"], installed: ReadonlySet<AddonName>): PlatformConfig["addons"] {
    const entries = Object.keys(addons).map((name) => [name, installed.has(name as AddonName)]);
    return Object.fromEntries(entries) as PlatformConfig["addons"];
}
