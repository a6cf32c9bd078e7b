import type { RunningService, RunningStack } from "./runningStack";
import { ReferenceService } from "./referenceService/service";

/** Something that breaks in a system, and what people hear of it. */
export interface Outage {
    readonly what: string;
    break(stack: RunningStack): void | Promise<void>;
    repair(stack: RunningStack): void | Promise<void>;
    /** Alerts that reach people, each with the part that it is about. */
    readonly told: readonly string[];
    /** Alerts that fire as well and are kept from people, who have been told why. */
    readonly silenced: readonly string[];
}

/**
 * Alerts that may come with any outage and outlast it: whether an error budget is used up too fast is asked over hours and days, which the
 * test does not have.
 */
export const lasting = /BudgetBurning/;

/** Milliseconds between two times that a cache is emptied, so that next to nothing is found in it. */
const flushMilliseconds = 50;

/**
 * The outages of each system, one after the other; systems are independent of each other, and what is broken in one is heard of in no
 * other. What uses up an error budget comes last: alerts about it go on, and silence warnings about the same service.
 */
export const outages: Readonly<Record<string, readonly Outage[]>> = {
    "user-management": [
        databaseKilled("user-management-postgres", {
            told: ["DatabaseDown postgres"],
            silenced: ["DatabaseConnectionFailure user-mgmt-api"],
        }),
        cacheKilled("user-management-redis", {
            told: ["CacheDown redis"],
            silenced: ["CacheConnectionFailure user-mgmt-api"],
        }),
        failingRequests("user-mgmt-api", {
            told: ["AvailabilityBudgetBurningFast user-mgmt-api", "HighErrorRate user-mgmt-api"],
            silenced: [],
        }),
    ],
    "employee-management": [
        poolFull("api-python", { told: ["ConnectionPoolNearlyExhausted api-python"], silenced: [] }),
        slowRequests("api-python", { told: ["HighResponseTime api-python"], silenced: [] }),
    ],
    "user-service": [
        cacheFlushed("user-service-redis", { told: ["CacheHitRateLow user-service"], silenced: [] }),
        failingOperations("user-service", { told: ["OperationFailing user-service"], silenced: [] }),
    ],
    techcommerce: [
        exporterStopped("techcommerce-postgres-exporter", {
            told: ["DatabaseExporterAbsent postgres"],
            silenced: [],
        }),
        serviceStopped("order-api", {
            told: ["ServiceDown order-api"],
            silenced: ["PodDown order-api"],
        }),
    ],
};

type Heard = Pick<Outage, "told" | "silenced">;

function databaseKilled(name: string, heard: Heard): Outage {
    return {
        what: "the database is killed",
        break: ({ databases }) => part(databases, name).kill(),
        repair: ({ databases }) => part(databases, name).start(),
        ...heard,
    };
}

function cacheKilled(name: string, heard: Heard): Outage {
    return {
        what: "the cache is killed",
        break: ({ caches }) => part(caches, name).kill(),
        repair: ({ caches }) => part(caches, name).start(),
        ...heard,
    };
}

function cacheFlushed(name: string, heard: Heard): Outage {
    let timer: NodeJS.Timeout | undefined;
    return {
        what: "the cache is emptied again and again",
        break: ({ caches }) => {
            const server = part(caches, name);
            timer = setInterval(() => void server.send("FLUSHALL").catch(() => undefined), flushMilliseconds);
        },
        repair: () => clearInterval(timer),
        ...heard,
    };
}

function exporterStopped(name: string, heard: Heard): Outage {
    return {
        what: "the database's exporter stops",
        break: ({ exporters }) => part(exporters, name).kill(),
        repair: ({ exporters }) => part(exporters, name).start(),
        ...heard,
    };
}

function serviceStopped(name: string, heard: Heard): Outage {
    return {
        what: "a service stops",
        break: ({ services }) => part(services, name).process.stop(),
        repair: async ({ services }) => {
            const service = part(services, name);
            service.process = await ReferenceService.start(service.plan);
        },
        ...heard,
    };
}

function failingRequests(name: string, heard: Heard): Outage {
    return misbehaving("requests fail", name, heard, ({ faults }, broken) => {
        faults.failing = broken;
    });
}

function slowRequests(name: string, heard: Heard): Outage {
    return misbehaving("answers take long", name, heard, ({ faults }, broken) => {
        faults.delayMilliseconds = broken ? 2000 : 0;
    });
}

function failingOperations(name: string, heard: Heard): Outage {
    return misbehaving("batches fail", name, heard, ({ faults }, broken) => {
        faults.operationsFailing = broken;
    });
}

/** All connections but one are in use, so that requests still find one. */
function poolFull(name: string, heard: Heard): Outage {
    return misbehaving("the pool is full", name, heard, (process, broken, { poolSize }) =>
        broken ? process.holdConnections(poolSize - 1) : process.giveConnectionsBack(),
    );
}

function misbehaving(
    what: string,
    name: string,
    heard: Heard,
    set: (process: ReferenceService, broken: boolean, plan: RunningService["plan"]) => void | Promise<void>,
): Outage {
    const turn =
        (broken: boolean) =>
        ({ services }: RunningStack): void | Promise<void> => {
            const { process, plan } = part(services, name);
            return set(process, broken, plan);
        };
    return { what, break: turn(true), repair: turn(false), ...heard };
}

function part<T>(parts: ReadonlyMap<string, T>, name: string): T {
    const found = parts.get(name);
    if (found === undefined) {
        throw new Error(`the stack has no ${name}; it has ${[...parts.keys()].join(", ")}`);
    }
    return found;
}
