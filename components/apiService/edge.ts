import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../naming";
import { tagsFor } from "../tags";
import { deregistrationDelayOf } from "./defaults";
import { albAnnotations, ingressSpec } from "./ingress";
import type { ServicePart } from "./part";
import type { AlbEdge } from "./spec";

/** Makes the way by which requests from outside reach a service. It is made last and goes first. */
export function createEdge(part: ServicePart, backend: readonly pulumi.Resource[]): void {
    const { edge } = part.args;
    switch (edge?.kind) {
        case undefined:
            return;
        case "alb":
            return createAlbIngress(part, edge, backend);
    }
}

/** It goes first on destroy, while the controller still lives that has to take the load balancer away. */
function createAlbIngress(part: ServicePart, edge: AlbEdge, backend: readonly pulumi.Resource[]): void {
    const { args, plan, scope } = part;
    const { stack, environment, extraTags, aws, ready } = scope.platform;
    const loadBalancer = physicalName("loadBalancer", "platform", stack);
    const certificateArn = args.certificateArn ?? aws?.certificateArn;
    const annotations = albAnnotations({
        edge,
        loadBalancer,
        healthPath: plan.probes.readiness.path,
        deregistrationDelaySeconds: deregistrationDelayOf(edge, plan.preStopSeconds),
        ...(plan.sessionAffinitySeconds !== undefined && { sessionAffinitySeconds: plan.sessionAffinitySeconds }),
        tags: tagsFor({ stack, environment, extraTags }, loadBalancer),
    });
    new k8s.networking.v1.Ingress(
        part.childName("ingress"),
        {
            metadata: {
                ...part.metadata(),
                annotations: {
                    ...annotations,
                    ...(certificateArn !== undefined && {
                        "alb.ingress.kubernetes.io/certificate-arn": certificateArn,
                    }),
                },
            },
            spec: ingressSpec(edge, part.name),
        },
        part.options([...backend, ...ready]),
    );
}
