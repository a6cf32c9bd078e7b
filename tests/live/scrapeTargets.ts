type Labels = Readonly<Record<string, string>>;

/** A rendered manifest, as far as it is read here. */
export interface KubernetesObject {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
    readonly spec?: Readonly<Record<string, unknown>>;
}

interface Port {
    readonly name?: string;
    readonly containerPort?: number;
    readonly targetPort?: number | string;
}

export interface Container {
    readonly name: string;
    readonly ports?: readonly Port[];
    readonly resources?: Readonly<Partial<Record<"limits" | "requests", Labels>>>;
}

/** A Deployment, a StatefulSet or a Rollout. */
export interface Workload extends KubernetesObject {
    readonly spec: {
        readonly replicas?: number;
        readonly template: {
            readonly metadata: { readonly labels: Labels };
            readonly spec: {
                readonly containers: readonly Container[];
                readonly initContainers?: readonly Container[];
            };
        };
        readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    };
}

interface ServiceMonitor extends KubernetesObject {
    readonly spec: {
        readonly jobLabel: string;
        readonly namespaceSelector?: { readonly matchNames?: readonly string[] };
        readonly selector: { readonly matchLabels: Labels };
        readonly endpoints: readonly { readonly port: string; readonly path: string; readonly interval: string }[];
    };
}

/**
 * What Prometheus scrapes, with the labels that the Prometheus operator gives it, but for the port's name, which every target of the stack
 * drops.
 */
export interface MonitoredEndpoint {
    readonly labels: Readonly<Record<"namespace" | "service" | "job" | "pod" | "container", string>>;
    readonly path: string;
    /** Time between two scrapes, as a Prometheus duration. */
    readonly interval: string;
}

const hasAll = (labels: Labels | undefined, wanted: Labels): boolean =>
    Object.entries(wanted).every(([name, value]) => labels?.[name] === value);

export function workloadsIn(objects: readonly KubernetesObject[]): Workload[] {
    return objects.filter((each): each is Workload => ["Deployment", "StatefulSet", "Rollout"].includes(each.kind));
}

/** Name of the first pod of a workload, in the form that Kubernetes makes it in. */
export function podName({ kind, metadata }: KubernetesObject): string {
    return kind === "StatefulSet" ? `${metadata.name}-0` : `${metadata.name}-7c9d5b8f6d-x2k4p`;
}

/**
 * What the ServiceMonitors lead Prometheus to: one pod for each. Fails where one leads nowhere, because no Service has the labels or the
 * port that it asks for, or no pod is behind it.
 */
export function monitoredEndpoints(objects: readonly KubernetesObject[]): MonitoredEndpoint[] {
    const monitors = objects.filter((each): each is ServiceMonitor => each.kind === "ServiceMonitor");
    return monitors.flatMap((monitor) =>
        monitor.spec.endpoints.map((endpoint) => endpointOf(objects, monitor, endpoint)),
    );
}

function endpointOf(
    objects: readonly KubernetesObject[],
    { metadata, spec }: ServiceMonitor,
    { port, path, interval }: ServiceMonitor["spec"]["endpoints"][number],
): MonitoredEndpoint {
    const namespaces = spec.namespaceSelector?.matchNames ?? [metadata.namespace];
    const nowhere = (what: string): Error =>
        new Error(`the ServiceMonitor ${metadata.namespace}/${metadata.name} leads nowhere: no ${what}`);
    const found = objects.flatMap((each) => {
        const { ports, selector } = (each.spec ?? {}) as { ports?: readonly Port[]; selector?: Labels };
        const target = ports?.find(({ name }) => name === port)?.targetPort;
        return each.kind === "Service" &&
            namespaces.some((name) => name === each.metadata.namespace) &&
            hasAll(each.metadata.labels, spec.selector.matchLabels) &&
            selector !== undefined &&
            target !== undefined
            ? [{ service: each, selector, target }]
            : [];
    })[0];
    if (found === undefined) {
        throw nowhere(`Service has these labels and a port "${port}"`);
    }
    const { service, selector, target } = found;
    const { namespace } = service.metadata;
    const workload = workloadsIn(objects).find(
        (each) => each.metadata.namespace === namespace && hasAll(each.spec.template.metadata.labels, selector),
    );
    const { containers = [], initContainers = [] } = workload?.spec.template.spec ?? {};
    const container = [...containers, ...initContainers].find(({ ports = [] }) =>
        ports.some(({ name, containerPort }) => name === target || containerPort === target),
    );
    const job = service.metadata.labels?.[spec.jobLabel];
    if (workload === undefined || container === undefined || namespace === undefined) {
        throw nowhere(`pod listens at port ${target} of the Service ${service.metadata.name}`);
    }
    if (job === undefined) {
        throw nowhere(`label ${spec.jobLabel} of the Service ${service.metadata.name} names the job`);
    }
    return {
        labels: {
            namespace,
            service: service.metadata.name,
            job,
            pod: podName(workload),
            container: container.name,
        },
        path,
        interval,
    };
}
