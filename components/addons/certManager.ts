import type { PolicyStatement } from "../identity/podIdentity";
import {
    disruptionBudget,
    objectsNamespace,
    replicasOf,
    resourcesOf,
    type AddonContext,
    type AddonDefinition,
    type AddonPod,
} from "./definition";

const controller: AddonPod = { count: "redundant", cpuMillicores: 20, memoryMiB: 96, memoryLimitMiB: 256 };
const webhook: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 48, memoryLimitMiB: 128 };
const caInjector: AddonPod = { count: "redundant", cpuMillicores: 10, memoryMiB: 128, memoryLimitMiB: 384 };

const namespace = "cert-manager";
const serviceAccount = "cert-manager";

/**
 * Before it asks Let's Encrypt to look, it looks itself: at the record on the zone's own name servers, or at the page on the host. Both may
 * have any address.
 */
const provingHosts = {
    to: [{ ipBlock: { cidr: "0.0.0.0/0" } }],
    ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
        { protocol: "TCP", port: 80 },
    ],
};

/**
 * Issues and renews certificates for webhooks and gateways. The chart's own post-install check waits until its webhook answers, so that
 * what comes after it can create certificates at once.
 */
export const certManager: AddonDefinition = {
    name: "certManager",
    namespace,
    podSecurity: { level: "restricted" },
    chart: { name: "cert-manager", version: "v1.21.1", repository: "https://charts.jetstack.io" },
    pods: { controller, webhook, caInjector },
    flows: () => ({ webhooks: [10250], metrics: [9402], egress: [provingHosts] }),
    identity: { serviceAccount, statements, isUseful: provesHostsByDns },
    // Told to look at Gateways, it does not start before their kind exists.
    after: ["awsLoadBalancerController", "envoyGateway"],
    values: (context) => {
        const { maxUnavailable } = disruptionBudget(controller, context);
        const podDisruptionBudget =
            maxUnavailable === undefined ? { enabled: false } : { enabled: true, maxUnavailable };
        const part = (pod: AddonPod): Record<string, unknown> => ({
            replicaCount: replicasOf(pod, context),
            resources: resourcesOf(pod),
            podDisruptionBudget,
        });
        return {
            crds: { enabled: true },
            // The default, kube-system, would need a role there.
            global: { leaderElection: { namespace } },
            ...part(controller),
            serviceAccount: { name: serviceAccount },
            ...(context.enabled.envoyGateway && {
                config: {
                    apiVersion: "controller.config.cert-manager.io/v1alpha1",
                    kind: "ControllerConfiguration",
                    gatewayAPI: { enabled: true },
                },
            }),
            webhook: part(webhook),
            cainjector: part(caInjector),
            startupapicheck: { resources: resourcesOf({ count: "one", cpuMillicores: 10, memoryMiB: 32 }) },
            prometheus: {
                enabled: true,
                servicemonitor: {
                    enabled: context.monitoring,
                    endpointAdditionalProperties: { relabelings: objectsNamespace },
                },
            },
        };
    },
};

function provesHostsByDns({ enabled, edge }: AddonContext): boolean {
    return enabled.envoyGateway && edge.hostedZoneId !== undefined && edge.hosts.length > 0;
}

/**
 * The records by which hosts are proven to Let's Encrypt, and no others: it cannot point a host elsewhere. Source: cert-manager
 * documentation, "Route53".
 */
function statements({ edge }: AddonContext): PolicyStatement[] {
    const zone = `arn:aws:route53:::hostedzone/${edge.hostedZoneId}`;
    return [
        {
            sid: "WriteChallengesOfTheHosts",
            actions: ["route53:ChangeResourceRecordSets"],
            resources: [zone],
            conditions: {
                "ForAllValues:StringEquals": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames": edge.hosts.map(
                        (host) => `_acme-challenge.${host}`,
                    ),
                    "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"],
                },
            },
        },
        { sid: "ReadTheZone", actions: ["route53:ListResourceRecordSets"], resources: [zone] },
        { sid: "WaitForChanges", actions: ["route53:GetChange"], resources: ["arn:aws:route53:::change/*"] },
    ];
}
