import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ApiService } from "../components/apiService/apiService";
import type { PlatformContext } from "../components/context";
import { platformConfig } from "../config/schema";
import { record, type Plan } from "../simulation/record";

export interface Measurement {
    readonly services: number;
    /** Resources of the services: what the program has without any is left out, and so is its time. */
    readonly resources: number;
    readonly milliseconds: number;
    /** Growth of the heap by the recorded plan, after a collection where the process allows one. */
    readonly bytes: number;
}

/**
 * Records a program of the given number of services on a cluster that exists. Each is a component with eight Kubernetes objects:
 * ServiceAccount, Role, RoleBinding, ConfigMap, Deployment, Service, PodDisruptionBudget, NetworkPolicy.
 */
export async function measureServices(services: number): Promise<Measurement> {
    await measure(1);
    const without = await measure(0);
    const all = await measure(services);
    return {
        services,
        resources: all.resources - without.resources,
        milliseconds: all.milliseconds - without.milliseconds,
        bytes: all.bytes - without.bytes,
    };
}

/** The plan of that program. */
export function planOfServices(services: number): Promise<Plan> {
    return record(() => compose(services));
}

async function measure(services: number): Promise<Omit<Measurement, "services">> {
    const collect = globalThis.gc ?? (() => undefined);
    collect();
    const before = process.memoryUsage().heapUsed;
    const start = process.hrtime.bigint();
    const plan = await planOfServices(services);
    const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    collect();
    return { resources: plan.resources.length, milliseconds, bytes: process.memoryUsage().heapUsed - before };
}

function compose(services: number): void {
    const { data, observability } = platformConfig.parse({ environment: "local" });
    const platform: PlatformContext = {
        stack: "bench",
        environment: "local",
        extraTags: {},
        kubernetes: new k8s.Provider("kubernetes", { context: "bench" }),
        addons: new Set(),
        ready: [],
        data,
        observability,
        deliveryPath: "deploy",
    };
    const parent = new pulumi.ComponentResource("platform:system:System", "bench");
    const scope = { platform, system: "bench", owner: "bench", namespace: "bench", parent, dependsOn: [] };
    for (let index = 0; index < services; index++) {
        new ApiService(`api-${index}`, {
            scope,
            version: "1.0.0",
            image: "ghcr.io/your-org/api",
            port: 8080,
            replicas: 2,
            settings: { LOG_LEVEL: "INFO" },
        });
    }
}
