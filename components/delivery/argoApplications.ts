import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyException } from "../../policy/exceptions";
import { Component } from "../component";
import { PolicyExceptions } from "../policyExceptions";
import {
    applicationProblems,
    applicationsDirectoryOf,
    childApplication,
    namespacesOf,
    projectBodies,
    rootApplication,
    type ApplicationSpec,
    type KubernetesBody,
    type RepositorySpec,
} from "./applications";
import { RenderedManifests } from "./renderedManifests";
import { argoCdController, argoCdNamespace } from "./names";

/** How Argo CD is let into a repository that is not public. */
export type RepositoryCredentials =
    | { readonly sshPrivateKey: pulumi.Input<string> }
    | { readonly username: string; readonly password: pulumi.Input<string> };

export interface ArgoApplicationsArgs extends RepositorySpec {
    /** Provider of the cluster. */
    readonly provider: k8s.Provider;
    /** Credentials of the repository, for reading alone. Default: it is public. Changed in place. */
    readonly credentials?: RepositoryCredentials;
    /** The parts that are deployed from git. Taking one away deletes what it deployed, once its file has gone from git. */
    readonly applications: readonly ApplicationSpec[];
    /** What must exist before: Argo CD, and the namespaces with everything in them that is not in git. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Hands parts of systems over to Argo CD, as an app of apps: one root Application reads the directory `applications` below `path`. A
 * deployment writes its files beside the systems' manifests; they belong in git. The root brings the Applications into being wave by
 * wave, and each of them keeps its part as it is in git: changes in git are applied, changes in the cluster are taken back, and what has
 * gone from git is deleted.
 *
 * There is one in a cluster. Argo CD gets rights in the namespaces of the Applications and in no other. Costs nothing beyond the add-on's pods.
 *
 * @example
 * new ArgoApplications("delivery", {
 *     provider, repositoryUrl: "https://github.com/your-org/deployments", revision: "main", path: "dev",
 *     applications: [{ name: "backend", path: "dev/medical-practice/backend", namespace: "backend", wave: 0 }],
 *     dependsOn: addons.ready,
 * });
 */
export class ArgoApplications extends Component {
    private readonly args: ArgoApplicationsArgs;

    constructor(name: string, args: ArgoApplicationsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:delivery:ArgoApplications", name, opts);
        const problems = applicationProblems(args, args.applications);
        if (problems.length > 0) {
            throw new Error(`${name}: ${problems.join("; ")}.`);
        }
        this.args = args;

        const rights = this.createRights();
        const cluster = this.createCluster();
        const repository = this.createRepository();
        const projects = projectBodies(args, args.applications).map((body) => this.createObject(body, []));
        this.createObject(rootApplication(args), [...rights, cluster, ...repository, ...projects]);

        new PolicyExceptions(this.childName("exceptions"), this.exceptions(), this.childOptions());

        this.renderApplications();
        this.registerOutputs({ applications: args.applications.map(({ name: application }) => application) });
    }

    private exceptions(): PolicyException[] {
        return [
            {
                rule: "rbac-no-wildcards",
                subject: this.childName("*-role"),
                reason: "Argo CD applies whatever kinds a system consists of; the right ends at the system's namespace",
                until: "2027-11-30",
            },
        ];
    }

    /** The Applications are files beside the systems' manifests: they belong in git, where the root finds them. */
    private renderApplications(): void {
        const { provider } = new RenderedManifests(
            this.childName("applications"),
            { directory: applicationsDirectoryOf(this.args) },
            this.childOptions(),
        );
        for (const application of this.args.applications) {
            this.createObject(childApplication(this.args, application), [], provider);
        }
    }

    /** Everything in the systems' namespaces, and nothing outside of them. Kinds differ from system to system, so none is left out. */
    private createRights(): pulumi.Resource[] {
        return namespacesOf(this.args.applications).flatMap((namespace) => {
            const metadata = { name: "argocd-deploys", namespace, labels: managed };
            const role = new k8s.rbac.v1.Role(
                this.childName(`${namespace}-role`),
                { metadata, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] },
                this.kubernetesOptions(),
            );
            const binding = new k8s.rbac.v1.RoleBinding(
                this.childName(`${namespace}-binding`),
                {
                    metadata,
                    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
                    subjects: [{ kind: "ServiceAccount", name: argoCdController, namespace: argoCdNamespace }],
                },
                this.kubernetesOptions([role]),
            );
            return [role, binding];
        });
    }

    /** Its own cluster, narrowed to namespaces: otherwise it would try to watch all of it, which it may not. */
    private createCluster(): k8s.core.v1.Secret {
        return this.createSecret("cluster", "in-cluster", "cluster", {
            name: "in-cluster",
            server: "https://kubernetes.default.svc",
            namespaces: [argoCdNamespace, ...namespacesOf(this.args.applications)].join(","),
            clusterResources: "false",
            config: JSON.stringify({ tlsClientConfig: { insecure: false } }),
        });
    }

    private createRepository(): k8s.core.v1.Secret[] {
        const { credentials, repositoryUrl } = this.args;
        if (credentials === undefined) {
            return [];
        }
        const secrets: Record<string, pulumi.Input<string>> = "sshPrivateKey" in credentials
            ? { sshPrivateKey: pulumi.secret(credentials.sshPrivateKey) }
            : { username: credentials.username, password: pulumi.secret(credentials.password) };
        return [
            this.createSecret("repository", "deployments", "repository", {
                type: "git",
                url: repositoryUrl,
                ...secrets,
            }),
        ];
    }

    /** Argo CD reads its settings from Secrets that carry a label. */
    private createSecret(
        suffix: string,
        name: string,
        type: "cluster" | "repository",
        stringData: Record<string, pulumi.Input<string>>,
    ): k8s.core.v1.Secret {
        return new k8s.core.v1.Secret(
            this.childName(suffix),
            {
                metadata: {
                    name,
                    namespace: argoCdNamespace,
                    labels: { ...managed, "argocd.argoproj.io/secret-type": type },
                },
                stringData,
            },
            this.kubernetesOptions(),
        );
    }

    private createObject(
        body: KubernetesBody,
        needs: readonly pulumi.Resource[],
        provider = this.args.provider,
    ): k8s.apiextensions.CustomResource {
        const { apiVersion, kind, spec } = body;
        const { finalizers, ...metadata } = body.metadata;
        return new k8s.apiextensions.CustomResource(
            this.childName(`${metadata.name}-${kind.toLowerCase()}`),
            {
                apiVersion,
                kind,
                metadata: {
                    ...metadata,
                    ...(finalizers !== undefined && { finalizers: [...finalizers] }),
                    labels: managed,
                    // Argo CD may have made the project "default" before.
                    annotations: { ...metadata.annotations, "pulumi.com/patchForce": "true" },
                },
                spec,
            },
            this.kubernetesOptions(needs, provider),
        );
    }

    private kubernetesOptions(
        needs: readonly pulumi.Resource[] = [],
        provider = this.args.provider,
    ): pulumi.CustomResourceOptions {
        return this.childOptions({ provider, dependsOn: [...this.args.dependsOn, ...needs] });
    }
}

const managed = { "app.kubernetes.io/managed-by": "pulumi" } as const;
