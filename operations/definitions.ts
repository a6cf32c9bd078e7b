import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Plan } from "../simulation/record";
import { pathOf, type Cluster, type ClusterObject } from "./cluster";
import type { AwsCli } from "./leftovers";

/** A system's bucket, and the namespaces whose definitions it keeps. */
export interface DefinitionBackup {
    readonly bucket: string;
    readonly namespaces: readonly string[];
}

/** The definitions that are kept beside the data: settings, and where each secret comes from. No secret is in either. */
const kinds = [
    ["v1", "configmaps"],
    ["external-secrets.io/v1", "externalsecrets"],
] as const;

/** The backup bucket of each system of a plan, by the name of the resource. */
export function bucketsOf(plan: Plan): Readonly<Record<string, string>> {
    return Object.fromEntries(
        plan.resources.flatMap(({ type, name, inputs }) => {
            const [, system] = /^(.+)-backups-bucket$/.exec(name) ?? [];
            return type === "aws:s3/bucket:Bucket" && system !== undefined && typeof inputs.bucket === "string"
                ? [[system, inputs.bucket]]
                : [];
        }),
    );
}

/** The definitions as they can be applied again: without what the API server adds. */
export function definitionsText(objects: readonly ClusterObject[]): string {
    const items = objects.map(({ status: _, metadata, ...object }) => {
        const { name, namespace, labels, annotations } = metadata;
        return { ...object, metadata: { name, namespace, labels, annotations } };
    });
    return `${JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 2)}\n`;
}

/** Keeps the definitions in the bucket, under a name that says when. Gives that back. */
export async function keepDefinitions(
    cluster: Cluster,
    aws: AwsCli,
    { bucket, namespaces }: DefinitionBackup,
    now: Date,
): Promise<string> {
    const lists = await Promise.all(
        namespaces.flatMap((namespace) =>
            kinds.map(async ([apiVersion, plural]) =>
                (await cluster.list(pathOf(apiVersion, plural, namespace))).map((object) => ({
                    ...object,
                    apiVersion,
                    kind: plural === "configmaps" ? "ConfigMap" : "ExternalSecret",
                })),
            ),
        ),
    );
    const stamp = now.toISOString().replace(/[-:]|\.\d+/g, "");
    const target = `s3://${bucket}/definitions/${stamp}.json`;
    const directory = mkdtempSync(path.join(tmpdir(), "definitions-"));
    try {
        const file = path.join(directory, "definitions.json");
        writeFileSync(file, definitionsText(lists.flat()));
        await aws(["s3", "cp", file, target, "--checksum-algorithm", "SHA256", "--only-show-errors"]);
    } finally {
        rmSync(directory, { recursive: true });
    }
    return target;
}
