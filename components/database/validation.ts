import type { ConfigIssue } from "../../config/errors";
import { placements, type Placement } from "../../config/schema";
import { databaseEngines } from "../../config/supportedVersions";
import { members, number, shapeProblems, text } from "../shapes";
import { engines } from "./engines";
import { isReservedDatabase, isReservedUser } from "./reservedNames";
import type { Amounts } from "../store/amounts";
import { podRequests } from "./resources";
import { defaultStorageGiB, type DatabaseSpec } from "./spec";

/**
 * The longest name of a database: a restored copy is called `<name>_restore_<14 digits>`, and PostgreSQL allows 63 characters
 * (PostgreSQL documentation, "Identifiers and Key Words").
 */
const maxDatabaseNameLength = 40;

const identifier = /^[a-z][a-z0-9_]*$/;

/** The longest name of a part: `<name>-credentials` and the hash that a StatefulSet appends must fit in 63 characters. */
const partName = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;
const partNameRule =
    "must be a DNS label: lower-case letters, digits and hyphens, at most 40 characters, starting with a letter";

const secretName = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** GiB. RDS gp3 volumes go up to 64 TiB (Amazon RDS User Guide, "gp3 storage"). */
const maxStorageGiB = 65536;

/** RDS allows 15 replicas of a primary (Amazon RDS User Guide, "Working with DB instance read replicas"). */
const maxReadReplicas = 15;

/** The types of a `DatabaseSpec`. */
export const databaseShape = members(
    {
        storageGiB: number,
        maxStorageGiB: number,
        readReplicas: number,
        connections: number,
        kubernetesName: text,
        credentials: members({ kubernetesName: text, awsName: text }),
    },
    { engine: text, version: text, databaseName: text, username: text },
);

/** Everything that cannot work in what a system says about a database. Paths are relative to the database. */
export function databaseProblems(spec: DatabaseSpec, placement: Placement): ConfigIssue[] {
    const wrongTypes = shapeProblems(databaseShape, spec);
    if (wrongTypes.length > 0) {
        return wrongTypes;
    }
    const { engine, version, kubernetesName, credentials } = spec;
    const knownEngines = Object.keys(databaseEngines);
    if (!knownEngines.includes(engine)) {
        return [{ path: "engine", value: engine, message: `must be one of ${knownEngines.join(", ")}` }];
    }
    const versions = Object.keys(databaseEngines[engine]);
    return [
        ...issueWhen(
            !placements.includes(placement),
            "placement",
            placement,
            `must be one of ${placements.join(", ")}`,
        ),
        ...issueWhen(
            !versions.includes(version),
            "version",
            version,
            `must be one of ${versions.join(", ")} for ${engine}`,
        ),
        ...nameProblems(spec),
        ...storageProblems(spec),
        ...replicaProblems(spec, placement),
        ...issueWhen(
            spec.connections !== undefined &&
                !(Number.isInteger(spec.connections) && spec.connections >= 20 && spec.connections <= 1000),
            "connections",
            spec.connections,
            "must be a whole number from 20 to 1000; a larger instance class gives more",
        ),
        ...issueWhen(
            kubernetesName !== undefined && !partName.test(kubernetesName),
            "kubernetesName",
            kubernetesName,
            partNameRule,
        ),
        ...issueWhen(
            credentials?.kubernetesName !== undefined && !secretName.test(credentials.kubernetesName),
            "credentials.kubernetesName",
            credentials?.kubernetesName,
            "must be a DNS label: lower-case letters, digits and hyphens, at most 63 characters, starting with a letter",
        ),
    ];
}

/** The same rule for the database's own name, which is its name in Kubernetes unless the system says otherwise. */
export function databaseNameProblems(name: string): ConfigIssue[] {
    return issueWhen(!partName.test(name), "name", name, partNameRule);
}

/** What the pods of a database ask the scheduler for: the server and its helpers, or, when it is managed, what stands in for them. */
export function minimumRequests(spec: DatabaseSpec, placement: Placement): Amounts {
    return podRequests(spec, placement);
}

function issueWhen(wrong: boolean, path: string, value: unknown, message: string): ConfigIssue[] {
    return wrong ? [{ path, value, message }] : [];
}

function nameProblems({ engine, databaseName, username }: DatabaseSpec): ConfigIssue[] {
    const { maxUsernameLength } = engines[engine];
    const wellFormed = (name: string, longest: number): boolean => name.length <= longest && identifier.test(name);
    const rule = (longest: number): string =>
        `must be lower-case letters, digits and underscores, at most ${longest} characters, starting with a letter`;
    return [
        ...issueWhen(
            !wellFormed(databaseName, maxDatabaseNameLength),
            "databaseName",
            databaseName,
            rule(maxDatabaseNameLength),
        ),
        ...issueWhen(
            isReservedDatabase(engine, databaseName),
            "databaseName",
            databaseName,
            `must not be a word that ${engine} or Amazon RDS reserves`,
        ),
        ...issueWhen(!wellFormed(username, maxUsernameLength), "username", username, rule(maxUsernameLength)),
        ...issueWhen(
            isReservedUser(engine, username),
            "username",
            username,
            `must not be a word that ${engine} or Amazon RDS reserves`,
        ),
    ];
}

function storageProblems({ storageGiB, maxStorageGiB: upTo }: DatabaseSpec): ConfigIssue[] {
    const possible = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= maxStorageGiB;
    const rule = `must be a whole number of GiB from 1 to ${maxStorageGiB}`;
    const least = storageGiB ?? defaultStorageGiB;
    return [
        ...issueWhen(storageGiB !== undefined && !possible(storageGiB), "storageGiB", storageGiB, rule),
        ...issueWhen(upTo !== undefined && !possible(upTo), "maxStorageGiB", upTo, rule),
        ...issueWhen(
            upTo !== undefined && possible(upTo) && upTo < least * leastGrowth,
            "maxStorageGiB",
            upTo,
            `must be at least a tenth more than storageGiB (${least})`,
        ),
    ];
}

/** The least room to grow that RDS accepts (Amazon RDS User Guide, "Managing capacity automatically with storage autoscaling"). */
const leastGrowth = 1.1;

function replicaProblems({ readReplicas }: DatabaseSpec, placement: Placement): ConfigIssue[] {
    if (readReplicas === undefined) {
        return [];
    }
    return [
        ...issueWhen(
            !Number.isInteger(readReplicas) || readReplicas < 0 || readReplicas > maxReadReplicas,
            "readReplicas",
            readReplicas,
            `must be a whole number from 0 to ${maxReadReplicas}`,
        ),
        ...issueWhen(
            placement === "in-cluster" && readReplicas > 0,
            "readReplicas",
            readReplicas,
            "must be 0 in-cluster: only managed databases have read replicas",
        ),
    ];
}
