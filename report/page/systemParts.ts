import { policyOf } from "../drawing/systemColumn";
import { listAddress } from "../model/addresses";
import { cdnsOf, entriesOf } from "../model/entries";
import { flowsOf } from "../model/flows";
import { alertsOf } from "../model/monitoring";
import { secretsOf } from "../model/secrets";
import type { PlanView, Resource } from "../model/resource";
import type { Service, System } from "../model/systems";
import { listAt, membersAt, text, textAt } from "../model/values";
import { h } from "./element";
import { lines, linkTo, none, section, severityMark, tableOf } from "./parts";

const named = (...titles: readonly string[]): { title: string }[] => titles.map((title) => ({ title }));

export function endpointsSection(system: System): HTMLElement {
    const cdns = cdnsOf(system);
    const rows = [
        ...cdns.flatMap(({ hosts, origin, resource }) =>
            hosts.map((host) => [`https://${host}`, "CloudFront", linkTo(resource), `fetches from ${origin}`]),
        ),
        ...system.services
            .flatMap(entriesOf)
            .map(({ host, balancer, resource, service }) => [
                host.includes(".") ? `https://${host}` : host,
                `${balancer.kind} ${balancer.name}`,
                linkTo(resource),
                `service ${service.name}`,
            ]),
    ];
    return section(
        "endpoints",
        "Endpoints",
        rows.length,
        rows.length === 0
            ? none("Nothing from outside reaches it.")
            : tableOf("Endpoints", named("Address", "Comes in through", "Declared by", "Goes to"), rows),
    );
}

export function servicesSection({ services }: System): HTMLElement {
    const rows = services.map((service) => {
        const container = membersAt(service.workload.inputs, "spec", "template", "spec", "containers", 0);
        return [
            h("a", { href: listAddress({ component: service.resource.name }) }, service.name),
            lines([h("code", {}, service.image), service.workload.kind]),
            service.replicas,
            scaling(service),
            lines([resourcesText(container, "requests"), resourcesText(container, "limits")]),
            probes(container),
        ];
    });
    const columns = named("Service", "Image", "Pods", "Scales on", "Requests, limits", "Probes");
    return section("services", "Services and scaling", services.length, tableOf("Services", columns, rows));
}

function scaling({ autoscaler, resource }: Service): HTMLElement {
    const metrics = listAt(autoscaler?.inputs, "spec", "metrics").map((metric) => {
        const target = membersAt(metric, "resource", "target");
        const use = text(target.averageUtilization);
        return use === "" ? textAt(metric, "type") : `${textAt(metric, "resource", "name")} at ${use} %`;
    });
    const behavior = membersAt(autoscaler?.inputs, "spec", "behavior");
    const window = textAt(behavior, "scaleDown", "stabilizationWindowSeconds");
    const vertical = resource.children.find(({ kind }) => kind === "VerticalPodAutoscaler");
    const mode = textAt(vertical?.inputs, "spec", "updatePolicy", "updateMode");
    return lines([
        ...(metrics.length === 0 ? ["nothing: a fixed number"] : metrics),
        ...(window === "" ? [] : [`down after ${window} s`]),
        ...(vertical === undefined ? [] : [mode === "Off" ? "VPA recommends" : `VPA: ${mode}`]),
    ]);
}

function resourcesText(container: unknown, of: "requests" | "limits"): string {
    const { cpu, memory } = membersAt(container, "resources", of);
    return [cpu, memory].map(text).filter(Boolean).join(", ") || `no ${of}`;
}

function probes(container: Readonly<Record<string, unknown>>): HTMLElement {
    const found = ["startup", "readiness", "liveness"].flatMap((kind) => {
        const probe = membersAt(container, `${kind}Probe`);
        const path = textAt(probe, "httpGet", "path") || Object.keys(probe)[0];
        return path === undefined ? [] : [`${kind} ${path}`];
    });
    return lines(found.length === 0 ? ["none"] : found);
}

export function flowsSection(plan: PlanView, { services, namespaces, resource }: System): HTMLElement {
    const subnets = new Map(
        plan.ofType("aws:ec2/subnet:Subnet").map((each) => [textAt(each.inputs, "cidrBlock"), each]),
    );
    const rows = services.flatMap((service) => {
        const policy = policyOf(service);
        const side = (direction: "ingress" | "egress", verb: string): (Node | string)[][] =>
            (policy === undefined ? [] : flowsOf(policy, direction)).map(({ peer, range, ports }) => [
                service.name,
                verb,
                subnets.has(range) ? h("span", {}, `${range}: `, linkTo(subnets.get(range) as Resource)) : peer,
                ports,
                policy === undefined ? "" : linkTo(policy),
            ]);
        return [...side("ingress", "hears from"), ...side("egress", "speaks to")];
    });
    const closed = resource.family.filter(({ kind, inputs }) => kind === "NetworkPolicy" && isDefaultDeny(inputs));
    const names = namespaces.map(({ namespace }) => namespace).join(", ");
    const intro =
        closed.length >= namespaces.length && closed.length > 0
            ? `Network policies close ${names}; only these flows, DNS and what the stores' own policies say are open.`
            : "What network policies let through.";
    return section(
        "flows",
        "Declared flows",
        rows.length,
        h("p", { class: "none" }, intro),
        rows.length === 0
            ? none("No service declares any.")
            : tableOf("Declared flows", named("Service", "Flow", "Peer", "Ports", "Policy"), rows),
    );
}

function isDefaultDeny(inputs: Readonly<Record<string, unknown>>): boolean {
    const spec = membersAt(inputs, "spec");
    return (
        Object.keys(membersAt(spec, "podSelector")).length === 0 &&
        spec.ingress === undefined &&
        spec.egress === undefined
    );
}

export function storesSection({ stores }: System): HTMLElement {
    const rows = stores.map((store) => [
        h("a", { href: listAddress({ component: store.resource.name }) }, store.name),
        store.engine,
        store.placement === "managed" ? "managed by AWS" : `in the cluster, namespace ${store.namespace}`,
        store.size,
    ]);
    return section(
        "stores",
        "Stores",
        rows.length,
        rows.length === 0
            ? none("It keeps no data.")
            : tableOf("Stores", named("Store", "Engine", "Lives", "Size"), rows),
    );
}

export function secretsSection(system: System): HTMLElement {
    const secrets = secretsOf(system);
    const rows = secrets.map(({ name, namespace, keys, source, resource, readers }) => [
        linkTo(resource, name),
        namespace,
        h("code", {}, keys.join(", ")),
        source,
        readers.length === 0
            ? "nobody"
            : lines(
                  readers.map((reader) =>
                      linkTo(reader, `${reader.kind} ${textAt(reader.inputs, "metadata", "name")}`),
                  ),
              ),
    ]);
    return section(
        "secrets",
        "Secrets and who reads them",
        rows.length,
        rows.length === 0
            ? none("It has none.")
            : tableOf("Secrets", named("Secret", "Namespace", "Keys", "Comes from", "Read by"), rows),
    );
}

export function alertsSection({ resource }: System): HTMLElement {
    const rows = alertsOf(resource.family).map((alert) => [
        severityMark(alert.severity),
        h("strong", {}, alert.name),
        alert.component,
        h("code", {}, alert.threshold),
        alert.for,
        lines([alert.summary, h("details", {}, h("summary", {}, "Expression"), h("code", {}, alert.expression))]),
    ]);
    return section(
        "alerts",
        "Alerts",
        rows.length,
        rows.length === 0
            ? none("The platform has no Prometheus here.")
            : tableOf("Alerts", named("Severity", "Alert", "Watches", "Fires at", "For", "What it says"), rows),
    );
}
