/** What may happen when memory is full: a key that was not used for long goes, or writes are refused. */
export const evictionPolicies = ["allkeys-lru", "volatile-lru", "noeviction"] as const;

/** What a system says about a cache it needs. The environment says where it lives and how large the managed one is. */
export interface CacheSpec {
    /** Cache engine. Going from redis to valkey keeps the data; there is no way back but a new, empty cache. */
    readonly engine: "redis" | "valkey";
    /** Major version, such as "7". Raising it upgrades in place: managed caches fail over, in-cluster ones restart. */
    readonly version: string;
    /**
     * Memory for data in MiB, in-cluster only, 64 to 65536: the managed node type has its own. Default 256. A change restarts the
     * cache, which reads its data back from the volume.
     */
    readonly memoryMiB?: number;
    /** What happens when memory is full. Default `allkeys-lru`: the least recently used key goes. Managed: changed in place. */
    readonly evictionPolicy?: (typeof evictionPolicies)[number];
    /** Kubernetes name of the server in-cluster. Default: the name of the store. A change makes a new, empty cache. */
    readonly kubernetesName?: string;
}
