import type { RotationClients } from "../../../components/secrets/rotation/index";

interface Version {
    readonly id: string;
    readonly createdAt: Date;
    stages: string[];
    text?: string;
}

function failure(name: string): Error {
    return Object.assign(new Error(name), { name });
}

/** AWS Secrets Manager with one secret, as far as a rotation function sees it. Its clock moves one second with every call. */
export class FakeSecretsManager {
    readonly versions: Version[] = [];
    rotationEnabled = true;
    tags: { Key: string; Value: string }[] = [];
    /** Names of the calls so far. */
    readonly calls: string[] = [];
    private seconds = 0;

    constructor(values: unknown) {
        this.versions.push({
            id: "first",
            createdAt: this.now(),
            stages: ["AWSCURRENT"],
            text: JSON.stringify(values),
        });
    }

    now(): Date {
        return new Date(Date.UTC(2026, 10, 21) + 1000 * this.seconds++);
    }

    /** What Secrets Manager does before it calls the function: an empty version with the token as its id. */
    begin(token: string): void {
        this.versions.push({ id: token, createdAt: this.now(), stages: ["AWSPENDING"] });
    }

    staged(stage: string): Version | undefined {
        return this.versions.find(({ stages }) => stages.includes(stage));
    }

    valuesOf(stage: string): Record<string, string> {
        return JSON.parse(this.staged(stage)?.text ?? "{}") as Record<string, string>;
    }

    readonly client: RotationClients["secrets"] = {
        describeSecret: () => {
            this.calls.push("describeSecret");
            return Promise.resolve({
                RotationEnabled: this.rotationEnabled,
                Tags: this.tags,
                VersionIdsToStages: Object.fromEntries(this.versions.map(({ id, stages }) => [id, [...stages]])),
            });
        },
        getSecretValue: ({ VersionId: id, VersionStage: stage }) => {
            this.calls.push("getSecretValue");
            const version = this.versions.find(
                (each) => (id === undefined || each.id === id) && each.stages.includes(stage as string),
            );
            if (version?.text === undefined) {
                return Promise.reject(failure("ResourceNotFoundException"));
            }
            return Promise.resolve({
                SecretString: version.text,
                CreatedDate: version.createdAt,
                VersionId: version.id,
            });
        },
        putSecretValue: ({ ClientRequestToken: token, SecretString: text }) => {
            this.calls.push("putSecretValue");
            const version = this.versions.find(({ id }) => id === token);
            if (version === undefined || (version.text !== undefined && version.text !== text)) {
                return Promise.reject(failure("ResourceExistsException"));
            }
            version.text = text as string;
            return Promise.resolve({});
        },
        updateSecretVersionStage: ({ MoveToVersionId: to, RemoveFromVersionId: from }) => {
            this.calls.push("updateSecretVersionStage");
            const current = this.staged("AWSCURRENT");
            const next = this.versions.find(({ id }) => id === to);
            if (next === undefined || current?.id !== from) {
                return Promise.reject(failure("InvalidParameterException"));
            }
            this.versions.forEach((each) => (each.stages = each.stages.filter((stage) => stage !== "AWSPREVIOUS")));
            if (current !== undefined) {
                current.stages = ["AWSPREVIOUS"];
            }
            next.stages = ["AWSCURRENT"];
            return Promise.resolve({});
        },
    };
}

/** An ElastiCache replication group that accepts the two newest tokens and takes three looks to learn one. */
export class FakeReplicationGroup {
    /** Tokens that the servers accept, the newest last. */
    accepted: string[];
    changedAt: Date | undefined;
    readonly requests: Record<string, unknown>[] = [];
    private learning: { readonly token: string; looks: number } | undefined;

    constructor(
        private readonly clock: () => Date,
        token: string,
        private readonly looksToLearn = 3,
    ) {
        this.accepted = [token];
        this.changedAt = clock();
    }

    readonly client: RotationClients["caches"] = {
        describeReplicationGroups: () => {
            if (this.learning !== undefined && ++this.learning.looks >= this.looksToLearn) {
                this.accepted = [...this.accepted, this.learning.token].slice(-2);
                this.changedAt = this.clock();
                this.learning = undefined;
            }
            return Promise.resolve({
                ReplicationGroups: [
                    {
                        PendingModifiedValues: this.learning === undefined ? {} : { AuthTokenStatus: "ROTATING" },
                        AuthTokenLastModifiedDate: this.changedAt,
                    },
                ],
            });
        },
        modifyReplicationGroup: (request) => {
            if (this.learning !== undefined) {
                return Promise.reject(failure("InvalidReplicationGroupStateFault"));
            }
            this.requests.push(request);
            this.learning = { token: request.AuthToken as string, looks: 0 };
            return Promise.resolve({});
        },
    };
}
