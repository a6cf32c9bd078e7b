import assert from "node:assert/strict";
import { maskedSecret } from "../../../simulation/record";
import type { ResourceGraph } from "../../harness";
import { secretsStandOnlyWhereTheyBelong } from "../../invariants/safety";
import {
    allAddons,
    at,
    dataKeyArn,
    listAt,
    logsKeyArn,
    only,
    policyOf,
    resourcesOf,
    rotationType,
    secretType,
    statementsOf,
    versionType,
    type Surroundings,
} from "../secrets/fixture";
import { deployCache, sizing, type CacheOptions } from "./fixture";

const groupType = "aws:elasticache/replicationGroup:ReplicationGroup";

const managed = (change: CacheOptions = {}, surroundings: Surroundings = {}): Promise<ResourceGraph> =>
    deployCache({ placement: "managed", ...change }, surroundings);

describe("a managed cache", () => {
    let graph: ResourceGraph;
    before(async () => {
        graph = await managed();
    });

    it("encrypts connections and data", () => {
        const { inputs } = graph.one(groupType);
        assert.equal(inputs.transitEncryptionEnabled, true);
        assert.equal(inputs.transitEncryptionMode, "required");
        assert.equal(inputs.atRestEncryptionEnabled, true);
        assert.equal(inputs.kmsKeyId, dataKeyArn);
    });

    it("asks for a token that only the rotation function changes", () => {
        const group = graph.one(groupType);
        assert.equal(group.inputs.authToken, maskedSecret);
        assert.equal(group.inputs.authTokenUpdateStrategy, "ROTATE");
        assert.deepEqual(group.ignoreChanges, ["authToken"]);
        const token = graph.one("random:index/randomPassword:RandomPassword").inputs;
        assert.deepEqual([token.length, token.special], [64, false]);
    });

    it("is told of a new token by the rotation function, every 90 days", () => {
        assert.deepEqual(graph.one(rotationType).inputs.rotationRules, { automaticallyAfterDays: 90 });
        const { tags } = graph.one(secretType).inputs as { tags: Record<string, string> };
        assert.equal(tags["platform:auth-token-key"], "password");
        assert.equal(tags["platform:auth-token-of"], "dev-shop-redis");
        assert.ok(graph.waitsFor(graph.one(rotationType), graph.one(groupType)));
        const policy = policyOf(graph, "shop-redis-server-credentials-rotator");
        const statement = statementsOf(policy).find(({ Action }) =>
            Action.includes("elasticache:ModifyReplicationGroup"),
        );
        assert.equal(
            statement?.Resource,
            "arn:aws:elasticache:eu-central-1:123456789012:replicationGroup/dev-shop-redis",
        );
        assert.ok(!resourcesOf(policy).includes("*"));
    });

    it("has the token in its secret from the beginning", () => {
        assert.ok(graph.waitsFor(graph.one(versionType), graph.one("random:index/randomPassword:RandomPassword")));
    });

    it("is reached from the nodes on its port, and from nowhere else", () => {
        const rule = graph.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
        assert.equal(rule.referencedSecurityGroupId, "sg-nodes");
        assert.deepEqual([rule.ipProtocol, rule.fromPort, rule.toPort], ["tcp", 6379, 6379]);
        const group = graph.one("aws:ec2/securityGroup:SecurityGroup").inputs;
        assert.equal(group.ingress, undefined);
        assert.equal(group.egress, undefined);
    });

    it("stands in the data subnets", () => {
        assert.deepEqual(graph.one("aws:elasticache/subnetGroup:SubnetGroup").inputs.subnetIds, [
            "subnet-1",
            "subnet-2",
        ]);
    });

    it("evicts the least recently used key", () => {
        const parameters = graph.one("aws:elasticache/parameterGroup:ParameterGroup").inputs;
        assert.equal(parameters.family, "redis7");
        assert.deepEqual(parameters.parameters, [{ name: "maxmemory-policy", value: "allkeys-lru" }]);
    });

    it("writes slow commands and its own log to encrypted log groups", () => {
        const logs = graph.ofType("aws:cloudwatch/logGroup:LogGroup").filter(({ name }) => name.includes("redis"));
        assert.deepEqual(
            logs.map(({ inputs }) => [inputs.name, inputs.kmsKeyId, inputs.retentionInDays]).sort(),
            ["engine-log", "slow-log"].map((type) => [
                `/aws/vendedlogs/elasticache/dev-shop-redis/${type}`,
                logsKeyArn,
                30,
            ]),
        );
        const deliveries = listAt<{ logType: string; destination: string }>(
            graph.one(groupType),
            "logDeliveryConfigurations",
        );
        assert.deepEqual(
            deliveries.map(({ logType, destination }) => [logType, destination]),
            ["slow-log", "engine-log"].map((type) => [type, `/aws/vendedlogs/elasticache/dev-shop-redis/${type}`]),
        );
    });

    it("takes its snapshot outside of its maintenance", () => {
        const { snapshotWindow, maintenanceWindow } = graph.one(groupType).inputs;
        assert.equal(snapshotWindow, "03:00-04:00");
        assert.equal(maintenanceWindow, "sun:05:00-sun:06:00");
    });

    it("looks to services like any other cache", () => {
        const { outputs } = graph.plan;
        assert.equal(outputs.kind, "redis");
        assert.equal(outputs.tls, true);
        assert.equal(outputs.port, 6379);
        assert.match(String(outputs.host), /^master\.dev-shop-redis\./);
        assert.equal(outputs.readHost, undefined);
        assert.deepEqual(outputs.network, { kind: "cidrs", cidrs: ["10.0.8.0/24", "10.0.9.0/24"] });
        assert.deepEqual(outputs.secret, { name: "redis-credentials", keys: ["password"] });
        assert.equal(outputs.certificateAuthority, undefined);
    });

    it("shows its token nowhere else", () => assert.deepEqual(secretsStandOnlyWhereTheyBelong(graph), []));

    it("is the same on a first preview", async () => {
        const preview = await deployCache({ placement: "managed" }, {}, { preview: true });
        assert.deepEqual(
            preview.all.map(({ urn }) => urn),
            graph.all.map(({ urn }) => urn),
        );
    });
});

describe("replicas of a managed cache", () => {
    it("switch failover on, in another zone", async () => {
        const graph = await managed({ sizing: { ...sizing, replicas: 2 } });
        const { inputs } = graph.one(groupType);
        assert.equal(inputs.numCacheClusters, 3);
        assert.equal(inputs.automaticFailoverEnabled, true);
        assert.equal(inputs.multiAzEnabled, true);
        assert.match(String(graph.plan.outputs.readHost), /^replica\./);
    });

    it("are not needed", async () => {
        const { inputs } = (await managed()).one(groupType);
        assert.equal(inputs.numCacheClusters, 1);
        assert.equal(inputs.automaticFailoverEnabled, false);
        assert.equal(inputs.multiAzEnabled, false);
    });
});

describe("protection of a managed cache", () => {
    it("keeps a week of snapshots, leaves a last one and lets changes wait", async () => {
        const group = (await managed({ protect: true }, { protect: true })).one(groupType);
        assert.equal(group.protect, true);
        assert.equal(group.inputs.snapshotRetentionLimit, 7);
        assert.match(String(group.inputs.finalSnapshotIdentifier), /^dev-shop-redis-[0-9a-f]{8}$/);
        assert.equal(group.inputs.applyImmediately, false);
    });

    it("names the last snapshot after this group alone, for the snapshot of an earlier one may still be there", async () => {
        const graph = await managed({ protect: true }, { protect: true });
        assert.ok(graph.waitsFor(graph.one(groupType), graph.one("random:index/randomId:RandomId")));
    });

    it("is nothing where data may go", async () => {
        const group = (await managed()).one(groupType);
        assert.equal(group.protect, false);
        assert.equal(group.inputs.snapshotRetentionLimit, 1);
        assert.equal(group.inputs.finalSnapshotIdentifier, undefined);
        assert.equal(group.inputs.applyImmediately, true);
    });
});

describe("the engine of a managed cache", () => {
    for (const [engine, version, engineVersion, family] of [
        ["redis", "7", "7.1", "redis7"],
        ["valkey", "8", "8.1", "valkey8"],
    ] as const) {
        it(`is ${engine} ${engineVersion} for ${version}`, async () => {
            const graph = await managed({ engine, version });
            assert.equal(graph.one(groupType).inputs.engine, engine);
            assert.equal(graph.one(groupType).inputs.engineVersion, engineVersion);
            assert.equal(graph.one("aws:elasticache/parameterGroup:ParameterGroup").inputs.family, family);
        });
    }
});

describe("the exporter of a managed cache", () => {
    it("connects with encryption and the token from the Secret, and leaves CONFIG alone", async () => {
        const graph = await managed();
        const container = "spec.template.spec.containers.0";
        const deployment = graph.object("Deployment", "redis-exporter");
        const [address, password, config, ...others] = listAt<{ name: string; value?: string; valueFrom?: object }>(
            deployment,
            `${container}.env`,
        );
        assert.equal(address?.name, "REDIS_ADDR");
        assert.match(address?.value ?? "", /^rediss:\/\/master\.dev-shop-redis\..*:6379$/);
        assert.deepEqual(password, {
            name: "REDIS_PASSWORD",
            valueFrom: { secretKeyRef: { name: "redis-credentials", key: "password" } },
        });
        assert.deepEqual(config, { name: "REDIS_EXPORTER_CONFIG_COMMAND", value: "-" });
        assert.deepEqual(others, []);
    });

    it("starts anew when the token changes", async () => {
        const annotation = { "secret.reloader.stakater.com/reload": "redis-credentials" };
        assert.deepEqual(
            at((await managed()).object("Deployment", "redis-exporter"), "metadata.annotations"),
            annotation,
        );
    });

    it("reaches the cache and is reached by Prometheus, and nothing else", async () => {
        const policy = (await managed()).object("NetworkPolicy", "redis-exporter");
        assert.deepEqual(at(policy, "spec.egress"), [
            {
                to: [{ ipBlock: { cidr: "10.0.8.0/24" } }, { ipBlock: { cidr: "10.0.9.0/24" } }],
                ports: [{ protocol: "TCP", port: 6379 }],
            },
        ]);
        assert.deepEqual(at(policy, "spec.ingress.0.ports"), [{ protocol: "TCP", port: 9121 }]);
    });

    it("has the job that the connection names", async () => {
        const graph = await managed();
        const label = { "platform/exporter-job": "shop-redis-exporter" };
        assert.equal(graph.plan.outputs.exporterJob, "shop-redis-exporter");
        const monitor = only(graph, "ServiceMonitor");
        assert.equal(at(monitor, "spec.jobLabel"), "platform/exporter-job");
        assert.deepEqual(at(monitor, "spec.selector.matchLabels"), label);
        const labels = at(graph.object("Service", "redis-exporter"), "metadata.labels") as Record<string, string>;
        assert.equal(labels["platform/exporter-job"], "shop-redis-exporter");
    });

    it("is not there where nobody scrapes it", async () => {
        const graph = await managed({}, { addons: allAddons.filter((addon) => addon !== "monitoring") });
        assert.deepEqual(graph.ofType("kubernetes:apps/v1:Deployment"), []);
    });
});

describe("the name of a replication group", () => {
    it("fits for any stack", async () => {
        const graph = await managed({}, { stack: "a-very-long-stack-name-".repeat(4) });
        const { replicationGroupId } = graph.one(groupType).inputs;
        assert.match(String(replicationGroupId), /^[a-z][a-z0-9-]{0,39}$/);
    });
});
