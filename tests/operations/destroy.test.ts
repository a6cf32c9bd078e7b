import assert from "node:assert/strict";
import type { Plan } from "../../simulation/record";
import { isLate, leftoversOf } from "../../operations/leftovers";
import type { DeployedResource } from "../../operations/surroundings";
import { protectedIn, protectionText } from "../../operations/protection";
import { simulateStack } from "../harness";
import { FakeAws } from "./fakeAws";
import { loggedIn, run, type Result, type World } from "./support";

const outputs = { vpcId: "vpc-1", clusterName: "platform-dev", kubeconfig: "{}" };
const args = ["destroy", "dev", "--yes"];

const late = new Error(
    "Pulumi could not destroy.\n  deleting EC2 Subnet (subnet-1): DependencyViolation: The subnet has dependencies and cannot be deleted.",
);

function destroy(aws: FakeAws, world: World = {}): Promise<Result> {
    return run(args, { env: loggedIn, outputs, aws: (command) => aws.answer(command), ...world });
}

describe("npm run destroy", () => {
    it("deletes the stack and says how long it took", async () => {
        const { code, stdout, stderr, done } = await destroy(new FakeAws());
        assert.equal(code, 0, stderr);
        assert.deepEqual(done, ["select dev", "destroy"]);
        assert.match(stdout, /\noutput of destroy\n\nStack dev is destroyed\.\n {2}destroy +\d+ s\n/);
    });

    it("asks first, and does nothing unless somebody says yes", async () => {
        const asked = await run(["destroy", "dev"], { env: loggedIn, outputs, answer: false });
        assert.equal(asked.code, 3);
        assert.deepEqual(asked.done, ["select dev", "Delete everything of stack dev, data included?"]);
        const alone = await run(["destroy", "dev"], { env: loggedIn, outputs, isTTY: false });
        assert.equal(alone.code, 3);
        assert.deepEqual(alone.done, []);
    });

    it("says without credentials what it would do", async () => {
        const { code, stdout, done } = await run(["destroy", "dev"]);
        assert.equal(code, 0);
        assert.match(
            stdout,
            /\n {2}4\. Run `pulumi destroy --stack dev`: workloads, ingresses and gateways, controllers/,
        );
        assert.deepEqual(done, []);
    });

    it("leaves to the controllers what they made, as long as they are there, and says what it waits for", async () => {
        const aws = new FakeAws({ clusters: ["platform-dev"], balancers: ["k8s-shared"], interfaces: ["eni-1"] });
        let looks = 0;
        const { code, stdout, stderr } = await destroy(aws, {
            // Pulumi waits for the ingress controller, which takes a while.
            onDestroy: async () => {
                while (looks < 3) {
                    await new Promise((resolve) => setImmediate(resolve));
                }
                aws.clear();
            },
            onPause: () => void looks++,
        });
        assert.equal(code, 0, stderr);
        assert.match(
            stdout,
            /\nWaiting for: load balancer k8s-shared \(of shared\); network interface eni-1 \(aws-K8S-i-1, in-use\)\.\n/,
        );
        assert.deepEqual(aws.deleted, []);
    });

    it("deletes what is left once the cluster is gone, while Pulumi waits for the network", async () => {
        const aws = new FakeAws({
            clusters: ["platform-dev"],
            balancers: ["k8s-shared"],
            available: ["eni-2"],
            groups: ["sg-7"],
            volumes: ["vol-1"],
        });
        const { code, stdout, stderr } = await destroy(aws, {
            onDestroy: async () => {
                aws.clusters.length = 0;
                while (!aws.isEmpty) {
                    await new Promise((resolve) => setImmediate(resolve));
                }
            },
        });
        assert.equal(code, 0, stderr);
        assert.deepEqual([...aws.deleted].sort(), ["eni-2", "k8s-shared", "sg-7", "vol-1"]);
        assert.match(
            stdout,
            /\nDeleted, because its controller is gone: volume vol-1 \(available, of the claim shop\/data-db-0\)\.\n/,
        );
    });

    it("tries again what AWS releases late, and then gives the cluster's objects up for gone", async () => {
        let attempt = 0;
        const { code, stdout, done } = await destroy(new FakeAws(), {
            onDestroy: () => {
                if (++attempt < 3) {
                    throw late;
                }
            },
        });
        assert.equal(code, 0);
        assert.deepEqual(done, ["select dev", "destroy", "destroy without the cluster", "destroy without the cluster"]);
        assert.match(stdout, /\nAWS may release that late: attempt 2 of 5 in a minute\.\n/);
    });

    it("gives up after five attempts, and says what is left and how to go on", async () => {
        const aws = new FakeAws({ clusters: ["platform-dev"], balancers: ["k8s-shared"] });
        const { code, stderr, done } = await destroy(aws, {
            onDestroy: () => {
                throw late;
            },
        });
        assert.equal(code, 1);
        assert.equal(done.filter((each) => each.startsWith("destroy")).length, 5);
        assert.match(
            stderr,
            /After 5 attempts, dev is not destroyed whole\.\n {2}Left: load balancer k8s-shared \(of shared\)\n/,
        );
        assert.match(stderr, /npm run destroy -- dev goes on from here\.\n$/);
    });

    it("does not try again what no patience helps", async () => {
        const { code, done } = await destroy(new FakeAws(), {
            onDestroy: () => {
                throw new Error("Pulumi could not destroy.\n  AccessDenied: not authorized to perform ec2:DeleteVpc");
            },
        });
        assert.equal(code, 1);
        assert.equal(done.filter((each) => each.startsWith("destroy")).length, 1);
    });

    it("refuses what the state says is protected, whatever the configuration says", async () => {
        const bucket = { type: "aws:s3/bucket:Bucket", name: "shop-backups", inputs: {}, protect: true };
        const { code, stderr, done } = await destroy(new FakeAws(), { resources: [bucket] });
        assert.equal(code, 1);
        assert.deepEqual(done, ["select dev"]);
        assert.match(stderr, /\n {2}aws:s3\/bucket:Bucket shop-backups \(by Pulumi\)\nTo lift it/);
    });

    const reference = (name: string): DeployedResource => ({
        type: "pulumi:pulumi:StackReference",
        name: "platform",
        inputs: { name },
        protect: false,
    });

    it("refuses a platform that other stacks deploy into, and says which go first", async () => {
        const { code, stderr, done } = await destroy(new FakeAws(), {
            others: [
                { name: "team-shop", resources: [reference("your-org/platform/dev")] },
                { name: "team-books", resources: [reference("organization/platform/dev")] },
                { name: "team-music", resources: [reference("your-org/platform/prod")] },
                { name: "team-gone", resources: [] },
                {
                    name: "team-notes",
                    resources: [{ ...reference("your-org/platform/dev"), type: "aws:ssm/parameter:Parameter" }],
                },
            ],
        });
        assert.equal(code, 1);
        assert.deepEqual(done, ["select dev"]);
        assert.match(stderr, /^error: Other stacks deploy into the cluster of dev, .*: team-books, team-shop\.\n/);
        assert.match(stderr, /\n {2}npm run destroy -- team-books\n {2}npm run destroy -- team-shop\n$/);
    });

    it("destroys a platform whose other stacks deploy elsewhere", async () => {
        const others = [{ name: "team-music", resources: [reference("your-org/platform/prod")] }];
        assert.equal((await destroy(new FakeAws(), { others })).code, 0);
    });
});

describe("protected data", () => {
    const protectedStacks: Readonly<Record<string, boolean>> = { dev: false, staging: false, prod: true };
    for (const [stack, isProtected] of Object.entries(protectedStacks)) {
        it(`is ${isProtected ? "" : "not "}in ${stack}`, async () => {
            const { plan } = await simulateStack(stack);
            assert.equal(protectedIn(plan).length > 0, isProtected);
        });
    }

    it("is named with who refuses and the way to lift it", () => {
        const bucket = { type: "aws:rds/instance:Instance", name: "orders", by: ["Pulumi", "AWS"] as const };
        assert.equal(
            protectionText("prod", "Pulumi.prod.yaml", [bucket]),
            [
                "Stack prod has 1 protected resources, so nothing is destroyed:",
                "  aws:rds/instance:Instance orders (by Pulumi and AWS)",
                "To lift it, after a last backup (npm run backup -- prod):",
                "  1. In Pulumi.prod.yaml, under platform:data: protect: false, teardown: true",
                "  2. npm run deploy -- prod",
                "  3. npm run destroy -- prod",
            ].join("\n"),
        );
    });

    it("is what either of the two refuses", () => {
        const resource = { type: "t", name: "n", protect: false, inputs: {} };
        const of = (change: object): unknown =>
            protectedIn({ resources: [{ ...resource, ...change }] } as unknown as Plan).map(({ by }) => by);
        assert.deepEqual(of({}), []);
        assert.deepEqual(of({ protect: true }), [["Pulumi"]]);
        assert.deepEqual(of({ inputs: { deletionProtection: true } }), [["AWS"]]);
    });
});

describe("what controllers leave behind", () => {
    it("is theirs by its tags and descriptions, and nothing else in the VPC is touched", async () => {
        const aws = new FakeAws({ clusters: ["platform-dev"], strangers: true });
        assert.deepEqual(
            await leftoversOf((command) => Promise.resolve(aws.answer(command)), { ...outputs, region: "r" }),
            [],
        );
    });

    const messages: Readonly<Record<string, boolean>> = {
        "DependencyViolation: The vpc 'vpc-1' has dependencies and cannot be deleted.": true,
        "InvalidParameterValue: Network interface eni-1 is currently in use.": true,
        "ResourceInUseException: Cluster has nodegroups attached": true,
        "Throttling: Rate exceeded": true,
        "timeout while waiting for state to become 'deleted'": true,
        "dial tcp 10.0.0.1:443: i/o timeout": true,
        "AccessDenied: not authorized": false,
        'resource "x" cannot be deleted because it is protected': false,
    };
    for (const [message, expected] of Object.entries(messages)) {
        it(`${expected ? "is tried again" : "is not tried again"}: ${message}`, () => {
            assert.equal(isLate(message), expected);
        });
    }
});
