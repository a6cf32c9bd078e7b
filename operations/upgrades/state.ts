/** A resource as a plan or a stack's state has it. */
export interface VersionedResource {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
}

/** Which version of what a stack runs. */
export interface UpgradeState {
    /** Minor version of the control plane, such as "1.36"; absent where the cluster is somebody else's. */
    readonly kubernetes?: string;
    /** Version and image family of each node group. */
    readonly nodeGroups: Readonly<Record<string, { readonly version: string; readonly image: string }>>;
    /** Parts of Kubernetes that EKS installs. */
    readonly eksAddons: Readonly<Record<string, string>>;
    /** Helm charts. */
    readonly charts: Readonly<Record<string, string>>;
    /** Managed databases, without replicas, which follow their source. */
    readonly databases: Readonly<Record<string, { readonly engine: string; readonly version: string }>>;
}

/** What a stack runs, by its resources: those of a plan, or those that were deployed last. */
export function upgradeStateOf(resources: readonly VersionedResource[]): UpgradeState {
    const ofType = (type: string): readonly VersionedResource[] => resources.filter((each) => each.type === type);
    const text = ({ inputs }: VersionedResource, key: string): string => {
        const value = inputs[key];
        return typeof value === "string" ? value : "";
    };
    const by = <T>(
        found: readonly VersionedResource[],
        key: (resource: VersionedResource) => string,
        value: (resource: VersionedResource) => T,
    ): Record<string, T> => Object.fromEntries(found.map((each) => [key(each), value(each)]));

    const [cluster] = ofType("eks:index:Cluster");
    return {
        ...(cluster !== undefined && { kubernetes: text(cluster, "version") }),
        nodeGroups: by(
            ofType("aws:eks/nodeGroup:NodeGroup"),
            ({ name }) => name,
            (each) => ({ version: text(each, "version"), image: text(each, "amiType") }),
        ),
        eksAddons: by(
            ofType("aws:eks/addon:Addon"),
            (each) => text(each, "addonName"),
            (each) => text(each, "addonVersion"),
        ),
        charts: by(
            ofType("kubernetes:helm.sh/v3:Release"),
            (each) => text(each, "chart").split("/").at(-1) ?? "",
            (each) => text(each, "version"),
        ),
        databases: by(
            ofType("aws:rds/instance:Instance").filter(({ inputs }) => inputs.replicateSourceDb === undefined),
            ({ name }) => name,
            (each) => ({ engine: text(each, "engine"), version: text(each, "engineVersion") }),
        ),
    };
}
