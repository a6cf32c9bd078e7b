import assert from "node:assert/strict";
import { simulateStack, stackNames, type ResourceGraph } from "../harness";
import { objects } from "./reach";

/** Who keeps the record of which host: external-dns of what the cluster answers itself, a CDN of its own host. */

interface DnsValues {
    readonly sources: readonly string[];
    readonly domainFilters: readonly string[];
}

function externalDns(graph: ResourceGraph): DnsValues | undefined {
    const release = graph.ofType("kubernetes:helm.sh/v3:Release").find(({ inputs }) => inputs.chart === "external-dns");
    return release?.inputs.values as DnsValues | undefined;
}

/** Whether external-dns looks at a host: the filter itself, and what is below it. Source: endpoint/domain_filter.go, 0.21. */
function isWithin({ domainFilters }: DnsValues, host: string): boolean {
    return domainFilters.some((filter) => host === filter || host.endsWith(`.${filter}`));
}

function hostsOfRoutes(graph: ResourceGraph): string[] {
    return objects(graph, "HTTPRoute").flatMap(({ spec }) => (spec.hostnames as string[] | undefined) ?? []);
}

function hostsOfIngresses(graph: ResourceGraph): string[] {
    return objects(graph, "Ingress").flatMap(({ spec }) => (spec.rules as { host: string }[]).map(({ host }) => host));
}

/** Public names of distributions, and of the records beside them. */
function hostsOfCdns(graph: ResourceGraph): string[] {
    return graph
        .ofType("aws:cloudfront/distribution:Distribution")
        .flatMap(({ inputs }) => (inputs.aliases as string[] | undefined) ?? []);
}

for (const stack of stackNames()) {
    it(`external-dns of the ${stack} stack keeps the records of gateways and load balancers, and of no CDN`, async function () {
        const graph = await simulateStack(stack);
        const values = externalDns(graph);
        if (values === undefined) {
            this.skip();
        }
        const routes = hostsOfRoutes(graph);
        assert.equal(values.sources.includes("gateway-httproute"), objects(graph, "Gateway").length > 0);
        assert.ok(routes.length > 0);
        assert.deepEqual(
            [...routes, ...hostsOfIngresses(graph)].filter((host) => !isWithin(values, host)),
            [],
        );

        const cdns = hostsOfCdns(graph);
        assert.ok(cdns.length > 0);
        const records = graph.ofType("aws:route53/record:Record").map(({ inputs }) => String(inputs.name));
        const role = graph.one("aws:iam/rolePolicy:RolePolicy", "addons-external-dns-identity-policy");
        for (const host of cdns) {
            assert.ok(!isWithin(values, host), host);
            assert.ok(!routes.includes(host), `${host} is the gateway's own`);
            assert.ok(records.includes(host), `${host} has no record`);
            assert.ok(!String(role.inputs.policy).includes(host), `external-dns may change ${host}`);
        }
    });
}
