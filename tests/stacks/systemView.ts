import assert from "node:assert/strict";
import type { PlannedResource } from "../../simulation/record";
import type { ResourceGraph } from "../harness";

/** What the tests of systems read of Kubernetes objects. */
export interface Probe {
    readonly httpGet: { readonly path: string };
    readonly initialDelaySeconds: number;
    readonly periodSeconds: number;
}

export interface Container {
    readonly image: string;
    readonly args?: readonly string[];
    readonly command?: readonly string[];
    readonly ports: readonly { readonly containerPort: number }[];
    readonly env: readonly {
        readonly name: string;
        readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
    }[];
    readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
    readonly resources: Readonly<Record<"requests" | "limits", Readonly<Record<string, string>>>>;
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly livenessProbe: Probe;
    readonly readinessProbe: Probe;
    readonly startupProbe: Probe;
    readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface PodSpec {
    readonly containers: readonly Container[];
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly serviceAccountName: string;
    readonly terminationGracePeriodSeconds: number;
    readonly imagePullSecrets?: readonly { readonly name: string }[];
    readonly volumes: readonly Readonly<Record<string, unknown>>[];
}

export interface Template {
    readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: PodSpec;
}

export interface ServiceSpec {
    readonly type: string;
    readonly ports: readonly { readonly port: number; readonly targetPort: number }[];
    readonly sessionAffinity?: string;
    readonly sessionAffinityConfig?: unknown;
}

export interface PolicySpec {
    readonly ingress: readonly { readonly from: readonly unknown[]; readonly ports: readonly Port[] }[];
    readonly egress: readonly { readonly to: readonly unknown[]; readonly ports: readonly Port[] }[];
}

interface Port {
    readonly protocol: string;
    readonly port: number;
}

export interface Alert {
    readonly alert: string;
    readonly expr: string;
    readonly for?: string;
    readonly labels: Readonly<Record<string, string>>;
}

/** What a stack has of one system, by the names that the system's document uses. */
export class SystemView {
    constructor(
        readonly graph: ResourceGraph,
        readonly system: string,
        readonly namespace: string,
    ) {}

    /** The specification of a Kubernetes object of the system. */
    spec<T>(kind: string, name: string, namespace = this.namespace): T {
        return this.graph.object(kind, name, namespace).inputs.spec as T;
    }

    /** Names of the system's objects of a kind. */
    names(kind: string, namespace = this.namespace): string[] {
        return this.objects(kind, namespace).map(({ metadata }) => metadata.name);
    }

    /** What a service's pods are made from, whatever makes them. */
    template(service: string, namespace = this.namespace): Template {
        const kind = this.names("Rollout", namespace).includes(service) ? "Rollout" : "Deployment";
        return this.spec<{ template: Template }>(kind, service, namespace).template;
    }

    pod(service: string, namespace = this.namespace): PodSpec {
        return this.template(service, namespace).spec;
    }

    /** The container of a service. */
    container(service: string, namespace = this.namespace): Container {
        const [container] = this.pod(service, namespace).containers;
        assert.ok(container !== undefined);
        return container;
    }

    /** The ConfigMap that a service's variables come from. */
    settings(service: string, namespace = this.namespace): Record<string, string> {
        const [source] = this.container(service, namespace).envFrom;
        assert.ok(source !== undefined);
        return this.graph.object("ConfigMap", source.configMapRef.name, namespace).inputs.data as Record<
            string,
            string
        >;
    }

    /** The Secret and key that a service's variables come from, as `secret/key`, by variable. */
    secretVariables(service: string, namespace = this.namespace): Record<string, string> {
        return Object.fromEntries(
            this.container(service, namespace).env.map(({ name, valueFrom: { secretKeyRef } }) => [
                name,
                `${secretKeyRef.name}/${secretKeyRef.key}`,
            ]),
        );
    }

    /** An alert about a part of the system: what it must pass, and for how long. */
    alert(name: string, component: string): Alert {
        const rules = this.objects("PrometheusRule", this.namespace)
            .flatMap(({ spec }) => (spec as { groups: { rules: Alert[] }[] }).groups)
            .flatMap((group) => group.rules);
        const found = rules.filter((rule) => rule.alert === name && rule.labels.component === component);
        assert.equal(found.length, 1, `${name} about ${component}: ${found.length}`);
        return found[0] as Alert;
    }

    /** Titles of the system's dashboards and of the panels in them. */
    dashboards(): Record<string, string[]> {
        const texts = this.objects("ConfigMap", this.namespace)
            .filter(({ metadata }) => metadata.labels?.grafana_dashboard === "1")
            .flatMap(({ data }) => Object.values(data ?? {}));
        return Object.fromEntries(
            texts.map((text) => {
                const { title, panels } = JSON.parse(text) as { title: string; panels: Panel[] };
                return [
                    title,
                    panels.flatMap((panel) => [panel.title, ...(panel.panels ?? []).map((each) => each.title)]),
                ];
            }),
        );
    }

    /** AWS resources of the system by type. */
    ofType(type: string): PlannedResource[] {
        return this.graph.ofType(type).filter(({ name }) => name.startsWith(`${this.system}-`));
    }

    private objects(kind: string, namespace: string): KubernetesObject[] {
        return this.graph.all
            .filter(({ type }) => type.startsWith("kubernetes:"))
            .map(({ inputs }) => inputs as unknown as KubernetesObject)
            .filter((object) => object.kind === kind && object.metadata.namespace === namespace);
    }
}

interface Panel {
    readonly title: string;
    readonly panels?: readonly { readonly title: string }[];
}

interface KubernetesObject {
    readonly kind: string;
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
    };
    readonly spec?: unknown;
    readonly data?: Readonly<Record<string, string>>;
}

/** What every container of the platform is allowed: nothing. */
export function assertHardened(pod: PodSpec, user: number): void {
    assert.equal(pod.securityContext.runAsNonRoot, true);
    assert.equal(pod.securityContext.runAsUser, user);
    for (const { securityContext } of pod.containers) {
        assert.deepEqual(securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
    }
}

/** The paths of the three probes. */
export function probePaths({ livenessProbe, readinessProbe, startupProbe }: Container): string[] {
    return [livenessProbe, readinessProbe, startupProbe].map((probe) => probe.httpGet.path);
}

/** Requests and limits as one text: `100m/256Mi 500m/512Mi`. */
export function amounts({ resources }: Container, ...kinds: string[]): string {
    const names = ["cpu", "memory", ...kinds];
    return (["requests", "limits"] as const)
        .map((kind) => names.map((name) => resources[kind][name]).join("/"))
        .join(" ");
}

/** Each port that a policy lets out to, with protocol. */
export function egressPorts({ egress }: PolicySpec): string[] {
    return egress.flatMap(({ ports }) => ports.map(({ protocol, port }) => `${protocol}/${port}`));
}

/** What a secret of the system must have in the cluster: keys by name of the ExternalSecret, or of the generated Secret. */
export function secretKeysOf(view: SystemView, name: string): string[] {
    if (view.names("ExternalSecret").includes(name)) {
        const { data } = view.spec<{ data: { secretKey: string }[] }>("ExternalSecret", name);
        return data.map((each) => each.secretKey).sort();
    }
    const { data, stringData } = view.graph.object("Secret", name, view.namespace).inputs as {
        data?: object;
        stringData?: object;
    };
    return Object.keys({ ...data, ...stringData }).sort();
}
