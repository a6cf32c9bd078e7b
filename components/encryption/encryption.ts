import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkArgs, tagContext, textInput } from "../checkedArgs";
import { Component } from "../component";
import { physicalName } from "../naming";
import { flag, members, text } from "../shapes";
import { tagsFor, type TagContext } from "../tags";
import {
    auditKeyPolicy,
    clusterKeyPolicy,
    dataKeyPolicy,
    logsKeyPolicy,
    type KeyHome,
    type KeyPolicy,
} from "./keyPolicies";

export interface EncryptionKeysArgs {
    readonly tags: TagContext;
    /** The Pulumi stack; the keys' aliases carry its name. A change replaces the aliases, not the keys. */
    readonly stack: string;
    /** AWS account of the keys, which their policies name. */
    readonly accountId: pulumi.Input<string>;
    /** AWS region of the keys. */
    readonly region: string;
    /**
     * Keeps the keys: Pulumi refuses to delete them, leaves them in place when they leave the stack, and AWS waits 30 days instead of 7
     * before a deletion is final. Without a key, everything encrypted with it is lost. Changes apply in place.
     */
    readonly protect: boolean;
    /** Name of the trail that records what is done in the account. Without one there is no key for it. */
    readonly trailName?: string;
}

const shape = members(
    { trailName: text },
    { tags: tagContext, stack: text, accountId: textInput, region: text, protect: flag },
);

/** Days that AWS waits before it deletes a key: the most and the fewest it allows. Source: AWS KMS API, ScheduleKeyDeletion. */
const deletionWindowDays = { protected: 30, unprotected: 7 } as const;

/**
 * The KMS keys of a stack, one per kind of secret-keeping, so that being allowed one says nothing about the others: Kubernetes Secrets,
 * data at rest, logs, and a trail's events where there is a trail. All rotate once a year; data encrypted before stays readable. `keyPolicies.ts` says who may use them.
 *
 * A role that reads or writes what the data key encrypts needs IAM permissions on the key as well: `kms:Decrypt` to read a secret or a
 * backup, `kms:GenerateDataKey` to write one.
 *
 * Costs $1 a key and month, $1 more after each of the first two rotations, and $0.03 per 10,000 requests.
 * Source: AWS KMS pricing page, 2026-11.
 *
 * @example
 * const keys = new EncryptionKeys("encryption", { tags, stack: "prod", accountId, region: "eu-west-1", protect: true });
 */
export class EncryptionKeys extends Component {
    /** Key of the Kubernetes Secrets in the cluster's store. */
    readonly clusterKeyArn: pulumi.Output<string>;
    /** Key of data at rest: databases, caches, backups, AWS secrets, volumes of nodes and pods. */
    readonly dataKeyArn: pulumi.Output<string>;
    /** Key of CloudWatch log groups. */
    readonly logsKeyArn: pulumi.Output<string>;
    /** Key of the trail's events. Absent without a trail. */
    readonly auditKeyArn?: pulumi.Output<string>;

    constructor(name: string, args: EncryptionKeysArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        super("platform:encryption:EncryptionKeys", name, opts);

        this.clusterKeyArn = this.createKey(args, "cluster", "Kubernetes Secrets", clusterKeyPolicy);
        this.dataKeyArn = this.createKey(
            args,
            "data",
            "Databases, caches, backups, secrets and volumes",
            dataKeyPolicy,
        );
        this.logsKeyArn = this.createKey(args, "logs", "CloudWatch log groups", logsKeyPolicy);
        const { trailName } = args;
        if (trailName !== undefined) {
            this.auditKeyArn = this.createKey(args, "audit", "CloudTrail events", (home) =>
                auditKeyPolicy(home, trailName),
            );
        }

        this.registerOutputs({
            clusterKeyArn: this.clusterKeyArn,
            dataKeyArn: this.dataKeyArn,
            logsKeyArn: this.logsKeyArn,
            ...(this.auditKeyArn !== undefined && { auditKeyArn: this.auditKeyArn }),
        });
    }

    /** Creates a key and its alias. The policy is part of the key: who has its ARN can rely on being let in. */
    private createKey(
        args: EncryptionKeysArgs,
        kind: "cluster" | "data" | "logs" | "audit",
        encrypts: string,
        policyOf: (home: KeyHome) => KeyPolicy,
    ): pulumi.Output<string> {
        const alias = physicalName("kmsAlias", "platform", args.stack, kind);
        const { region } = args;
        const key = new aws.kms.Key(
            this.childName(kind),
            {
                description: `${encrypts} of the platform stack ${args.stack}`,
                policy: pulumi
                    .output(args.accountId)
                    .apply((accountId) => JSON.stringify(policyOf({ accountId, region }))),
                enableKeyRotation: true,
                deletionWindowInDays: args.protect ? deletionWindowDays.protected : deletionWindowDays.unprotected,
                tags: tagsFor(args.tags, alias),
            },
            this.childOptions({ protect: args.protect, retainOnDelete: args.protect }),
        );
        new aws.kms.Alias(
            this.childName(`${kind}-alias`),
            { name: `alias/${alias}`, targetKeyId: key.id },
            this.childOptions(),
        );
        return key.arn;
    }
}
