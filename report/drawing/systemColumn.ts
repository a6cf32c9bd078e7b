import { listAddress, resourceAddress, systemAddress } from "../model/addresses";
import { cdnsOf, entriesOf, type Entry } from "../model/entries";
import { flowsOf } from "../model/flows";
import type { PlanView, Resource } from "../model/resource";
import type { Service, Store, System } from "../model/systems";
import { counted } from "../model/values";
import type { Balancer, Box, Edge, NamespaceBox, SystemColumn } from "./drawing";

/** More services of a namespace than this share one box. */
const mostServices = 8;

/** A system's column, and every connection that begins or ends in it. */
export function systemColumn(plan: PlanView, system: System): { column: SystemColumn; edges: Edge[] } {
    const drawn = system.namespaces.flatMap((each) => servicesIn(system, each.namespace).slice(0, mostServices));
    const entries = drawn.flatMap(entriesOf);
    const called = calledOutside(plan, system, drawn);
    return {
        column: {
            box: { id: `system-${system.name}`, kind: "system", title: system.name, href: systemAddress(system.name) },
            outside: outsideBoxes(system, entries),
            balancers: balancers(system, entries),
            namespaces: inOrderOfCalls(system, entries).map((each) => namespaceBox(system, each)),
            managed: system.stores.filter(({ placement }) => placement === "managed").map(storeBox),
            regional: regionalBoxes(system),
            called: called.map(({ box }) => box),
        },
        edges: [
            ...requestEdges(system, entries),
            ...drawn.flatMap((service) => connectionEdges(system, service)),
            ...callEdges(drawn),
            ...called.flatMap(({ edges }) => edges),
        ],
    };
}

function servicesIn(system: System, namespace: string): Service[] {
    return system.services.filter((each) => each.namespace === namespace);
}

/** Namespaces that requests reach first stand above those that they call. */
function inOrderOfCalls({ namespaces }: System, entries: readonly Entry[]): Resource[] {
    const reached = new Set(entries.map(({ service }) => service.namespace));
    return [...namespaces].sort((a, b) => Number(reached.has(b.namespace)) - Number(reached.has(a.namespace)));
}

function namespaceBox(system: System, namespace: Resource): NamespaceBox {
    const own = servicesIn(system, namespace.namespace);
    const services = own.slice(0, mostServices).map(serviceBox);
    const rest = own.length - services.length;
    const stores = system.stores.filter((store) => store.namespace === namespace.namespace);
    return {
        box: {
            id: `namespace-${namespace.namespace}`,
            kind: "namespace",
            title: namespace.namespace,
            href: listAddress({ namespace: namespace.namespace }),
        },
        inside: [
            ...services,
            ...(rest > 0
                ? [
                      {
                          id: `rest-${namespace.namespace}`,
                          kind: "service" as const,
                          title: counted(rest, "more service"),
                          href: listAddress({ namespace: namespace.namespace, type: own[0]?.workload.type ?? "" }),
                      },
                  ]
                : []),
            ...stores.map(storeBox),
        ],
    };
}

function serviceBox(service: Service): Box {
    return {
        id: service.resource.address,
        kind: "service",
        title: service.name,
        detail: `${service.replicas} ${service.replicas === "1" ? "pod" : "pods"}`,
        href: listAddress({ component: service.resource.name }),
    };
}

function storeBox(store: Store): Box {
    return {
        id: store.resource.address,
        kind: "store",
        title: store.engine,
        detail: store.size,
        href: listAddress({ component: store.resource.name }),
    };
}

function hostBox(system: System, host: string): Box {
    const dot = host.indexOf(".");
    const [title, detail] = dot === -1 ? [host, undefined] : [host.slice(0, dot), host.slice(dot + 1)];
    return {
        id: hostId(host),
        kind: "edge",
        title,
        ...(detail !== undefined && { detail }),
        href: systemAddress(system.name, "endpoints"),
    };
}

function hostId(host: string): string {
    return `host-${host}`;
}

function cdnId(system: System): string {
    return `cdn-${system.name}`;
}

/** Hosts of CDNs and the CDN come before the hosts that it fetches from. */
function outsideBoxes(system: System, entries: readonly Entry[]): Box[] {
    const cdns = cdnsOf(system);
    return [
        ...cdns.flatMap(({ hosts, resource }) => [
            ...hosts.map((host) => hostBox(system, host)),
            {
                id: cdnId(system),
                kind: "edge" as const,
                title: "CloudFront",
                detail: "CDN",
                href: listAddress({ component: resource.name }),
            },
        ]),
        ...[...new Set(entries.map(({ host }) => host))].map((host) => hostBox(system, host)),
    ];
}

function balancerId(system: System, key: string): string {
    return `balancer-${system.name}-${key}`;
}

function keyOf({ balancer }: Entry): string {
    return `${balancer.kind} ${balancer.name}`;
}

const balancerTitles: Readonly<Record<Entry["balancer"]["kind"], string>> = {
    ALB: "Application LB",
    NLB: "Network LB",
    Gateway: "Gateway, NLB",
    Ingress: "Ingress controller",
};

function balancers(system: System, entries: readonly Entry[]): Balancer[] {
    const byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
    return [...byKey].map(([key, { balancer, resource }]) => ({
        key,
        box: {
            id: balancerId(system, key),
            kind: "edge",
            title: balancerTitles[balancer.kind],
            detail: balancer.name,
            href: hrefOf(balancer, resource),
        },
    }));
}

/** A shared load balancer is what all resources of its kind ask for; another has one resource of its own. */
function hrefOf({ kind }: Entry["balancer"], resource: Resource): string {
    switch (kind) {
        case "Gateway":
            return listAddress({ text: "gateway.networking.k8s.io" });
        case "NLB":
            return resourceAddress(resource);
        case "ALB":
        case "Ingress":
            return listAddress({ type: resource.type });
    }
}

function requestEdges(system: System, entries: readonly Entry[]): Edge[] {
    const request = (from: string, to: string, label: string): Edge => ({ from, to, kind: "request", label });
    return [
        ...cdnsOf(system).flatMap(({ hosts, origin }) => [
            ...hosts.map((host) => request(hostId(host), cdnId(system), `${host} is answered by CloudFront`)),
            request(cdnId(system), hostId(origin), `CloudFront fetches from ${origin}`),
        ]),
        ...unique(
            entries.map((entry) =>
                request(hostId(entry.host), balancerId(system, keyOf(entry)), `${entry.host} reaches ${keyOf(entry)}`),
            ),
        ),
        ...unique(
            entries.map((entry) =>
                request(
                    balancerId(system, keyOf(entry)),
                    entry.service.resource.address,
                    `${keyOf(entry)} sends to ${entry.service.name}`,
                ),
            ),
        ),
    ];
}

function unique(edges: readonly Edge[]): Edge[] {
    return [...new Map(edges.map((edge) => [`${edge.from} ${edge.to}`, edge])).values()];
}

function connectionEdges(system: System, service: Service): Edge[] {
    return system.stores
        .filter(({ name }) => service.connections.includes(name))
        .map((store) => ({
            from: service.resource.address,
            to: store.resource.address,
            kind: "store",
            label: `${service.name} connects to ${store.engine} ${store.name}`,
        }));
}

/** The network policy of a service's pods. */
export function policyOf(service: Service): Resource | undefined {
    return service.resource.children.find(({ kind }) => kind === "NetworkPolicy");
}

function callEdges(services: readonly Service[]): Edge[] {
    return services.flatMap((service) => {
        const policy = policyOf(service);
        return (policy === undefined ? [] : flowsOf(policy, "egress")).flatMap(({ pod, ports }): Edge[] => {
            const called = services.find((each) => each.name === pod?.name && each.namespace === pod.namespace);
            return called === undefined || called === service
                ? []
                : [
                      {
                          from: service.resource.address,
                          to: called.resource.address,
                          kind: "call",
                          label: `${service.name} calls ${called.name} on port ${ports}`,
                      },
                  ];
        });
    });
}

/** Where a store of another stack's network is listened for: it has no subnet in this plan. */
const storePorts: Readonly<Record<string, string>> = {
    PostgreSQL: "5432",
    MySQL: "3306",
    Redis: "6379",
    Valkey: "6379",
};

/** The port of a managed store that a service connects to. */
function isOwnStore(system: System, service: Service, port: string): boolean {
    return system.stores.some(
        ({ name, placement, engine }) =>
            placement === "managed" &&
            service.connections.includes(name) &&
            storePorts[engine.split(" ")[0] ?? ""] === port,
    );
}

/** Ranges that are no part of the stack: neither its own subnets and stores nor what every node offers its pods. */
function calledOutside(plan: PlanView, system: System, services: readonly Service[]): { box: Box; edges: Edge[] }[] {
    const own = new Set(plan.ofType("aws:ec2/subnet:Subnet").map(({ inputs }) => inputs.cidrBlock));
    const byPeer = new Map<string, { box: Box; edges: Edge[] }>();
    for (const service of services) {
        const policy = policyOf(service);
        for (const { peer, range, ports } of policy === undefined ? [] : flowsOf(policy, "egress")) {
            const isOwn = own.has(range) || isOwnStore(system, service, ports);
            if (range === "" || range.startsWith("169.254.") || isOwn || policy === undefined) {
                continue;
            }
            const id = `called-${service.resource.system}-${range}-${ports}`;
            const title = range === "0.0.0.0/0" ? "any address" : peer;
            const found = byPeer.get(id) ?? {
                box: { id, kind: "outside", title, detail: `port ${ports}`, href: resourceAddress(policy) },
                edges: [],
            };
            found.edges.push({
                from: service.resource.address,
                to: id,
                kind: "outside",
                label: `${service.name} may call ${peer} on port ${ports}`,
            });
            byPeer.set(id, found);
        }
    }
    return [...byPeer.values()];
}

const regionalTypes: readonly (readonly [type: string, title: string, noun: string])[] = [
    ["aws:s3/bucket:Bucket", "S3", "bucket"],
    ["aws:secretsmanager/secret:Secret", "Secrets Manager", "secret"],
    ["aws:ecr/repository:Repository", "ECR", "repository"],
];

function regionalBoxes({ name, resource }: System): Box[] {
    const family = resource.family;
    return regionalTypes.flatMap(([type, title, noun]) => {
        const own = family.filter((each) => each.type === type);
        const plural = noun === "repository" ? "repositories" : undefined;
        return own.length === 0
            ? []
            : [
                  {
                      id: `regional-${name}-${type}`,
                      kind: "regional" as const,
                      title,
                      detail: counted(own.length, noun, plural),
                      href: listAddress({ type, system: name }),
                  },
              ];
    });
}
