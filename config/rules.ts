import { addonProblems } from "../components/addons/addonProblems";
import { nodeGroupProblems } from "../components/cluster/instanceTypes";
import { natProblem, subnetPlanProblem } from "../components/network/subnetPlan";
import type { ConfigIssue } from "./errors";
import type { PlatformConfig } from "./schema";

/** A rule about several values of a configuration that are each valid by themselves. */
type Rule = (config: PlatformConfig, region: string | undefined) => ConfigIssue[];

const key = (path: string): string => `platform:${path}`;

function issueWhen(wrong: boolean, path: string, value: unknown, message: string): ConfigIssue[] {
    return wrong ? [{ path, value, message }] : [];
}

const onAws = (config: PlatformConfig): boolean => config.environment !== "local";

const ownsItsCluster = (config: PlatformConfig): boolean => onAws(config) && config.platformStack === undefined;

const regionIsKnown: Rule = (config, region) => [
    ...issueWhen(
        onAws(config) && region === undefined,
        "aws:region",
        undefined,
        "required: the AWS region, such as us-east-1",
    ),
    ...issueWhen(
        region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region),
        "aws:region",
        region,
        "must be an AWS region such as us-east-1 or ap-south-1",
    ),
];

const budgetIsOfAws: Rule = (config) =>
    issueWhen(
        !onAws(config) && config.budget !== undefined,
        key("budget"),
        config.budget?.monthlyDollars,
        "there is nothing to pay for in the local environment: leave it out",
    );

const auditIsOfTheAccount: Rule = (config) =>
    issueWhen(
        !ownsItsCluster(config) && config.audit !== undefined,
        key("audit"),
        config.audit,
        onAws(config)
            ? "must be left out: the platform stack watches over its account and its cluster"
            : "must be left out in the local environment, which has no AWS",
    );

const subnetsFit: Rule = ({ network: { cidr, availabilityZones } }) => {
    const problem = subnetPlanProblem({ cidr, availabilityZones });
    return problem === undefined ? [] : [{ path: key("network.cidr"), value: cidr, message: problem }];
};

const nodesCanPullImages: Rule = ({ addons, network: { nat, interfaceEndpoints } }) => {
    const problem = natProblem(nat, interfaceEndpoints, addons);
    return problem === undefined ? [] : [{ path: key("network.nat"), value: nat, message: problem }];
};

const productionHasGateways: Rule = ({ environment, network: { nat } }) =>
    issueWhen(
        environment === "prod" && nat === "instance",
        key("network.nat"),
        nat,
        "must be per-az or single in the prod environment: one small machine is no way out for it",
    );

const nodeGroupsMakeSense: Rule = (config) => {
    const groups = Object.entries(config.cluster.nodeGroups);
    return [
        ...issueWhen(
            ownsItsCluster(config) && groups.length === 0,
            key("cluster.nodeGroups"),
            {},
            "required: at least one node group",
        ),
        ...groups.flatMap(([name, group]) =>
            nodeGroupProblems(group).map((problem) => ({
                ...problem,
                path: key(`cluster.nodeGroups.${name}.${problem.path}`),
            })),
        ),
    ];
};

const apiServerIsNotOpen: Rule = ({ cluster: { publicAccessCidrs } }) =>
    issueWhen(
        publicAccessCidrs.some((cidr) => cidr.endsWith("/0")),
        key("cluster.publicAccessCidrs"),
        publicAccessCidrs,
        "must not open the API server to the whole internet; name the networks of your offices or VPN",
    );

const productionIsProtected: Rule = ({ environment, data }) =>
    issueWhen(
        environment === "prod" && !data.protect && !data.teardown,
        key("data.protect"),
        data.protect,
        "must be true in the prod environment; to take the stack down, set platform:data.teardown as well",
    );

const oneCertificate: Rule = ({ edge }) =>
    issueWhen(
        edge.hostedZoneId !== undefined && edge.certificateArn !== undefined,
        key("edge"),
        edge,
        "must have either hostedZoneId (a certificate is issued) or certificateArn (yours is used), not both",
    );

const secretsCanBeRead: Rule = (config) =>
    issueWhen(
        ownsItsCluster(config) && Object.keys(config.systems).length > 0 && !config.addons.externalSecrets,
        key("addons.externalSecrets"),
        false,
        "must be true while the stack runs systems: it is what copies their secrets from AWS Secrets Manager",
    );

const localHasNoAws: Rule = (config) =>
    issueWhen(
        !onAws(config) && config.data.placement === "managed",
        key("data.placement"),
        config.data.placement,
        "must be in-cluster in the local environment, which has no AWS",
    );

const localNamesItsCluster: Rule = (config) =>
    issueWhen(
        !onAws(config) && config.kubernetes.context === undefined,
        key("kubernetes.context"),
        undefined,
        "required in the local environment: a context of your kubeconfig, such as kind-platform",
    );

const teamsHaveNoClusterOfTheirOwn: Rule = ({ environment, platformStack, cluster: { nodeGroups } }) =>
    platformStack === undefined
        ? []
        : [
              ...issueWhen(
                  environment === "local",
                  key("platformStack"),
                  platformStack,
                  "must be left out in the local environment",
              ),
              ...issueWhen(
                  Object.keys(nodeGroups).length > 0,
                  key("cluster.nodeGroups"),
                  Object.keys(nodeGroups),
                  "must be left out: the nodes are those of platform:platformStack",
              ),
          ];

const addonsHaveWhatTheyNeed: Rule = ({ addons, platformStack }) =>
    platformStack === undefined
        ? addonProblems(addons).map((problem) => ({ ...problem, path: key(problem.path) }))
        : [];

const signaturesAreChecked: Rule = ({ addons, platformStack, imageSignatures }) => [
    ...issueWhen(
        imageSignatures !== undefined && platformStack !== undefined,
        key("imageSignatures"),
        imageSignatures,
        "must be left out: the platform stack decides which images its cluster lets in",
    ),
    ...issueWhen(
        platformStack === undefined && imageSignatures !== undefined && !addons.kyverno,
        key("addons.kyverno"),
        false,
        "must be true with platform:imageSignatures: it is what checks them",
    ),
    ...issueWhen(
        platformStack === undefined && imageSignatures === undefined && addons.kyverno,
        key("imageSignatures"),
        undefined,
        "required with the add-on kyverno: which images have to be signed, and by whom",
    ),
];

const firewallNeedsAws: Rule = (config) =>
    issueWhen(
        config.edge.firewall.enabled && !onAws(config),
        key("edge.firewall.enabled"),
        true,
        "must be false in the local environment, which has no AWS",
    );

const loadBalancersCanBeShared: Rule = (config) => {
    const { edge, platformStack } = config;
    const path = key("edge.loadBalancers");
    return edge.loadBalancers === "separate"
        ? []
        : [
              ...issueWhen(
                  !onAws(config),
                  path,
                  edge.loadBalancers,
                  "must be separate in the local environment, which has no load balancers",
              ),
              ...issueWhen(
                  platformStack !== undefined,
                  path,
                  edge.loadBalancers,
                  "must be left out: the load balancers are those of platform:platformStack",
              ),
              ...issueWhen(
                  edge.firewall.enabled,
                  path,
                  edge.loadBalancers,
                  "must be separate with platform:edge.firewall.enabled: AWS WAF stands before an ALB, not before the gateway's Network Load Balancer",
              ),
          ];
};

const rules: readonly Rule[] = [
    regionIsKnown,
    budgetIsOfAws,
    auditIsOfTheAccount,
    subnetsFit,
    nodesCanPullImages,
    productionHasGateways,
    nodeGroupsMakeSense,
    apiServerIsNotOpen,
    productionIsProtected,
    oneCertificate,
    secretsCanBeRead,
    localHasNoAws,
    localNamesItsCluster,
    teamsHaveNoClusterOfTheirOwn,
    addonsHaveWhatTheyNeed,
    signaturesAreChecked,
    firewallNeedsAws,
    loadBalancersCanBeShared,
];

/** Everything wrong with how the values of a configuration go together. */
export function crossFieldIssues(config: PlatformConfig, region: string | undefined): ConfigIssue[] {
    return rules.flatMap((rule) => rule(config, region));
}
