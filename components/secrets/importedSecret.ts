import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { checkArgs, textInput } from "../checkedArgs";
import { Component } from "../component";
import type { SecretReference, SecretSource } from "../connection";
import { labelsFor, type AwsContext, type SecretAccessContext, type SystemScope } from "../context";
import { componentName, physicalName } from "../naming";
import { members, named, text } from "../shapes";
import { externalSecret, refreshIntervals } from "./externalSecret";
import { readerPolicy } from "./policies";

export interface ImportedSecretArgs {
    readonly scope: SystemScope;
    /** Name of the Kubernetes Secret. A change makes a new Secret and deletes the old one. */
    readonly kubernetesName: string;
    /** ARN of an existing AWS secret that holds a JSON object. A change is picked up at the next refresh. */
    readonly secretArn: pulumi.Input<string>;
    /** ARN of the KMS key the secret is encrypted with. Default: the key that AWS manages, which needs no permission. */
    readonly keyArn?: pulumi.Input<string>;
    /** The keys of the Kubernetes Secret and the member of the JSON object that each is copied from. Changed in place. */
    readonly properties: Readonly<Record<string, string>>;
}

const shape = members({ keyArn: textInput }, { kubernetesName: text, secretArn: textInput, properties: named(text) });

/**
 * An AWS secret that somebody else makes and rotates, such as the master password of an RDS instance, copied into a Kubernetes Secret.
 *
 * Costs about $0.35 a month for the operator's calls.
 *
 * @example
 * new ImportedSecret("postgres-credentials", { scope, kubernetesName: "postgres", secretArn, properties: { password: "password" } });
 */
export class ImportedSecret extends Component {
    /** The Kubernetes Secret. */
    readonly reference: SecretReference;

    constructor(name: string, args: ImportedSecretArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        const { scope } = args;
        const pulumiName = componentName(scope.system, name);
        const { aws: cloud } = scope.platform;
        if (cloud === undefined || scope.secretAccess === undefined) {
            throw new Error(
                `Secret "${pulumiName}": an AWS secret can be imported only by a system with access to AWS secrets`,
            );
        }
        if (Object.keys(args.properties).length === 0) {
            throw new Error(`Secret "${pulumiName}": properties must have at least one key, but is {}`);
        }
        super("platform:secrets:ImportedSecret", pulumiName, { parent: scope.parent, ...opts });

        const sources = sourcesOf(args);
        const grant = this.createGrant(cloud, scope.secretAccess, args);
        const object = this.createExternalSecret(scope.secretAccess, args, sources, grant);

        this.reference = {
            name: args.kubernetesName,
            keys: Object.keys(args.properties).sort(),
            sources,
            dependsOn: [object],
        };
        this.registerOutputs({ name: this.reference.name, keys: this.reference.keys });
    }

    private createGrant(cloud: AwsContext, access: SecretAccessContext, args: ImportedSecretArgs): pulumi.Resource {
        return new aws.iam.RolePolicy(
            this.childName("reader"),
            {
                name: physicalName("iamPolicy", "import", args.kubernetesName),
                role: access.readerRoleName,
                policy: readerPolicy(cloud, args.keyArn, [args.secretArn]),
            },
            this.childOptions(),
        );
    }

    private createExternalSecret(
        access: SecretAccessContext,
        { scope, kubernetesName }: ImportedSecretArgs,
        sources: Readonly<Record<string, AwsSource>>,
        grant: pulumi.Resource,
    ): pulumi.Resource {
        return new k8s.apiextensions.CustomResource(
            this.childName("external"),
            externalSecret({
                name: kubernetesName,
                namespace: scope.namespace,
                labels: labelsFor(scope, kubernetesName, "secret"),
                storeName: access.storeName,
                refreshInterval: refreshIntervals.changedOutside,
                sources,
            }),
            this.childOptions({
                provider: scope.platform.kubernetes,
                dependsOn: [...scope.dependsOn, ...access.dependsOn, grant],
            }),
        );
    }
}

type AwsSource = Extract<SecretSource, { kind: "aws" }>;

function sourcesOf({ properties, secretArn }: ImportedSecretArgs): Record<string, AwsSource> {
    return Object.fromEntries(
        Object.entries(properties).map(([key, property]) => [key, { kind: "aws", secretArn, property }]),
    );
}
