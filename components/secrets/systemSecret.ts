import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component } from "../component";
import type { SecretReference } from "../connection";
import { labelsFor, type AwsContext, type SecretAccessContext, type SystemScope } from "../context";
import { componentName, physicalName } from "../naming";
import { tagsFor } from "../tags";
import { externalSecret, type SecretSource } from "./externalSecret";
import { readerPolicy, rotationPolicy } from "./policies";
import type { GeneratedValue } from "./spec";
import {
    awsSecretName,
    defaultLength,
    keySetFingerprint,
    maxRotationDays,
    secretProblems,
    splitByOwner,
} from "./values";

/** An ElastiCache replication group whose auth token is a value of the secret. Rotation teaches the servers the new token first. */
export interface AuthTokenOwner {
    /** Key of the generated value that is the token. */
    readonly key: string;
    /** The token the group was made with. */
    readonly initial: pulumi.Input<string>;
    readonly replicationGroupId: pulumi.Input<string>;
    readonly replicationGroupArn: pulumi.Input<string>;
}

export interface SystemSecretArgs {
    readonly scope: SystemScope;
    /** Name of the Kubernetes Secret. A change makes a new AWS secret with new values. */
    readonly kubernetesName: string;
    /**
     * The keys, each generated or given. Adding, removing or resizing a generated key makes new values for all keys that rotate,
     * exactly as a rotation does. A given value is updated in place and never rotated.
     */
    readonly values: Readonly<Record<string, GeneratedValue | pulumi.Input<string>>>;
    /** Days between two rotations of the generated values, 1 to 90. Default 90. Changed in place. */
    readonly rotationDays?: number;
    /** The replication group to tell about a new auth token. Default: none. */
    readonly authTokenOf?: AuthTokenOwner;
}

/**
 * How old a copy in the cluster may be. Whoever serves a generated value accepts the previous one for longer than that, so five
 * minutes cost nobody a request; 8,640 reads a month are $0.04 (AWS Secrets Manager and KMS pricing: $0.05 and $0.03 per 10,000).
 */
const refreshInterval = "5m";

/**
 * Secret values of a system: generated at random or given, kept in AWS Secrets Manager, rotated there, and copied into a Kubernetes
 * Secret by the External Secrets Operator. Without AWS a plain Kubernetes Secret takes its place, and nothing rotates.
 *
 * Each AWS secret has one owner of its value. What rotates is written by Pulumi once and by the rotation function ever after; what
 * does not rotate is written by Pulumi alone and lies in a second AWS secret, which exists only when there is such a value. So an
 * update never takes a rotation back, and a given value always arrives.
 *
 * Costs $0.40 a month for each AWS secret and about $0.07 for the calls of the operator (AWS Secrets Manager pricing).
 *
 * @example
 * const secret = new SystemSecret("app", { scope, kubernetesName: "app-secrets", values: { SECRET_KEY: {} } });
 */
export class SystemSecret extends Component {
    /** The Kubernetes Secret. */
    readonly reference: SecretReference;

    private readonly scope: SystemScope;
    private readonly kubernetesName: string;
    private readonly generated: Readonly<Record<string, GeneratedValue>>;
    private readonly given: Readonly<Record<string, pulumi.Input<string>>>;
    private readonly rotationDays: number;
    private readonly authTokenOf: AuthTokenOwner | undefined;

    constructor(name: string, args: SystemSecretArgs, opts?: pulumi.ComponentResourceOptions) {
        const pulumiName = componentName(args.scope.system, name);
        super("platform:secrets:SystemSecret", pulumiName, { parent: args.scope.parent, ...opts });
        this.scope = args.scope;
        this.kubernetesName = args.kubernetesName;
        this.rotationDays = args.rotationDays ?? maxRotationDays;
        this.authTokenOf = args.authTokenOf;
        const entries = Object.entries(args.values);
        this.generated = Object.fromEntries(entries.filter(isGenerated));
        this.given = Object.fromEntries(
            entries.filter((entry): entry is [string, pulumi.Input<string>] => !isGenerated(entry)),
        );
        this.refuseImpossible();

        const values = { ...this.generateValues(), ...this.given };
        const { aws: cloud } = this.scope.platform;
        const object =
            cloud === undefined || this.scope.secretAccess === undefined
                ? this.createPlainSecret(values)
                : this.createExternalSecret(cloud, this.scope.secretAccess, values);

        this.reference = { name: this.kubernetesName, keys: Object.keys(values).sort(), dependsOn: [object] };
        this.registerOutputs({ name: this.reference.name, keys: this.reference.keys });
    }

    private refuseImpossible(): void {
        const problems = secretProblems(this.generated, Object.keys(this.given), this.rotationDays);
        const tokenKey = this.authTokenOf?.key;
        if (tokenKey !== undefined && !splitByOwner(this.generated, []).rotated.includes(tokenKey)) {
            problems.push({
                path: "authTokenOf.key",
                value: tokenKey,
                message: "must be a generated value that rotates",
            });
        }
        if (problems.length > 0) {
            const lines = problems.map(
                ({ path, value, message }) => `${path} ${message}, but is ${JSON.stringify(value)}`,
            );
            throw new Error(`Secret "${this.name}": ${lines.join("; ")}`);
        }
    }

    /** The first value of each generated key. Those that rotate are made anew together when the set of them changes. */
    private generateValues(): Record<string, pulumi.Input<string>> {
        const { rotated } = splitByOwner(this.generated, []);
        const fingerprint = keySetFingerprint(this.generated, rotated);
        const make = (key: string, { length = defaultLength }: GeneratedValue): pulumi.Input<string> => {
            if (key === this.authTokenOf?.key) {
                return pulumi.secret(this.authTokenOf.initial);
            }
            const keepers = rotated.includes(key) ? { keepers: { keySet: fingerprint } } : {};
            return new random.RandomPassword(
                this.childName(key),
                { length, special: false, ...keepers },
                this.childOptions(),
            ).result;
        };
        return Object.fromEntries(Object.entries(this.generated).map(([key, value]) => [key, make(key, value)]));
    }

    private createPlainSecret(values: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Resource {
        return new k8s.core.v1.Secret(
            this.childName("secret"),
            {
                metadata: { name: this.kubernetesName, namespace: this.scope.namespace, labels: this.labels },
                stringData: pulumi.secret(values),
            },
            this.childOptions({ provider: this.scope.platform.kubernetes, dependsOn: [...this.scope.dependsOn] }),
        );
    }

    private createExternalSecret(
        cloud: AwsContext,
        access: SecretAccessContext,
        values: Readonly<Record<string, pulumi.Input<string>>>,
    ): pulumi.Resource {
        const keys = splitByOwner(this.generated, Object.keys(this.given));
        const rotated = keys.rotated.length === 0 ? undefined : this.createRotated(cloud, pick(values, keys.rotated));
        const kept = keys.kept.length === 0 ? undefined : this.createKept(cloud, pick(values, keys.kept));
        const stored = [rotated, kept].filter((each) => each !== undefined);
        const grant = new aws.iam.RolePolicy(
            this.childName("reader"),
            {
                name: physicalName("iamPolicy", "read", this.kubernetesName),
                role: access.readerRoleName,
                policy: readerPolicy(
                    cloud,
                    cloud.dataKeyArn,
                    stored.map(({ secret }) => secret.arn),
                ),
            },
            this.childOptions(),
        );
        if (rotated !== undefined) {
            this.createRotation(cloud, access, rotated);
        }
        const sources: Record<string, SecretSource> = {};
        for (const { secret, keys: properties } of stored) {
            properties.forEach((property) => (sources[property] = { secretArn: secret.arn, property }));
        }
        return new k8s.apiextensions.CustomResource(
            this.childName("external"),
            externalSecret({
                name: this.kubernetesName,
                namespace: this.scope.namespace,
                labels: this.labels,
                storeName: access.storeName,
                refreshInterval,
                sources,
            }),
            this.childOptions({
                provider: this.scope.platform.kubernetes,
                dependsOn: [
                    ...this.scope.dependsOn,
                    ...access.dependsOn,
                    grant,
                    ...stored.map(({ version }) => version),
                ],
            }),
        );
    }

    /** The AWS secret that the rotation function owns once it exists. */
    private createRotated(cloud: AwsContext, values: Readonly<Record<string, pulumi.Input<string>>>): StoredSecret {
        const tags = this.authTokenOf && {
            "platform:auth-token-key": this.authTokenOf.key,
            "platform:auth-token-of": this.authTokenOf.replicationGroupId,
        };
        const secret = this.createSecret(cloud, "rotated", "", tags);
        // A changed set of keys needs a version of its own, and so a name of its own: the content of an existing one is ignored.
        const fingerprint = keySetFingerprint(this.generated, Object.keys(values).sort());
        const version = this.createVersion(`rotated-${fingerprint}`, secret, values, {
            ignoreChanges: ["secretString"],
        });
        return { secret, version, keys: Object.keys(values) };
    }

    /** The AWS secret whose value Pulumi owns. An underscore cannot stand in a Kubernetes name, so no other secret is called so. */
    private createKept(cloud: AwsContext, values: Readonly<Record<string, pulumi.Input<string>>>): StoredSecret {
        const secret = this.createSecret(cloud, "kept", "_kept");
        return { secret, version: this.createVersion("kept-value", secret, values), keys: Object.keys(values) };
    }

    private createSecret(
        cloud: AwsContext,
        suffix: string,
        nameSuffix: string,
        extraTags?: Readonly<Record<string, pulumi.Input<string>>>,
    ): aws.secretsmanager.Secret {
        const { stack, environment, data, extraTags: stackTags } = this.scope.platform;
        const where = { environment, stack, system: this.scope.system };
        const name = `${awsSecretName(where, this.kubernetesName)}${nameSuffix}`;
        return new aws.secretsmanager.Secret(
            this.childName(suffix),
            {
                name,
                description: `${this.kubernetesName} of ${this.scope.system} (${environment})`,
                kmsKeyId: cloud.dataKeyArn,
                // Without protection the name must be free at once, for whoever destroys in the evening and creates in the morning.
                recoveryWindowInDays: data.protect ? 30 : 0,
                tags: {
                    ...tagsFor({ stack, environment, extraTags: stackTags, system: this.scope.system }, name),
                    ...extraTags,
                },
            },
            this.childOptions(),
        );
    }

    private createVersion(
        suffix: string,
        secret: aws.secretsmanager.Secret,
        values: Readonly<Record<string, pulumi.Input<string>>>,
        opts?: pulumi.CustomResourceOptions,
    ): aws.secretsmanager.SecretVersion {
        return new aws.secretsmanager.SecretVersion(
            this.childName(suffix),
            { secretId: secret.id, secretString: pulumi.secret(pulumi.jsonStringify(values)) },
            this.childOptions(opts),
        );
    }

    private createRotation(cloud: AwsContext, access: SecretAccessContext, { secret, version }: StoredSecret): void {
        const grant = new aws.iam.RolePolicy(
            this.childName("rotator"),
            {
                name: physicalName("iamPolicy", "rotate", this.kubernetesName),
                role: access.rotationRoleName,
                policy: rotationPolicy(cloud, {
                    secretArn: secret.arn,
                    keyArn: cloud.dataKeyArn,
                    rotationFunctionArn: access.rotationFunctionArn,
                    ...(this.authTokenOf && { replicationGroupArn: this.authTokenOf.replicationGroupArn }),
                }),
            },
            this.childOptions(),
        );
        new aws.secretsmanager.SecretRotation(
            this.childName("rotation"),
            {
                secretId: secret.id,
                rotationLambdaArn: access.rotationFunctionArn,
                rotationRules: { automaticallyAfterDays: this.rotationDays },
                // The first values are as fresh as rotated ones would be.
                rotateImmediately: false,
            },
            this.childOptions({ dependsOn: [version, grant, ...access.dependsOn] }),
        );
    }

    private get labels(): Record<string, string> {
        return labelsFor(this.scope, this.kubernetesName, "secret");
    }
}

interface StoredSecret {
    readonly secret: aws.secretsmanager.Secret;
    readonly version: aws.secretsmanager.SecretVersion;
    readonly keys: readonly string[];
}

/** Whether a value is a recipe; everything else, a promise and an output included, is the value itself. */
function isGenerated(entry: [string, GeneratedValue | pulumi.Input<string>]): entry is [string, GeneratedValue] {
    const [, value] = entry;
    return typeof value === "object" && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

function pick<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
    return Object.fromEntries(keys.map((key) => [key, record[key] as T]));
}
