/** What a system says about a cache it needs. */
export interface CacheSpec {
    /** Cache engine. Changing it creates a new, empty cache. */
    readonly engine: "redis" | "valkey";
    /** Major version, such as "7". */
    readonly version: string;
    /** Memory for data in MiB, in-cluster only: the managed node type has its own. Default 256. */
    readonly memoryMiB?: number;
    /** What happens when memory is full. Default `allkeys-lru`: the least recently used key goes. */
    readonly evictionPolicy?: "allkeys-lru" | "volatile-lru" | "noeviction";
    /** Kubernetes name of the server in-cluster. Default: the name of the store. */
    readonly kubernetesName?: string;
}
