import assert from "node:assert/strict";
import type { AddonName } from "../../../config/schema";
import { allAddons, cache, database, deployService, manifest, type Manifests, type PlatformOptions } from "./fixture";

const edge = { kind: "alb", host: "api.example.com" } as const;
const without = (addon: AddonName): readonly AddonName[] => allAddons.filter((each) => each !== addon);

describe("number of pods of an API service", () => {
    it("belongs to the autoscaler where there is one", async () => {
        const graph = await deployService({ replicas: { min: 3, max: 10 } });
        assert.ok(!("replicas" in manifest(graph, "Deployment").spec));
        const { spec } = manifest(graph, "HorizontalPodAutoscaler");
        assert.deepEqual(spec.scaleTargetRef, { apiVersion: "apps/v1", kind: "Deployment", name: "api" });
        assert.equal(spec.minReplicas, 3);
        assert.equal(spec.maxReplicas, 10);
        assert.deepEqual(spec.metrics, [
            { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
        ]);
    });

    it("moves up fast and down slowly by default", async () => {
        const graph = await deployService({ replicas: { min: 3, max: 10 } });
        assert.deepEqual(manifest(graph, "HorizontalPodAutoscaler").spec.behavior, {
            scaleUp: {
                stabilizationWindowSeconds: 0,
                selectPolicy: "Max",
                policies: [
                    { type: "Percent", value: 100, periodSeconds: 15 },
                    { type: "Pods", value: 4, periodSeconds: 15 },
                ],
            },
            scaleDown: {
                stabilizationWindowSeconds: 300,
                selectPolicy: "Max",
                policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
            },
        });
    });

    it("moves exactly as the service says where it says so", async () => {
        const graph = await deployService({
            replicas: {
                min: 3,
                max: 10,
                cpuPercent: 60,
                memoryPercent: 80,
                // 100 % per 30 s, at most 4 pods.
                scaleUp: {
                    select: "Min",
                    policies: [
                        { type: "Percent", value: 100, periodSeconds: 30 },
                        { type: "Pods", value: 4, periodSeconds: 30 },
                    ],
                },
                scaleDown: { stabilizationWindowSeconds: 120, select: "Disabled", policies: [] },
            },
        });
        const { metrics, behavior } = manifest(graph, "HorizontalPodAutoscaler").spec;
        assert.deepEqual(
            metrics.map(({ resource }) => [resource.name, resource.target.averageUtilization]),
            [
                ["cpu", 60],
                ["memory", 80],
            ],
        );
        assert.deepEqual(behavior, {
            scaleUp: {
                stabilizationWindowSeconds: 0,
                selectPolicy: "Min",
                policies: [
                    { type: "Percent", value: 100, periodSeconds: 30 },
                    { type: "Pods", value: 4, periodSeconds: 30 },
                ],
            },
            scaleDown: { stabilizationWindowSeconds: 120, selectPolicy: "Disabled", policies: [] },
        });
    });

    it("is fixed where the service says so", async () => {
        const graph = await deployService({ replicas: 4 });
        assert.equal(manifest(graph, "Deployment").spec.replicas, 4);
        assert.equal(graph.ofType("kubernetes:autoscaling/v2:HorizontalPodAutoscaler").length, 0);
    });

    for (const replicas of [1, 2, { min: 1, max: 5 }, { min: 3, max: 10 }]) {
        it(`always leaves one of ${JSON.stringify(replicas)} evictable`, async () => {
            assert.deepEqual(manifest(await deployService({ replicas }), "PodDisruptionBudget").spec, {
                maxUnavailable: 1,
                unhealthyPodEvictionPolicy: "AlwaysAllow",
                selector: {
                    matchLabels: { "app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "shop" },
                },
            });
        });
    }

    it("is no business of the recommender, which never changes a pod", async () => {
        const { apiVersion, spec } = manifest(await deployService(), "VerticalPodAutoscaler");
        assert.equal(apiVersion, "autoscaling.k8s.io/v1");
        assert.equal(spec.updatePolicy.updateMode, "Off");
        assert.deepEqual(spec.targetRef, { apiVersion: "apps/v1", kind: "Deployment", name: "api" });
        const type = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler";
        assert.equal((await deployService({ recommendResources: false })).ofType(type).length, 0);
        assert.equal((await deployService({}, { addons: without("verticalPodAutoscaler") })).ofType(type).length, 0);
    });
});

describe("metrics of an API service", () => {
    it("are scraped under the service's name", async () => {
        const graph = await deployService({ metricsPath: "/internal/metrics" }, { scrapeIntervalSeconds: 15 });
        assert.deepEqual(manifest(graph, "ServiceMonitor").spec, {
            jobLabel: "app.kubernetes.io/name",
            selector: { matchLabels: { "app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "shop" } },
            endpoints: [{ port: "http", path: "/internal/metrics", interval: "15s", scrapeTimeout: "10s" }],
        });
        assert.equal(manifest(graph, "Service").metadata.labels["app.kubernetes.io/name"], "api");
    });

    it("are fetched before the next scrape is due", async () => {
        const graph = await deployService({}, { scrapeIntervalSeconds: 5 });
        assert.equal(manifest(graph, "ServiceMonitor").spec.endpoints[0]?.scrapeTimeout, "5s");
    });

    for (const [what, metricsPath, addons] of [
        ["has none", null, allAddons],
        ["runs without Prometheus", "/metrics", without("monitoring")],
    ] as const) {
        it(`are nobody's business when the service ${what}`, async () => {
            const graph = await deployService({ metricsPath }, { addons });
            assert.equal(graph.ofType("kubernetes:monitoring.coreos.com/v1:ServiceMonitor").length, 0);
            const { policyTypes, ingress } = manifest(graph, "NetworkPolicy").spec;
            assert.deepEqual([policyTypes, ingress], [["Ingress", "Egress"], undefined]);
        });
    }
});

describe("network of an API service", () => {
    it("is exactly what it declares", async () => {
        const graph = await deployService({
            connections: [
                { spec: { to: "postgres" }, connection: database() },
                { spec: { to: "redis" }, connection: cache() },
            ],
            callers: ["web"],
            calls: [{ name: "mail", port: 3000 }],
            edge,
        });
        const { podSelector, ingress, egress } = manifest(graph, "NetworkPolicy").spec;
        assert.deepEqual(podSelector, manifest(graph, "Deployment").spec.selector);
        assert.deepEqual(ingress[0]?.from.slice(0, 3), [
            {
                podSelector: {
                    matchLabels: { "app.kubernetes.io/name": "web", "app.kubernetes.io/part-of": "shop" },
                },
            },
            { ipBlock: { cidr: "10.0.0.0/24" } },
            { ipBlock: { cidr: "10.0.1.0/24" } },
        ]);
        assert.deepEqual(
            egress.map(({ ports }) => ports[0]?.port),
            [5432, 6379, 3000, 80],
        );
    });

    it("is closed to load balancers without an edge and to the internet by default", async () => {
        const { ingress, egress } = manifest(await deployService(), "NetworkPolicy").spec;
        assert.ok(!JSON.stringify(ingress).includes("ipBlock"));
        assert.ok(!JSON.stringify(egress).includes("0.0.0.0/0"));
    });

    it("reaches the internet when the service asks for it", async () => {
        const { egress } = manifest(await deployService({ internetAccess: true }), "NetworkPolicy").spec;
        assert.ok(JSON.stringify(egress).includes("0.0.0.0/0"));
    });

    it("reaches the AWS APIs, in the VPC too, when the service has permissions", async () => {
        const awsPermissions = [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::assets/*"] }];
        const aws = { interfaceEndpointCidrs: ["10.0.4.0/24"] };
        const { egress } = manifest(await deployService({ awsPermissions }, { aws }), "NetworkPolicy").spec;
        const https = egress.find(({ ports }) => ports[0]?.port === 443);
        assert.deepEqual(
            https?.to.map(({ ipBlock }) => ipBlock.cidr),
            ["0.0.0.0/0", "10.0.4.0/24"],
        );
    });
});

describe("AWS identity of an API service", () => {
    const association = "aws:eks/podIdentityAssociation:PodIdentityAssociation";

    it("is there without any permission, before the first pod", async () => {
        const graph = await deployService();
        const identity = graph.one(association);
        assert.equal(identity.inputs.serviceAccount, "api");
        assert.equal(identity.inputs.namespace, "shop");
        assert.equal(graph.ofType("aws:iam/rolePolicy:RolePolicy").length, 0);
        assert.ok(graph.one("kubernetes:apps/v1:Deployment").dependencies.includes(identity.urn));
    });

    it("is left out, and the way to it, where the service wants none", async () => {
        const graph = await deployService({ awsIdentity: false });
        assert.deepEqual(graph.ofType(association), []);
        const policy = manifest(graph, "NetworkPolicy").spec;
        assert.ok(!JSON.stringify(policy).includes("169.254.170.23"));
        const awsPermissions = [{ actions: ["sqs:SendMessage"], resources: ["*"] }];
        await assert.rejects(
            deployService({ awsIdentity: false, awsPermissions }),
            /awsIdentity is false: must be true/,
        );
    });

    it("may do what the service declares", async () => {
        const awsPermissions = [{ actions: ["sqs:SendMessage"], resources: ["arn:aws:sqs:eu-central-1:1:jobs"] }];
        const policy = (await deployService({ awsPermissions })).one("aws:iam/rolePolicy:RolePolicy");
        assert.match(String(policy.inputs.policy), /sqs:SendMessage/);
    });
});

describe("public endpoint of an API service", () => {
    const annotationsOf = (ingress: Manifests["Ingress"]): Record<string, string> => ingress.metadata.annotations;

    it("shows the platform's certificate, its own, or one that is found by the host", async () => {
        const key = "alb.ingress.kubernetes.io/certificate-arn";
        const arn = async (certificateArn?: string, platform?: PlatformOptions): Promise<string | undefined> => {
            const graph = await deployService({ edge, ...(certificateArn && { certificateArn }) }, platform);
            return annotationsOf(manifest(graph, "Ingress"))[key];
        };
        assert.match(String(await arn()), /certificate\/platform$/);
        assert.equal(
            await arn("arn:aws:acm:eu-central-1:1:certificate/own"),
            "arn:aws:acm:eu-central-1:1:certificate/own",
        );
        assert.equal(await arn(undefined, { aws: { certificateArn: undefined } }), undefined);
    });

    it("lets requests in flight finish before the pod stops", async () => {
        const key = "alb.ingress.kubernetes.io/target-group-attributes";
        const delay = async (preStopSeconds: number): Promise<string | undefined> =>
            annotationsOf(manifest(await deployService({ edge, preStopSeconds }), "Ingress"))[key];
        assert.equal(await delay(15), "deregistration_delay.timeout_seconds=10");
        assert.equal(await delay(3), "deregistration_delay.timeout_seconds=0");
    });

    it("is asked for its health where the pods answer when they are ready", async () => {
        const probes = { readiness: { path: "/ready" }, liveness: { path: "/live" } };
        const annotations = annotationsOf(manifest(await deployService({ edge, probes }), "Ingress"));
        assert.equal(annotations["alb.ingress.kubernetes.io/healthcheck-path"], "/ready");
    });

    it("stands on a load balancer that all systems of the stack share, whatever the stack is called", async () => {
        const stack = "Feature_a-very-long-name-for-a-stack-of-one-developer";
        const annotations = annotationsOf(manifest(await deployService({ edge }, { stack }), "Ingress"));
        const name = annotations["alb.ingress.kubernetes.io/load-balancer-name"] ?? "";
        assert.match(name, /^[a-z0-9-]{1,32}$/);
        assert.equal(annotations["alb.ingress.kubernetes.io/group.name"], name);
        assert.match(String(annotations["alb.ingress.kubernetes.io/tags"]), /platform:system=shared/);
    });

    it("comes last and goes first: after the pods, before the controller that has to remove the load balancer", async () => {
        const graph = await deployService({ edge });
        const ingress = graph.one("kubernetes:networking.k8s.io/v1:Ingress");
        for (const needed of [
            graph.one("kubernetes:core/v1:ServiceAccount", "controller"),
            graph.one("kubernetes:apps/v1:Deployment"),
            graph.one("kubernetes:core/v1:Service"),
        ]) {
            assert.ok(graph.waitsFor(ingress, needed), needed.name);
            assert.ok(!graph.waitsFor(needed, ingress), needed.name);
        }
    });

    it("is refused where nothing could make its load balancer", async () => {
        const message = /edge\.kind is "alb": needs the add-on awsLoadBalancerController/;
        await assert.rejects(deployService({ edge }, { addons: without("awsLoadBalancerController") }), message);
    });
});

describe("API service on a local cluster", () => {
    const local: PlatformOptions = { aws: null, addons: [] };

    it("runs without anything of AWS", async () => {
        const graph = await deployService(
            {
                connections: [{ spec: { to: "redis" }, connection: cache() }],
                replicas: { min: 1, max: 2 },
            },
            local,
        );
        assert.deepEqual(
            graph.all.filter(({ type }) => type.startsWith("aws:") || type.includes("PodIdentity")),
            [],
        );
        const { egress } = manifest(graph, "NetworkPolicy").spec;
        assert.ok(!JSON.stringify(egress).includes("169.254.170.23"));
        for (const kind of ["ServiceMonitor", "VerticalPodAutoscaler", "Ingress"]) {
            assert.ok(!graph.all.some(({ type }) => type.endsWith(`:${kind}`)), kind);
        }
    });

    it("refuses permissions that nobody could grant", async () => {
        const awsPermissions = [{ actions: ["s3:GetObject"], resources: ["*"] }];
        await assert.rejects(deployService({ awsPermissions }, local), /awsPermissions is \["s3:GetObject"\]: needs a/);
    });
});
