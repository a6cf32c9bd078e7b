import { Cache, type CacheArgs } from "../../../components/cache/cache";
import type { StoreConnection } from "../../../components/connection";
import type { RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";
import { createScope, region, type Surroundings } from "../secrets/fixture";

export type CacheOptions = Partial<Omit<CacheArgs, "scope">>;

export const sizing = { nodeType: "cache.t4g.micro", replicas: 0 } as const;

/** Deploys the cache "redis" of the system "shop". The plan's outputs are its connection, without resources. */
export function deployCache(
    change: CacheOptions = {},
    surroundings: Surroundings = {},
    options: RecordOptions & { readonly name?: string } = {},
): Promise<ResourceGraph> {
    return deploy(
        () => {
            const scope = createScope(surroundings);
            const { connection } = new Cache(options.name ?? "redis", {
                scope,
                engine: "redis",
                version: "7",
                placement: "in-cluster",
                sizing,
                protect: false,
                backups: { schedule: "0 2 * * *", retentionDays: 7 },
                ...change,
            });
            return withoutResources(connection);
        },
        { region, ...options },
    );
}

function withoutResources({ secret, dependsOn, certificateAuthority, ...connection }: StoreConnection): object {
    return {
        ...connection,
        secret: { name: secret.name, keys: secret.keys },
        waitsFor: dependsOn.length,
        ...(certificateAuthority && {
            certificateAuthority: { name: certificateAuthority.secret.name, key: certificateAuthority.key },
        }),
    };
}
