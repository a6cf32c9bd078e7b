import type { PlanView, Resource } from "./resource";
import { listAt, membersAt, text, textAt } from "./values";

/** A service of a system: its component, and what it consists of that the report speaks of. */
export interface Service {
    readonly resource: Resource;
    /** As its pods' label says. */
    readonly name: string;
    readonly namespace: string;
    readonly image: string;
    /** How many pods, as a person would write it: `3` or `2–10`. */
    readonly replicas: string;
    /** Deployment or Rollout. */
    readonly workload: Resource;
    readonly autoscaler: Resource | undefined;
    /** Names of the stores that it connects to. */
    readonly connections: readonly string[];
}

/** A database or cache of a system. */
export interface Store {
    readonly resource: Resource;
    /** As the services call it. */
    readonly name: string;
    readonly kind: "database" | "cache";
    readonly placement: "managed" | "in-cluster";
    /** Empty for a managed one. */
    readonly namespace: string;
    /** Engine and version. */
    readonly engine: string;
    /** Size, and what of it there is more than once. */
    readonly size: string;
}

export interface System {
    readonly resource: Resource;
    readonly name: string;
    readonly namespaces: readonly Resource[];
    readonly services: readonly Service[];
    readonly stores: readonly Store[];
}

export const serviceType = "platform:apiService:ApiService";

const storeTypes: Readonly<Record<Store["kind"], string>> = {
    database: "platform:database:Database",
    cache: "platform:cache:Cache",
};

export function systemsOf(plan: PlanView): System[] {
    return plan.systems.map((resource) => systemOf(resource));
}

function systemOf(resource: Resource): System {
    const family = resource.family;
    const services = family.filter(({ type }) => type === serviceType).flatMap((each) => serviceOf(each) ?? []);
    return {
        resource,
        name: resource.name,
        namespaces: family.filter(({ type }) => type === "kubernetes:core/v1:Namespace"),
        services,
        stores: family.flatMap((each) => storeOf(each) ?? []),
    };
}

const workloadKinds = ["Deployment", "Rollout", "StatefulSet"];

function serviceOf(resource: Resource): Service | undefined {
    const workload = resource.children.find(({ kind }) => workloadKinds.includes(kind));
    if (workload === undefined) {
        return undefined;
    }
    const labels = membersAt(workload.inputs, "spec", "template", "metadata", "labels");
    const autoscaler = resource.children.find(({ kind }) => kind === "HorizontalPodAutoscaler");
    return {
        resource,
        name: text(labels["app.kubernetes.io/name"]) || resource.name,
        namespace: workload.namespace,
        image: textAt(workload.inputs, "spec", "template", "spec", "containers", 0, "image"),
        replicas: replicasOf(workload, autoscaler),
        workload,
        autoscaler,
        connections: Object.keys(labels).flatMap((label) => /^platform\/connects-to-(.+)$/.exec(label)?.[1] ?? []),
    };
}

function replicasOf(workload: Resource, autoscaler: Resource | undefined): string {
    if (autoscaler !== undefined) {
        const { minReplicas, maxReplicas } = membersAt(autoscaler.inputs, "spec");
        return minReplicas === maxReplicas ? text(minReplicas) : `${text(minReplicas)}–${text(maxReplicas)}`;
    }
    return textAt(workload.inputs, "spec", "replicas") || "1";
}

function storeOf(resource: Resource): Store | undefined {
    const kind = resource.type === storeTypes.database ? "database" : "cache";
    if (resource.type !== storeTypes[kind]) {
        return undefined;
    }
    const family = resource.family;
    const prefix = `${resource.system}-`;
    const name = resource.name.startsWith(prefix) ? resource.name.slice(prefix.length) : resource.name;
    const server = family.find((each) => each.kind === "StatefulSet");
    return server === undefined
        ? managedStore(resource, family, { name, kind })
        : inClusterStore(resource, server, { name, kind });
}

type Named = Pick<Store, "name" | "kind">;

function inClusterStore(resource: Resource, server: Resource, named: Named): Store {
    const image = textAt(server.inputs, "spec", "template", "spec", "containers", 0, "image");
    const storage = listAt(server.inputs, "spec", "volumeClaimTemplates")
        .map((claim) => textAt(claim, "spec", "resources", "requests", "storage"))
        .filter((size) => size !== "");
    return {
        resource,
        ...named,
        placement: "in-cluster",
        namespace: server.namespace,
        engine: engineOf(image.slice(image.lastIndexOf("/") + 1).replace(":", " ")),
        size: storage.length > 0 ? `${storage.join(" + ")} volume` : "no volume",
    };
}

function managedStore(resource: Resource, family: readonly Resource[], named: Named): Store {
    const instances = family.filter(({ type }) => type === "aws:rds/instance:Instance");
    const main = instances.find(({ inputs }) => inputs.replicateSourceDb === undefined);
    const group = family.find(({ type }) => type === "aws:elasticache/replicationGroup:ReplicationGroup");
    const replicas = instances.length - (main === undefined ? 0 : 1);
    const inputs = main?.inputs ?? group?.inputs ?? {};
    const spread = inputs.multiAz === true || inputs.multiAzEnabled === true ? "Multi-AZ" : "";
    const size = [
        text(inputs.instanceClass) || text(inputs.nodeType),
        group === undefined ? spread : `× ${text(inputs.numCacheClusters)}`,
        replicas > 0 ? `+ ${replicas}` : "",
    ];
    return {
        resource,
        ...named,
        placement: "managed",
        namespace: "",
        engine: engineOf(`${text(inputs.engine)} ${text(inputs.engineVersion)}`),
        size: size.filter((part) => part !== "").join(" "),
    };
}

const engineNames: Readonly<Record<string, string>> = {
    postgres: "PostgreSQL",
    mysql: "MySQL",
    redis: "Redis",
    valkey: "Valkey",
};

/** `postgres 16.15-bookworm` as `PostgreSQL 16.15`. */
function engineOf(described: string): string {
    const [engine = "", version = ""] = described.split(" ");
    return `${engineNames[engine] ?? engine} ${version.split("-")[0] ?? ""}`.trim();
}
