import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { labelsFor, selectorFor, type SystemScope } from "../context";
import { tagsFor, type TagContext } from "../tags";
import type { DatabaseSpec } from "./spec";

/** What every part of a database knows. */
export interface DatabasePartArgs {
    readonly scope: SystemScope;
    /** Name of the store in its system. */
    readonly store: string;
    readonly spec: DatabaseSpec;
}

/** Base of the parts of a database: how they call and label what they make, and how they give it options. */
export abstract class DatabasePart extends Component {
    protected readonly scope: SystemScope;
    protected readonly store: string;
    protected readonly spec: DatabaseSpec;

    protected constructor(
        type: `platform:database:${string}`,
        name: string,
        args: DatabasePartArgs,
        opts: pulumi.ComponentResourceOptions,
    ) {
        super(type, name, opts);
        this.scope = args.scope;
        this.store = args.store;
        this.spec = args.spec;
    }

    /** Name of the database in Kubernetes; the names of its parts start with it. */
    protected get kubernetesName(): string {
        return this.spec.kubernetesName ?? this.store;
    }

    /** Name of the Secret with the password. */
    protected get credentialsName(): string {
        return this.spec.credentials?.kubernetesName ?? `${this.kubernetesName}-credentials`;
    }

    /** Path of the password in AWS Secrets Manager, where one is asked for and the platform owns the password. */
    protected get awsName(): { awsName?: string } {
        const { awsName } = this.spec.credentials ?? {};
        return awsName === undefined ? {} : { awsName };
    }

    protected labels(name: string, component: string): Record<string, string> {
        return labelsFor(this.scope, name, component);
    }

    protected selector(name: string): Record<string, string> {
        return selectorFor(this.scope, name);
    }

    protected metadata(
        name: string,
        component = "database",
    ): { name: string; namespace: string; labels: Record<string, string> } {
        return { name, namespace: this.scope.namespace, labels: this.labels(name, component) };
    }

    /** Options of a Kubernetes resource: the cluster's provider, and after the namespace and whatever else it needs. */
    protected kubernetesOptions(
        needs: readonly pulumi.Resource[] = [],
        opts?: pulumi.CustomResourceOptions,
    ): pulumi.CustomResourceOptions {
        return this.childOptions({
            provider: this.scope.platform.kubernetes,
            dependsOn: [...this.scope.dependsOn, ...needs],
            ...opts,
        });
    }

    protected get tagContext(): TagContext {
        const { stack, environment, extraTags } = this.scope.platform;
        return { stack, environment, extraTags, system: this.scope.system };
    }

    protected tags(name: string): Record<string, string> {
        return tagsFor(this.tagContext, name);
    }
}
