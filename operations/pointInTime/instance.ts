import { physicalName } from "../../components/naming";
import { UserError } from "../../simulation/failure";
import type { Plan } from "../../simulation/record";
import { usageError } from "../failures";

/** A database of a system that is an RDS instance. */
export interface ManagedStore {
    readonly system: string;
    /** Its name in the system. */
    readonly store: string;
    /** Name of its resource. */
    readonly resource: string;
    /** Name of the instance in RDS. */
    readonly identifier: string;
}

export const instanceType = "aws:rds/instance:Instance";

/** The managed databases of a system, without their read replicas. */
export function managedStores(plan: Plan, system: string): ManagedStore[] {
    const pattern = new RegExp(`^${system}-(.+)-server-instance$`);
    return plan.resources.flatMap(({ type, name, inputs }) => {
        const store = pattern.exec(name)?.[1];
        return type === instanceType && store !== undefined && typeof inputs.identifier === "string"
            ? [{ system, store, resource: name, identifier: inputs.identifier }]
            : [];
    });
}

/** What the AWS CLI tells of an instance, as far as it is used here. Source: Amazon RDS API Reference, DBInstance. */
export interface DescribedInstance {
    readonly DBInstanceIdentifier: string;
    readonly DbiResourceId: string;
    readonly DBInstanceStatus: string;
    readonly DBInstanceClass: string;
    readonly Engine: string;
    readonly DBName?: string;
    readonly MasterUsername: string;
    readonly KmsKeyId?: string;
    readonly Endpoint?: { readonly Address?: string; readonly Port?: number };
    readonly DBSubnetGroup?: { readonly DBSubnetGroupName?: string; readonly VpcId?: string };
    readonly VpcSecurityGroups?: readonly { readonly VpcSecurityGroupId: string }[];
    readonly DBParameterGroups?: readonly { readonly DBParameterGroupName: string }[];
    readonly MultiAZ?: boolean;
    readonly AutoMinorVersionUpgrade?: boolean;
    readonly CopyTagsToSnapshot?: boolean;
    readonly DeletionProtection?: boolean;
    readonly StorageType?: string;
    readonly MaxAllocatedStorage?: number;
    readonly CACertificateIdentifier?: string;
    readonly MasterUserSecret?: { readonly KmsKeyId?: string };
    readonly TagList?: readonly { readonly Key: string; readonly Value: string }[];
    readonly BackupRetentionPeriod?: number;
    readonly InstanceCreateTime?: string;
    readonly LatestRestorableTime?: string;
}

/** What `describe-db-instance-automated-backups` tells of one. */
export interface AutomatedBackup {
    readonly RestoreWindow?: { readonly EarliestTime?: string; readonly LatestTime?: string };
}

/** From when to when a database can be restored. */
export interface RestoreWindow {
    readonly earliest: Date;
    readonly latest: Date;
}

const dayMilliseconds = 86_400_000;

/** The window as RDS says it; where it says only the end, the retention says the beginning. */
export function restoreWindow(instance: DescribedInstance, backups: readonly AutomatedBackup[]): RestoreWindow {
    const [window] = backups.flatMap(({ RestoreWindow: each }) => each ?? []);
    const latest = window?.LatestTime ?? instance.LatestRestorableTime;
    const days = instance.BackupRetentionPeriod ?? 0;
    if (latest === undefined || days === 0) {
        throw new UserError(
            `${instance.DBInstanceIdentifier} has no point-in-time recovery${days === 0 ? "" : " yet: RDS has not made its first backup"}.`,
        );
    }
    const end = new Date(latest);
    const kept = new Date(end.getTime() - days * dayMilliseconds);
    const made = new Date(instance.InstanceCreateTime ?? kept);
    const earliest = window?.EarliestTime === undefined ? later(kept, made) : new Date(window.EarliestTime);
    return { earliest, latest: end };
}

const later = (one: Date, other: Date): Date => (one > other ? one : other);

/** Fails unless the database can be restored to the moment, and says to which it can. */
export function requireWithin(moment: Date, { earliest, latest }: RestoreWindow, identifier: string): void {
    if (moment < earliest || moment > latest) {
        throw usageError(
            `--at is ${shortTime(moment)}, but ${identifier} can be restored to a moment from ${shortTime(earliest)} to ${shortTime(latest)}.`,
        );
    }
}

/** Such as 2026-01-31T11:55:00Z. */
export const shortTime = (moment: Date): string => moment.toISOString().replace(/\.\d+/, "");

/** What the new instance is called: the live one's name, and the moment in place of one that may be there. */
export function restoredName(identifier: string, moment: Date): string {
    const stamp = shortTime(moment).replace(/[-:]/g, "").toLowerCase();
    return physicalName("rdsIdentifier", identifier.replace(/-\d{8}t\d{6}z$/, ""), stamp);
}

/**
 * What RDS is asked for: an instance like the live one, except for its logs, whose groups Pulumi makes first. What RDS does not take here,
 * such as the windows, the deployment that switches sets. Source: Amazon RDS API Reference, RestoreDBInstanceToPointInTime.
 */
export function restoreInput(live: DescribedInstance, target: string, moment: Date): Readonly<Record<string, unknown>> {
    const secret = live.MasterUserSecret;
    const tags = (live.TagList ?? [])
        .filter(({ Key }) => !Key.startsWith("aws:"))
        .map((tag) => (tag.Key === "Name" ? { ...tag, Value: target } : tag));
    const input: Readonly<Record<string, unknown>> = {
        SourceDBInstanceIdentifier: live.DBInstanceIdentifier,
        TargetDBInstanceIdentifier: target,
        RestoreTime: shortTime(moment),
        DBInstanceClass: live.DBInstanceClass,
        Port: live.Endpoint?.Port,
        DBSubnetGroupName: live.DBSubnetGroup?.DBSubnetGroupName,
        VpcSecurityGroupIds: live.VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId),
        DBParameterGroupName: live.DBParameterGroups?.[0]?.DBParameterGroupName,
        MultiAZ: live.MultiAZ,
        PubliclyAccessible: false,
        AutoMinorVersionUpgrade: live.AutoMinorVersionUpgrade,
        CopyTagsToSnapshot: live.CopyTagsToSnapshot,
        DeletionProtection: live.DeletionProtection,
        StorageType: live.StorageType,
        MaxAllocatedStorage: live.MaxAllocatedStorage,
        CACertificateIdentifier: live.CACertificateIdentifier,
        Tags: tags,
        // A secret of its own: the live one's belongs to the live one, which goes on rotating it.
        ...(secret !== undefined && { ManageMasterUserPassword: true, MasterUserSecretKmsKeyId: secret.KmsKeyId }),
    };
    return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** What has to be the same of both, since Pulumi would make a new, empty instance for any other. */
const unchangeable = ["Engine", "DBName", "MasterUsername", "KmsKeyId"] as const;

/** Why an instance cannot take the place of the live one; none when it can. */
export function switchProblems(live: DescribedInstance, other: DescribedInstance): string[] {
    const vpc = ({ DBSubnetGroup }: DescribedInstance): string => DBSubnetGroup?.VpcId ?? "none";
    return [
        ...unchangeable.flatMap((key) =>
            live[key] === other[key] ? [] : [`its ${key} is ${other[key] ?? "none"}, not ${live[key] ?? "none"}`],
        ),
        ...(vpc(live) === vpc(other) ? [] : [`its VPC is ${vpc(other)}, not ${vpc(live)}`]),
        ...(other.DBInstanceStatus === "available" ? [] : [`it is ${other.DBInstanceStatus}, not available`]),
        ...(other.DBInstanceIdentifier === live.DBInstanceIdentifier ? ["it is the live one already"] : []),
    ];
}
