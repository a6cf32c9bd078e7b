import { kubernetesObjects, type KubernetesObject } from "../../simulation/manifests";
import type { Plan, PlannedResource } from "../../simulation/record";

/** What a plan applies, in an order that the engine could take: each resource after those that it depends on. */
export function objectsInOrder(plan: Plan): KubernetesObject[] {
    return kubernetesObjects({ ...plan, resources: inOrder(plan.resources) }).map(withUsableSecrets);
}

function inOrder(resources: readonly PlannedResource[]): PlannedResource[] {
    const byUrn = new Map(resources.map((each) => [each.urn, each]));
    const ordered = new Set<PlannedResource>();
    const visit = (resource: PlannedResource): void => {
        if (ordered.has(resource)) {
            return;
        }
        for (const urn of [...resource.dependencies, resource.parent]) {
            const earlier = byUrn.get(urn);
            if (earlier !== undefined) {
                visit(earlier);
            }
        }
        ordered.add(resource);
    };
    resources.forEach(visit);
    return [...ordered];
}

/** Secrets are masked in a plan. The API server looks into one type of them, which has to be JSON. */
function withUsableSecrets(object: KubernetesObject): KubernetesObject {
    if (object.kind !== "Secret" || object.type !== "kubernetes.io/dockerconfigjson") {
        return object;
    }
    const data = { ".dockerconfigjson": Buffer.from('{"auths":{}}').toString("base64") };
    return { ...object, data, stringData: undefined };
}
