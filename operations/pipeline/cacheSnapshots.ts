import type { Plan } from "../../simulation/record";

/** The caches of a stack that ElastiCache takes snapshots of, by the names of their replication groups. */
export function snapshottedCaches({ resources }: Pick<Plan, "resources">): string[] {
    return resources
        .filter(({ type }) => type === "aws:elasticache/replicationGroup:ReplicationGroup")
        .filter(({ inputs }) => Number(inputs.snapshotRetentionLimit ?? 0) > 0)
        .map(({ inputs }) => String(inputs.replicationGroupId))
        .sort();
}

/** Arguments for the AWS CLI that list the snapshots which ElastiCache has taken by itself. */
export function snapshotsQuestion(group: string, region: string): string[] {
    const question = [
        "elasticache",
        "describe-snapshots",
        "--replication-group-id",
        group,
        "--snapshot-source",
        "system",
    ];
    return [...question, "--region", region, "--output", "json"];
}

/** What the AWS CLI answers. Source: Amazon ElastiCache API Reference, Snapshot. */
interface Answer {
    readonly Snapshots?: readonly {
        readonly SnapshotStatus?: string;
        readonly NodeSnapshots?: readonly { readonly SnapshotCreateTime?: string }[];
    }[];
}

const hourMilliseconds = 3_600_000;

/** A day between two snapshots, an hour in which the next may begin, and one that it may take. */
const mostHours = 26;

/** How old the newest complete snapshot is, in words, or why there is none that is new enough. */
export function snapshotAge(text: string, now: Date): { readonly age: string } | { readonly problem: string } {
    const { Snapshots = [] } = JSON.parse(text) as Answer;
    const times = Snapshots.filter(({ SnapshotStatus }) => SnapshotStatus === "available").flatMap(
        ({ NodeSnapshots = [] }) =>
            NodeSnapshots.flatMap(({ SnapshotCreateTime: time }) => (time === undefined ? [] : [Date.parse(time)])),
    );
    if (times.length === 0) {
        return { problem: "ElastiCache has no complete snapshot" };
    }
    const hours = Math.round((now.getTime() - Math.max(...times)) / hourMilliseconds);
    return hours <= mostHours
        ? { age: `${hours} h` }
        : { problem: `ElastiCache's newest complete snapshot is ${hours} h old; ${mostHours} h are allowed` };
}
