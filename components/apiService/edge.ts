import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { selectorFor } from "../context";
import { clientTrafficPolicySpec } from "../gateway/bodies";
import { physicalName } from "../naming";
import { tagsFor } from "../tags";
import { deregistrationDelayOf } from "./defaults";
import { edgeOn } from "./edgePlan";
import { gatewaySpec, routeSpec, securitySpec, trafficSpec, type GatewayModel } from "./gateway";
import { albAnnotations, ingressSpec } from "./ingress";
import {
    nlbAnnotations,
    nlbCertificateAnnotation,
    nlbServiceSpec,
    nodePortServiceSpec,
    type PublicPorts,
} from "./networkLoadBalancer";
import type { ServicePart } from "./part";
import type { AlbEdge, EdgeSpec, GatewayEdge, NlbEdge } from "./spec";

type Resources = readonly pulumi.Resource[];

/**
 * Makes the way by which requests from outside reach a service, and gives back its address. It is made last and goes first on destroy,
 * while the controllers still live that have to take load balancers away.
 */
export function createEdge(part: ServicePart, edge: EdgeSpec, backend: Resources): pulumi.Output<string> {
    const needs = [...backend, ...part.scope.platform.ready];
    const actual = edgeOn(edge, part.scope.platform);
    switch (actual.kind) {
        case "alb":
            return createAlbIngress(part, actual, needs);
        case "gateway":
            return createGateway(part, actual, needs);
        case "nlb":
            return createNetworkLoadBalancer(part, actual, needs);
        case "node-port":
            return createNodePort(part, needs);
    }
}

function createAlbIngress(part: ServicePart, edge: AlbEdge, needs: Resources): pulumi.Output<string> {
    const { args, plan, scope } = part;
    const { stack, environment, extraTags, aws } = scope.platform;
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
                    ...(aws?.webAclArn !== undefined && { "alb.ingress.kubernetes.io/wafv2-acl-arn": aws.webAclArn }),
                },
            },
            spec: ingressSpec(edge, part.name),
        },
        part.options(needs),
    );
    return pulumi.output(`https://${edge.host}`);
}

function createGateway(part: ServicePart, edge: GatewayEdge, needs: Resources): pulumi.Output<string> {
    const { plan, scope } = part;
    const { gateway } = scope.platform;
    const model: GatewayModel = {
        edge,
        name: part.name,
        servicePort: plan.servicePort,
        ...(plan.sessionAffinitySeconds !== undefined && { sessionAffinitySeconds: plan.sessionAffinitySeconds }),
        className: gateway?.className ?? "",
        globalRateLimit: gateway?.globalRateLimit ?? true,
    };
    const issuer = { "cert-manager.io/cluster-issuer": gateway?.clusterIssuer ?? "" };
    const standard = "gateway.networking.k8s.io/v1";
    const envoy = "gateway.envoyproxy.io/v1alpha1";
    const create = (
        child: string,
        kind: { readonly apiVersion: string; readonly kind: string },
        metadata: Record<string, unknown>,
        spec: Record<string, unknown>,
        after: Resources,
    ): pulumi.Resource =>
        new k8s.apiextensions.CustomResource(part.childName(child), { ...kind, metadata, spec }, part.options(after));

    const listener = create(
        "gateway",
        { apiVersion: standard, kind: "Gateway" },
        { ...part.metadata(), annotations: issuer },
        gatewaySpec(model),
        needs,
    );
    create(
        "client-policy",
        { apiVersion: envoy, kind: "ClientTrafficPolicy" },
        { ...part.metadata() },
        {
            ...clientTrafficPolicySpec(part.name),
            ...(part.args.trustedProxyCidrs !== undefined && {
                clientIPDetection: { xForwardedFor: { trustedCIDRs: part.args.trustedProxyCidrs } },
            }),
        },
        [listener],
    );
    const route = create(
        "route",
        { apiVersion: standard, kind: "HTTPRoute" },
        { ...part.metadata() },
        routeSpec(model),
        [listener, ...needs],
    );
    create(
        "traffic-policy",
        { apiVersion: envoy, kind: "BackendTrafficPolicy" },
        { ...part.metadata() },
        trafficSpec(model),
        [route],
    );
    if (edge.cors !== undefined) {
        create(
            "security-policy",
            { apiVersion: envoy, kind: "SecurityPolicy" },
            { ...part.metadata() },
            securitySpec(model, edge.cors),
            [route],
        );
    }
    return pulumi.output(`https://${edge.host}`);
}

function createNetworkLoadBalancer(part: ServicePart, edge: NlbEdge, needs: Resources): pulumi.Output<string> {
    const { args, plan, scope } = part;
    const { stack, environment, extraTags, aws, addons } = scope.platform;
    const loadBalancer = physicalName("loadBalancer", scope.system, part.name, stack);
    const certificateArn = args.certificateArn ?? aws?.certificateArn;
    const annotations = nlbAnnotations({
        edge,
        loadBalancer,
        healthPath: plan.probes.readiness.path,
        deregistrationDelaySeconds: deregistrationDelayOf(edge, plan.preStopSeconds),
        ...(plan.sessionAffinitySeconds !== undefined && { sessionAffinitySeconds: plan.sessionAffinitySeconds }),
        tags: tagsFor({ stack, environment, extraTags, system: scope.system }, loadBalancer),
    });
    const service = createPublicService(part, nlbServiceSpec(edge, portsOf(part)), needs, {
        ...annotations,
        ...(edge.host !== undefined && certificateArn !== undefined && { [nlbCertificateAnnotation]: certificateArn }),
        ...(edge.host !== undefined &&
            addons.has("externalDns") && { "external-dns.alpha.kubernetes.io/hostname": edge.host }),
    });
    const address = service.status.apply((status) => status?.loadBalancer?.ingress?.[0]?.hostname);
    return edge.host !== undefined
        ? pulumi.output(`https://${edge.host}`)
        : address.apply(
              (name) => `http://${name ?? `${loadBalancer}.elb.${aws?.region}.amazonaws.com`}${portOf(part)}`,
          );
}

function createNodePort(part: ServicePart, needs: Resources): pulumi.Output<string> {
    const service = createPublicService(part, nodePortServiceSpec(portsOf(part)), needs);
    return service.spec.apply((spec) => `http://localhost:${spec?.ports?.[0]?.nodePort ?? part.plan.servicePort}`);
}

/** Its labels name another thing than the service, or Prometheus would find every pod twice. */
function createPublicService(
    part: ServicePart,
    spec: k8s.types.input.core.v1.ServiceSpec,
    needs: Resources,
    annotations: Record<string, pulumi.Input<string>> = {},
): k8s.core.v1.Service {
    const metadata = part.metadata("public");
    return new k8s.core.v1.Service(
        part.childName("public"),
        {
            metadata: {
                ...metadata,
                labels: { ...metadata.labels, ...selectorFor(part.scope, metadata.name) },
                annotations,
            },
            spec,
        },
        part.options(needs),
    );
}

function portsOf({ selector, plan: { port, servicePort } }: ServicePart): PublicPorts {
    return { selector, port, servicePort };
}

function portOf({ plan: { servicePort } }: ServicePart): string {
    return servicePort === 80 ? "" : `:${servicePort}`;
}
