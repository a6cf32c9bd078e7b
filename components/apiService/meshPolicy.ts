import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { edgeSourcesOf } from "./edgePlan";
import { meshObjects } from "./mesh";
import type { ServicePart } from "./part";

/** Says who may call a service in the mesh, before its first pod: without these objects it would answer nobody. */
export function createMeshPolicy(part: ServicePart): pulumi.Resource[] {
    const { name, args, plan, scope, selector } = part;
    if (plan.mesh === undefined) {
        return [];
    }
    const probes = Object.values(plan.probes).map(({ path }) => path);
    const metrics = plan.metricsPath === null ? [] : [plan.metricsPath];
    const objects = meshObjects({
        name,
        namespace: scope.namespace,
        pods: selector,
        port: plan.port,
        callers: args.callers ?? [],
        outsideCallers: args.allowedCallers ?? [],
        openPaths: [...new Set([...probes, ...metrics])],
        loadBalancerCidrs: edgeSourcesOf(args.edge, scope.platform).cidrs,
    });
    return objects.map(
        ({ suffix, apiVersion, kind, spec }) =>
            new k8s.apiextensions.CustomResource(
                part.childName(["mesh", kind.toLowerCase(), ...(suffix === undefined ? [] : [suffix])].join("-")),
                { apiVersion, kind, metadata: { ...part.metadata(suffix) }, spec },
                part.options(),
            ),
    );
}
