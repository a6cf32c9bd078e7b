import { tagsForControllers } from "../tags";
import { loadBalancerStatements } from "./loadBalancerPolicy";
import {
    clusterCritical,
    disruptionBudget,
    replicasOf,
    resourcesOf,
    restrictedContainer,
    restrictedPod,
    type AddonDefinition,
    type AddonPod,
} from "./definition";

const controller: AddonPod = { count: "redundant", cpuMillicores: 50, memoryMiB: 128, memoryLimitMiB: 256 };

const serviceAccount = "aws-load-balancer-controller";

/**
 * Makes AWS load balancers for Ingresses and Services. Its webhook looks at every new Service, so what has Services comes after it;
 * on destroy it goes last of the add-ons, for only it can delete the load balancers that it made.
 */
export const awsLoadBalancerController: AddonDefinition = {
    name: "awsLoadBalancerController",
    namespace: "aws-load-balancer-controller",
    podSecurity: { level: "restricted" },
    chart: {
        name: "aws-load-balancer-controller",
        version: "3.5.0",
        repository: "https://aws.github.io/eks-charts",
    },
    pods: { controller },
    flows: () => ({ webhooks: [9443], metrics: [8080] }),
    identity: { serviceAccount, statements: loadBalancerStatements },
    values: (context) => ({
        clusterName: context.cluster.name,
        // Pods cannot ask the instance metadata for these.
        region: context.cluster.region,
        vpcId: context.cluster.vpcId,
        replicaCount: replicasOf(controller, context),
        resources: resourcesOf(controller),
        priorityClassName: clusterCritical,
        podDisruptionBudget: disruptionBudget(controller, context),
        podSecurityContext: { fsGroup: 65534, ...restrictedPod },
        securityContext: restrictedContainer,
        serviceAccount: { name: serviceAccount },
        // Pods have addresses of the VPC, so requests need no detour over node ports.
        defaultTargetType: "ip",
        defaultTags: tagsForControllers(context.tags),
        // A certificate that changes with every upgrade would leave a moment in which the API server trusts neither.
        keepTLSSecret: true,
        // What is switched off here is left out of its permissions, too.
        enableShield: false,
        enableWaf: false,
        enableWafv2: context.edge.firewall ?? false,
        serviceMonitor: { enabled: context.monitoring },
    }),
};
