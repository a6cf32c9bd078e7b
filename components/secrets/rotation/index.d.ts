/** What AWS Secrets Manager sends for each step of a rotation. */
export interface RotationEvent {
    readonly Step: string;
    readonly SecretId: string;
    readonly ClientRequestToken: string;
}

/** The calls that a rotation makes, in the form of the AWS SDK's aggregated clients. */
export interface RotationClients {
    readonly secrets: Record<
        "describeSecret" | "getSecretValue" | "putSecretValue" | "updateSecretVersionStage",
        (input: Record<string, unknown>) => Promise<Record<string, unknown>>
    >;
    readonly caches: Record<
        "describeReplicationGroups" | "modifyReplicationGroup",
        (input: Record<string, unknown>) => Promise<Record<string, unknown>>
    >;
    wait: (milliseconds: number) => Promise<unknown>;
    readonly remainingMilliseconds: () => number;
}

export function rotate(event: RotationEvent, clients: RotationClients): Promise<void>;
export function handler(event: RotationEvent, context: { getRemainingTimeInMillis(): number }): Promise<void>;
