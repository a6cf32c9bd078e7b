import type * as pulumi from "@pulumi/pulumi";
import { checkArgs, textInput } from "../checkedArgs";
import { Component } from "../component";
import { PolicyExceptions } from "../policyExceptions";
import type { SecretReference } from "../connection";
import type { SystemScope } from "../context";
import { componentName } from "../naming";
import { members, text } from "../shapes";
import { dockerConfigForm, isRegistry } from "./dockerConfig";
import { SystemSecret } from "./systemSecret";

export interface RegistryCredentialsArgs {
    readonly scope: SystemScope;
    /** Name of the Kubernetes Secret, for `imagePullSecrets`. A change makes a new Secret and deletes the old one. */
    readonly kubernetesName: string;
    /** What the names of the images start with, such as `ghcr.io`; no scheme. Changed in place. */
    readonly registry: string;
    /** Changed in place. */
    readonly username: pulumi.Input<string>;
    /** A token that may read images and nothing else. It arrives within five minutes; nobody rotates it but its owner. */
    readonly password: pulumi.Input<string>;
}

const shape = members({}, { kubernetesName: text, registry: text, username: textInput, password: textInput });

/**
 * What the cluster needs to pull images from a private registry: a Kubernetes Secret of type `kubernetes.io/dockerconfigjson`, from
 * AWS Secrets Manager where there is one.
 *
 * Costs $0.40 a month for the AWS secret and about $0.07 for the calls of the operator (AWS Secrets Manager pricing).
 *
 * @example
 * const credentials = new RegistryCredentials("pull", { scope, kubernetesName: "ghcr", registry: "ghcr.io", username, password });
 */
export class RegistryCredentials extends Component {
    /** The Kubernetes Secret. */
    readonly reference: SecretReference;

    constructor(name: string, args: RegistryCredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        const { scope, kubernetesName, registry, username, password } = args;
        const pulumiName = componentName(scope.system, name);
        if (!isRegistry(registry)) {
            throw new Error(
                `Registry credentials "${pulumiName}": registry must be a host such as ghcr.io, without a scheme, but is ${JSON.stringify(registry)}`,
            );
        }
        super("platform:secrets:RegistryCredentials", pulumiName, { parent: scope.parent, ...opts });

        const secret = new SystemSecret(
            this.childName("secret"),
            { scope, kubernetesName, values: { username, password }, form: dockerConfigForm(registry) },
            this.childOptions(),
        );

        if (scope.secretAccess !== undefined) {
            new PolicyExceptions(
                this.childName("exceptions"),
                [
                    {
                        rule: "secrets-rotate",
                        subject: this.childName("secret-*"),
                        reason: "The registry makes the token, and only its owner can renew it, in platform:registryPassword",
                        until: "2027-11-30",
                    },
                ],
                this.childOptions(),
            );
        }

        this.reference = secret.reference;
        this.registerOutputs({ name: this.reference.name });
    }
}
