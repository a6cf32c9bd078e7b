import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parse } from "yaml";
import { simulate } from "../../simulation/program";
import type { PlannedResource } from "../../simulation/record";
import { systemDefinitions } from "../../stacks/registry";
import { ResourceGraph, simulateStack } from "../harness";

/** A system consists of the same resources whatever runs beside it, in whichever order, and no two have anything in common. */

const names = systemDefinitions.map(({ name }) => name);

interface StackFile {
    readonly config: Record<string, unknown> & { "platform:systems": Record<string, unknown> };
}

/** A stack with some of its systems, in the given order. */
async function withSystems(stack: string, chosen: readonly string[]): Promise<ResourceGraph> {
    const file = parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8")) as StackFile;
    const all = file.config["platform:systems"];
    file.config["platform:systems"] = Object.fromEntries(chosen.map((name) => [name, all[name]]));
    return new ResourceGraph(await simulate({ root: process.cwd(), stack, stackFile: JSON.stringify(file) }));
}

/** Everything that belongs to a system, by URN. What it waits for of the platform is the platform's business: without hosts, no external-dns. */
function resourcesOf(graph: ResourceGraph, system: string): Map<string, PlannedResource> {
    const root = graph.one("platform:system:System", system);
    const byUrn = new Map(graph.all.map((each) => [each.urn, each]));
    const isPart = (resource: PlannedResource | undefined): boolean =>
        resource !== undefined && (resource.urn === root.urn || isPart(byUrn.get(resource.parent)));
    const ofSystems = (urn: string): boolean => urn.includes("::platform:system:System");
    return new Map(
        graph.all
            .filter(isPart)
            .map((each) => [each.urn, { ...each, dependencies: each.dependencies.filter(ofSystems) }]),
    );
}

/** What of a resource can exist only once, in the cluster, the account or the world. */
function claims({ type, inputs }: PlannedResource): string[] {
    const unique: Readonly<Record<string, string>> = {
        "aws:iam/role:Role": "name",
        "aws:s3/bucket:Bucket": "bucket",
        "aws:cloudwatch/logGroup:LogGroup": "name",
        "aws:secretsmanager/secret:Secret": "name",
        "aws:rds/instance:Instance": "identifier",
        "aws:rds/parameterGroup:ParameterGroup": "name",
        "aws:rds/subnetGroup:SubnetGroup": "name",
        "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
        "aws:elasticache/subnetGroup:SubnetGroup": "name",
        "aws:elasticache/parameterGroup:ParameterGroup": "name",
        "aws:ec2/securityGroup:SecurityGroup": "name",
        "aws:ecr/repository:Repository": "name",
        "aws:lambda/function:Function": "name",
        "aws:route53/zone:Zone": "name",
        "aws:route53/record:Record": "name",
    };
    const member = unique[type];
    const { kind, metadata } = inputs as {
        kind?: string;
        metadata?: { name?: string; namespace?: string; annotations?: Record<string, string> };
    };
    const annotations = metadata?.annotations ?? {};
    const hosts = [
        ...((inputs.spec as { rules?: { host?: string }[] } | undefined)?.rules ?? []).map(({ host }) => host),
        ...((inputs.spec as { listeners?: { hostname?: string }[] } | undefined)?.listeners ?? []).map(
            ({ hostname }) => hostname,
        ),
        annotations["external-dns.alpha.kubernetes.io/hostname"],
        ...((inputs.aliases as string[] | undefined) ?? []),
    ].filter((host) => host !== undefined);
    return [
        ...(member === undefined || inputs[member] === undefined ? [] : [`${type} ${inputs[member] as string}`]),
        ...(type.startsWith("kubernetes:") && metadata?.name !== undefined
            ? [`${kind ?? type} ${metadata.namespace ?? ""}/${metadata.name}`]
            : []),
        ...hosts.map((host) => `host ${host}`),
    ];
}

for (const [stack, runs] of [
    ["dev", 14],
    ["prod", 12],
    ["local", 14],
] as const) {
    describe(`the systems of the ${stack} stack`, () => {
        let together: ResourceGraph;
        before(async () => {
            together = await simulateStack(stack);
        });

        it("are the same in any company and in any order", async function () {
            this.timeout(120_000);
            const companies = fc.shuffledSubarray(names, { minLength: 1 });
            await fc.assert(
                fc.asyncProperty(companies, async (chosen) => {
                    const graph = await withSystems(stack, chosen);
                    assert.deepEqual(
                        graph
                            .ofType("platform:system:System")
                            .map(({ name }) => name)
                            .sort(),
                        [...chosen].sort(),
                    );
                    for (const name of chosen) {
                        assert.deepEqual(resourcesOf(graph, name), resourcesOf(together, name), name);
                    }
                }),
                { numRuns: runs, examples: names.map((name): [string[]] => [[name]]) },
            );
        });

        it("have nothing in common: no name, namespace, role, secret, host", () => {
            const owners = new Map<string, string>();
            for (const system of names) {
                const resources = [...resourcesOf(together, system).values()];
                const own = new Set(resources.flatMap(claims));
                assert.ok(own.size > 20, `${system} claims ${own.size} things`);
                for (const claim of own) {
                    assert.equal(owners.get(claim), undefined, `${claim} of ${system}`);
                    owners.set(claim, system);
                }
            }
        });

        it("let only those in from other systems that they name", () => {
            const byNamespace = new Map(
                names.flatMap((system) =>
                    [...resourcesOf(together, system).values()]
                        .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
                        .map(({ inputs }) => [(inputs.metadata as { name: string }).name, system] as const),
                ),
            );
            for (const system of names) {
                for (const { type, inputs, urn } of resourcesOf(together, system).values()) {
                    if (type !== "kubernetes:networking.k8s.io/v1:NetworkPolicy") {
                        continue;
                    }
                    const text = JSON.stringify(inputs.spec);
                    for (const [, namespace = ""] of text.matchAll(/"kubernetes\.io\/metadata\.name":"([^"]+)"/g)) {
                        assert.ok([undefined, system].includes(byNamespace.get(namespace)), `${urn}: ${namespace}`);
                    }
                }
            }
        });
    });
}

describe("the networks of the stacks", () => {
    it("do not overlap, so that they can be connected", async () => {
        const ranges: string[] = [];
        for (const stack of ["dev", "staging", "prod"]) {
            ranges.push((await simulateStack(stack)).one("aws:ec2/vpc:Vpc").inputs.cidrBlock as string);
        }
        // Each is a /16 of its own.
        assert.ok(ranges.every((range) => range.endsWith(".0.0/16")));
        assert.equal(new Set(ranges).size, ranges.length);
    });
});
