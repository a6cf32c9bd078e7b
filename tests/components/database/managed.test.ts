import assert from "node:assert/strict";
import type { StoreConnection } from "../../../components/connection";
import type { PlannedResource } from "../../../simulation/record";
import type { ResourceGraph } from "../../harness";
import { container, deployDatabase, managed, mysql, podLabels, podOf, postgres } from "./fixture";

const instanceType = "aws:rds/instance:Instance";

const primaryOf = (graph: ResourceGraph): PlannedResource => graph.one(instanceType, "shop-db-server-instance");

function parametersOf(graph: ResourceGraph): Record<string, string> {
    const group = graph.one("aws:rds/parameterGroup:ParameterGroup");
    const parameters = group.inputs.parameters as { name: string; value: string }[];
    return Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
}

describe("a managed database", () => {
    let graph: ResourceGraph;
    let connection: StoreConnection | undefined;

    before(async () => {
        graph = await deployDatabase({ ...managed, inspect: (database) => (connection = database.connection) });
    });

    describe("is private and encrypted:", () => {
        it("it stands in the data subnets without a public address", () => {
            assert.deepEqual(graph.one("aws:rds/subnetGroup:SubnetGroup").inputs.subnetIds, ["subnet-1", "subnet-2"]);
            assert.equal(primaryOf(graph).inputs.publiclyAccessible, false);
        });

        it("nodes alone reach it, on its port alone, and it reaches nobody", () => {
            const rule = graph.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
            assert.equal(rule.referencedSecurityGroupId, "sg-nodes");
            assert.deepEqual([rule.ipProtocol, rule.fromPort, rule.toPort], ["tcp", 5432, 5432]);
            const group = graph.one("aws:ec2/securityGroup:SecurityGroup").inputs;
            assert.equal(group.egress, undefined);
            assert.equal(group.ingress, undefined);
            assert.deepEqual(graph.ofType("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"), []);
        });

        it("storage, password, insights and logs are encrypted with the stack's keys", () => {
            const { inputs } = primaryOf(graph);
            const key = "arn:aws:kms:eu-central-1:123456789012:key/data";
            assert.equal(inputs.storageEncrypted, true);
            assert.equal(inputs.kmsKeyId, key);
            assert.equal(inputs.masterUserSecretKmsKeyId, key);
            assert.equal(inputs.performanceInsightsKmsKeyId, key);
            for (const group of graph.ofType("aws:cloudwatch/logGroup:LogGroup")) {
                assert.equal(group.inputs.kmsKeyId, "arn:aws:kms:eu-central-1:123456789012:key/logs");
            }
        });

        it("PostgreSQL refuses connections in the clear", () => {
            assert.equal(parametersOf(graph)["rds.force_ssl"], "1");
        });

        it("MySQL refuses connections in the clear", async () => {
            const other = await deployDatabase({ ...managed, spec: mysql });
            assert.equal(parametersOf(other)["require_secure_transport"], "1");
            assert.equal(other.one("aws:rds/parameterGroup:ParameterGroup").inputs.family, "mysql8.4");
        });

        it("the authority of its certificate is named", () => {
            assert.equal(primaryOf(graph).inputs.caCertIdentifier, "rds-ca-rsa2048-g1");
        });
    });

    it("can be another instance, beside which everything keeps its name", async () => {
        const other = await deployDatabase({
            args: { placement: "managed", identifier: "dev-shop-db-20260131t115500z" },
        });
        assert.equal(primaryOf(other).inputs.identifier, "dev-shop-db-20260131t115500z");
        const logGroup = "aws:cloudwatch/logGroup:LogGroup";
        const rest = (each: ResourceGraph): unknown[] =>
            each.all
                .filter(({ type }) => type.startsWith("aws:") && type !== instanceType && type !== logGroup)
                .map(({ name, inputs }) => [name, inputs.name]);
        assert.deepEqual(rest(other), rest(graph));
        assert.deepEqual(
            other.ofType(logGroup).map(({ inputs }) => inputs.name),
            [
                "/aws/rds/instance/dev-shop-db/postgresql",
                "/aws/rds/instance/dev-shop-db-20260131t115500z/postgresql",
                "/aws/rds/instance/dev-shop-db/upgrade",
                "/aws/rds/instance/dev-shop-db-20260131t115500z/upgrade",
            ],
        );
    });

    describe("keeps its data:", () => {
        it("storage grows by itself up to five times its size", () => {
            const { inputs } = primaryOf(graph);
            assert.deepEqual(
                [inputs.storageType, inputs.allocatedStorage, inputs.maxAllocatedStorage],
                ["gp3", 20, 100],
            );
        });

        it("a system that asks for less than RDS has gets the least there is", async () => {
            const small = await deployDatabase({ ...managed, spec: { ...postgres, storageGiB: 5, maxStorageGiB: 8 } });
            const { inputs } = primaryOf(small);
            assert.deepEqual([inputs.allocatedStorage, inputs.maxAllocatedStorage], [20, 22]);
        });

        it("point in time recovery goes back as far as the environment says", async () => {
            const long = await deployDatabase({ ...managed, sizing: { backupRetentionDays: 35, multiAz: true } });
            assert.equal(primaryOf(long).inputs.backupRetentionPeriod, 35);
            assert.equal(primaryOf(long).inputs.multiAz, true);
            assert.equal(primaryOf(graph).inputs.backupRetentionPeriod, 7);
            assert.equal(primaryOf(graph).inputs.multiAz, false);
            assert.equal(primaryOf(graph).inputs.copyTagsToSnapshot, true);
        });

        it("the windows of backup, maintenance and dump do not overlap", () => {
            const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
            const { backupWindow, maintenanceWindow } = primaryOf(graph).inputs as Record<string, string>;
            const [backupStart = "", backupEnd = ""] = (backupWindow ?? "").split("-");
            const [, from = "", to = ""] = /^sun:(.*)-sun:(.*)$/.exec(maintenanceWindow ?? "") ?? [];
            assert.ok(minutes(backupEnd) - minutes(backupStart) >= 30, "RDS wants 30 minutes");
            assert.ok(minutes(from) >= minutes(backupEnd) && minutes(to) - minutes(from) >= 30);
            assert.ok(minutes(backupStart) >= 3 * 60, "dumps begin at 02:00");
        });

        it("nothing protects it where nothing has to be kept", () => {
            const { inputs, protect } = primaryOf(graph);
            assert.equal(protect, false);
            assert.equal(inputs.deletionProtection, false);
            assert.equal(inputs.skipFinalSnapshot, true);
            assert.equal(inputs.deleteAutomatedBackups, true);
        });

        it("in production it cannot be deleted by mistake and leaves a snapshot and its backups", async () => {
            const kept = await deployDatabase({ args: { placement: "managed", protect: true } });
            const { inputs, protect } = primaryOf(kept);
            assert.equal(protect, true);
            assert.equal(inputs.deletionProtection, true);
            assert.equal(inputs.skipFinalSnapshot, false);
            assert.match(String(inputs.finalSnapshotIdentifier), /^dev-shop-db-final-[0-9a-f]{8}$/);
            assert.equal(inputs.deleteAutomatedBackups, false);
        });
    });

    describe("stays current without surprises:", () => {
        it("the program names the major version, RDS takes care of the minor", () => {
            const { inputs } = primaryOf(graph);
            assert.equal(inputs.engineVersion, "15");
            assert.equal(inputs.autoMinorVersionUpgrade, true);
        });

        it("another major version brings another parameter group beside the old one", async () => {
            const newer = await deployDatabase({ ...managed, spec: { ...postgres, version: "17" } });
            const type = "aws:rds/parameterGroup:ParameterGroup";
            assert.notEqual(newer.one(type).name, graph.one(type).name);
            assert.notEqual(newer.one(type).inputs.name, graph.one(type).inputs.name);
            assert.equal(newer.one(type).inputs.family, "postgres17");
        });

        it("parameters that equal AWS' default are applied as AWS reports them, so a refresh shows no change", () => {
            const group = graph.one("aws:rds/parameterGroup:ParameterGroup");
            const parameters = group.inputs.parameters as { name: string; applyMethod: string }[];
            const forced = parameters.find(({ name }) => name === "rds.force_ssl");
            assert.equal(forced?.applyMethod, "pending-reboot");
        });
    });

    describe("tells what it does:", () => {
        for (const [spec, types] of [
            [postgres, ["postgresql", "upgrade"]],
            [mysql, ["error", "slowquery"]],
        ] as const) {
            it(`${spec.engine} sends its logs to groups that exist before it and end some day`, async () => {
                const plan = await deployDatabase({ ...managed, spec });
                const primary = primaryOf(plan);
                assert.deepEqual(primary.inputs.enabledCloudwatchLogsExports, types);
                const groups = plan.ofType("aws:cloudwatch/logGroup:LogGroup");
                assert.deepEqual(
                    groups.map(({ inputs }) => inputs.name),
                    types.map((type) => `/aws/rds/instance/dev-shop-db/${type}`),
                );
                for (const group of groups) {
                    assert.equal(group.inputs.retentionInDays, 30);
                    assert.ok(plan.waitsFor(primary, group));
                }
            });
        }

        for (const [spec, instanceClass, expected] of [
            [postgres, "db.t4g.micro", true],
            [mysql, "db.t4g.micro", false],
            [mysql, "db.t4g.small", false],
            [mysql, "db.t4g.medium", true],
            [mysql, "db.m7g.large", true],
        ] as const) {
            it(`Database Insights are ${expected ? "on" : "off"} for ${spec.engine} on ${instanceClass}`, async () => {
                const { inputs } = primaryOf(await deployDatabase({ ...managed, spec, sizing: { instanceClass } }));
                assert.equal(inputs.databaseInsightsMode, "standard");
                assert.equal(inputs.performanceInsightsEnabled, expected);
                assert.equal(inputs.performanceInsightsRetentionPeriod, expected ? 7 : undefined);
                assert.equal(inputs.performanceInsightsKmsKeyId === undefined, !expected);
            });
        }

        it("an exporter offers the metrics under the job of the connection", () => {
            const service = graph.object("Service", "db-exporter");
            const { labels } = service.inputs.metadata as { labels: Record<string, string> };
            assert.equal(labels["platform/exporter-job"], "shop-db-exporter");
            assert.equal(connection?.exporterJob, "shop-db-exporter");
            const monitor = graph.object("ServiceMonitor", "db-exporter").inputs.spec as Record<string, unknown>;
            assert.equal(monitor.jobLabel, "platform/exporter-job");
            assert.deepEqual(monitor.selector, { matchLabels: { "platform/exporter-job": "shop-db-exporter" } });
        });

        it("the exporter asks for encryption, and its password is a file", () => {
            const exporter = container(podOf(graph.object("Deployment", "db-exporter")), "exporter");
            const variables = Object.fromEntries((exporter.env ?? []).map(({ name, value }) => [name, value]));
            assert.match(variables.DATA_SOURCE_URI ?? "", /^dev-shop-db\..*:5432\/shopdb\?sslmode=require$/);
            assert.equal(variables.PASSWORD_FILE, "/credentials/password");
        });

        it("MySQL's exporter asks for encryption as well", async () => {
            const plan = await deployDatabase({ ...managed, spec: mysql });
            const exporter = container(podOf(plan.object("Deployment", "db-exporter")), "exporter");
            assert.match(
                (exporter.args ?? []).join(" "),
                /--mysqld\.address=dev-shop-db\..*:3306.*--tls\.insecure-skip-verify/,
            );
        });

        it("there is no exporter where nobody scrapes", async () => {
            const plan = await deployDatabase({ ...managed, addons: ["externalSecrets"] });
            assert.deepEqual(plan.ofType("kubernetes:apps/v1:Deployment"), []);
            assert.deepEqual(plan.ofType("kubernetes:monitoring.coreos.com/v1:ServiceMonitor"), []);
        });
    });

    describe("its master password", () => {
        it("is made and kept by RDS, and no password is in the plan", () => {
            const { inputs } = primaryOf(graph);
            assert.equal(inputs.manageMasterUserPassword, true);
            assert.equal(inputs.password, undefined);
            assert.deepEqual(graph.ofType("random:index/randomPassword:RandomPassword"), []);
        });

        it("is rotated every 90 days, not at the first deployment", () => {
            const rotation = graph.one("aws:secretsmanager/secretRotation:SecretRotation").inputs;
            assert.match(String(rotation.secretId), /secret:rds!db-/);
            assert.deepEqual(rotation.rotationRules, { automaticallyAfterDays: 90 });
            assert.equal(rotation.rotateImmediately, false);
            assert.equal(rotation.rotationLambdaArn, undefined);
        });

        it("reaches the namespace as the Secret of the connection", () => {
            assert.equal(connection?.secret.name, "db-credentials");
            assert.deepEqual(connection?.secret.keys, ["password", "username"]);
            assert.equal(connection?.passwordKey, "password");
            const external = graph.object("ExternalSecret", "db-credentials");
            const { data } = external.inputs.spec as { data: { remoteRef: { key: string; property: string } }[] };
            assert.match(data[0]?.remoteRef.key ?? "", /secret:rds!db-/);
        });
    });

    describe("its connection", () => {
        it("says where it is and how it is reached", () => {
            assert.equal(connection?.kind, "postgres");
            assert.equal(connection?.name, "db");
            assert.deepEqual(
                [connection?.port, connection?.tls, connection?.databaseName, connection?.username],
                [5432, true, "shopdb", "shopuser"],
            );
            assert.deepEqual(connection?.network, { kind: "cidrs", cidrs: ["10.0.8.0/24", "10.0.9.0/24"] });
            assert.equal(connection?.readHost, undefined);
        });

        it("says how many connections the class allows, and nothing for a class that is not known", async () => {
            assert.equal(connection?.maxConnections, 71);
            let other: StoreConnection | undefined;
            await deployDatabase({
                ...managed,
                sizing: { instanceClass: "db.z1d.large" },
                inspect: (database) => (other = database.connection),
            });
            assert.equal(other?.maxConnections, undefined);
        });
    });

    it("can be previewed when nothing exists yet", async () => {
        for (const readReplicas of [0, 1, 2]) {
            await deployDatabase(
                { spec: { ...postgres, readReplicas }, args: { placement: "managed", protect: true } },
                { preview: true },
            );
        }
    });

    it("has names within the limits of AWS, whatever the stack is called", async () => {
        const plan = await deployDatabase({
            ...managed,
            stack: "a-very-long-stack-name-".repeat(5),
            name: "d".repeat(40),
        });
        const { identifier } = plan.one(instanceType).inputs;
        assert.ok(String(identifier).length <= 63);
        assert.match(String(identifier), /^[a-z]([a-z0-9]|-(?=[a-z0-9]))*$/);
    });

    it("carries the stack's tags on everything", () => {
        for (const type of [instanceType, "aws:rds/parameterGroup:ParameterGroup", "aws:rds/subnetGroup:SubnetGroup"]) {
            const tags = graph.one(type).inputs.tags as Record<string, string>;
            assert.equal(tags["platform:system"], "shop");
            assert.equal(tags.team, "shop");
        }
    });

    it("keeps its pods in a network policy of their own", () => {
        const { spec } = graph.object("NetworkPolicy", "db-exporter").inputs as { spec: Record<string, unknown> };
        assert.deepEqual(spec.egress, [
            {
                to: [{ ipBlock: { cidr: "10.0.8.0/24" } }, { ipBlock: { cidr: "10.0.9.0/24" } }],
                ports: [{ protocol: "TCP", port: 5432 }],
            },
        ]);
        assert.equal(podLabels(graph.object("Deployment", "db-exporter"))["app.kubernetes.io/name"], "db-exporter");
    });
});
