import type { Resource } from "./resource";
import type { Service, System } from "./systems";
import { listAt, membersAt, text, textAt } from "./values";

/** Where requests from outside come in. */
export interface Entry {
    readonly host: string;
    /** Position and name of the load balancer. */
    readonly balancer: { readonly kind: "ALB" | "NLB" | "Gateway" | "Ingress"; readonly name: string };
    /** What says so. */
    readonly resource: Resource;
    readonly service: Service;
}

/** The public host names of a service, and through which load balancer each comes. */
export function entriesOf(service: Service): Entry[] {
    return service.resource.children.flatMap((resource): Entry[] => {
        const found = (host: string, kind: Entry["balancer"]["kind"], name: string): Entry => ({
            host,
            balancer: { kind, name },
            resource,
            service,
        });
        const { inputs } = resource;
        const annotations = membersAt(inputs, "metadata", "annotations");
        switch (resource.kind) {
            case "Ingress": {
                const isAlb = textAt(inputs, "spec", "ingressClassName") === "alb";
                const name = text(annotations["alb.ingress.kubernetes.io/load-balancer-name"]);
                return listAt(inputs, "spec", "rules").map((rule) =>
                    found(textAt(rule, "host"), isAlb ? "ALB" : "Ingress", name || resource.name),
                );
            }
            case "HTTPRoute":
                return listAt(inputs, "spec", "hostnames").map((host) =>
                    found(text(host), "Gateway", "shared gateway"),
                );
            case "Service": {
                if (textAt(inputs, "spec", "type") !== "LoadBalancer") {
                    return [];
                }
                const hosts = text(annotations["external-dns.alpha.kubernetes.io/hostname"]);
                const name = text(annotations["service.beta.kubernetes.io/aws-load-balancer-name"]);
                return (hosts || "(address of the load balancer)")
                    .split(",")
                    .map((host) => found(host, "NLB", name || resource.name));
            }
            default:
                return [];
        }
    });
}

/** A CDN in front of a host. */
export interface Cdn {
    readonly resource: Resource;
    readonly distribution: Resource;
    readonly hosts: readonly string[];
    /** Host that it fetches from. */
    readonly origin: string;
}

export function cdnsOf(system: System): Cdn[] {
    return system.resource.family
        .filter(({ type }) => type === "aws:cloudfront/distribution:Distribution")
        .map((distribution) => ({
            resource: distribution.parent ?? distribution,
            distribution,
            hosts: listAt(distribution.inputs, "aliases").map(text),
            origin: textAt(distribution.inputs, "origins", 0, "domainName"),
        }));
}
