import assert from "node:assert/strict";
import { ownersOf } from "../../simulation/ownership";
import { simulateStack } from "../harness";
import { planOf, urnOf } from "./plans";

describe("the owner of a resource", () => {
    const system = { type: "platform:system:System", name: "orders" };
    const database = { type: "platform:database:Database", name: "orders-postgres", parent: urnOf(system) };
    const server = {
        type: "platform:database:ManagedDatabase",
        name: "orders-postgres-server",
        parent: urnOf(database),
    };
    const instance = { type: "aws:rds/instance:Instance", name: "instance", parent: urnOf(server) };
    const logs = { type: "aws:cloudwatch/logGroup:LogGroup", name: "logs", parent: urnOf(system) };
    const network = { type: "platform:network:Network", name: "network" };
    const vpc = { type: "aws:ec2/vpc:Vpc", name: "vpc", parent: urnOf(network) };
    const owners = ownersOf(planOf([instance, server, database, logs, system, vpc, network]));

    const cases = {
        "is the outermost component of its system, however deep it stands": [instance, "orders", "orders-postgres"],
        "is the system itself for what stands directly in it": [logs, "orders", "orders"],
        "is shared, with the platform's component, outside of systems": [vpc, "shared", "network"],
    } as const;
    for (const [title, [resource, expectedSystem, component]] of Object.entries(cases)) {
        it(title, () => assert.deepEqual(owners.get(urnOf(resource)), { system: expectedSystem, component }));
    }

    it("is the system that its tags name, for every tagged resource of a stack", async () => {
        const { plan } = await simulateStack("prod");
        const found = ownersOf(plan);
        const wrong = plan.resources.filter(({ urn, inputs }) => {
            const tagged = (inputs.tags as Record<string, string> | undefined)?.["platform:system"];
            return tagged !== undefined && tagged !== found.get(urn)?.system;
        });
        assert.deepEqual(
            wrong.map(({ urn }) => urn),
            [],
        );
    });
});
