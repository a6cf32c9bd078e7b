import { podSpecOf, workloadTypes } from "../pods";
import type { PolicyResource, Problem, Rule } from "../rule";
import type { Surroundings } from "../surroundings";
import { at, list, metadataOf, shown } from "../values";

const namespaceType = "kubernetes:core/v1:Namespace";

/** Whether an object of a type is in a namespace. */
function has(surroundings: Surroundings, type: string, namespace: string): boolean {
    return surroundings.ofType(type).some((resource) => metadataOf(resource).namespace === namespace);
}

function networkPolicy(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    if (resource.type !== namespaceType) {
        return [];
    }
    const { name } = metadataOf(resource);
    const denied = surroundings
        .ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy")
        .filter((policy) => metadataOf(policy).namespace === name && closesEverything(policy));
    return denied.length > 0
        ? []
        : [{ problem: "no network policy closes it in both directions for all pods that no other policy names" }];
}

function closesEverything({ inputs }: PolicyResource): boolean {
    const spec = inputs.spec;
    const types = list(at(spec, "policyTypes"));
    return (
        Object.keys(at(spec, "podSelector") ?? { none: true }).length === 0 &&
        types.includes("Ingress") &&
        types.includes("Egress") &&
        list(at(spec, "ingress")).length === 0 &&
        list(at(spec, "egress")).length === 0
    );
}

function bounds(resource: PolicyResource, surroundings: Surroundings): readonly Problem[] {
    if (resource.type !== namespaceType) {
        return [];
    }
    const { name } = metadataOf(resource);
    return ["ResourceQuota", "LimitRange"]
        .filter((kind) => !has(surroundings, `kubernetes:core/v1:${kind}`, name))
        .map((kind) => ({ problem: `it has no ${kind}` }));
}

function podSecurityLabel(resource: PolicyResource): readonly Problem[] {
    const level = at(resource.inputs, "metadata", "labels", "pod-security.kubernetes.io/enforce");
    return resource.type === namespaceType && level !== "restricted"
        ? [{ problem: `pod-security.kubernetes.io/enforce is ${shown(level)}, allowed is "restricted"` }]
        : [];
}

function defaultNamespace(resource: PolicyResource): readonly Problem[] {
    return podSpecOf(resource) !== undefined && ["", "default"].includes(metadataOf(resource).namespace)
        ? [{ problem: "it is in the namespace default" }]
        : [];
}

export const namespaceRules: readonly Rule[] = [
    {
        id: "namespace-pod-security",
        types: /^kubernetes:core\/v1:Namespace$/,
        severity: "high",
        title: 'Every namespace enforces the Pod Security Standard "restricted", whatever a chart installs in it.',
        why: "A label is checked by the API server itself, for pods of charts and for those that somebody starts by hand.",
        clauses: ["PSS restricted", "CIS EKS 1.8.0 4.2.1"],
        fix: "Label the namespace pod-security.kubernetes.io/enforce: restricted.",
        check: podSecurityLabel,
    },
    {
        id: "namespace-default-deny",
        types: /^kubernetes:core\/v1:Namespace$/,
        severity: "high",
        title: "Every namespace closes its pods in both directions; flows are opened one by one.",
        why: "One pod that is taken over then reaches what it is declared to need, not the cluster.",
        clauses: ["CIS EKS 1.8.0 4.3.2", "CIS EKS 1.8.0 5.4.4"],
        fix: "Give the namespace a default-deny NetworkPolicy.",
        check: networkPolicy,
    },
    {
        id: "namespace-bounded",
        types: /^kubernetes:core\/v1:Namespace$/,
        severity: "medium",
        title: "Every namespace has a ResourceQuota and a LimitRange.",
        why: "One system that grows without end takes the nodes of all others.",
        clauses: ["NSA/CISA Kubernetes Hardening Guidance 1.2, Resource policies"],
        fix: "Use the SystemNamespace component.",
        check: bounds,
    },
    {
        id: "no-default-namespace",
        types: workloadTypes,
        severity: "low",
        title: "No workload runs in the namespace default.",
        why: "It has neither policies nor quota.",
        clauses: ["CIS EKS 1.8.0 4.5.2", "checkov CKV_K8S_21"],
        fix: "Give it a namespace.",
        check: defaultNamespace,
    },
];
