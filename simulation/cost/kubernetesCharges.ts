import type { PlannedResource } from "../record";
import { assumptions } from "./assumptions";
import type { ChargeRule } from "./awsCharges";
import { gibibytes, isInputs, listIn, numberIn, objectAt, textIn, type Charge, type PlanIndex } from "./charge";

const hours = assumptions.hoursPerMonth.value;

/** What the cluster's controllers make in AWS for a Kubernetes object: load balancers and volumes. */
export const kubernetesCharges: Readonly<Record<string, ChargeRule>> = {
    "kubernetes:networking.k8s.io/v1:Ingress": ingress,
    "kubernetes:core/v1:Service": ({ inputs }, plan) =>
        textIn(objectAt(inputs, "spec"), "type") === "LoadBalancer"
            ? networkLoadBalancer(objectAt(inputs, "metadata", "annotations"), plan)
            : [],
    "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy": envoyProxy,
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": gateway,
    "kubernetes:core/v1:PersistentVolumeClaim": ({ inputs }) =>
        volume(objectAt(inputs, "spec", "resources", "requests").storage, 1),
    "kubernetes:apps/v1:StatefulSet": ({ inputs }) => {
        const spec = objectAt(inputs, "spec");
        return listIn(spec, "volumeClaimTemplates").flatMap((claim) =>
            volume(objectAt(claim, "spec", "resources", "requests").storage, numberIn(spec, "replicas") ?? 1),
        );
    },
    "kubernetes:batch/v1:CronJob": cronJob,
    "kubernetes:helm.sh/v3:Release": ({ inputs }) => volumesIn(objectAt(inputs, "values")),
};

const groupAnnotation = "alb.ingress.kubernetes.io/group.name";

/** The Ingresses of a group share a load balancer, and its cost in equal parts. */
function ingress({ inputs }: PlannedResource, plan: PlanIndex): readonly Charge[] {
    const annotations = objectAt(inputs, "metadata", "annotations");
    const group = textIn(annotations, groupAnnotation);
    const sharers =
        group === undefined
            ? 1
            : (plan.byType.get("kubernetes:networking.k8s.io/v1:Ingress") ?? []).filter(
                  (each) => textIn(objectAt(each.inputs, "metadata", "annotations"), groupAnnotation) === group,
              ).length;
    return loadBalancer(
        "application",
        textIn(annotations, "alb.ingress.kubernetes.io/scheme") === "internet-facing",
        plan,
        sharers,
    );
}

function networkLoadBalancer(annotations: object, plan: PlanIndex): readonly Charge[] {
    const scheme = "service.beta.kubernetes.io/aws-load-balancer-scheme";
    return loadBalancer("network", textIn({ ...annotations }, scheme) === "internet-facing", plan);
}

function loadBalancer(
    kind: "application" | "network",
    internetFacing: boolean,
    { publicSubnets }: PlanIndex,
    sharers = 1,
): readonly Charge[] {
    const part = sharers === 1 ? "" : ` (1/${sharers} of a shared one)`;
    const zones = publicSubnets ?? assumptions.zones.value;
    return [
        { price: `${kind}-load-balancer`, item: `${kind} load balancer${part}`, quantity: hours / sharers },
        {
            price: `${kind}-load-balancer-capacity`,
            item: `its capacity units${part}`,
            quantity: (assumptions.capacityUnits.value * hours) / sharers,
            assumption: "capacityUnits",
            usage: true,
        },
        ...(internetFacing
            ? [
                  {
                      price: "public-ipv4",
                      item: `its ${zones} public IPv4 addresses${part}`,
                      quantity: (zones * hours) / sharers,
                      ...(publicSubnets === undefined && { assumption: "zones" as const }),
                  },
              ]
            : []),
    ];
}

/** The proxies that all Gateways of a class share stand behind one Service. */
function envoyProxy({ inputs }: PlannedResource, plan: PlanIndex): readonly Charge[] {
    const service = objectAt(inputs, "spec", "provider", "kubernetes", "envoyService");
    return textIn(service, "type") === "LoadBalancer" && objectAt(inputs, "spec").mergeGateways === true
        ? networkLoadBalancer(objectAt(service, "annotations"), plan)
        : [];
}

/** A Gateway of a class whose proxies are not shared has a load balancer of its own. */
function gateway(_: PlannedResource, plan: PlanIndex): readonly Charge[] {
    const proxies = plan.byType.get("kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy") ?? [];
    const own = proxies.some(({ inputs }) => objectAt(inputs, "spec").mergeGateways !== true);
    return own ? loadBalancer("network", true, plan) : [];
}

function volume(size: unknown, count: number): readonly Charge[] {
    const each = gibibytes(size);
    return each === undefined
        ? []
        : [
              {
                  price: "ebs-gp3",
                  item: `${count === 1 ? "volume" : `${count} volumes`} of ${each} GiB`,
                  quantity: each * count,
              },
          ];
}

/** The volume of a job exists while the job runs; a suspended job never does. */
function cronJob({ inputs }: PlannedResource): readonly Charge[] {
    const spec = objectAt(inputs, "spec");
    if (spec.suspend === true) {
        return [];
    }
    return listIn(objectAt(spec, "jobTemplate", "spec", "template", "spec"), "volumes")
        .map((each) => objectAt(each, "ephemeral", "volumeClaimTemplate", "spec", "resources", "requests"))
        .flatMap(({ storage }) => {
            const size = gibibytes(storage);
            return size === undefined
                ? []
                : [
                      {
                          price: "ebs-gp3",
                          item: `temporary volume of ${size} GiB`,
                          quantity: size * assumptions.jobVolumeShare.value,
                          assumption: "jobVolumeShare" as const,
                          usage: true,
                      },
                  ];
        });
}

/** The volumes that a chart's values ask for: claims themselves, and templates of claims with the replicas beside them. */
function volumesIn(values: unknown, replicas = 1): readonly Charge[] {
    if (Array.isArray(values)) {
        return values.flatMap((member) => volumesIn(member, replicas));
    }
    if (!isInputs(values)) {
        return [];
    }
    if (values.kind === "PersistentVolumeClaim") {
        return volume(objectAt(values, "spec", "resources", "requests").storage, 1);
    }
    const count = numberIn(values, "replicas") ?? replicas;
    return Object.entries(values).flatMap(([key, member]) =>
        key === "volumeClaimTemplate"
            ? volume(objectAt(member, "spec", "resources", "requests").storage, count)
            : volumesIn(member, count),
    );
}
