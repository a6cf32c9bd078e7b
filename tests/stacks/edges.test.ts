import assert from "node:assert/strict";
import { gatewayNamespace } from "../../components/gateway/names";
import { parseConfig } from "../../config/parse";
import { readConfiguration } from "../../simulation/configuration";
import { planSystems } from "../../stacks/plan";
import { systemDefinitions } from "../../stacks/registry";
import { simulateStack, stackNames } from "../harness";

/** What a system declares as an edge is public, and nothing else is. */

function declaredEdges(stack: string): string[] {
    const { config } = parseConfig(readConfiguration(process.cwd(), stack).values);
    assert.ok(config !== undefined);
    const { systems } = planSystems(config, systemDefinitions);
    return systems
        .flatMap(({ declaration, namespace }) =>
            Object.entries(declaration.services)
                .filter(([, { edge }]) => edge !== undefined)
                .map(([service, spec]) => `${spec.namespace ?? namespace}/${service}`),
        )
        .sort();
}

for (const stack of stackNames()) {
    it(`exactly the declared edges of the ${stack} stack are public`, async () => {
        const graph = await simulateStack(stack);
        const ways = graph.all.filter(({ type, inputs }) => {
            const spec = inputs.spec as { type?: string } | undefined;
            return (
                type === "kubernetes:networking.k8s.io/v1:Ingress" ||
                (type.startsWith("kubernetes:gateway.networking.k8s.io") && type.endsWith(":HTTPRoute")) ||
                (type === "kubernetes:core/v1:Service" && (spec?.type === "LoadBalancer" || spec?.type === "NodePort"))
            );
        });
        const found = ways
            .map(
                ({ inputs }) => inputs.metadata as { name: string; namespace: string; labels?: Record<string, string> },
            )
            // The gateway's own redirect from HTTP to HTTPS leads nowhere else.
            .filter(({ namespace }) => namespace !== gatewayNamespace)
            .map(({ name, namespace }) => `${namespace}/${name.replace(/-public$/, "")}`);
        assert.deepEqual([...new Set(found)].sort(), declaredEdges(stack));
    });
}
