import type { types } from "@pulumi/kubernetes";
import { stringMap, tlsPolicy } from "./ingress";
import { portName } from "./podTemplate";
import type { NlbEdge } from "./spec";

type ServiceSpec = types.input.core.v1.ServiceSpec;

/** What the load balancer has to know about a service. */
export interface NlbModel {
    readonly edge: NlbEdge;
    /** Name of the load balancer on AWS. */
    readonly loadBalancer: string;
    /** Path that answers when a pod is ready. */
    readonly healthPath: string;
    readonly deregistrationDelaySeconds: number;
    readonly sessionAffinitySeconds?: number;
    readonly tags: Readonly<Record<string, string>>;
}

/**
 * Annotations by which the AWS Load Balancer Controller makes and configures the load balancer.
 *
 * Targets are pods, not nodes, and the client's address is not kept: packets come from the load balancer's own addresses in the
 * public subnets, which is what the network policy of the service lets in. Keeping it would mean a policy that is open to the whole
 * internet, and loses connections when a client reaches a pod of its own node. The load balancer may send a connection to a pod of
 * another zone, because pods may be few.
 * Sources: AWS Load Balancer Controller, "Service annotations"; Elastic Load Balancing, "Edit target group attributes for your NLB".
 */
export function nlbAnnotations(model: NlbModel): Record<string, string> {
    const { edge, deregistrationDelaySeconds, sessionAffinitySeconds } = model;
    const annotations = {
        type: "external",
        "nlb-target-type": "ip",
        scheme: "internet-facing",
        name: model.loadBalancer,
        attributes: stringMap({ "load_balancing.cross_zone.enabled": "true" }),
        "target-group-attributes": stringMap({
            "preserve_client_ip.enabled": "false",
            "deregistration_delay.timeout_seconds": String(deregistrationDelaySeconds),
            ...(sessionAffinitySeconds !== undefined && {
                "stickiness.enabled": "true",
                "stickiness.type": "source_ip",
            }),
        }),
        "healthcheck-protocol": "http",
        "healthcheck-port": "traffic-port",
        "healthcheck-path": model.healthPath,
        "healthcheck-interval": "10",
        "healthcheck-timeout": "5",
        "healthcheck-healthy-threshold": "2",
        "healthcheck-unhealthy-threshold": "2",
        "healthcheck-success-codes": "200-399",
        "additional-resource-tags": stringMap(model.tags),
        ...(edge.host !== undefined && { "ssl-ports": "443", "ssl-negotiation-policy": tlsPolicy }),
    };
    return Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [
            `service.beta.kubernetes.io/aws-load-balancer-${key}`,
            value,
        ]),
    );
}

/** Annotation that names the certificate, whose ARN only the cloud knows. */
export const nlbCertificateAnnotation = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert";

/** Where an edge ends: the pods, and the ports on both sides. */
export interface PublicPorts {
    readonly selector: Readonly<Record<string, string>>;
    /** Port of the containers. */
    readonly port: number;
    /** Port of the service inside the cluster. */
    readonly servicePort: number;
}

/** The Service that the controller makes a load balancer for. It is not the one inside the cluster, which stays as it is. */
export function nlbServiceSpec(edge: NlbEdge, ports: PublicPorts): ServiceSpec {
    return {
        type: "LoadBalancer",
        loadBalancerClass: "service.k8s.aws/nlb",
        // Targets are pods; a port of every node would be one more way in.
        allocateLoadBalancerNodePorts: false,
        ...publicPort(ports, edge.host === undefined ? ports.servicePort : 443),
    };
}

/** Where nothing makes load balancers: a port of every node, chosen by Kubernetes. */
export function nodePortServiceSpec(ports: PublicPorts): ServiceSpec {
    return { type: "NodePort", ...publicPort(ports, ports.servicePort) };
}

function publicPort({ selector, port: targetPort }: PublicPorts, port: number): ServiceSpec {
    return { selector: { ...selector }, ports: [{ name: portName, port, targetPort, protocol: "TCP" }] };
}
