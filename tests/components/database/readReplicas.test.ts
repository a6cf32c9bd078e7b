import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { StoreConnection } from "../../../components/connection";
import { deploy, type ResourceGraph } from "../../harness";
import { container, createDatabase, deployDatabase, podOf, postgres, type DatabaseOptions } from "./fixture";

const instanceType = "aws:rds/instance:Instance";

const withReplicas = (readReplicas: number): DatabaseOptions => ({
    spec: { ...postgres, readReplicas },
    args: { placement: "managed", protect: true },
});

describe("a managed database with read replicas", () => {
    let graph: ResourceGraph;
    let connection: StoreConnection | undefined;

    before(async () => {
        graph = await deployDatabase({
            ...withReplicas(2),
            inspect: (database) => (connection = database.connection),
        });
    });

    it("has new ones when another instance becomes the primary", async () => {
        const replacing: Record<string, readonly string[]> = {};
        await deploy(() => {
            pulumi.runtime.registerStackTransformation(({ name, opts }) => {
                replacing[name] = (opts as pulumi.CustomResourceOptions).replaceOnChanges ?? [];
                return undefined;
            });
            return createDatabase(withReplicas(2));
        });
        for (const number of [1, 2]) {
            assert.deepEqual(replacing[`shop-db-server-replicas-${number}`], ["replicateSourceDb"]);
        }
    });

    it("has as many as were asked for, each a copy of the primary", () => {
        const primary = graph.one(instanceType, "shop-db-server-instance");
        const replicas = graph.ofType(instanceType).filter((each) => each !== primary);
        assert.deepEqual(
            replicas.map(({ inputs }) => inputs.identifier),
            ["dev-shop-db-replica-1", "dev-shop-db-replica-2"],
        );
        for (const { inputs } of replicas) {
            assert.equal(inputs.replicateSourceDb, "dev-shop-db");
            assert.equal(inputs.storageEncrypted, true);
            assert.equal(inputs.publiclyAccessible, false);
            for (const inherited of [
                "password",
                "username",
                "dbName",
                "engineVersion",
                "kmsKeyId",
                "manageMasterUserPassword",
            ]) {
                assert.equal(inputs[inherited], undefined, inherited);
            }
        }
    });

    it("protects the primary and lets replicas come and go", () => {
        for (const { inputs, protect } of graph.ofType(instanceType)) {
            const isPrimary = inputs.replicateSourceDb === undefined;
            assert.equal(protect, isPrimary);
            assert.equal(inputs.skipFinalSnapshot, !isPrimary);
        }
    });

    it("spreads reads over all of them by one private name", () => {
        const zone = graph.one("aws:route53/zone:Zone").inputs;
        assert.deepEqual(zone.vpcs, [{ vpcId: "vpc-1" }]);
        const records = graph.ofType("aws:route53/record:Record").map(({ inputs }) => inputs);
        assert.equal(records.length, 2);
        for (const record of records) {
            assert.equal(record.name, `read.${String(zone.name)}`);
            assert.equal(record.type, "CNAME");
            assert.deepEqual(record.weightedRoutingPolicies, [{ weight: 1 }]);
            assert.ok(Number(record.ttl) <= 60);
        }
        assert.equal(new Set(records.map(({ setIdentifier }) => setIdentifier)).size, 2);
        assert.equal(new Set(records.map((record) => String(record.records))).size, 2);
        assert.equal(connection?.readHost, `read.${String(zone.name)}`);
    });

    it("needs no name for a single one, which has its own", async () => {
        const single = await deployDatabase(withReplicas(1));
        assert.deepEqual(single.ofType("aws:route53/zone:Zone"), []);
        assert.equal(single.ofType(instanceType).length, 2);
    });

    describe("whose master password RDS declines to keep", () => {
        it("has a generated one, which is in the plan as a secret only", () => {
            const { inputs } = graph.one(instanceType, "shop-db-server-instance");
            assert.equal(inputs.manageMasterUserPassword, undefined);
            assert.equal(inputs.password, "[secret]");
        });

        it("rotates its own secret every 90 days, within the length that RDS takes", () => {
            const rotation = graph.one("aws:secretsmanager/secretRotation:SecretRotation").inputs;
            assert.deepEqual(rotation.rotationRules, { automaticallyAfterDays: 90 });
            assert.match(String(rotation.rotationLambdaArn), /function:rotation$/);
            for (const { inputs } of graph.ofType("random:index/randomPassword:RandomPassword")) {
                assert.ok(Number(inputs.length) <= 41);
                assert.equal(inputs.special, false);
            }
        });

        it("has a keeper that may change this instance and nothing else", () => {
            const [policy] = graph
                .ofType("aws:iam/rolePolicy:RolePolicy")
                .filter(({ name }) => name.includes("master-login"));
            const { Statement: statements } = JSON.parse(String(policy?.inputs.policy)) as {
                Statement: { Action: string[]; Resource: string[] }[];
            };
            assert.equal(statements.length, 1);
            assert.deepEqual(statements[0]?.Action, ["rds:ModifyDBInstance"]);
            assert.equal(statements[0]?.Resource.length, 1);
            assert.match(statements[0]?.Resource[0] ?? "", /dev-shop-db$/);
        });

        it("is what services wait for: the keeper is ready when the password is accepted", () => {
            const keeper = graph.object("Deployment", "db-master-login");
            const names = connection?.dependsOn.length ?? 0;
            assert.ok(names >= 6, "the primary, the keeper, two replicas and two records");
            const check = container(podOf(keeper), "check");
            assert.deepEqual(check.readinessProbe?.exec.command, ["test", "-e", "/work/accepted"]);
        });

        it("waits for its identity, because credentials come with the admission of the pod", () => {
            const keeper = graph.object("Deployment", "db-master-login");
            const association = graph.one(
                "aws:eks/podIdentityAssociation:PodIdentityAssociation",
                "shop-db-server-master-login-identity-association",
            );
            assert.ok(graph.waitsFor(keeper, association));
        });
    });
});
