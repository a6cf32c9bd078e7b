import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { checkArgs } from "../checkedArgs";
import { Component } from "../component";
import type { SecretReference, SecretSource } from "../connection";
import { labelsFor, type AwsContext, type SecretAccessContext, type SystemScope } from "../context";
import { componentName, physicalName } from "../naming";
import { tagsFor } from "../tags";
import { externalSecret, refreshIntervals } from "./externalSecret";
import { argumentShape, isGenerated, refuseImpossible, type ImportedValue, type SystemSecretArgs } from "./arguments";
import { KeyPair } from "./keyPair";
import { readerPolicy, rotationPolicy } from "./policies";
import type { GeneratedValue } from "./spec";
import {
    awsSecretName,
    defaultLength,
    generatedKeys,
    isKeyPair,
    keySetFingerprint,
    maxRotationDays,
    previousKey,
    recipeTags,
    rotates,
    type Generated,
} from "./values";

export type { AuthTokenOwner, ImportedValue, SystemSecretArgs } from "./arguments";

type Values = Readonly<Record<string, pulumi.Input<string>>>;
type AwsSource = Extract<SecretSource, { kind: "aws" }>;

/**
 * Secret values of a system: generated at random or given, kept in AWS Secrets Manager, rotated there, and copied into a Kubernetes
 * Secret by the External Secrets Operator. Without AWS a plain Kubernetes Secret takes its place, and nothing rotates.
 *
 * Each AWS secret has one owner of its content. What is generated is written by Pulumi once and by the rotation function ever after,
 * which leaves alone what does not rotate; what is given is written by Pulumi alone and lies in a second AWS secret, which exists
 * only when there is such a value. So an update never takes a rotation back, and a given value always arrives.
 *
 * Pulumi's state never holds a key pair: its first values are made by the rotation function too, at once, and the Kubernetes Secret
 * waits for them.
 *
 * Costs $0.40 a month for each AWS secret and about $0.07 for the calls of the operator, $0.35 with imports (AWS Secrets Manager pricing).
 *
 * @example
 * const secret = new SystemSecret("app", { scope, kubernetesName: "app-secrets", values: { SECRET_KEY: {} } });
 */
export class SystemSecret extends Component {
    /** The Kubernetes Secret. */
    readonly reference: SecretReference;

    private readonly args: SystemSecretArgs;
    private readonly scope: SystemScope;
    private readonly kubernetesName: string;
    private readonly generated: Generated;
    private readonly given: Values;
    private readonly imports: Readonly<Record<string, ImportedValue>>;

    constructor(name: string, args: SystemSecretArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, argumentShape, args);
        const pulumiName = componentName(args.scope.system, name);
        const entries = Object.entries(args.values);
        const generated = Object.fromEntries(entries.filter(isGenerated));
        const given = Object.fromEntries(
            entries.filter((entry): entry is [string, pulumi.Input<string>] => !isGenerated(entry)),
        );
        refuseImpossible(pulumiName, args, generated, Object.keys(given));
        super("platform:secrets:SystemSecret", pulumiName, { parent: args.scope.parent, ...opts });
        this.args = args;
        this.scope = args.scope;
        this.kubernetesName = args.kubernetesName;
        this.imports = args.imports ?? {};
        this.generated = generated;
        this.given = given;

        const { aws: cloud } = this.scope.platform;
        const { secretAccess } = this.scope;
        const { object, sources } =
            cloud === undefined || secretAccess === undefined
                ? this.createPlainSecret()
                : this.createExternalSecret(cloud, secretAccess);

        const { form } = this.args;
        this.reference = {
            name: this.kubernetesName,
            keys: Object.keys(form?.templates ?? sources).sort(),
            ...(form === undefined && { sources }),
            dependsOn: [object],
        };
        this.registerOutputs({ name: this.reference.name, keys: this.reference.keys });
    }

    /** The first random values. Those that rotate are made anew together when the set of generated keys changes. */
    private generateValues(): Values {
        return Object.fromEntries(
            Object.entries(this.generated)
                .filter(([, value]) => !isKeyPair(value))
                .map(([key, value]) => [key, this.generateValue(key, value)]),
        );
    }

    private generateValue(key: string, value: GeneratedValue): pulumi.Input<string> {
        if (key === this.args.authTokenOf?.key) {
            return pulumi.secret(this.args.authTokenOf.initial);
        }
        const keepers = rotates(value) ? { keepers: { keySet: keySetFingerprint(this.generated) } } : {};
        if (value.kind === "base64-256") {
            return new random.RandomBytes(this.childName(key), { length: 32, ...keepers }, this.childOptions()).base64;
        }
        const length = "length" in value ? (value.length ?? defaultLength) : defaultLength;
        return new random.RandomPassword(
            this.childName(key),
            { length, special: false, ...keepers },
            this.childOptions(),
        ).result;
    }

    /** Key pairs that Pulumi makes and keeps, where nobody else can. */
    private generatePairs(): Values {
        const pairs = Object.entries(this.generated).flatMap(([key, value]) => {
            if (!isKeyPair(value)) {
                return [];
            }
            const { privateKey, publicKey } = new KeyPair(this.childName(key), this.childOptions());
            return [
                [key, privateKey],
                [value.publicKey, publicKey],
                [previousKey(value.publicKey), publicKey],
            ] as const;
        });
        return Object.fromEntries(pairs);
    }

    private createPlainSecret(): Made {
        const values: Values = {
            ...this.generateValues(),
            ...this.generatePairs(),
            ...this.given,
            ...this.importedValues(),
        };
        const { form } = this.args;
        const content = form === undefined ? values : pulumi.all(values).apply(form.render);
        const object = new k8s.core.v1.Secret(
            this.childName("secret"),
            {
                metadata: { name: this.kubernetesName, namespace: this.scope.namespace, labels: this.labels },
                ...(form && { type: form.type }),
                stringData: pulumi.secret(content),
            },
            this.childOptions({
                provider: this.scope.platform.kubernetes,
                dependsOn: [...this.scope.dependsOn, ...this.importedFrom],
            }),
        );
        return { object, sources: mapValues(values, (value) => ({ kind: "value", value })) };
    }

    private createExternalSecret(cloud: AwsContext, access: SecretAccessContext): Made {
        const stored = [this.createGenerated(cloud), this.createGiven(cloud)].filter((each) => each !== undefined);
        const grants = stored.length === 0 ? [] : [this.createGrant(cloud, access, stored)];
        const rotations = stored
            .filter(({ rotated }) => rotated)
            .map((each) => this.createRotation(cloud, access, each));
        const sources: Record<string, AwsSource> = { ...this.importedSources() };
        for (const { secret, keys } of stored) {
            keys.forEach((property) => (sources[property] = { kind: "aws", secretArn: secret.arn, property }));
        }
        const { form } = this.args;
        const object = new k8s.apiextensions.CustomResource(
            this.childName("external"),
            externalSecret({
                name: this.kubernetesName,
                namespace: this.scope.namespace,
                labels: this.labels,
                storeName: access.storeName,
                refreshInterval: this.refreshInterval,
                sources,
                ...(form && { form }),
            }),
            this.childOptions({
                provider: this.scope.platform.kubernetes,
                dependsOn: [
                    ...this.scope.dependsOn,
                    ...access.dependsOn,
                    ...grants,
                    ...stored.map(({ version }) => version),
                    ...rotations,
                    ...this.importedFrom,
                ],
            }),
        );
        return { object, sources };
    }

    private createGrant(cloud: AwsContext, access: SecretAccessContext, stored: readonly Stored[]): pulumi.Resource {
        return new aws.iam.RolePolicy(
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
    }

    /** The AWS secret that the rotation function owns once it exists. */
    private createGenerated(cloud: AwsContext): Stored | undefined {
        if (Object.keys(this.generated).length === 0) {
            return undefined;
        }
        const { authTokenOf } = this.args;
        const secret = this.createSecret(cloud, "generated", "", {
            ...recipeTags(this.generated),
            ...(authTokenOf && {
                "platform:auth-token-key": authTokenOf.key,
                "platform:auth-token-of": authTokenOf.replicationGroupId,
            }),
        });
        // A changed set of keys needs a version of its own, and so a name of its own: the content of an existing one is ignored.
        const suffix = `generated-${keySetFingerprint(this.generated)}`;
        const version = this.createFirstVersion(suffix, secret);
        const rotated = Object.values(this.generated).some(rotates);
        return { secret, version, keys: generatedKeys(this.generated).sort(), rotated };
    }

    /** The AWS secret whose value Pulumi owns. An underscore cannot stand in a Kubernetes name, so no other secret is called so. */
    private createGiven(cloud: AwsContext): Stored | undefined {
        const keys = Object.keys(this.given).sort();
        if (keys.length === 0) {
            return undefined;
        }
        const secret = this.createSecret(cloud, "given", "_given");
        return { secret, version: this.createVersion("given-value", secret, this.given), keys, rotated: false };
    }

    private createSecret(
        cloud: AwsContext,
        suffix: string,
        nameSuffix: string,
        extraTags?: Readonly<Record<string, pulumi.Input<string>>>,
    ): aws.secretsmanager.Secret {
        const { stack, environment, data, extraTags: stackTags } = this.scope.platform;
        const where = { environment, stack, system: this.scope.system };
        const name = `${awsSecretName(where, this.kubernetesName, this.args.awsName)}${nameSuffix}`;
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

    /**
     * What is there before the first rotation. Rotations take its labels away, and AWS may delete a version without any: a refresh would
     * then miss it, and the next deployment write the outdated values again. So it keeps a label of its own (User Guide, "What's in a
     * Secrets Manager secret?").
     */
    private createFirstVersion(suffix: string, secret: aws.secretsmanager.Secret): aws.secretsmanager.SecretVersion {
        return this.createVersion(
            suffix,
            secret,
            this.generateValues(),
            { versionStages: ["AWSCURRENT", `pulumi-${suffix}`] },
            { ignoreChanges: ["secretString", "versionStages"] },
        );
    }

    private createVersion(
        suffix: string,
        secret: aws.secretsmanager.Secret,
        values: Values,
        labels: Pick<aws.secretsmanager.SecretVersionArgs, "versionStages"> = {},
        opts?: pulumi.CustomResourceOptions,
    ): aws.secretsmanager.SecretVersion {
        return new aws.secretsmanager.SecretVersion(
            this.childName(suffix),
            { secretId: secret.id, secretString: pulumi.secret(pulumi.jsonStringify(values)), ...labels },
            this.childOptions(opts),
        );
    }

    private createRotation(
        cloud: AwsContext,
        access: SecretAccessContext,
        { secret, version }: Stored,
    ): pulumi.Resource {
        const { authTokenOf, rotationDays = maxRotationDays } = this.args;
        const grant = new aws.iam.RolePolicy(
            this.childName("rotator"),
            {
                name: physicalName("iamPolicy", "rotate", this.kubernetesName),
                role: access.rotationRoleName,
                policy: rotationPolicy(cloud, {
                    secretArn: secret.arn,
                    keyArn: cloud.dataKeyArn,
                    rotationFunctionArn: access.rotationFunctionArn,
                    ...(authTokenOf && { replicationGroupArn: authTokenOf.replicationGroupArn }),
                }),
            },
            this.childOptions(),
        );
        // A version that Pulumi writes has no key pairs, so each one is rotated at once; random values are as fresh as rotated ones.
        const incomplete = Object.values(this.generated).some(isKeyPair);
        return new aws.secretsmanager.SecretRotation(
            this.childName(incomplete ? `rotation-${keySetFingerprint(this.generated)}` : "rotation"),
            {
                secretId: secret.id,
                rotationLambdaArn: access.rotationFunctionArn,
                rotationRules: { automaticallyAfterDays: rotationDays },
                rotateImmediately: incomplete,
            },
            // Rotation ends with its secret. Deleting it by itself would switch off what its successor has switched on.
            this.childOptions({ retainOnDelete: true, dependsOn: [version, grant, ...access.dependsOn] }),
        );
    }

    private importedSources(): Record<string, AwsSource> {
        return mapValues(this.imports, ({ from, key }) => {
            const source = from.sources?.[key];
            if (source?.kind !== "aws") {
                throw new Error(
                    `Secret "${this.name}": ${key} of ${from.name} is not in AWS, so it cannot be imported`,
                );
            }
            return source;
        });
    }

    private importedValues(): Values {
        return mapValues(this.imports, ({ from, key }) => {
            const source = from.sources?.[key];
            if (source?.kind !== "value") {
                throw new Error(
                    `Secret "${this.name}": the value of ${key} of ${from.name} is not known to the program`,
                );
            }
            return source.value;
        });
    }

    /** What is imported may be read once the Secrets that it is imported from may. */
    private get importedFrom(): pulumi.Resource[] {
        return Object.values(this.imports).flatMap(({ from }) => from.dependsOn);
    }

    private get refreshInterval(): string {
        const imports = Object.keys(this.imports).length > 0;
        return imports ? refreshIntervals.changedOutside : refreshIntervals.generated;
    }

    private get labels(): Record<string, string> {
        return labelsFor(this.scope, this.kubernetesName, "secret");
    }
}

/** A Kubernetes Secret, or what makes one, and where its values come from. */
interface Made {
    readonly object: pulumi.Resource;
    readonly sources: Readonly<Record<string, SecretSource>>;
}

interface Stored {
    readonly secret: aws.secretsmanager.Secret;
    readonly version: aws.secretsmanager.SecretVersion;
    readonly keys: readonly string[];
    readonly rotated: boolean;
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, make: (value: T) => R): Record<string, R> {
    return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(value)]));
}
