import { kubernetesObjects, type KubernetesObject } from "../../simulation/manifests";
import type { Plan } from "../../simulation/record";

/** A service that the internet can reach, and where it says that it is well. */
export interface Endpoint {
    readonly system: string;
    readonly service: string;
    /** URL of the readiness probe: it answers only while what the service depends on does. */
    readonly url: string;
    /** Requests that one client may send in a minute; absent without a limit. */
    readonly requestsPerMinute?: number;
}

interface PodTemplate {
    readonly template?: {
        readonly spec?: {
            readonly containers?: readonly {
                readonly readinessProbe?: { readonly httpGet?: { readonly path?: string } };
            }[];
        };
    };
}

/**
 * The public endpoints of a stack.
 *
 * @param endpoints the stack's output of that name: URLs by system and service.
 */
export function publicEndpoints(plan: Plan, endpoints: unknown): Endpoint[] {
    const objects = kubernetesObjects(plan);
    const ofService = <T>(kinds: readonly string[], read: (object: KubernetesObject) => T): Map<string, T> =>
        new Map(objects.filter(({ kind }) => kinds.includes(kind)).map((each) => [serviceKey(each), read(each)]));
    const paths = ofService(["Deployment", "Rollout"], readinessPath);
    const limits = ofService(["BackendTrafficPolicy"], requestsPerMinute);
    return Object.entries((endpoints ?? {}) as Record<string, Record<string, string>>).flatMap(([system, services]) =>
        Object.entries(services)
            .filter(([, url]) => isPublic(url))
            .map(([service, url]) => {
                const key = `${system}/${service}`;
                const limit = limits.get(key);
                return {
                    system,
                    service,
                    url: new URL(paths.get(key) ?? "/", url).href,
                    ...(limit !== undefined && { requestsPerMinute: limit }),
                };
            }),
    );
}

function serviceKey({ metadata: { labels = {} } }: KubernetesObject): string {
    return `${labels["app.kubernetes.io/part-of"]}/${labels["app.kubernetes.io/name"]}`;
}

function readinessPath({ spec }: KubernetesObject): string | undefined {
    const [container] = (spec as PodTemplate | undefined)?.template?.spec?.containers ?? [];
    return container?.readinessProbe?.httpGet?.path;
}

interface TrafficPolicy {
    readonly rateLimit?: {
        readonly global?: {
            readonly rules?: readonly { readonly limit?: { readonly requests: number; readonly unit: string } }[];
        };
    };
}

const unitsPerMinute: Readonly<Record<string, number>> = { Second: 60, Minute: 1, Hour: 1 / 60 };

function requestsPerMinute({ spec }: KubernetesObject): number | undefined {
    const rules = (spec as TrafficPolicy | undefined)?.rateLimit?.global?.rules ?? [];
    const limits = rules.flatMap(({ limit }) =>
        limit === undefined ? [] : [limit.requests * (unitsPerMinute[limit.unit] ?? 1)],
    );
    return limits.length === 0 ? undefined : Math.min(...limits);
}

/** What a cluster or a machine keeps to itself cannot be asked from outside. */
function isPublic(url: string): boolean {
    const { hostname } = new URL(url);
    return !hostname.endsWith(".cluster.local") && hostname !== "localhost";
}
