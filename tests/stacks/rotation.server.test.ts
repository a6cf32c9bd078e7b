import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { rotate, type RotationClients } from "../../components/secrets/rotation/index";
import type { PlannedResource } from "../../simulation/record";
import { hasEmulator, S3Emulator } from "../components/backup/s3Emulator";
import { simulateStack, type ResourceGraph } from "../harness";

/**
 * A rotation from end to end, for every secret of a stack that rotates: the function that ships runs against AWS Secrets Manager (moto), with
 * the tags that the plan gives the secret; the Kubernetes Secret is then made as the rendered ExternalSecret says; and whatever pod reads it
 * starts anew or reads the file again. What stands in: the copying by the operator, and AWS calling the function.
 */

const reload = "secret.reloader.stakater.com/reload";

interface ExternalSecret {
    readonly metadata: { readonly namespace: string };
    readonly spec: {
        readonly target: { readonly name: string };
        readonly data: readonly {
            readonly secretKey: string;
            readonly remoteRef: { readonly key: string; readonly property: string };
        }[];
    };
}

interface Workload {
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace: string;
        readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec?: { readonly template?: { readonly spec: unknown } };
}

type Answer = Record<string, unknown>;

/** Calls AWS Secrets Manager as its clients do; the emulator looks at no signature. */
function secretsManager(endpoint: string): (action: string, input: Answer) => Promise<Answer> {
    return async (action, input) => {
        const response = await fetch(endpoint, {
            method: "POST",
            headers: {
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": `secretsmanager.${action}`,
                Authorization:
                    "AWS4-HMAC-SHA256 Credential=test/20261128/eu-central-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=none",
            },
            body: JSON.stringify(input),
        });
        const answer = (await response.json()) as Answer;
        if (!response.ok) {
            throw Object.assign(new Error(`${action}: ${JSON.stringify(answer)}`), { name: String(answer.__type) });
        }
        return answer;
    };
}

type Call = ReturnType<typeof secretsManager>;

/** The function's clients for one rotation. Secrets Manager labels an empty version before it calls the function, which moto does not. */
function clientsFor(call: Call, token: string): RotationClients {
    const noCaches = (): never => assert.fail("no replication group is involved");
    return {
        secrets: {
            describeSecret: async (input) => {
                const answer = await call("DescribeSecret", input);
                const versions = answer.VersionIdsToStages as Record<string, readonly string[]>;
                return { ...answer, VersionIdsToStages: { [token]: ["AWSPENDING"], ...versions } };
            },
            getSecretValue: (input) => call("GetSecretValue", input),
            putSecretValue: (input) => call("PutSecretValue", input),
            updateSecretVersionStage: (input) => call("UpdateSecretVersionStage", input),
        },
        caches: { describeReplicationGroups: noCaches, modifyReplicationGroup: noCaches },
        wait: () => Promise.resolve(),
        remainingMilliseconds: () => 900_000,
    };
}

async function valuesOf(call: Call, SecretId: string, VersionStage: string): Promise<Record<string, string>> {
    const { SecretString } = await call("GetSecretValue", { SecretId, VersionStage });
    return JSON.parse(String(SecretString)) as Record<string, string>;
}

const recipePrefix = "platform:value:";

/** The members of a secret that its tags rotate, with a first value for each. */
function firstValues(tags: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(tags)
            .filter(([key]) => key.startsWith(recipePrefix))
            .flatMap(([key, recipe]) => {
                const [, publicMember] = recipe.split(":");
                const value = (member: string): readonly [string, string] => [member, `first-value-of-${member}`];
                return [
                    value(key.slice(recipePrefix.length)),
                    // A pair begins with one public key in both places.
                    ...(publicMember === undefined
                        ? []
                        : [value(publicMember), [`${publicMember}_PREVIOUS`, value(publicMember)[1]] as const]),
                ];
            }),
    );
}

/** What an ExternalSecret copies of one secret. */
function partOf({ spec }: ExternalSecret, secretId: string): ExternalSecret["spec"]["data"] {
    const part = spec.data.filter(({ remoteRef: { key } }) => key.includes(`:secret:${secretId}-`));
    assert.ok(part.length > 0, `nothing of ${secretId} is copied`);
    return part;
}

function propertiesOf(object: ExternalSecret, secretId: string): string[] {
    return partOf(object, secretId).map(({ remoteRef: { property } }) => property);
}

/** What the operator would write: the keys that the ExternalSecret names, from the current version. */
async function copied(call: Call, object: ExternalSecret, secretId: string): Promise<Record<string, string>> {
    const values = await valuesOf(call, secretId, "AWSCURRENT");
    return Object.fromEntries(
        partOf(object, secretId).map(({ secretKey, remoteRef: { property } }) => {
            assert.ok(values[property] !== undefined, `${secretId} has no ${property}`);
            return [secretKey, values[property]];
        }),
    );
}

/** The ExternalSecrets that copy a secret, or a part of it. */
function copiesOf(graph: ResourceGraph, { urn }: PlannedResource): ExternalSecret[] {
    return graph.all
        .filter(({ inputs, dependencies }) => inputs.kind === "ExternalSecret" && dependencies.includes(urn))
        .map(({ inputs }) => inputs as unknown as ExternalSecret);
}

/** The Secrets that a part of a pod template names, by variable or by file. */
function secretsIn(part: unknown): string[] {
    if (part === null || typeof part !== "object") {
        return [];
    }
    return Object.entries(part).flatMap(([key, value]) => {
        const { name, secretName } = (value ?? {}) as { name?: string; secretName?: string };
        const own = ["secretKeyRef", "secretRef", "secret"].includes(key) ? [name ?? secretName ?? ""] : [];
        return [...own, ...secretsIn(value)];
    });
}

/** The workloads whose pods read a Secret and keep running. */
function readersOf(graph: ResourceGraph, namespace: string, secret: string): Workload[] {
    return graph.all
        .filter(({ inputs }) => inputs.metadata !== undefined)
        .map(({ inputs }) => inputs as unknown as Workload)
        .filter(({ metadata, spec }) => metadata.namespace === namespace && spec?.template !== undefined)
        .filter(({ kind, spec }) => kind !== "Job" && secretsIn(spec?.template).includes(secret));
}

/** Servers of stores take a new password without a restart: a container beside them looks at the file every few seconds. */
const watchers = ["/etc/cache/reload.sh", "/scripts/keep-login.sh"];

function readsAgain({ spec }: Workload): boolean {
    const { containers = [] } = (spec?.template?.spec ?? {}) as { containers?: { command?: string[] }[] };
    return containers.some(({ command = [] }) => watchers.includes(command.at(-1) ?? ""));
}

describe("rotation, from the value in AWS to the pods", function () {
    this.timeout("5m");
    let graph: ResourceGraph;
    let emulator: S3Emulator;
    let call: Call;
    let rotating: PlannedResource[];

    before(async function () {
        if (!hasEmulator()) {
            console.log("    skipped: moto_server and the AWS CLI are not installed");
            this.skip();
        }
        graph = await simulateStack("dev");
        emulator = await S3Emulator.start("unused");
        call = secretsManager(emulator.environment.AWS_ENDPOINT_URL ?? "");
        const rotations = graph.ofType("aws:secretsmanager/secretRotation:SecretRotation");
        rotating = graph
            .ofType("aws:secretsmanager/secret:Secret")
            .filter(({ urn }) => rotations.some(({ dependencies }) => dependencies.includes(urn)));
    });
    after(() => (emulator as S3Emulator | undefined)?.stop());

    it("changes every value that a Secret of dev gets from AWS, and keeps the one before for a way back", async () => {
        assert.ok(rotating.length >= 10);
        for (const secret of rotating) {
            const { name, tags } = secret.inputs as { name: string; tags: Readonly<Record<string, string>> };
            const objects = copiesOf(graph, secret);
            assert.ok(objects.length > 0, name);
            const rotated = firstValues(tags);
            assert.ok(Object.keys(rotated).length > 0, name);
            // A key that data at rest is encrypted with has no tag: another would make the data unreadable.
            const kept = objects.flatMap((object) => propertiesOf(object, name)).filter((each) => !(each in rotated));
            const first = { ...rotated, ...Object.fromEntries(kept.map((each) => [each, `stays-as-it-is-${each}`])) };
            await call("CreateSecret", {
                Name: name,
                SecretString: JSON.stringify(first),
                Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
                ClientRequestToken: randomUUID(),
            });
            await call("RotateSecret", {
                SecretId: name,
                ClientRequestToken: randomUUID(),
                RotationRules: { AutomaticallyAfterDays: 90 },
                RotateImmediately: false,
            });
            const before = await Promise.all(objects.map((object) => copied(call, object, name)));

            const token = randomUUID();
            for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"]) {
                await rotate({ Step, SecretId: name, ClientRequestToken: token }, clientsFor(call, token));
            }

            for (const [index, object] of objects.entries()) {
                const now = await copied(call, object, name);
                assert.deepEqual(Object.keys(now), Object.keys(before[index] ?? {}));
                for (const [key, value] of Object.entries(now)) {
                    const old = before[index] ?? {};
                    if (kept.includes(key)) {
                        assert.equal(value, old[key], `${name}: ${key}`);
                    } else if (key.endsWith("_PREVIOUS")) {
                        assert.equal(value, old[key.replace(/_PREVIOUS$/, "")], `${name}: ${key}`);
                    } else {
                        assert.notEqual(value, old[key], `${name}: ${key}`);
                    }
                    assert.ok(value.length >= 16, `${name}: ${key}`);
                }
            }
            assert.deepEqual(await valuesOf(call, name, "AWSPREVIOUS"), first, name);
        }
    });

    it("reaches every pod that reads one of these Secrets: it starts anew, or reads the file again", () => {
        const unreached: string[] = [];
        let readers = 0;
        for (const secret of rotating) {
            for (const { metadata, spec } of copiesOf(graph, secret)) {
                const found = readersOf(graph, metadata.namespace, spec.target.name);
                assert.ok(found.length > 0, `nothing reads ${metadata.namespace}/${spec.target.name}`);
                for (const workload of found) {
                    readers++;
                    const named = workload.metadata.annotations?.[reload]?.split(",") ?? [];
                    if (!named.includes(spec.target.name) && !readsAgain(workload)) {
                        unreached.push(`${workload.kind} ${metadata.namespace}/${workload.metadata.name}`);
                    }
                }
            }
        }
        assert.ok(readers > rotating.length);
        assert.deepEqual(unreached, []);
    });
});
