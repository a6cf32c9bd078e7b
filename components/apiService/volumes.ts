import type { types } from "@pulumi/kubernetes";
import type { ServicePlan } from "./defaults";
import type { SecretFile } from "./variables";

type Volume = types.input.core.v1.Volume;
type Mount = types.input.core.v1.VolumeMount;

/** What a container finds in its file system beyond its image. */
export interface VolumeModel {
    readonly plan: ServicePlan;
    /** Single keys of Secrets that are files. */
    readonly secretFiles: readonly SecretFile[];
    /** Name of the ConfigMap that holds the plan's files; absent when it has none. */
    readonly filesConfigMapName?: string;
}

const readableByAll = 0o444;
/** The group is the process's own, see `fsGroup`. */
const readableByGroup = 0o440;

/** Keys of the ConfigMap that holds files, by path. The number keeps two files of one name apart. */
export function fileKeys(files: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
    return new Map(
        Object.keys(files)
            .sort()
            .map((path, index) => {
                const name = path.slice(path.lastIndexOf("/") + 1).replace(/[^A-Za-z0-9._-]/g, "_");
                return [path, `${index}-${name}`];
            }),
    );
}

/** The data of the ConfigMap that holds files. */
export function fileData(files: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries([...fileKeys(files)].map(([path, key]) => [key, files[path] ?? ""]));
}

/** Volumes of the pod. */
export function volumes({ plan, secretFiles, filesConfigMapName }: VolumeModel): Volume[] {
    return [
        ...plan.writablePaths.map((_, index) => ({
            name: scratchName(index),
            emptyDir: { sizeLimit: plan.limits.ephemeralStorage },
        })),
        ...secretFiles.map(({ secretName, key, fileName }, index) => ({
            name: secretFileName(index),
            secret: { secretName, items: [{ key, path: fileName }], defaultMode: readableByAll },
        })),
        ...directories(plan).map(([secretName], index) => ({
            name: directoryName(index),
            secret: { secretName, defaultMode: readableByGroup },
        })),
        ...(filesConfigMapName === undefined ? [] : [{ name: filesName, configMap: { name: filesConfigMapName } }]),
    ];
}

/** Where the container finds them. */
export function volumeMounts({ plan, secretFiles, filesConfigMapName }: VolumeModel): Mount[] {
    return [
        ...plan.writablePaths.map((mountPath, index) => ({ name: scratchName(index), mountPath })),
        ...secretFiles.map(({ directory }, index) => ({
            name: secretFileName(index),
            mountPath: directory,
            readOnly: true,
        })),
        ...directories(plan).map(([, mountPath], index) => ({
            name: directoryName(index),
            mountPath,
            readOnly: true,
        })),
        // Each by itself: a mounted directory would hide the image's own files beside it.
        ...(filesConfigMapName === undefined
            ? []
            : [...fileKeys(plan.files)].map(([mountPath, subPath]) => ({
                  name: filesName,
                  mountPath,
                  subPath,
                  readOnly: true,
              }))),
    ];
}

const filesName = "files";

function directories({ secretDirectories }: ServicePlan): [string, string][] {
    return Object.entries(secretDirectories).sort(([a], [b]) => (a < b ? -1 : 1));
}

function scratchName(index: number): string {
    return `scratch-${index}`;
}

function secretFileName(index: number): string {
    return `secret-file-${index}`;
}

function directoryName(index: number): string {
    return `secret-directory-${index}`;
}
