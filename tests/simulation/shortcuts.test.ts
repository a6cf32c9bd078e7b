import assert from "node:assert/strict";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { simulate } from "../../simulation/program";
import { record, type Plan } from "../../simulation/record";
import { stackNames } from "../harness";
import { fixture } from "./support";

const projectRoot = path.resolve(__dirname, "../..");

async function assertSame(run: (shortcuts: boolean) => Promise<Plan>): Promise<void> {
    const [short, long] = [await run(true), await run(false)];
    assert.deepEqual(short, long);
}

describe("the shortcuts through the SDK", () => {
    // Traces are what takes the long way its time; here nobody reads them.
    const limit = Error.stackTraceLimit;
    before(() => (Error.stackTraceLimit = 0));
    after(() => (Error.stackTraceLimit = limit));

    const stacks = [[fixture("shop"), "dev"], ...stackNames().map((name) => [projectRoot, name])] as const;
    for (const [root, stack] of stacks) {
        it(`change nothing in the plan of ${path.basename(root)}/${stack}`, () =>
            assertSame((shortcuts) => simulate({ root, stack, shortcuts })));
    }

    it("change nothing in a first preview", () =>
        assertSame((shortcuts) => simulate({ root: projectRoot, stack: "dev", preview: true, shortcuts })));

    it("change nothing in what a program sees of its resources", async () => {
        const seen: unknown[] = [];
        const watch = (value: unknown): void => void seen.push(value);
        await assertSame((shortcuts) =>
            record(
                async () => {
                    const bucket = new aws.s3.Bucket("files", {
                        bucket: "files",
                        tags: { secret: pulumi.secret("x") },
                    });
                    watch(Object.keys(bucket).sort());
                    // Read before and after the registration, and again.
                    bucket.arn.apply(watch);
                    bucket.tags.apply(watch);
                    await new Promise(setImmediate);
                    pulumi.all([bucket.arn, bucket.bucketDomainName, bucket.id, bucket.urn]).apply(watch);
                    watch(await pulumi.isSecret(bucket.tags));
                    watch(bucket.arn === bucket.arn);
                    Object.assign(bucket, { arn: pulumi.output("mine") });
                    bucket.arn.apply(watch);
                    return { bucket: bucket.bucket, whole: bucket };
                },
                { shortcuts },
            ),
        );
        assert.equal(seen.length % 2, 0);
        assert.deepEqual(seen.slice(seen.length / 2), seen.slice(0, seen.length / 2));
    });

    it("change nothing in references to resources that come back from a remote component", () =>
        assertSame((shortcuts) =>
            record(
                () => {
                    const role = new aws.iam.Role("role", { assumeRolePolicy: "{}" });
                    class Remote extends pulumi.ComponentResource {
                        declare readonly role: pulumi.Output<aws.iam.Role>;

                        constructor(name: string) {
                            super("test:index:Remote", name, { role }, {}, true);
                        }
                    }
                    const remote = new Remote("remote");
                    return { arn: remote.role.apply((each) => each.arn), known: remote.role.id };
                },
                { shortcuts },
            ),
        ));

    it("are taken back, also when the program fails", async () => {
        const rpc = pulumi.runtime as unknown as { transferProperties: unknown };
        const before = [Error.stackTraceLimit, rpc.transferProperties];
        await assert.rejects(record(() => Promise.reject(new Error("no"))));
        await record(() => void new k8s.Provider("p"));
        assert.deepEqual([Error.stackTraceLimit, rpc.transferProperties], before);
    });
});
