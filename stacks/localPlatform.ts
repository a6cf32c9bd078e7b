import { ExistingCluster } from "../components/cluster/existingCluster";
import type { StackConfig } from "../config/load";
import type { Platform } from "./platform";

/**
 * Composes the platform on a cluster that already exists: no AWS, no add-ons. Stores run in the cluster and secrets are generated
 * into Kubernetes Secrets.
 */
export function createLocalPlatform({ stack, platform }: StackConfig, context: string): Platform {
    const { environment, data, observability } = platform;
    const cluster = new ExistingCluster("cluster", { context });
    return {
        clusterName: context,
        context: {
            stack,
            environment,
            extraTags: platform.tags,
            kubernetes: cluster.provider,
            addons: new Set(),
            ready: [],
            data,
            observability,
        },
    };
}
