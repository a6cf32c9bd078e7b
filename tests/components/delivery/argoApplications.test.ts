import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
    applicationProblems,
    childApplication,
    projectBodies,
    rootApplication,
    type ApplicationSpec,
    type RepositorySpec,
} from "../../../components/delivery/applications";
import { ArgoApplications, type ArgoApplicationsArgs } from "../../../components/delivery/argoApplications";
import { maskedSecret } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";

const repository: RepositorySpec = {
    repositoryUrl: "https://github.com/your-org/deployments",
    revision: "main",
    path: "dev",
};
const applications: readonly ApplicationSpec[] = [
    { name: "practice-operator", path: "dev/practice/operator", namespace: "backend", wave: -1 },
    { name: "practice-backend", path: "dev/practice/backend", namespace: "backend", wave: 0 },
    { name: "practice-frontend", path: "dev/practice/frontend", namespace: "frontend", wave: 1 },
];

function deployApplications(change: Partial<ArgoApplicationsArgs> = {}, preview = false): Promise<ResourceGraph> {
    return deploy(
        () => {
            const provider = new k8s.Provider("kubernetes", {});
            const argoCd = new k8s.core.v1.Namespace("argocd", {}, { provider });
            new ArgoApplications("delivery", {
                ...repository,
                provider,
                applications,
                dependsOn: [argoCd],
                ...change,
            });
        },
        { preview },
    );
}

interface Policy {
    readonly syncPolicy: {
        readonly automated: Record<string, boolean>;
        readonly retry: { readonly limit: number };
        readonly syncOptions: string[];
    };
    readonly source: Record<string, unknown>;
    readonly destination: Record<string, string>;
    readonly project: string;
}

describe("Applications of Argo CD", () => {
    const all = [rootApplication(repository), ...applications.map((each) => childApplication(repository, each))];

    for (const { metadata, spec } of all) {
        const { syncPolicy, source, destination } = spec as unknown as Policy;
        it(`keep ${metadata.name} as it is in git, and try again when that fails`, () => {
            assert.deepEqual(syncPolicy.automated, { prune: true, selfHeal: true, allowEmpty: false });
            assert.equal(syncPolicy.retry.limit, 5);
            assert.ok(syncPolicy.syncOptions.includes("CreateNamespace=false"));
            assert.equal(source.repoURL, repository.repositoryUrl);
            assert.equal(source.targetRevision, "main");
            assert.equal(destination.server, "https://kubernetes.default.svc");
            assert.deepEqual(metadata.finalizers, ["resources-finalizer.argocd.argoproj.io"]);
        });
    }

    it("come operator first, then backend, then frontend", () => {
        assert.deepEqual(
            applications.map((each) => childApplication(repository, each).metadata.annotations),
            ["-1", "0", "1"].map((wave) => ({ "argocd.argoproj.io/sync-wave": wave })),
        );
    });

    it("are files in the directory that the root reads, so that nothing has two owners", async () => {
        const graph = await deployApplications();
        const root = rootApplication(repository).spec as unknown as Policy;
        const files = graph.one("pulumi:providers:kubernetes", "delivery-applications-files");
        assert.equal(files.inputs.renderYamlToDirectory, root.source.path);
        const made = graph.all.filter(({ inputs }) => inputs.kind === "Application");
        const written = made.filter(({ provider }) => provider.startsWith(files.urn));
        assert.deepEqual(
            written.map(({ inputs }) => (inputs.metadata as { name: string }).name).sort(),
            applications.map(({ name }) => name).sort(),
        );
        assert.deepEqual(
            made.filter((each) => !written.includes(each)).map(({ name }) => name),
            ["delivery-root-application"],
        );
    });
});

describe("projects of Argo CD", () => {
    const specOf = (name: string): Record<string, unknown> =>
        projectBodies(repository, applications).find(({ metadata }) => metadata.name === name)?.spec ?? {};

    it("let systems come from one repository into their own namespaces", () => {
        const systems = specOf("systems");
        assert.deepEqual(systems.sourceRepos, [repository.repositoryUrl]);
        assert.deepEqual(
            (systems.destinations as { namespace: string }[]).map(({ namespace }) => namespace),
            ["backend", "frontend"],
        );
        assert.deepEqual(systems.clusterResourceWhitelist, []);
    });

    it("let the root make Applications and nothing else", () => {
        const root = specOf("root");
        assert.deepEqual(root.namespaceResourceWhitelist, [{ group: "argoproj.io", kind: "Application" }]);
        assert.deepEqual(
            (root.destinations as { namespace: string }[]).map(({ namespace }) => namespace),
            ["argocd"],
        );
    });

    it("leave nothing to the one that Argo CD makes by itself", () => {
        assert.deepEqual([specOf("default").sourceRepos, specOf("default").destinations], [[], []]);
    });

    it("are those that the Applications name", () => {
        assert.equal(rootApplication(repository).spec.project, "root");
        for (const each of applications) {
            assert.equal(childApplication(repository, each).spec.project, "systems");
        }
    });
});

describe("handing systems over to Argo CD", () => {
    it("binds its rights in the systems' namespaces and nowhere else", async () => {
        const graph = await deployApplications();
        const bindings = graph.ofType("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding");
        assert.deepEqual(bindings.map(({ inputs }) => (inputs.metadata as { namespace: string }).namespace).sort(), [
            "backend",
            "frontend",
        ]);
        for (const { inputs } of bindings) {
            assert.deepEqual(inputs.subjects, [
                { kind: "ServiceAccount", name: "argocd-application-controller", namespace: "argocd" },
            ]);
        }
        assert.ok(!graph.all.some(({ type }) => type.includes("ClusterRole")));
    });

    it("tells it to look at these namespaces and its own", async () => {
        const { inputs } = (await deployApplications()).object("Secret", "in-cluster");
        const data = inputs.stringData as Record<string, string>;
        assert.equal(Object.keys(data).sort().join(), "clusterResources,config,name,namespaces,server");
        assert.deepEqual(
            (inputs.metadata as { labels: Record<string, string> }).labels["argocd.argoproj.io/secret-type"],
            "cluster",
        );
    });

    it("starts when rights, projects and the repository are there, and after Argo CD", async () => {
        const graph = await deployApplications({ credentials: { sshPrivateKey: pulumi.secret("key") } });
        const root = graph.object("Application", "root");
        for (const earlier of [
            graph.object("AppProject", "root"),
            graph.object("AppProject", "systems"),
            graph.object("AppProject", "default"),
            graph.object("Secret", "deployments"),
            graph.object("RoleBinding", "argocd-deploys", "backend"),
            graph.one("kubernetes:core/v1:Namespace", "argocd"),
        ]) {
            assert.ok(graph.waitsFor(root, earlier), earlier.name);
        }
    });

    for (const [what, credentials] of [
        ["an SSH key", { sshPrivateKey: "hidden" }],
        ["a token", { username: "reader", password: "hidden" }],
    ] as const) {
        it(`hides ${what} even when it was not passed as a secret`, async () => {
            const { inputs } = (await deployApplications({ credentials })).object("Secret", "deployments");
            assert.ok(!JSON.stringify(inputs).includes("hidden"));
            assert.ok(JSON.stringify(inputs).includes(maskedSecret));
        });
    }

    it("needs no credentials for a public repository", async () => {
        const secrets = (await deployApplications()).ofType("kubernetes:core/v1:Secret");
        assert.deepEqual(
            secrets.map(({ name }) => name),
            ["delivery-cluster"],
        );
    });

    it("can be previewed before anything exists", async () => {
        const [real, preview] = [await deployApplications(), await deployApplications({}, true)];
        assert.deepEqual(preview.all.map(({ urn }) => urn).sort(), real.all.map(({ urn }) => urn).sort());
    });

    const [first] = applications as readonly [ApplicationSpec];
    for (const [what, change, message] of [
        ["no repository", { repositoryUrl: "" }, /repositoryUrl "": required: the Git repository/],
        ["another protocol", { repositoryUrl: "http://example.com/x" }, /repositoryUrl "http:.*required/],
        ["credentials in the address", { repositoryUrl: "https://u:p@example.com/x" }, /"https:\/\/…@example.com\/x"/],
        ["no revision", { revision: "" }, /revision "": required/],
        ["a path out of the repository", { path: "../x" }, /path "\.\.\/x": must be a directory inside/],
        ["nothing to deploy", { applications: [] }, /applications "\[\]": must name at least one/],
        ["one name twice", { applications: [first, first] }, /belongs to two Applications/],
        ["the root's name", { applications: [{ ...first, name: "root" }] }, /and not "root"/],
        ["Argo CD's namespace", { applications: [{ ...first, namespace: "argocd" }] }, /belongs to Argo CD itself/],
        ["half a wave", { applications: [{ ...first, wave: 0.5 }] }, /must be a whole number/],
    ] as const) {
        it(`refuses ${what}`, async () => {
            await assert.rejects(deployApplications(change), message);
        });
    }

    for (const repositoryUrl of [
        "https://github.com/your-org/deployments",
        "ssh://git@github.com/your-org/deployments",
        "git@github.com:your-org/deployments.git",
    ]) {
        it(`takes ${repositoryUrl}`, () => {
            assert.deepEqual(applicationProblems({ ...repository, repositoryUrl }, applications), []);
        });
    }
});
