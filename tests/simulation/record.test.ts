import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { maskedSecret, record, type Plan, type PlannedResource } from "../../simulation/record";

function named(plan: Plan, name: string): PlannedResource {
    const found = plan.resources.find((resource) => resource.name === name);
    assert.ok(found, `no resource is named ${name}`);
    return found;
}

class Group extends pulumi.ComponentResource {
    constructor(name: string, build: (parent: pulumi.Resource) => void, opts?: pulumi.ComponentResourceOptions) {
        super("test:index:Group", name, {}, opts);
        build(this);
        this.registerOutputs({});
    }
}

class Forgetful extends pulumi.ComponentResource {
    constructor(name: string) {
        super("test:index:Forgetful", name);
    }
}

describe("a recorded plan", () => {
    it("has its resources in the order of their URNs, whatever the order of registration", async () => {
        const plan = await record(() => {
            const late = new aws.s3.Bucket("a", {
                bucket: pulumi.output(new Promise<string>((done) => setTimeout(() => done("late"), 20))),
            });
            new aws.s3.Bucket("c");
            new aws.s3.Bucket("b", { bucket: late.bucket });
        });
        assert.deepEqual(
            plan.resources.map(({ name }) => name),
            ["a", "b", "c", "platform-test"],
        );
        assert.deepEqual(
            plan.resources.map(({ urn }) => urn),
            plan.resources.map(({ urn }) => urn).sort(),
        );
    });

    it("has each alias as the URN that the engine would look for", async () => {
        const plan = await record(() => {
            new Group("group", (parent) => {
                new aws.ssm.Parameter(
                    "parameter",
                    { type: "String", value: "x" },
                    {
                        parent,
                        aliases: [
                            { name: "old" },
                            { type: "aws:ssm/old:Old" },
                            { parent: pulumi.rootStackResource },
                            { stack: "other", project: "shop" },
                            "urn:pulumi:dev::platform::aws:ssm/parameter:Parameter::before",
                        ],
                    },
                );
            });
        });
        assert.deepEqual(named(plan, "parameter").aliases, [
            "urn:pulumi:test::platform::test:index:Group$aws:ssm/parameter:Parameter::old",
            "urn:pulumi:test::platform::test:index:Group$aws:ssm/old:Old::parameter",
            "urn:pulumi:test::platform::aws:ssm/parameter:Parameter::parameter",
            "urn:pulumi:other::shop::test:index:Group$aws:ssm/parameter:Parameter::parameter",
            "urn:pulumi:dev::platform::aws:ssm/parameter:Parameter::before",
        ]);
    });

    it("knows which components call registerOutputs themselves", async () => {
        const plan = await record(() => {
            new Group("good", () => undefined);
            new Forgetful("bad");
        });
        assert.ok(plan.registeredOutputs.has(named(plan, "good").urn));
        assert.ok(!plan.registeredOutputs.has(named(plan, "bad").urn));
    });

    it("has texts and files of assets, but no path of this machine", async () => {
        const plan = await record(
            () => {
                const page = (name: string, source: pulumi.asset.Asset | pulumi.asset.Archive): void => {
                    new aws.s3.BucketObject(name, { bucket: "b", source: source });
                };
                page("text", new pulumi.asset.StringAsset("hello"));
                page("inside", new pulumi.asset.FileAsset(`${__dirname}/fixtures/shop/greeting.txt`));
                page("outside", new pulumi.asset.FileAsset(__filename));
                page("remote", new pulumi.asset.RemoteAsset("https://example.com/a.txt"));
                page("folder", new pulumi.asset.FileArchive(`${__dirname}/fixtures/shop`));
                page("bundle", new pulumi.asset.AssetArchive({ "a.txt": new pulumi.asset.StringAsset("a") }));
            },
            { root: `${__dirname}/fixtures` },
        );
        const source = (name: string): Record<string, Record<string, unknown>> =>
            named(plan, name).inputs.source as Record<string, Record<string, unknown>>;
        assert.deepEqual(source("text"), { asset: { text: "hello" } });
        assert.deepEqual(source("inside"), {
            asset: {
                path: "shop/greeting.txt",
                sha256: "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
            },
        });
        assert.equal(source("outside").asset?.path, "record.test.ts");
        assert.deepEqual(source("remote"), { asset: { uri: "https://example.com/a.txt" } });
        assert.equal(source("folder").archive?.path, "shop");
        assert.match(String(source("folder").archive?.sha256), /^[0-9a-f]{64}$/);
        assert.deepEqual(source("bundle"), { archive: { assets: { "a.txt": { asset: { text: "a" } } } } });
        assert.ok(!JSON.stringify(plan.resources).includes(__dirname));
    });
});

describe("secrets in a plan", () => {
    it("are masked wherever they stand, and nothing else is", async () => {
        const plan = await record(() => {
            const password = pulumi.secret("hunter2");
            new aws.ssm.Parameter("text", { type: "SecureString", value: pulumi.interpolate`user:${password}` });
            new aws.ssm.Parameter("json", {
                type: "SecureString",
                value: pulumi.jsonStringify({ password }),
                tags: { a: "b" },
            });
            new k8s.core.v1.Secret("secret", {
                metadata: { name: "s" },
                stringData: { password: "typed in", user: "shop" },
            });
            new k8s.helm.v3.Release("release", { chart: "c", values: { auth: { password }, replicas: 1 } });
            const generated = new random.RandomPassword("generated", { length: 20 });
            new aws.ssm.Parameter("derived", { type: "SecureString", value: generated.result });
            return {
                password,
                nested: { list: [password, "shown"] },
                json: pulumi.jsonStringify({ password }),
                derived: generated.result,
            };
        });
        assert.equal(named(plan, "text").inputs.value, maskedSecret);
        assert.deepEqual(named(plan, "json").inputs, { tags: { a: "b" }, type: "SecureString", value: maskedSecret });
        assert.deepEqual(named(plan, "secret").inputs.stringData, { password: maskedSecret, user: maskedSecret });
        assert.deepEqual(named(plan, "release").inputs.values, { auth: { password: maskedSecret }, replicas: 1 });
        assert.equal(named(plan, "derived").inputs.value, maskedSecret);
        assert.deepEqual(plan.outputs, {
            password: maskedSecret,
            nested: { list: [maskedSecret, "shown"] },
            json: maskedSecret,
            derived: maskedSecret,
        });
        assert.ok(!JSON.stringify(plan).includes("hunter2"));
    });

    it("stay secret when they come from the configuration", async () => {
        const plan = await record(
            () => ({ key: new pulumi.Config().getSecret("key"), plain: new pulumi.Config().get("plain") }),
            { config: { "platform:key": "k", "platform:plain": "p" }, secretKeys: ["platform:key"] },
        );
        assert.deepEqual(plan.outputs, { key: maskedSecret, plain: "p" });
    });
});

describe("what the simulated clouds answer", () => {
    it("is the identity, name and address that the real ones would give", async () => {
        const plan = await record(
            () => {
                const bucket = new aws.s3.Bucket("files", { bucket: "shop-files" });
                const unnamed = new k8s.core.v1.ConfigMap("settings", {});
                const ingress = new k8s.networking.v1.Ingress("edge", {
                    metadata: { name: "edge", namespace: "shop" },
                });
                return {
                    arn: bucket.arn,
                    name: unnamed.metadata.name,
                    id: ingress.id,
                    host: ingress.status.loadBalancer.ingress[0]?.hostname,
                    account: aws.getCallerIdentityOutput().accountId,
                };
            },
            { region: "ap-southeast-2" },
        );
        assert.equal(plan.outputs.arn, "arn:aws:s3:::shop-files");
        assert.match(String(plan.outputs.name), /^settings-[0-9a-f]{8}$/);
        assert.equal(plan.outputs.id, "shop/edge");
        assert.match(String(plan.outputs.host), /^k8s-edge-[0-9a-f]{10}\.ap-southeast-2\.elb\.amazonaws\.com$/);
        assert.equal(plan.outputs.account, "123456789012");
    });

    it("is unknown in a preview, where nothing has been created yet", async () => {
        let applied = 0;
        const plan = await record(
            () => {
                const bucket = new aws.s3.Bucket("files", { bucket: "shop-files" });
                bucket.arn.apply(() => applied++);
                new aws.s3.BucketObject("known", { bucket: "b", key: bucket.bucket });
                new aws.s3.BucketObject("unknown", { bucket: "b", key: bucket.arn });
            },
            { preview: true },
        );
        assert.equal(applied, 0);
        assert.equal(named(plan, "known").inputs.key, "shop-files");
        assert.notEqual(named(plan, "unknown").inputs.key, "arn:aws:s3:::shop-files");
    });
});

describe("a program that fails while it is recorded", () => {
    const broken: readonly (readonly [what: string, program: () => unknown, message: RegExp])[] = [
        ["throws", () => assert.fail("at once"), /^at once$/],
        ["rejects", () => Promise.reject(new Error("a moment later")), /^a moment later$/],
        [
            "throws in an apply that feeds a resource",
            () => {
                const fails = pulumi.output("x").apply((): string => assert.fail("in an apply"));
                new aws.s3.Bucket("files", { bucket: fails });
            },
            /in an apply$/,
        ],
        [
            "throws in an apply that nobody reads",
            () => void pulumi.output("x").apply(() => assert.fail("unread")),
            /^unread$/,
        ],
        [
            "throws in an output",
            () => ({ url: pulumi.output("x").apply((): string => assert.fail("exported")) }),
            /exported$/,
        ],
        [
            "gives two resources one name",
            () => {
                new aws.s3.Bucket("files");
                new aws.s3.Bucket("files");
            },
            /Duplicate resource URN 'urn:pulumi:test::platform::aws:s3\/bucket:Bucket::files'/,
        ],
        [
            "calls a function that is not simulated",
            () => ({ ami: aws.ec2.getAmiOutput({}).id }),
            /no answer for the provider function aws:ec2\/getAmi:getAmi/,
        ],
    ];
    for (const [what, program, message] of broken) {
        it(`fails with that program's own error when it ${what}`, async () => {
            await assert.rejects(record(program), { message });
        });
    }

    it("says in which line, although a first run captures no stack traces", async () => {
        const limit = Error.stackTraceLimit;
        await assert.rejects(
            record(() => assert.fail("here")),
            (error: Error) => /record\.test\.ts:\d+/.test(error.stack ?? ""),
        );
        assert.equal(Error.stackTraceLimit, limit);
    });

    it("does not run again for a mistake in the configuration", async () => {
        let runs = 0;
        const mistake = Object.assign(new Error("2 errors"), { __pulumiRunError: true });
        await assert.rejects(
            record(() => {
                runs++;
                throw mistake;
            }),
            /^Error: 2 errors/,
        );
        assert.equal(runs, 1);
    });

    it("leaves the process ready for the next program, and its own handlers in place", async () => {
        const handlers = process.listeners("unhandledRejection");
        await assert.rejects(record(() => Promise.reject(new Error("first"))));
        assert.deepEqual(process.listeners("unhandledRejection"), handlers);
        assert.equal((await record(() => void new aws.s3.Bucket("files"))).resources.length, 2);
    });
});
