import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { simulate } from "../../simulation/program";
import type { PlannedResource } from "../../simulation/record";
import { ResourceGraph, simulateStack } from "../harness";
import { assertOnSharedGateway } from "./sharedGateway";
import {
    amounts,
    assertHardened,
    egressPorts,
    probePaths,
    secretKeysOf,
    SystemView,
    type PolicySpec,
    type ServiceSpec,
} from "./systemView";

/** Everything that systems.md asks of system 4, in every environment it runs in. docs/systems.md points at the same places. */

const backend = "flask-app";
const frontend = "nginx-front";

/** Keys of the four secrets by their names in Kubernetes. */
const secretKeys: Readonly<Record<string, readonly string[]>> = {
    "flask-app-admin-credentials": ["ADMIN_PASSWORD"],
    "flask-app-db-credentials": ["password"],
    "flask-app-jwt-keys": ["JWT_PRIVATE_KEY", "JWT_PUBLIC_KEY", "JWT_PUBLIC_KEY_PREVIOUS"],
    "flask-app-secret": ["API_TEST_KEY", "DATABASE_ENCRYPTION_KEY", "SECRET_KEY"],
};

for (const stack of ["dev", "staging", "prod", "local"]) {
    const onAws = stack !== "local";
    const inCluster = stack === "dev" || stack === "local";

    describe(`medical-practice in ${stack}`, () => {
        let graph: ResourceGraph;
        let view: SystemView;
        before(async () => {
            graph = await simulateStack(stack);
            view = new SystemView(graph, "medical-practice", "backend");
        });

        it("has a backend on port 5000 in the namespace backend, probed as its document says", () => {
            const container = view.container(backend);
            assert.equal(container.ports[0]?.containerPort, 5000);
            assert.deepEqual(
                [container.livenessProbe, container.readinessProbe].map(
                    ({ httpGet, initialDelaySeconds, periodSeconds }) => [
                        httpGet.path,
                        initialDelaySeconds,
                        periodSeconds,
                    ],
                ),
                [
                    ["/health", 30, 10],
                    ["/ready", 5, 5],
                ],
            );
        });

        it("has an nginx on port 80 in the namespace frontend, configured by a ConfigMap, which passes /api on", () => {
            const container = view.container(frontend, "frontend");
            assert.equal(container.ports[0]?.containerPort, 80);
            assert.deepEqual(probePaths(container), Array(3).fill("/healthz"));
            const mount = container.volumeMounts.find(({ mountPath }) => mountPath.endsWith("default.conf"));
            assert.equal(mount?.mountPath, "/etc/nginx/conf.d/default.conf");
            const volume = view.pod(frontend, "frontend").volumes.find(({ name }) => name === mount.name);
            const { name } = (volume as { configMap: { name: string } }).configMap;
            const { data } = graph.object("ConfigMap", name, "frontend").inputs as { data: Record<string, string> };
            const configuration = Object.values(data).join();
            assert.match(configuration, /location \/api\/ \{\s+proxy_pass http:\/\/flask-app\.backend;/);
            assert.match(configuration, /try_files \$uri \/index\.html;/);
            assert.equal(view.spec<ServiceSpec>("Service", backend).ports[0]?.port, 80);
        });

        it("scales both from 1 to 5 pods at 70 % of the CPU, and loses one at a time", () => {
            for (const [service, namespace] of [
                [backend, "backend"],
                [frontend, "frontend"],
            ] as const) {
                const { minReplicas, maxReplicas, metrics } = view.spec<{
                    minReplicas: number;
                    maxReplicas: number;
                    metrics: unknown[];
                }>("HorizontalPodAutoscaler", service, namespace);
                assert.deepEqual([minReplicas, maxReplicas], [1, 5]);
                const target = { type: "Utilization", averageUtilization: 70 };
                assert.deepEqual(metrics, [{ type: "Resource", resource: { name: "cpu", target } }]);
                // With one pod, minAvailable 1 would let no node be upgraded. This keeps the same promise from two pods on.
                assert.equal(
                    view.spec<{ maxUnavailable: number }>("PodDisruptionBudget", service, namespace).maxUnavailable,
                    1,
                );
            }
        });

        it("requests 100m and 256Mi, may use 500m and 512Mi, and runs hardened", () => {
            assert.equal(amounts(view.container(backend)), "100m/256Mi 500m/512Mi");
            assertHardened(view.pod(backend), 1000);
            assertHardened(view.pod(frontend, "frontend"), 101);
        });

        it("has MySQL with its database and its user", () => {
            const settings = view.settings(backend);
            assert.deepEqual(
                [settings.DATABASE_NAME, settings.DATABASE_USER, settings.DATABASE_PORT],
                [`flask_${stack}`, "flask_user", "3306"],
            );
            if (inCluster) {
                const { template, volumeClaimTemplates } = view.spec<{
                    template: { spec: { containers: { image: string }[] } };
                    volumeClaimTemplates: {
                        spec: { storageClassName?: string; resources: { requests: { storage: string } } };
                    }[];
                }>("StatefulSet", "flask-app-db");
                assert.match(template.spec.containers[0]?.image ?? "", /mysql:8\.4\.\d+/);
                assert.deepEqual(
                    volumeClaimTemplates.map(({ spec }) => spec.resources.requests.storage),
                    ["5Gi"],
                );
                if (onAws) {
                    const { parameters } = graph.object("StorageClass", "gp3").inputs as {
                        parameters: { type: string };
                    };
                    assert.equal(parameters.type, "gp3");
                }
                return;
            }
            const { inputs } = graph.one("aws:rds/instance:Instance", "medical-practice-flask-app-db-server-instance");
            assert.deepEqual(
                [inputs.engine, inputs.engineVersion, inputs.dbName, inputs.username, inputs.storageType],
                ["mysql", "8.4", `flask_${stack}`, "flask_user", "gp3"],
            );
        });

        it("has four secrets with the keys of its document, the key pair as files", () => {
            for (const [name, keys] of Object.entries(secretKeys)) {
                assert.deepEqual(
                    secretKeysOf(view, name).filter((key) => key !== "username"),
                    keys,
                    name,
                );
            }
            const mounted = view.container(backend).volumeMounts.find(({ mountPath }) => mountPath === "/keys");
            const volume = view.pod(backend).volumes.find(({ name }) => name === mounted?.name);
            assert.equal((volume as { secret: { secretName: string } }).secret.secretName, "flask-app-jwt-keys");
            assert.ok(!Object.values(view.secretVariables(backend)).some((each) => each.startsWith("flask-app-jwt")));
        });

        it("may read exactly these four", () => {
            const { rules } = graph.object("Role", backend, "backend").inputs as {
                rules: { resources: string[]; resourceNames: string[]; verbs: string[] }[];
            };
            assert.deepEqual(
                rules.filter(({ resources }) => resources.includes("secrets")),
                [
                    {
                        apiGroups: [""],
                        resources: ["secrets"],
                        resourceNames: Object.keys(secretKeys),
                        verbs: ["get"],
                    },
                ],
            );
        });

        it("lets the backend reach MySQL and DNS only, and the frontend the backend", () => {
            assert.deepEqual(egressPorts(view.spec<PolicySpec>("NetworkPolicy", backend)), ["TCP/3306"]);
            assert.deepEqual(egressPorts(view.spec<PolicySpec>("NetworkPolicy", frontend, "frontend")), ["TCP/5000"]);
            for (const namespace of ["backend", "frontend"]) {
                const dns = view.spec<PolicySpec>("NetworkPolicy", "allow-dns", namespace);
                assert.deepEqual(egressPorts(dns), ["UDP/53", "TCP/53"]);
                assert.deepEqual(view.names("NetworkPolicy", namespace).includes("default-deny"), true);
            }
            const { ingress } = view.spec<PolicySpec>("NetworkPolicy", backend);
            assert.match(JSON.stringify(ingress[0]?.from[0]), /"frontend".*"nginx-front"/);
        });

        if (onAws) {
            onAmazon(() => view, stack);
        }
        if (stack === "staging" || stack === "prod") {
            delivered(() => view, stack);
        }
    });
}

function onAmazon(view: () => SystemView, stack: string): void {
    it("takes its secrets from the paths of its document, by a role that reads these alone", () => {
        const managed = stack !== "dev";
        const paths = view()
            .ofType("aws:secretsmanager/secret:Secret")
            .map(({ inputs }) => String(inputs.name));
        // Where RDS owns the password it also names the secret.
        const wanted = [...(managed ? [] : ["database"]), "flask-app", "admin", "jwt-keys"];
        assert.deepEqual(paths.sort(), wanted.map((name) => `${stack}/backend/${name}`).sort());
        const readers = view()
            .ofType("aws:iam/rolePolicy:RolePolicy")
            .filter(({ name }) => name.endsWith("-reader"));
        assert.equal(readers.length, 4);
        for (const { inputs } of readers) {
            const statements = (JSON.parse(String(inputs.policy)) as { Statement: { Resource: unknown }[] }).Statement;
            assert.ok(!JSON.stringify(statements.map(({ Resource }) => Resource)).includes("*"));
        }
    });

    it("generates a signing key of 256 bits, and an RSA pair by the function that also renews it", () => {
        const { inputs } = view().graph.one(
            "random:index/randomBytes:RandomBytes",
            "medical-practice-flask-app-secret-SECRET_KEY",
        );
        assert.equal(inputs.length, 32);
        const rotation = view()
            .ofType("aws:secretsmanager/secretRotation:SecretRotation")
            .find(({ name }) => name.includes("jwt-keys"));
        assert.equal(rotation?.inputs.rotateImmediately, true);
    });

    it("has repositories for its images, which keep the last 10 and untagged ones for 7 days", () => {
        for (const image of ["flask-app", "nginx-front"]) {
            const { inputs } = view().graph.one(
                "aws:ecr/repository:Repository",
                `medical-practice-images-${image}-repository`,
            );
            assert.equal(inputs.name, `medical-practice-${stack}/${image}`);
            assert.deepEqual(inputs.imageScanningConfiguration, { scanOnPush: true });
            const { policy } = view().graph.one(
                "aws:ecr/lifecyclePolicy:LifecyclePolicy",
                `medical-practice-images-${image}-lifecycle`,
            ).inputs;
            const { rules } = JSON.parse(String(policy)) as {
                rules: { selection: { tagStatus: string; countType: string; countNumber: number } }[];
            };
            assert.deepEqual(
                rules.map(({ selection }) => [selection.tagStatus, selection.countType, selection.countNumber]),
                [
                    ["untagged", "sinceImagePushed", 7],
                    ["tagged", "imageCountMoreThan", 10],
                ],
            );
        }
    });

    if (stack === "dev") {
        it("is reached through the load balancer that all hosts share, with TLS", () => {
            assertOnSharedGateway(view(), frontend, "frontend", "practice.dev.example.com");
        });

        it("goes before the controllers that clean its load balancer up", () => {
            const { graph } = view();
            for (const controller of ["addons-envoy-gateway", "addons-aws-load-balancer-controller"]) {
                const release = graph.one("kubernetes:helm.sh/v3:Release", controller);
                assert.ok(graph.waitsFor(graph.object("Gateway", frontend, "frontend"), release), controller);
            }
        });
        return;
    }

    it("is reached through an ALB with TLS", () => {
        const { metadata, spec } = view().graph.object("Ingress", frontend, "frontend").inputs as {
            metadata: { annotations: Record<string, string> };
            spec: { ingressClassName: string; rules: { host: string }[] };
        };
        assert.equal(spec.ingressClassName, "alb");
        assert.deepEqual(
            spec.rules.map(({ host }) => host),
            [stack === "prod" ? "practice.example.com" : `practice.${stack}.example.com`],
        );
        assert.match(metadata.annotations["alb.ingress.kubernetes.io/certificate-arn"] ?? "", /^arn:aws:acm:/);
        assert.equal(metadata.annotations["alb.ingress.kubernetes.io/ssl-redirect"], "443");
    });

    it("goes before the controller that cleans its load balancer up, which goes before the nodes", () => {
        const { graph } = view();
        const ingress = graph.object("Ingress", frontend, "frontend");
        const controller = graph.one("kubernetes:helm.sh/v3:Release", "addons-aws-load-balancer-controller");
        const nodes = graph.ofType("aws:eks/nodeGroup:NodeGroup");
        const waits = (resource: PlannedResource, other: PlannedResource): boolean => graph.waitsFor(resource, other);
        // What Argo CD delivers is made and cleaned up by it; its Applications go before the controller.
        const [first = ingress] = graph.all.filter(
            ({ type, name }) => type.endsWith(":Application") && name.includes("root"),
        );
        assert.ok(waits(first, controller));
        assert.ok(nodes.length > 0 && nodes.every((group) => waits(controller, group)));
    });
}

function delivered(view: () => SystemView, stack: string): void {
    it("is delivered by Argo CD: one Application of Applications, in waves -1, 0 and 1, kept as it is in git", () => {
        const { graph } = view();
        const application = (name: string): Application =>
            graph.object("Application", name, "argocd").inputs as unknown as Application;
        const waves = Object.fromEntries(
            ["operator", "backend", "frontend"].map((part) => {
                const { metadata } = application(`medical-practice-${part}`);
                return [part, metadata.annotations["argocd.argoproj.io/sync-wave"]];
            }),
        );
        assert.deepEqual(waves, { operator: "-1", backend: "0", frontend: "1" });
        for (const name of [
            "root",
            "medical-practice-operator",
            "medical-practice-backend",
            "medical-practice-frontend",
        ]) {
            const { source, syncPolicy } = application(name).spec;
            assert.equal(source.repoURL, "https://github.com/your-org/deployments");
            assert.deepEqual([syncPolicy.automated.prune, syncPolicy.automated.selfHeal], [true, true]);
        }
        assert.equal(
            application("medical-practice-backend").spec.source.path,
            `deploy/${stack}/medical-practice/backend`,
        );
    });

    it("is delivered into what is there already, and leaves before that goes", () => {
        const { graph } = view();
        const root = graph.object("Application", "root", "argocd");
        const rights = graph.all.filter(({ name }) => /^delivery-.*-(role|binding)$/.test(name));
        const foundations = ["medical-practice-space-namespace", "medical-practice-space-frontend-namespace"].map(
            (name) => graph.one("kubernetes:core/v1:Namespace", name),
        );
        assert.equal(rights.length, 4);
        for (const resource of [root, ...rights]) {
            assert.ok(
                foundations.every((namespace) => graph.waitsFor(resource, namespace)),
                resource.name,
            );
        }
        // A service that starts without its database's password fails, and Argo CD tries a revision that failed no second time.
        const password = "medical-practice-flask-app-db-server-credentials-external";
        assert.ok(graph.waitsFor(root, graph.one("kubernetes:external-secrets.io/v1:ExternalSecret", password)));
    });
}

interface Application {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: {
        readonly source: { readonly repoURL: string; readonly path: string };
        readonly syncPolicy: { readonly automated: { readonly prune: boolean; readonly selfHeal: boolean } };
    };
}

describe("medical-practice with images in its own repositories", () => {
    const deploymentsWith = async (images: string): Promise<Map<string, string>> => {
        const text = readFileSync("Pulumi.dev.yaml", "utf8").replace(
            "    medical-practice:\n",
            `    medical-practice:\n      images: ${images}\n`,
        );
        const graph = new ResourceGraph(await simulate({ root: process.cwd(), stack: "dev", stackFile: text }));
        const view = (namespace: string): SystemView => new SystemView(graph, "medical-practice", namespace);
        const urls = graph.ofType("aws:ecr/repository:Repository").map(({ name }) => name);
        assert.equal(urls.length, 2);
        return new Map([
            [backend, view("backend").container(backend).image],
            [frontend, view("frontend").container(frontend).image],
        ]);
    };

    it("pulls each from the repository that is called as the image, in the version of the stack's file", async () => {
        assert.deepEqual(
            [...(await deploymentsWith("ecr")).values()],
            [backend, frontend].map(
                (image) => `123456789012.dkr.ecr.us-east-1.amazonaws.com/medical-practice-dev/${image}:v1.0.0`,
            ),
        );
    });

    it("pulls them from where the declaration says until then", async () => {
        assert.deepEqual(
            [...(await deploymentsWith("declared")).values()],
            [backend, frontend].map((image) => `ghcr.io/your-org/${image}:v1.0.0`),
        );
    });
});
