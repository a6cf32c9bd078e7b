import type { ConfigIssue } from "../../config/errors";
import { placements, type Placement } from "../../config/schema";
import { cacheEngines } from "../../config/supportedVersions";
import { members, number, shapeProblems, text } from "../shapes";
import { memoryOf, podRequests } from "./resources";
import { evictionPolicies, type CacheSpec } from "./spec";

/**
 * Bounds of the memory of an in-cluster cache. Below 64 MiB the server's own buffers eat what data should have; above 64 GiB a restart
 * reads its file for minutes, which is a case for the managed placement.
 */
const memoryBounds = { min: 64, max: 65536 } as const;

/** The longest name of a part: `<name>-credentials` and the hash that a StatefulSet appends must fit in 63 characters. */
const partName = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;
const partNameRule =
    "must be a DNS label: lower-case letters, digits and hyphens, at most 40 characters, starting with a letter";

/** The types of a `CacheSpec`. */
export const cacheShape = members(
    { memoryMiB: number, evictionPolicy: text, kubernetesName: text },
    { engine: text, version: text },
);

/** Everything that cannot work in what a system says about a cache. Paths are relative to the cache. */
export function cacheProblems(spec: CacheSpec, placement: Placement): ConfigIssue[] {
    const wrongTypes = shapeProblems(cacheShape, spec);
    if (wrongTypes.length > 0) {
        return wrongTypes;
    }
    const problems: ConfigIssue[] = [];
    const refuse = (wrong: boolean, path: string, value: unknown, message: string): void => {
        if (wrong) {
            problems.push({ path, value, message });
        }
    };
    const versions = Object.hasOwn(cacheEngines, spec.engine) ? Object.keys(cacheEngines[spec.engine]) : [];
    const memoryMiB = memoryOf(spec);
    const { evictionPolicy, kubernetesName } = spec;
    refuse(!placements.includes(placement), "placement", placement, `must be one of ${placements.join(", ")}`);
    refuse(versions.length === 0, "engine", spec.engine, `must be one of ${Object.keys(cacheEngines).join(", ")}`);
    refuse(
        versions.length > 0 && !versions.includes(spec.version),
        "version",
        spec.version,
        `must be one of ${versions.join(", ")} for ${spec.engine}`,
    );
    refuse(
        !Number.isInteger(memoryMiB) || memoryMiB < memoryBounds.min || memoryMiB > memoryBounds.max,
        "memoryMiB",
        memoryMiB,
        `must be a whole number from ${memoryBounds.min} to ${memoryBounds.max}`,
    );
    refuse(
        evictionPolicy !== undefined && !evictionPolicies.includes(evictionPolicy),
        "evictionPolicy",
        evictionPolicy,
        `must be one of ${evictionPolicies.join(", ")}`,
    );
    refuse(
        kubernetesName !== undefined && !partName.test(kubernetesName),
        "kubernetesName",
        kubernetesName,
        partNameRule,
    );
    return problems;
}

/** The same rule for the cache's own name, which is its name in Kubernetes unless the system says otherwise. */
export function cacheNameProblems(name: string): ConfigIssue[] {
    return partName.test(name) ? [] : [{ path: "name", value: name, message: partNameRule }];
}

/** What the pods of a cache ask the scheduler for: the server and its helpers, or, when it is managed, only its exporter. */
export function minimumRequests(
    spec: CacheSpec,
    placement: Placement,
): { readonly cpuMillicores: number; readonly memoryMiB: number } {
    return podRequests(spec, placement);
}
