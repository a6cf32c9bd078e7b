import { isDeepStrictEqual } from "node:util";
import { definitionsBackupName, definitionsPrefix } from "../components/backup/definitionsNames";
import { regionOf } from "../simulation/configuration";
import { UserError } from "../simulation/failure";
import type { Plan } from "../simulation/record";
import { pathOf, type ClusterObject } from "./cluster";
import type { Context, Outcome } from "./command";

/** What a restore calls them, as it calls a store. */
export const definitionsStore = definitionsBackupName.replace(/-backup$/, "");

/** The kinds that are kept: settings, and where each secret comes from. No secret is in either. */
const plurals: Readonly<Record<string, string>> = { ConfigMap: "configmaps", ExternalSecret: "externalsecrets" };

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

/** Which copy: the one of a name, or the newest, of those made no later than a moment in the form of their names. */
export interface DefinitionsChoice {
    readonly name?: string;
    readonly before?: string;
}

/** The copy that is meant, of the keys in the bucket. One that has no checksum beside it never arrived whole. */
export function chosenCopy(keys: readonly string[], { name, before }: DefinitionsChoice): string | undefined {
    const all = new Set(keys);
    const complete = keys.filter((key) => key.endsWith(".json") && all.has(`${key}.sha256`)).sort();
    const stamp = (key: string): string => key.slice(key.lastIndexOf("/") + 1).replace(/\.json$/, "");
    return name === undefined
        ? complete.filter((key) => before === undefined || stamp(key) <= before).at(-1)
        : complete.find((key) => key.endsWith(`/${name}`));
}

type OwnedMetadata = ClusterObject["metadata"] & { readonly ownerReferences?: unknown };

interface KeptList {
    readonly kind?: string;
    readonly apiVersion?: string;
    readonly items?: readonly (KeptList & Partial<ClusterObject>)[];
}

/**
 * The objects of a copy as they can be made again: without what the API server adds, and without what somebody else makes, which is the
 * cluster's authority and whatever has an owner.
 */
export function definitionsIn({ kind, apiVersion, items = [] }: KeptList): ClusterObject[] {
    return items.flatMap((item) => {
        if (item.items !== undefined) {
            return definitionsIn(item);
        }
        const { status: _, metadata, ...object } = item as ClusterObject;
        const { name, namespace, labels, annotations, ownerReferences }: OwnedMetadata = metadata;
        return ownerReferences !== undefined || name === "kube-root-ca.crt"
            ? []
            : [
                  {
                      // The API server names the kind of a list and not of what is in it.
                      apiVersion,
                      kind: kind?.replace(/List$/, ""),
                      ...object,
                      metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
                  },
              ];
    });
}

/** Makes again what is missing in the cluster. What is there stays: a deployment decides on it. */
export async function restoreDefinitions(
    context: Context,
    {
        system,
        bucket,
        choice,
    }: { readonly system: string; readonly bucket: string; readonly choice: DefinitionsChoice },
): Promise<Outcome> {
    const { stack, mode, around, screen } = context;
    const place = `s3://${bucket}/${definitionsPrefix}/`;
    const which = choice.name ?? (choice.before === undefined ? "the newest" : `the newest until ${choice.before}`);
    if (!mode.real) {
        screen.write(`Restore in stack ${stack}, what each step would do:\n`);
        screen.write(`  1. Take ${which} of the copies in ${place}.\n`);
        screen.write(
            `  2. Make again each ConfigMap and ExternalSecret of ${system} that is missing, and name those that differ.\n`,
        );
        return { result: { bucket, ...choice } };
    }
    const region = regionOf(around.root, stack) ?? "";
    const { Contents = [] } = (await around.aws([
        ...["s3api", "list-objects-v2", "--bucket", bucket, "--prefix", `${definitionsPrefix}/`, "--region", region],
    ])) as { readonly Contents?: readonly { readonly Key: string }[] };
    const key = chosenCopy(
        Contents.map(({ Key }) => Key),
        choice,
    );
    if (key === undefined) {
        throw new UserError(
            `${place} has no complete copy${choice.name === undefined && choice.before === undefined ? "" : ` that is ${which}`}.`,
        );
    }
    const kept = (await around.aws(["s3", "cp", `s3://${bucket}/${key}`, "-", "--region", region])) as KeptList;
    const cluster = await context.cluster();
    const made: string[] = [];
    const differing: string[] = [];
    for (const object of definitionsIn(kept)) {
        const { name, namespace } = object.metadata;
        const title = `${object.kind} ${namespace}/${name}`;
        const collection = pathOf(object.apiVersion ?? "", plurals[object.kind ?? ""] ?? "", namespace);
        const existing = await cluster.get(`${collection}/${encodeURIComponent(name)}`);
        if (existing === undefined) {
            await cluster.create(collection, object);
            made.push(title);
            screen.write(`${title}: made again\n`);
        } else if (!isDeepStrictEqual(contentOf(existing), contentOf(object))) {
            differing.push(title);
            screen.write(`${title}: differs from what is there, which stays\n`);
        }
    }
    screen.write(
        `${key}: ${made.length} made again, ${differing.length} differ. For those: npm run deploy -- ${stack}\n`,
    );
    return { result: { bucket, key, made, differing } };
}

function contentOf(object: ClusterObject): unknown {
    const { data, binaryData } = object as ClusterObject & { readonly data?: unknown; readonly binaryData?: unknown };
    return { data, binaryData, spec: object.spec };
}
