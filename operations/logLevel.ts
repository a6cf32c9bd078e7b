import { containerSecurity } from "../components/backup/pods";
import { curlImage, curlPodSecurity } from "../components/curlPod";
import { kubernetesObjects } from "../simulation/manifests";
import type { Plan } from "../simulation/record";
import { isService, type Workload } from "./workloads";

/** The variable that every system takes its log level from. */
export const levelVariable = "LOG_LEVEL";

/** Who the level belongs to, to the API server: what it applied it can take back, and nothing else. */
export const fieldManager = "platform-debug";

interface Container {
    readonly name: string;
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
    readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
}

/** A service whose log level can be changed. */
export interface DebugTarget {
    readonly workload: Workload;
    readonly container: string;
    /** In the letters in which the level is written otherwise. */
    readonly level: string;
    /**
     * Where the level of a Rollout stands. A change of its pods' template would be tested and switched like a new version, so its ConfigMap is
     * changed, and its pods are restarted, which Argo Rollouts does without a replacement.
     */
    readonly settings?: Settings;
}

/** A ConfigMap that has the level, and the level that it has otherwise. */
interface Settings {
    readonly configMap: string;
    readonly level: string;
}

/** The services of a system that have a log level. */
export function debugTargets(plan: Plan, workloads: readonly Workload[]): DebugTarget[] {
    const settings = new Map(
        kubernetesObjects(plan)
            .filter(({ kind }) => kind === "ConfigMap")
            .map(({ metadata, data }) => [
                `${metadata.namespace}/${metadata.name}`,
                (data ?? {}) as Readonly<Record<string, string>>,
            ]),
    );
    return workloads.filter(isService).flatMap((workload): DebugTarget[] => {
        const { spec } = workload.object as unknown as {
            spec: { template: { spec: { containers: readonly Container[] } } };
        };
        const [container] = spec.template.spec.containers;
        const levels = (container?.envFrom ?? []).flatMap(({ configMapRef }): Settings[] => {
            const configMap = configMapRef?.name ?? "";
            const level = settings.get(`${workload.namespace}/${configMap}`)?.[levelVariable];
            return level === undefined ? [] : [{ configMap, level }];
        });
        const own = container?.env?.find(({ name }) => name === levelVariable)?.value;
        const last = levels.at(-1);
        const level = own ?? last?.level;
        const isRollout = workload.kind === "Rollout";
        // A variable of the template counts more than the ConfigMap, and is out of reach in a Rollout.
        if (container === undefined || level === undefined || (isRollout && own !== undefined)) {
            return [];
        }
        return [
            {
                workload,
                container: container.name,
                level: level === level.toLowerCase() ? "debug" : "DEBUG",
                ...(isRollout && last !== undefined && { settings: last }),
            },
        ];
    });
}

/** What the API server merges into the Deployment: server-side apply adds one variable, which counts more than the ConfigMap's. */
export function debugPatch({ workload, container, level }: DebugTarget): Readonly<Record<string, unknown>> {
    return {
        ...emptyPatch(workload),
        spec: {
            template: {
                spec: { containers: [{ name: container, env: [{ name: levelVariable, value: level }] }] },
            },
        },
    };
}

/** Applied after that, it takes back whatever this manager had applied. */
export function emptyPatch({ name, namespace }: Workload): Readonly<Record<string, unknown>> {
    return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace } };
}

/** The ConfigMap of a Rollout with another level. A merge, because the field stays when its manager goes. */
export function settingsPatch(level: string): Readonly<Record<string, unknown>> {
    return { data: { [levelVariable]: level } };
}

/** Replaces the pods of a Rollout, as many at a time as may be missing. Source: Argo Rollouts, "Restarting Rollout Pods". */
export function restartPatch(now: Date): Readonly<Record<string, unknown>> {
    return { spec: { restartAt: now.toISOString().replace(/\.\d+/, "") } };
}

export const managerQuery = `?fieldManager=${fieldManager}`;
export const applyQuery = `${managerQuery}&force=true`;

/** Name of the Job that ends it, and of everything that the Job needs. Systems may share a namespace, but not the Job. */
export const endName = (system: string): string => `debug-end-${system}`.slice(0, 63).replace(/-$/, "");

/** What is debugged in one namespace, and by whom it is ended. */
export interface Ending {
    /** Of the Job and its companions. */
    readonly name: string;
    readonly namespace: string;
    readonly deployments: readonly string[];
    readonly rollouts: readonly (Settings & { readonly name: string })[];
}

/** Seconds after which the finished Job is deleted, and with it everything it owns. */
const keptSeconds = 60;

/**
 * What the pod does: it waits until the moment that stands in UNTIL and then takes the levels back, again and again until the API
 * server has done it. A pod that is moved to another node goes on waiting for the same moment. What is gone by then needs nothing:
 * a deployment has brought another level.
 */
const endScript = `set -eu
while [ "$(date +%s)" -lt "$UNTIL" ]; do sleep 5; done
account=/var/run/secrets/kubernetes.io/serviceaccount
change() {
    while :; do
        status=$(curl --silent --show-error --output /dev/null --write-out '%{http_code}' --max-time 20 --cacert "$account/ca.crt" \\
            --header "Authorization: Bearer $(cat "$account/token")" --header "Content-Type: application/$2" --request PATCH \\
            --data "$3" "$API/$1") || status=none
        case "$status" in
        2?? | 404) return 0 ;;
        *) sleep 5 ;;
        esac
    done
}
for name in $DEPLOYMENTS; do
    change "apis/apps/v1/namespaces/$NAMESPACE/deployments/$name${applyQuery}" apply-patch+yaml \\
        "{\\"apiVersion\\":\\"apps/v1\\",\\"kind\\":\\"Deployment\\",\\"metadata\\":{\\"name\\":\\"$name\\"}}"
    echo "$name has its own log level again"
done
for each in $ROLLOUTS; do
    name=\${each%%=*} level=\${each##*=} settings=\${each#*=}
    change "api/v1/namespaces/$NAMESPACE/configmaps/\${settings%=*}${managerQuery}" merge-patch+json \\
        "{\\"data\\":{\\"${levelVariable}\\":\\"$level\\"}}"
    change "apis/argoproj.io/v1alpha1/namespaces/$NAMESPACE/rollouts/$name${managerQuery}" merge-patch+json \\
        "{\\"spec\\":{\\"restartAt\\":\\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\"}}"
    echo "$name has its own log level again"
done
`;

/** The Job that ends debugging in a namespace at a moment. It owns the other objects, so all go together. */
export function endJob(
    { name, namespace, deployments, rollouts }: Ending,
    until: Date,
): Readonly<Record<string, unknown>> {
    const resources = { cpu: "10m", memory: "32Mi", "ephemeral-storage": "16Mi" };
    const variables: Readonly<Record<string, string>> = {
        UNTIL: String(Math.ceil(until.getTime() / 1000)),
        NAMESPACE: namespace,
        DEPLOYMENTS: deployments.join(" "),
        ROLLOUTS: rollouts.map((each) => [each.name, each.configMap, each.level].join("=")).join(" "),
        API: "https://kubernetes.default.svc",
    };
    const container = {
        name: "curl",
        image: curlImage,
        imagePullPolicy: "IfNotPresent",
        command: ["/bin/sh", "-c", endScript],
        env: Object.entries(variables).map(([variable, value]) => ({ name: variable, value })),
        resources: { requests: resources, limits: { ...resources, cpu: "100m", memory: "64Mi" } },
        securityContext: containerSecurity,
    };
    return {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: metadataOf(name, namespace),
        spec: {
            backoffLimit: 20,
            ttlSecondsAfterFinished: keptSeconds,
            template: {
                metadata: { labels: labelsOf(name) },
                spec: {
                    serviceAccountName: name,
                    enableServiceLinks: false,
                    restartPolicy: "OnFailure",
                    securityContext: curlPodSecurity,
                    containers: [container],
                },
            },
        },
    };
}

const labelsOf = (name: string): Readonly<Record<string, string>> => ({ "app.kubernetes.io/name": name });

const metadataOf = (name: string, namespace: string): Readonly<Record<string, unknown>> => ({
    name,
    namespace,
    labels: labelsOf(name),
});

/** An object that the Job needs, and where it goes. */
export interface Companion {
    readonly apiVersion: string;
    readonly plural: string;
    readonly object: Readonly<Record<string, unknown>>;
}

/**
 * What the Job needs: an account that may patch these objects and nothing else, and the way to the API server, whose addresses
 * belong to no pod, so that the port is all that can be named.
 */
export function endCompanions(ending: Ending, jobUid: string): Companion[] {
    const { name, namespace } = ending;
    const owner = { apiVersion: "batch/v1", kind: "Job", name, uid: jobUid };
    const metadata = { ...metadataOf(name, namespace), ownerReferences: [owner] };
    const rbac = "rbac.authorization.k8s.io";
    return [
        {
            apiVersion: "v1",
            plural: "serviceaccounts",
            object: { apiVersion: "v1", kind: "ServiceAccount", metadata },
        },
        {
            apiVersion: `${rbac}/v1`,
            plural: "roles",
            object: {
                apiVersion: `${rbac}/v1`,
                kind: "Role",
                metadata,
                rules: rulesOf(ending),
            },
        },
        {
            apiVersion: `${rbac}/v1`,
            plural: "rolebindings",
            object: {
                apiVersion: `${rbac}/v1`,
                kind: "RoleBinding",
                metadata,
                roleRef: { apiGroup: rbac, kind: "Role", name },
                subjects: [{ kind: "ServiceAccount", name, namespace }],
            },
        },
        {
            apiVersion: "networking.k8s.io/v1",
            plural: "networkpolicies",
            object: {
                apiVersion: "networking.k8s.io/v1",
                kind: "NetworkPolicy",
                metadata,
                spec: {
                    podSelector: { matchLabels: labelsOf(name) },
                    policyTypes: ["Ingress", "Egress"],
                    egress: [
                        {
                            to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
                            ports: [443, 6443].map((port) => ({ protocol: "TCP", port })),
                        },
                    ],
                },
            },
        },
    ];
}

function rulesOf({ deployments, rollouts }: Ending): unknown[] {
    return [
        { apiGroups: ["apps"], resources: ["deployments"], resourceNames: [...deployments], verbs: ["patch"] },
        {
            apiGroups: ["argoproj.io"],
            resources: ["rollouts"],
            resourceNames: rollouts.map(({ name }) => name),
            verbs: ["patch"],
        },
        {
            apiGroups: [""],
            resources: ["configmaps"],
            resourceNames: rollouts.map(({ configMap }) => configMap),
            verbs: ["patch"],
        },
    ].filter(({ resourceNames }) => resourceNames.length > 0);
}
