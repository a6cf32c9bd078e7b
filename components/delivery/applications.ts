import { argoCdNamespace } from "./names";

/** One part of a system that Argo CD keeps as it is in git. */
export interface ApplicationSpec {
    /** Name of the Application: a DNS label of at most 53 characters. */
    readonly name: string;
    /** Directory of its manifests, from the root of the repository. */
    readonly path: string;
    /** Namespace that they belong to. It is there already: Argo CD makes none. */
    readonly namespace: string;
    /** Lower waves are healthy before higher ones start: operators −1, backends 0, frontends 1. */
    readonly wave: number;
}

/** Where the manifests are. */
export interface RepositorySpec {
    /** `https://…`, `ssh://…` or `git@host:owner/name.git`. */
    readonly repositoryUrl: string;
    /** Branch, tag or commit that is deployed. */
    readonly revision: string;
    /** Directory in the repository, from its root, that the files of this stack are in. */
    readonly path: string;
}

export interface KubernetesBody {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly annotations?: Readonly<Record<string, string>>;
        readonly finalizers?: readonly string[];
    };
    readonly spec: Readonly<Record<string, unknown>>;
}

/** The project that may only make Applications, and the one that may only make what systems consist of. */
export const projects = { root: "root", systems: "systems", unused: "default" } as const;

/** Argo CD's own cluster. */
const cluster = "https://kubernetes.default.svc";

/** Directory of the Applications beside the systems' manifests. */
export function applicationsDirectoryOf({ path }: Pick<RepositorySpec, "path">): string {
    return `${path}/applications`;
}

/** Everything wrong with a set of Applications, in sentences. */
export function applicationProblems(repository: RepositorySpec, applications: readonly ApplicationSpec[]): string[] {
    const { repositoryUrl, revision, path } = repository;
    const names = applications.map((each) => each.name);
    return [
        ...problemWhen(
            !/^(https:\/\/|ssh:\/\/|git@)[^\s]+$/.test(repositoryUrl),
            "repositoryUrl",
            repositoryUrl,
            "required: the Git repository that Argo CD reads, such as https://github.com/your-org/deployments or git@github.com:your-org/deployments.git",
        ),
        ...problemWhen(
            /^https:\/\/[^/]*@/.test(repositoryUrl),
            "repositoryUrl",
            repositoryUrl.replace(/\/\/[^/]*@/, "//…@"),
            "must hold no credentials; pass them as `credentials`",
        ),
        ...problemWhen(revision === "", "revision", revision, "required: a branch, tag or commit, such as main"),
        ...problemWhen(!isRelative(path), "path", path, "must be a directory inside the repository, such as dev"),
        ...problemWhen(applications.length === 0, "applications", "[]", "must name at least one Application"),
        ...applications.flatMap(({ name, path: source, namespace, wave }) => [
            ...problemWhen(
                !/^[a-z]([a-z0-9-]{0,51}[a-z0-9])?$/.test(name) || name === projects.root,
                `applications.${name}.name`,
                name,
                `must be a DNS label of at most 53 characters, and not "${projects.root}"`,
            ),
            ...problemWhen(
                names.filter((each) => each === name).length > 1,
                `applications.${name}.name`,
                name,
                "belongs to two Applications; each needs its own",
            ),
            ...problemWhen(
                !isRelative(source),
                `applications.${name}.path`,
                source,
                "must be a directory inside the repository",
            ),
            ...problemWhen(
                namespace === argoCdNamespace,
                `applications.${name}.namespace`,
                namespace,
                "belongs to Argo CD itself; systems live in namespaces of their own",
            ),
            ...problemWhen(!Number.isInteger(wave), `applications.${name}.wave`, wave, "must be a whole number"),
        ]),
    ];
}

function problemWhen(wrong: boolean, property: string, value: unknown, allowed: string): string[] {
    return wrong ? [`${property} ${JSON.stringify(value)}: ${allowed}`] : [];
}

function isRelative(path: string): boolean {
    return path !== "" && !path.startsWith("/") && !path.split("/").includes("..");
}

/** The namespaces that Applications deploy into, each once. */
export function namespacesOf(applications: readonly ApplicationSpec[]): string[] {
    return [...new Set(applications.map((each) => each.namespace))].sort();
}

/**
 * The projects. Git can hold any manifest, so a project says what one may do: from one repository alone, into the systems' namespaces
 * alone, and nothing that belongs to no namespace.
 */
export function projectBodies(repository: RepositorySpec, applications: readonly ApplicationSpec[]): KubernetesBody[] {
    const destinations = (namespaces: readonly string[]): object[] =>
        namespaces.map((namespace) => ({ server: cluster, namespace }));
    const common = { sourceRepos: [repository.repositoryUrl], clusterResourceWhitelist: [] };
    return [
        projectBody(projects.root, {
            ...common,
            description: "Applications, and nothing else",
            destinations: destinations([argoCdNamespace]),
            namespaceResourceWhitelist: [{ group: "argoproj.io", kind: "Application" }],
        }),
        projectBody(projects.systems, {
            ...common,
            description: "What the systems consist of, in their namespaces",
            destinations: destinations(namespacesOf(applications)),
            // What bounds a namespace is the platform's to decide.
            namespaceResourceBlacklist: [
                { group: "", kind: "ResourceQuota" },
                { group: "", kind: "LimitRange" },
            ],
        }),
        // Argo CD makes this one itself and lets it do everything.
        projectBody(projects.unused, {
            description: "Locked: Applications belong to a project of their own",
            sourceRepos: [],
            destinations: [],
            clusterResourceWhitelist: [],
        }),
    ];
}

function projectBody(name: string, spec: Record<string, unknown>): KubernetesBody {
    return {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "AppProject",
        metadata: { name, namespace: argoCdNamespace },
        spec,
    };
}

/** The Application that deploys the Applications. */
export function rootApplication(repository: RepositorySpec): KubernetesBody {
    return applicationBody(repository, {
        name: projects.root,
        project: projects.root,
        path: applicationsDirectoryOf(repository),
        namespace: argoCdNamespace,
    });
}

/** The Application of one part. */
export function childApplication(repository: RepositorySpec, application: ApplicationSpec): KubernetesBody {
    return applicationBody(repository, { ...application, project: projects.systems });
}

function applicationBody(
    { repositoryUrl, revision }: RepositorySpec,
    application: Omit<ApplicationSpec, "wave"> & { readonly project: string; readonly wave?: number },
): KubernetesBody {
    const { name, project, path, namespace, wave } = application;
    return {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: {
            name,
            namespace: argoCdNamespace,
            ...(wave !== undefined && { annotations: { "argocd.argoproj.io/sync-wave": String(wave) } }),
            // What it deployed goes before it does, so nothing is left that a load balancer or a volume hangs on.
            finalizers: ["resources-finalizer.argocd.argoproj.io"],
        },
        spec: {
            project,
            source: { repoURL: repositoryUrl, targetRevision: revision, path, directory: { recurse: true } },
            destination: { server: cluster, namespace },
            syncPolicy: {
                // An empty directory is a mistake: it would delete everything.
                automated: { prune: true, selfHeal: true, allowEmpty: false },
                retry: { limit: 5, backoff: { duration: "10s", factor: 2, maxDuration: "5m" } },
                syncOptions: ["CreateNamespace=false", "ServerSideApply=true", "PruneLast=true"],
            },
            revisionHistoryLimit: 5,
        },
    };
}
