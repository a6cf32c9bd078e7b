import { containersOf, podSpecOf, workloadTypes, type Container } from "../pods";
import type { PolicyResource, Problem, Rule } from "../rule";
import type { Surroundings } from "../surroundings";
import { list, shown } from "../values";

/** Volumes that the "restricted" standard lets pods have. */
const allowedVolumes = new Set([
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
]);

/** Sysctls that are the pod's own, and that the standard lets pods set. */
const safeSysctls = new Set([
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
]);

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
function podSecurity(resource: PolicyResource): readonly Problem[] {
    const spec = podSpecOf(resource);
    if (spec === undefined) {
        return [];
    }
    const pod = spec.securityContext ?? {};
    const problems: string[] = [];
    for (const member of ["hostNetwork", "hostPID", "hostIPC"] as const) {
        if (spec[member] === true) {
            problems.push(`${member} is true`);
        }
    }
    for (const volume of list(spec.volumes) as readonly Readonly<Record<string, unknown>>[]) {
        problems.push(
            ...Object.keys(volume)
                .filter((kind) => kind !== "name" && !allowedVolumes.has(kind))
                .map((kind) => `the volume ${shown(volume.name)} is a ${kind}`),
        );
    }
    for (const { name } of list(pod.sysctls) as readonly { readonly name: string }[]) {
        if (!safeSysctls.has(name)) {
            problems.push(`it sets the sysctl ${name}`);
        }
    }
    for (const container of containersOf(resource)) {
        problems.push(...containerProblems(container, pod).map((problem) => `container ${container.name}: ${problem}`));
    }
    return problems.map((problem) => ({ problem }));
}

type PodContext = NonNullable<NonNullable<ReturnType<typeof podSpecOf>>["securityContext"]>;

function containerProblems({ securityContext: own = {}, ports }: Container, pod: PodContext): string[] {
    const { add = [], drop = [] } = own.capabilities ?? {};
    const seccomp = own.seccompProfile?.type ?? pod.seccompProfile?.type;
    const user = own.runAsUser ?? pod.runAsUser;
    const problems: [boolean, string][] = [
        [own.privileged === true, "privileged is true"],
        [own.allowPrivilegeEscalation !== false, "allowPrivilegeEscalation is not false"],
        [(own.runAsNonRoot ?? pod.runAsNonRoot) !== true, "runAsNonRoot is not true"],
        [user === 0, "runAsUser is 0"],
        [!drop.includes("ALL"), "capabilities.drop lacks ALL"],
        [add.some((each) => each !== "NET_BIND_SERVICE"), `capabilities.add is ${shown(add)}`],
        [seccomp !== "RuntimeDefault" && seccomp !== "Localhost", `seccompProfile.type is ${shown(seccomp)}`],
        [(own.procMount ?? "Default") !== "Default", "procMount is not Default"],
        [
            list(ports).some((port) => (port as { hostPort?: number }).hostPort !== undefined),
            "it takes a port of the node",
        ],
    ];
    return problems.filter(([isBroken]) => isBroken).map(([, problem]) => problem);
}

function rootFilesystem(resource: PolicyResource): readonly Problem[] {
    return containersOf(resource)
        .filter(({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true)
        .map(({ name }) => ({ problem: `container ${name}: readOnlyRootFilesystem is not true` }));
}

function resources(resource: PolicyResource): readonly Problem[] {
    return containersOf(resource).flatMap(({ name, resources: { requests = {}, limits = {} } = {} }) =>
        [
            ["requests.cpu", requests.cpu],
            ["requests.memory", requests.memory],
            ["limits.memory", limits.memory],
        ]
            .filter(([, amount]) => amount === undefined)
            .map(([what]) => ({ problem: `container ${name}: resources.${what} is not set` })),
    );
}

/** The registry's host and port, the path, the tag and the digest of an image reference. */
const reference = /^(?<path>[^@]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** Tags that are moved to whatever is newest. */
const movingTags = /^(latest|main|master|develop|edge|nightly|stable)$/;

function imageTag(resource: PolicyResource): readonly Problem[] {
    return imagesOf(resource).flatMap((image) => {
        const { tag, digest } = reference.exec(image)?.groups ?? {};
        if (digest !== undefined) {
            return [];
        }
        return tag === undefined || movingTags.test(tag)
            ? [{ subject: image, problem: `the image ${image} is not pinned, allowed is a tag that never moves` }]
            : [];
    });
}

function imageDigest(resource: PolicyResource, { isProd }: Surroundings): readonly Problem[] {
    return isProd
        ? imagesOf(resource)
              .filter((image) => reference.exec(image)?.groups?.digest === undefined)
              .map((image) => ({
                  subject: image,
                  problem: `the image ${image} is pinned by its tag alone, allowed in prod is a digest (@sha256:…)`,
              }))
        : [];
}

function imagesOf(resource: PolicyResource): string[] {
    return [...new Set(containersOf(resource).flatMap(({ image }) => image ?? []))];
}

function chartVersion({ type, inputs }: PolicyResource): readonly Problem[] {
    return type === "kubernetes:helm.sh/v3:Release" && !/^v?\d+\.\d+\.\d+([-+].+)?$/.test(String(inputs.version))
        ? [{ problem: `its version is ${shown(inputs.version)}, allowed is one version, such as 1.2.3` }]
        : [];
}

export const podRules: readonly Rule[] = [
    {
        id: "pod-security-restricted",
        types: workloadTypes,
        severity: "high",
        title: 'Every workload keeps the Pod Security Standard "restricted".',
        why: "A process that breaks out of its container is then still nobody on the node.",
        clauses: [
            "PSS restricted",
            "CIS EKS 1.8.0 4.2.1",
            "CIS EKS 1.8.0 4.2.2",
            "CIS EKS 1.8.0 4.2.3",
            "CIS EKS 1.8.0 4.2.4",
            "CIS EKS 1.8.0 4.2.5",
        ],
        fix: "Set the pod's and the containers' securityContext as components/apiService/podTemplate.ts does.",
        check: podSecurity,
    },
    {
        id: "root-filesystem-read-only",
        types: workloadTypes,
        severity: "medium",
        title: "Containers write to volumes only.",
        why: "An attacker can neither change the program nor leave a tool behind.",
        clauses: ["checkov CKV_K8S_22", "kube-score container-security-context-readonlyrootfilesystem"],
        fix: "Set readOnlyRootFilesystem to true and mount an emptyDir where the program writes.",
        check: rootFilesystem,
    },
    {
        id: "resources-bounded",
        types: workloadTypes,
        severity: "medium",
        title: "Containers ask for CPU and memory, and have a limit of memory.",
        why: "A container without them is evicted first, or takes the node's memory from the others.",
        clauses: ["checkov CKV_K8S_10", "checkov CKV_K8S_12", "checkov CKV_K8S_13", "kube-score container-resources"],
        fix: "Set resources.requests and resources.limits.memory.",
        check: resources,
    },
    {
        id: "images-pinned-by-tag",
        types: workloadTypes,
        severity: "medium",
        title: "Images are pinned to a tag that never moves.",
        why: "With a tag that moves, a restart is a deployment that nobody asked for, and there is nothing to roll back to.",
        clauses: ["checkov CKV_K8S_14", "kube-score container-image-tag"],
        fix: "Name a version.",
        check: imageTag,
    },
    {
        id: "images-pinned-by-digest",
        types: workloadTypes,
        severity: "medium",
        title: "In prod, images are pinned by digest.",
        why: "Who can push to the registry can move a tag to another image; a digest is the image.",
        clauses: ["checkov CKV_K8S_43"],
        fix: "Write the digest behind the version: 1.2.3@sha256:….",
        check: imageDigest,
    },
    {
        id: "charts-pinned",
        types: /^kubernetes:helm/,
        severity: "medium",
        title: "Charts are pinned to one version.",
        why: "A range installs on one day what nobody reviewed the day before.",
        clauses: [],
        fix: "Name the chart's version.",
        check: chartVersion,
    },
];
