import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** The storage classes of an EKS cluster. */
export const storageClassNames = {
    /** Default: a volume goes with its claim. */
    deleted: "gp3",
    /** A volume stays when its claim is deleted, and has to be deleted by hand. For data that must survive a mistake. */
    retained: "gp3-retain",
} as const;

type StorageClassBody = types.input.storage.v1.StorageClass;

/**
 * Encrypted gp3 volumes, made in the zone of the pod that uses them. EKS' own class `gp2` is not encrypted and, since Kubernetes 1.30, not
 * annotated as the default (Amazon EKS User Guide, "Kubernetes versions on standard support"), so there is exactly one default.
 */
export function storageClasses(keyArn: pulumi.Input<string>): StorageClassBody[] {
    const storageClass = (name: string, reclaimPolicy: "Delete" | "Retain", isDefault: boolean): StorageClassBody => ({
        metadata: {
            name,
            annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) },
        },
        provisioner: "ebs.csi.aws.com",
        parameters: { type: "gp3", encrypted: "true", kmsKeyId: keyArn, "csi.storage.k8s.io/fstype": "ext4" },
        reclaimPolicy,
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
    });
    return [
        storageClass(storageClassNames.deleted, "Delete", true),
        storageClass(storageClassNames.retained, "Retain", false),
    ];
}
