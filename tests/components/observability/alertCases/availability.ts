import {
    namespace,
    pod,
    otherPod,
    api,
    ofPod,
    app,
    kube,
    forever,
    type AlertCase,
    type Samples,
    cases,
} from "./situation";

const upOf = (name: string): string => app("up", `pod="${name}",instance="10.0.1.5:8000"`);
const available = kube("kube_deployment_status_replicas_available", 'deployment="user-mgmt-api"');
const wanted = kube("kube_deployment_spec_replicas", 'deployment="user-mgmt-api"');
const restarts = kube("kube_pod_container_status_restarts_total", `pod="${pod}",container="user-mgmt-api"`);
const crashing = kube(
    "kube_pod_container_status_waiting_reason",
    `pod="${pod}",container="user-mgmt-api",reason="CrashLoopBackOff"`,
);

/** Of two controllers the second one waits for the first to go, and sees the same. The version that gets no requests has a pod, too. */
function ofRollout(wantedPods: string, availablePods: string): Samples {
    const count = (metric: string, controller: string): string =>
        `rollout_info_replicas_${metric}{job="argo-rollouts-metrics",namespace="${namespace}",name="user-mgmt-api",pod="${controller}"}`;
    return {
        [kube("kube_pod_status_ready", `pod="${pod}",condition="true"`)]: `1${forever}`,
        ...Object.fromEntries(
            ["a", "b"].flatMap((controller) => [
                [count("desired", controller), wantedPods],
                [count("available", controller), availablePods],
            ]),
        ),
    };
}

export const availabilityCases = {
    ServiceDown: {
        component: "user-mgmt-api",
        severity: "critical",
        fires: [
            {
                samples: { [upOf(pod)]: "0x20 1x3000", [upOf(otherPod)]: `0${forever}` },
                at: "1m",
                until: "11m15s",
                labels: api,
                description: "Every pod of user-mgmt-api in user-management fails to answer Prometheus.",
            },
        ],
        quiet: {
            "while one pod answers": {
                samples: { [upOf(pod)]: `0${forever}`, [upOf(otherPod)]: `1${forever}` },
                after: "30m",
                shows: "threshold",
            },
        },
    },
    ServiceAbsent: {
        component: "user-mgmt-api",
        severity: "critical",
        fires: [
            {
                samples: { [upOf(pod)]: `_x20 1${forever}` },
                at: "5m",
                until: "10m45s",
                labels: api,
                description:
                    "Prometheus finds no pod of user-mgmt-api in user-management: it was scaled to zero, removed, or is no longer scraped.",
            },
        ],
        quiet: { "while a pod is scraped": { samples: { [upOf(pod)]: `0${forever}` }, after: "30m" } },
    },
    ServiceNotReady: cases(
        {
            component: "user-mgmt-api",
            severity: "critical",
            fires: [
                {
                    samples: { [available]: "0x20 1x3000", [wanted]: `3${forever}` },
                    at: "2m",
                    until: "11m15s",
                    labels: { namespace, deployment: "user-mgmt-api" },
                    description:
                        "None of the pods of user-management/user-mgmt-api is ready, so no request reaches it.",
                },
                {
                    samples: { [available]: `0${forever}`, [wanted]: `1${forever}` },
                    at: "2m",
                    labels: { namespace, deployment: "user-mgmt-api" },
                    description:
                        "None of the pods of user-management/user-mgmt-api is ready, so no request reaches it.",
                },
            ],
            quiet: {
                "while one pod is ready": {
                    samples: { [available]: `1${forever}`, [wanted]: `3${forever}` },
                    after: "30m",
                    shows: "threshold",
                },
                "when it was scaled to zero": {
                    samples: { [available]: `0${forever}`, [wanted]: `0${forever}` },
                    after: "30m",
                },
            },
        },
        {
            component: "user-mgmt-api",
            severity: "critical",
            of: "Rollouts",
            fires: [
                {
                    samples: ofRollout("3x3000", "0x20 1x3000"),
                    at: "2m",
                    until: "11m15s",
                    labels: { namespace, name: "user-mgmt-api" },
                    description:
                        "None of the pods of user-management/user-mgmt-api is ready, so no request reaches it.",
                },
                {
                    samples: ofRollout("1x3000", "0x3000"),
                    at: "2m",
                    labels: { namespace, name: "user-mgmt-api" },
                    description:
                        "None of the pods of user-management/user-mgmt-api is ready, so no request reaches it.",
                },
            ],
            quiet: {
                "while one pod is ready": { samples: ofRollout("3x3000", "1x3000"), after: "30m", shows: "threshold" },
                "when it was scaled to zero": { samples: ofRollout("0x3000", "0x3000"), after: "30m" },
            },
        },
    ),
    PodDown: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: { [upOf(pod)]: `0${forever}`, [upOf(otherPod)]: `1${forever}` },
                at: "2m",
                labels: { ...api, pod, instance: "10.0.1.5:8000" },
                description: `Pod ${pod} in user-management fails to answer Prometheus at 10.0.1.5:8000.`,
            },
        ],
        quiet: {
            "while every pod answers": { samples: { [upOf(pod)]: `1${forever}` }, after: "30m", shows: "threshold" },
        },
    },
    ReplicasUnavailable: cases(
        {
            component: "user-mgmt-api",
            severity: "warning",
            fires: [
                {
                    samples: { [available]: `2${forever}`, [wanted]: `3${forever}` },
                    at: "10m",
                    labels: { namespace, deployment: "user-mgmt-api" },
                    description: "user-management/user-mgmt-api lacks 1 of its pods.",
                },
            ],
            quiet: {
                "when every pod is ready": {
                    samples: { [available]: `3${forever}`, [wanted]: `3${forever}` },
                    after: "30m",
                    shows: "threshold",
                },
            },
        },
        {
            component: "user-mgmt-api",
            severity: "warning",
            of: "Rollouts",
            fires: [
                {
                    samples: ofRollout("3x3000", "2x3000"),
                    at: "10m",
                    labels: { namespace, name: "user-mgmt-api" },
                    description: "user-management/user-mgmt-api lacks 1 of its pods.",
                },
            ],
            quiet: {
                "when every pod is ready": { samples: ofRollout("3x3000", "3x3000"), after: "30m", shows: "threshold" },
            },
        },
    ),
    PodRestarting: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                // A restart every two minutes, four of them seen after eight and a half.
                samples: { [restarts]: "0x3 1x3 2x3 3x3 4x3 5x100" },
                at: "8m",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} restarted 4 times in 10m.`,
            },
        ],
        quiet: {
            "when it restarts every five minutes": {
                samples: { [restarts]: "0x9 1x9 2x9 3x9 4x9 5x100" },
                after: "24m",
            },

            "when its counters start again": {
                samples: { [restarts]: "7x20 0x3000" },
                after: "12m",
                shows: "counter reset",
            },
            "after three restarts": { samples: { [restarts]: "0x3 1x3 2x3 3x100" }, after: "9m", shows: "threshold" },
            "when it restarted long ago": {
                samples: { [restarts]: `100${forever}` },
                after: "30m",
                shows: "no traffic",
            },
        },
    },
    PodCrashLooping: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                // It runs for half a minute between two attempts.
                samples: { [crashing]: "1x3 _x1 1x3 _x1 1x100" },
                at: "5m",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} waits in CrashLoopBackOff.`,
            },
            {
                samples: { [crashing]: "1x30 _x3000" },
                at: "5m",
                until: "20m",
                labels: ofPod,
                description: `Container user-mgmt-api of user-management/${pod} waits in CrashLoopBackOff.`,
            },
        ],
        quiet: {
            "when it no longer waits": { samples: { [crashing]: `0${forever}` }, after: "30m" },

            "when it waits for another reason": {
                samples: { [crashing.replace("CrashLoopBackOff", "ContainerCreating")]: `1${forever}` },
                after: "30m",
                shows: "threshold",
            },
        },
    },
} satisfies Readonly<Record<string, AlertCase | readonly AlertCase[]>>;
