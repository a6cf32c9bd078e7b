import type { PolicyStatement } from "../identity/podIdentity";
import { resourcesOf, type AddonContext, type AddonDefinition, type AddonPod } from "./definition";

const controller: AddonPod = { count: "one", cpuMillicores: 10, memoryMiB: 64, memoryLimitMiB: 256 };

const serviceAccount = "external-dns";

/** Kinds of the ownership records that stand beside a host's records. Source: registry/txt of external-dns; `cname` marks aliases. */
const ownershipPrefixes = ["a-", "aaaa-", "cname-"];

/**
 * Keeps the DNS records of the public hosts in their Route 53 zone. It runs once and keeps no state: a pause of it changes nothing.
 *
 * Its permission and its own filter both stop at the hosts of the systems, so an Ingress with any other host in the same zone has no
 * effect on DNS.
 */
export const externalDns: AddonDefinition = {
    name: "externalDns",
    namespace: "external-dns",
    podSecurity: { level: "restricted" },
    chart: {
        name: "external-dns",
        version: "1.21.1",
        repository: "https://kubernetes-sigs.github.io/external-dns",
    },
    pods: { controller },
    flows: () => ({ metrics: [7979] }),
    identity: { serviceAccount, statements },
    // Told to look at routes, it does not start before their kind exists.
    after: ["awsLoadBalancerController", "envoyGateway"],
    isUseful: ({ edge }) => edge.hostedZoneId !== undefined && edge.hosts.length > 0,
    values: (context) => ({
        serviceAccount: { name: serviceAccount },
        provider: { name: "aws" },
        env: [{ name: "AWS_REGION", value: context.cluster.region }],
        sources: ["ingress", "service", ...(context.enabled.envoyGateway ? ["gateway-httproute"] : [])],
        domainFilters: [...context.edge.hosts],
        extraArgs: {
            "zone-id-filter": context.edge.hostedZoneId,
            // The filter names hosts, the zone is their parent.
            "aws-zone-match-parent": true,
        },
        // Records go with their Ingress; records of others are told by their owner and left alone.
        policy: "sync",
        registry: "txt",
        txtOwnerId: context.cluster.name,
        logFormat: "json",
        resources: resourcesOf(controller),
        serviceMonitor: { enabled: context.monitoring },
    }),
};

function statements({ edge }: AddonContext): PolicyStatement[] {
    const zone = `arn:aws:route53:::hostedzone/${edge.hostedZoneId}`;
    return [
        {
            sid: "ChangeRecordsOfTheHosts",
            actions: ["route53:ChangeResourceRecordSets"],
            resources: [zone],
            conditions: {
                "ForAllValues:StringEquals": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames": edge.hosts.flatMap((host) => [
                        host,
                        ...ownershipPrefixes.map((prefix) => `${prefix}${host}`),
                    ]),
                },
            },
        },
        {
            sid: "ReadTheZone",
            actions: ["route53:ListResourceRecordSets", "route53:ListTagsForResource", "route53:ListTagsForResources"],
            resources: [zone],
        },
        // AWS knows no resources for this action.
        { sid: "FindTheZone", actions: ["route53:ListHostedZones"], resources: ["*"] },
    ];
}
