import assert from "node:assert/strict";
import { simulatedCloud } from "../../simulation/cloud";
import type { PlannedResource } from "../../simulation/record";
import { simulateStack, type ResourceGraph } from "../harness";
import { podSpecOf } from "../../policy/pods";
import { assertOnSharedGateway } from "./sharedGateway";
import { SystemView } from "./systemView";

/** Everything that systems.md asks of system 1, in every environment it runs in. docs/systems.md points at the same places. */

const namespace = "user-management";
const api = "user-mgmt-api";

interface Container {
    name: string;
    image: string;
    ports?: { containerPort: number }[];
    env?: { name: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
    envFrom?: { configMapRef?: { name: string } }[];
    securityContext?: Record<string, unknown>;
    livenessProbe?: Probe;
    readinessProbe?: Probe;
    startupProbe?: Probe;
}

interface Probe {
    httpGet: { path: string };
}

/** The id that a resource has in the simulation. */
function simulatedId({ type, name, inputs }: PlannedResource): string {
    return simulatedCloud("us-east-1").create({ type, name, inputs }).id;
}

for (const stack of ["dev", "staging", "prod"]) {
    describe(`user-management in ${stack}`, () => {
        let graph: ResourceGraph;
        let container: Container;
        before(async () => {
            graph = await simulateStack(stack);
            const [only] = podSpecOf(graph.object("Deployment", api))?.containers ?? [];
            container = only as unknown as Container;
        });

        /** The specification of a Kubernetes object of the system, read as its test needs it. */
        function spec<T>(kind: string, name: string): T {
            return graph.object(kind, name, namespace).inputs.spec as T;
        }

        it("lives in a namespace of its own that admits only hardened pods", () => {
            const { labels } = graph.object("Namespace", namespace).inputs.metadata as {
                labels: Record<string, string>;
            };
            assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
        });

        it("runs the image on port 8000 behind Service port 80", () => {
            assert.equal(container.image, "ghcr.io/your-org/user-mgmt-api:1.0.0");
            assert.deepEqual(
                container.ports?.map((port) => port.containerPort),
                [8000],
            );
            const service = spec<{ type?: string; ports: { port: number }[] }>("Service", api);
            assert.deepEqual(
                service.ports.map((port) => port.port),
                [80],
            );
        });

        it("runs 3 to 10 pods, as many as the autoscaler decides", () => {
            const scaling = spec<{ minReplicas: number; maxReplicas: number; scaleTargetRef: { name: string } }>(
                "HorizontalPodAutoscaler",
                api,
            );
            assert.deepEqual([scaling.minReplicas, scaling.maxReplicas, scaling.scaleTargetRef.name], [3, 10, api]);
            assert.equal(spec<{ replicas?: number }>("Deployment", api).replicas, undefined);
        });

        it("is probed at /health", () => {
            for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
                assert.equal(probe?.httpGet.path, "/health");
            }
        });

        it("has PostgreSQL 15 with the database usermanagement and the user dbuser", () => {
            if (stack === "dev") {
                const [server] = (podSpecOf(graph.object("StatefulSet", "postgres", namespace))?.containers ??
                    []) as unknown as Container[];
                assert.match(server?.image ?? "", /postgres:15\.\d+/);
                assert.equal(graph.ofType("aws:rds/instance:Instance").length, 0, "managed databases in dev");
                assert.ok(
                    (spec<{ volumeClaimTemplates: unknown[] }>("StatefulSet", "postgres").volumeClaimTemplates ?? [])
                        .length > 0,
                );
            } else {
                const { inputs } = graph.one("aws:rds/instance:Instance", "user-management-postgres-server-instance");
                assert.deepEqual(
                    [inputs.engine, inputs.engineVersion, inputs.dbName, inputs.username],
                    ["postgres", "15", "usermanagement", "dbuser"],
                );
            }
        });

        it("has Redis 7 for sessions and cached reads", () => {
            if (stack === "dev") {
                const [server] = (podSpecOf(graph.object("StatefulSet", "redis", namespace))?.containers ??
                    []) as unknown as Container[];
                assert.match(server?.image ?? "", /redis:7\.\d+/);
            } else {
                const { inputs } = graph.one(
                    "aws:elasticache/replicationGroup:ReplicationGroup",
                    "user-management-redis-server-group",
                );
                assert.deepEqual([inputs.engine, inputs.engineVersion], ["redis", "7.1"]);
            }
        });

        it(`is reached through ${stack === "dev" ? "the load balancer that all hosts share" : "an ALB"} with TLS`, () => {
            if (stack === "dev") {
                const view = new SystemView(graph, "user-management", namespace);
                assertOnSharedGateway(view, api, namespace, "users.dev.example.com");
                return;
            }
            const ingress = graph.object("Ingress", api);
            const { annotations } = ingress.inputs.metadata as { annotations: Record<string, string> };
            assert.match(annotations["alb.ingress.kubernetes.io/listen-ports"] ?? "", /HTTPS/);
            assert.equal(annotations["alb.ingress.kubernetes.io/ssl-redirect"], "443");
            assert.match(annotations["alb.ingress.kubernetes.io/ssl-policy"] ?? "", /TLS13-1-2/);
            assert.match(annotations["alb.ingress.kubernetes.io/certificate-arn"] ?? "", /^arn:aws:acm:/);
            const { rules } = ingress.inputs.spec as { rules: { host: string }[] };
            assert.deepEqual(
                rules.map((rule) => rule.host),
                [stack === "prod" ? "users.example.com" : `users.${stack}.example.com`],
            );
        });

        it("keeps settings in a ConfigMap, the log level as the stack says", () => {
            const [source] = container.envFrom ?? [];
            const { data } = graph.object("ConfigMap", source?.configMapRef?.name ?? "").inputs as {
                data: Record<string, string>;
            };
            assert.equal(data.LOG_LEVEL, stack === "dev" ? "DEBUG" : "INFO");
            assert.equal(data.DATABASE_NAME, "usermanagement");
        });

        it("takes DATABASE_PASSWORD and SECRET_KEY from AWS Secrets Manager", () => {
            for (const variable of ["DATABASE_PASSWORD", "SECRET_KEY"]) {
                const reference = container.env?.find((each) => each.name === variable)?.valueFrom?.secretKeyRef;
                assert.ok(reference !== undefined, `${variable} is not from a Secret`);
                const external = spec<{ target: { name: string }; secretStoreRef: { name: string } }>(
                    "ExternalSecret",
                    reference.name,
                );
                assert.equal(external.target.name, reference.name);
            }
            const store = graph.object("SecretStore", "user-management", namespace);
            assert.match(JSON.stringify(store?.inputs.spec), /"service":"SecretsManager"/);
        });

        it("rotates its secrets every 90 days", () => {
            const rotations = graph.ofType("aws:secretsmanager/secretRotation:SecretRotation");
            assert.ok(rotations.length >= 2);
            for (const { inputs } of rotations) {
                assert.equal((inputs.rotationRules as { automaticallyAfterDays: number }).automaticallyAfterDays, 90);
            }
        });

        it("logs to its own group, encrypted and with an end", () => {
            const group = graph.all.find((each) => each.inputs.name === `/aws/eks/user-management-${stack}`);
            assert.equal(group?.type, "aws:cloudwatch/logGroup:LogGroup");
            assert.ok(Number(group?.inputs.retentionInDays) > 0 && group?.inputs.kmsKeyId !== undefined);
        });

        it("is scraped at /metrics", () => {
            const { endpoints } = spec<{ endpoints: { path: string }[] }>("ServiceMonitor", api);
            assert.deepEqual(
                endpoints.map((each) => each.path),
                ["/metrics"],
            );
        });

        it("has its four dashboards", () => {
            const titles = graph
                .ofType("kubernetes:core/v1:ConfigMap")
                .filter(
                    (each) =>
                        (each.inputs.metadata as { labels?: Record<string, string> }).labels?.grafana_dashboard === "1",
                )
                .flatMap((each) => Object.values(each.inputs.data as Record<string, string>))
                .map((json) => (JSON.parse(json) as { title: string }).title);
            for (const title of [
                "API Performance Overview",
                "Database Metrics",
                "Pod Resource Usage",
                "Request Rate & Latency",
            ]) {
                assert.ok(
                    titles.some((each) => each.includes(title)),
                    `${title} is not among ${titles.join(", ")}`,
                );
            }
        });

        it("runs as nobody in particular, on a read-only filesystem, without capabilities", () => {
            const pod = podSpecOf(graph.object("Deployment", api)) as {
                securityContext: Record<string, unknown>;
                automountServiceAccountToken?: boolean;
            };
            assert.equal(pod.securityContext.runAsNonRoot, true);
            assert.equal(container.securityContext?.readOnlyRootFilesystem, true);
            assert.equal(container.securityContext?.allowPrivilegeEscalation, false);
            assert.deepEqual(container.securityContext?.capabilities, { drop: ["ALL"] });
            assert.equal(pod.automountServiceAccountToken, false);
        });

        it("has its own service account with an IAM role and a Role for its own objects only", () => {
            graph.object("ServiceAccount", api);
            const { rules } = graph.object("Role", api).inputs as {
                rules: { verbs: string[]; resourceNames?: string[] }[];
            };
            for (const rule of rules) {
                assert.ok(
                    (rule.resourceNames ?? []).length > 0,
                    "a rule without resourceNames reads every object of the namespace",
                );
            }
            const association = graph
                .ofType("aws:eks/podIdentityAssociation:PodIdentityAssociation")
                .find((each) => each.inputs.serviceAccount === api && each.inputs.namespace === namespace);
            assert.ok(association !== undefined);
        });

        it("denies every flow that is not declared", () => {
            assert.deepEqual(spec("NetworkPolicy", "default-deny"), {
                podSelector: {},
                policyTypes: ["Ingress", "Egress"],
            });
        });

        it("has nodes and stores in private subnets only", () => {
            const subnets = graph.ofType("aws:ec2/subnet:Subnet");
            const isPublic = new Set(subnets.filter((each) => each.name.includes("-public-")).map((each) => each.urn));
            assert.equal(isPublic.size, stack === "prod" ? 3 : 2);
            const types = [
                "aws:eks/nodeGroup:NodeGroup",
                "aws:rds/subnetGroup:SubnetGroup",
                "aws:elasticache/subnetGroup:SubnetGroup",
            ];
            for (const resource of types.flatMap((type) => graph.ofType(type))) {
                const ids = JSON.stringify(resource.inputs.subnetIds);
                const used = subnets.filter((each) => ids.includes(simulatedId(each)));
                assert.equal(used.length, isPublic.size, `${resource.urn} stands in ${ids}`);
                assert.ok(!used.some((each) => isPublic.has(each.urn)), `${resource.urn} stands in a public subnet`);
            }
        });

        it("records who did what in the cluster's audit log", () => {
            assert.ok((graph.one("eks:index:Cluster").inputs.enabledClusterLogTypes as string[]).includes("audit"));
        });

        it("dumps its database to S3 and can be restored", () => {
            const bucket = graph.one("aws:s3/bucket:Bucket", "user-management-backups-bucket");
            assert.equal(bucket.inputs.bucket, `user-management-${stack}-backups`);
            const jobs = graph
                .ofType("kubernetes:batch/v1:CronJob")
                .map((each) => (each.inputs.metadata as { name: string }).name);
            assert.ok(
                jobs.some((name) => name.includes("backup")) && jobs.some((name) => name.includes("restore")),
                jobs.join(", "),
            );
        });
    });
}

describe("dev and prod", () => {
    let dev: ResourceGraph;
    let prod: ResourceGraph;
    before(async () => {
        dev = await simulateStack("dev");
        prod = await simulateStack("prod");
    });

    const count = (graph: ResourceGraph, type: string): number => graph.ofType(type).length;

    it("differ in NAT: one small instance, against a gateway for each of three zones", () => {
        const nat = (graph: ResourceGraph): number[] => [
            count(graph, "aws:ec2/instance:Instance"),
            count(graph, "aws:ec2/natGateway:NatGateway"),
        ];
        assert.deepEqual(
            [nat(dev), nat(prod)],
            [
                [1, 0],
                [0, 3],
            ],
        );
    });

    it("differ in nodes: small spot nodes, against on-demand ones", () => {
        const capacity = (graph: ResourceGraph): unknown[] =>
            graph.ofType("aws:eks/nodeGroup:NodeGroup").map((each) => each.inputs.capacityType);
        assert.deepEqual([capacity(dev), capacity(prod)], [["SPOT"], ["ON_DEMAND"]]);
    });

    it("differ in stores: StatefulSets, against Multi-AZ RDS and ElastiCache with failover", () => {
        assert.ok(count(dev, "kubernetes:apps/v1:StatefulSet") > 0);
        assert.equal(count(prod, "kubernetes:apps/v1:StatefulSet"), 0);
        assert.equal(
            prod.one("aws:rds/instance:Instance", "user-management-postgres-server-instance").inputs.multiAz,
            true,
        );
        const cache = prod.one(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "user-management-redis-server-group",
        ).inputs;
        assert.deepEqual([cache.automaticFailoverEnabled, cache.multiAzEnabled], [true, true]);
    });

    it("differ in protection: everything can go, against snapshots and locks", () => {
        const database = prod.one("aws:rds/instance:Instance", "user-management-postgres-server-instance");
        assert.equal(database.protect, true);
        assert.deepEqual([database.inputs.deletionProtection, database.inputs.skipFinalSnapshot], [true, false]);
        assert.deepEqual(
            dev.all.filter((each) => each.protect),
            [],
        );
    });

    it("differ in reach: named networks against the VPC alone", () => {
        const endpoint = (graph: ResourceGraph): unknown => graph.one("eks:index:Cluster").inputs.endpointPublicAccess;
        assert.deepEqual([endpoint(dev), endpoint(prod)], [true, false]);
    });
});
