import type { Resource } from "./resource";
import { at, list, listAt, members, membersAt, text, textAt } from "./values";

/** A network policy's rule on one side of a pod. */
export interface Flow {
    /** Whom it speaks to or hears from. */
    readonly peer: string;
    readonly ports: string;
    /** Where the peer is a service or pod of a name: that name and its namespace. */
    readonly pod: { readonly name: string; readonly namespace: string } | undefined;
    /** Where the peer is an address range. */
    readonly range: string;
}

/** What a network policy lets in or out. */
export function flowsOf(policy: Resource, direction: "ingress" | "egress"): Flow[] {
    return listAt(policy.inputs, "spec", direction).flatMap((rule) => {
        const ports = listAt(rule, "ports").map((port) => {
            const protocol = textAt(port, "protocol");
            return `${textAt(port, "port")}${protocol === "UDP" ? "/udp" : ""}`;
        });
        const peers = listAt(rule, direction === "ingress" ? "from" : "to");
        return (peers.length === 0 ? [{}] : peers).map((peer) => flowOf(peer, ports.join(", "), policy.namespace));
    });
}

function flowOf(peer: unknown, ports: string, ownNamespace: string): Flow {
    const range = textAt(peer, "ipBlock", "cidr");
    if (range !== "") {
        return { peer: rangeName(range, list(at(peer, "ipBlock", "except"))), ports, pod: undefined, range };
    }
    const labels = membersAt(peer, "podSelector", "matchLabels");
    const name = text(labels["app.kubernetes.io/name"]) || Object.values(labels).map(text)[0] || "";
    const namespace = textAt(peer, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name");
    const everyNamespace = "namespaceSelector" in members(peer) && namespace === "";
    if (name === "") {
        const whole = namespace === "" ? (everyNamespace ? "every namespace" : "anybody") : `namespace ${namespace}`;
        return { peer: whole, ports, pod: undefined, range: "" };
    }
    const connects = Object.keys(labels).find((label) => label.startsWith("platform/connects-to-"));
    if (connects !== undefined && labels["app.kubernetes.io/name"] === undefined) {
        return {
            peer: `pods that connect to ${connects.slice("platform/connects-to-".length)}`,
            ports,
            pod: undefined,
            range: "",
        };
    }
    const there = namespace !== "" && namespace !== ownNamespace ? ` in ${namespace}` : "";
    return { peer: `${name}${there}`, ports, pod: { name, namespace: namespace || ownNamespace }, range: "" };
}

const podIdentityAgent = "169.254.170.23/32";

function rangeName(range: string, except: readonly unknown[]): string {
    if (range === podIdentityAgent) {
        return "Pod Identity agent of the node";
    }
    const without = except.length > 0 ? `, except ${except.map(text).join(", ")}` : "";
    return range === "0.0.0.0/0" ? `any address${without}` : `${range}${without}`;
}
