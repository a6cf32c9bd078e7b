import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { PolicyResource, StackValidationArgs } from "@pulumi/policy";
import * as proxy from "@pulumi/policy/proxy";
import { exceptionRule } from "../../policy/findings";
import { policies } from "../../policy/pack";
import { unknownValue } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { simulateStack, type ResourceGraph } from "../harness";

/** Not in the package's types: what the SDK wraps properties in, so that reading an unknown one throws. */
const { unknownCheckingProxy } = proxy as unknown as { unknownCheckingProxy: <T>(value: T) => T };

const root = path.resolve(__dirname, "..", "..");

/** What the SDK would hand to a stack policy. */
function argumentsOf({ all }: ResourceGraph): StackValidationArgs {
    const byUrn = new Map<string, PolicyResource>();
    for (const { urn, type, name, inputs, protect } of all) {
        byUrn.set(urn, {
            urn,
            type,
            name,
            props: unknownCheckingProxy(inputs),
            opts: { protect } as PolicyResource["opts"],
            dependencies: [],
            propertyDependencies: {},
            isType: () => false,
            asType: () => undefined,
        });
    }
    const found = (urn: string): PolicyResource[] => [byUrn.get(urn)].flatMap((each) => each ?? []);
    for (const { urn, parent, dependencies } of all) {
        const [resource] = found(urn);
        Object.assign(resource ?? {}, { parent: found(parent)[0], dependencies: dependencies.flatMap(found) });
    }
    return {
        resources: [...byUrn.values()],
        stackTags: new Map(),
        getConfig: () => ({}) as never,
        notApplicable: () => assert.fail(),
    };
}

async function violations(args: StackValidationArgs): Promise<string[]> {
    const found: string[] = [];
    for (const { name, validateStack } of policies) {
        await validateStack(args, (message, urn) => found.push(`${name}: ${message} (${urn})`));
    }
    return found;
}

describe("the CrossGuard pack", () => {
    it("has every rule, and one for the exceptions, all of them mandatory", () => {
        assert.deepEqual(
            policies.map(({ name }) => name),
            [...rules.map(({ id }) => id), exceptionRule],
        );
        assert.ok(policies.every(({ enforcementLevel }) => enforcementLevel === "mandatory"));
    });

    for (const preview of [true, false]) {
        it(`takes the prod stack ${preview ? "in a first preview, when little is known" : "as it becomes"}`, async () => {
            assert.deepEqual(await violations(argumentsOf(await simulateStack("prod", { preview }))), []);
        });
    }

    it("reports what breaks a rule at the resource that does", async () => {
        const args = argumentsOf(await simulateStack("local"));
        const [service] = args.resources.filter(({ type }) => type === "kubernetes:core/v1:Service");
        assert.ok(service !== undefined);
        Object.assign(service, { props: unknownCheckingProxy({ spec: { type: "LoadBalancer" } }) });
        const [only, ...others] = await violations(args);
        assert.deepEqual(others, []);
        assert.match(only ?? "", /^only-declared-edges: .*LoadBalancer.*\(urn:.*Service::/);
    });

    it("asks the EKS cluster itself where the engine knows it", async () => {
        const cluster = (publicAccessCidrs: unknown): StackValidationArgs => {
            const { resources, ...rest } = argumentsOf({ all: [] } as unknown as ResourceGraph);
            const shared = {
                opts: { protect: false } as PolicyResource["opts"],
                dependencies: [],
                propertyDependencies: {},
            };
            const any = { isType: () => false, asType: () => undefined };
            const vpcConfig = { endpointPublicAccess: true, publicAccessCidrs };
            return {
                ...rest,
                resources: [
                    ...resources,
                    { ...shared, ...any, urn: "a", type: "eks:index:Cluster", name: "component", props: {} },
                    {
                        ...shared,
                        ...any,
                        urn: "b",
                        type: "aws:eks/cluster:Cluster",
                        name: "eks",
                        props: unknownCheckingProxy({ vpcConfig }),
                    },
                ],
            };
        };
        const open = (await violations(cluster(["0.0.0.0/0"]))).filter((each) => each.startsWith("cluster-endpoint"));
        assert.match(open.join(), /0\.0\.0\.0\/0.*\(b\)/);
        const unknown = await violations(cluster(unknownValue));
        assert.deepEqual(
            unknown.filter((each) => each.startsWith("cluster-endpoint")),
            [],
        );
    });

    it("starts as the Pulumi CLI starts it, and says where it listens", async () => {
        const runner = path.join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
        const child = spawn(process.execPath, [runner, "127.0.0.1:1", "."], {
            cwd: path.join(root, "policy"),
            stdio: ["ignore", "pipe", "pipe"],
        });
        try {
            let errors = "";
            child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
            const [output] = (await Promise.race([once(child.stdout, "data"), once(child, "exit")])) as unknown[];
            assert.match(String(output), /^\d{2,5}\n$/, errors);
        } finally {
            child.kill();
        }
    });
});
