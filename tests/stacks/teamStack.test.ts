import assert from "node:assert/strict";
import { loadConfig } from "../../config/load";
import { readConfiguration } from "../../simulation/configuration";
import type { PlannedResource } from "../../simulation/record";
import { contractOutput, type PlatformContract } from "../../stacks/contract";
import { systemDefinitions } from "../../stacks/registry";
import { composeStack } from "../../stacks/stack";
import { deploy, simulateStack, type ResourceGraph } from "../harness";

const platformStack = "organization/platform/prod";

/** Deploys the team-shop stack onto a platform that says something else than prod. */
function deployOnto(
    contract: unknown,
    edit: (values: Record<string, string>) => void = () => undefined,
): Promise<ResourceGraph> {
    const { project, values } = readConfiguration(process.cwd(), "team-shop");
    const config = { ...values };
    edit(config);
    return deploy(() => composeStack(loadConfig(), systemDefinitions), {
        project,
        stack: "team-shop",
        config,
        stackOutputs: { [platformStack]: contract === undefined ? {} : { [contractOutput]: contract } },
    });
}

type Metadata = { readonly name?: string; readonly namespace?: string };

/** What a resource is called outside the program, where it has a name that two stacks could both use. */
function physicalNameOf({ type, inputs }: PlannedResource): string | undefined {
    const metadata = inputs.metadata as Metadata | undefined;
    if (metadata?.name !== undefined) {
        return `${String(inputs.kind)} ${metadata.namespace ?? ""}/${metadata.name}`;
    }
    // The name of an inline policy is its role's, whose own name is compared.
    if (!type.startsWith("aws:") || type === "aws:iam/rolePolicy:RolePolicy") {
        return undefined;
    }
    const names = ["name", "identifier", "replicationGroupId", "bucket", "repository"].map((key) => inputs[key]);
    const name = names.find((each): each is string => typeof each === "string");
    return name === undefined ? undefined : `${type} ${name}`;
}

describe("a team's stack", () => {
    let prod: ResourceGraph;
    let team: ResourceGraph;
    let contract: PlatformContract;
    before(async () => {
        prod = await simulateStack("prod");
        team = await simulateStack("team-shop");
        contract = prod.plan.outputs[contractOutput] as PlatformContract;
    });

    it("makes no network, cluster, node or add-on of its own", () => {
        const foreign = team.all.filter(({ type }) =>
            /^(eks:|aws:ec2\/(vpc|subnet|natGateway|internetGateway|routeTable|eip)[:/]|aws:eks\/(cluster|nodeGroup|addon)[:/]|aws:kms\/|kubernetes:helm|kubernetes:apiextensions.k8s.io\/v1:CustomResourceDefinition|platform:(network|cluster:Cluster$|addons:Addons$|gateway|observability:Monitoring$))/.test(
                type,
            ),
        );
        assert.deepEqual(foreign, []);
    });

    it("reaches the platform's cluster by one provider, with the kubeconfig of the contract", () => {
        const providers = team.ofType("pulumi:providers:kubernetes");
        assert.equal(providers.length, 1);
        assert.equal(providers[0]?.inputs.kubeconfig, contract.kubeconfig);
        assert.equal(
            providers[0]?.inputs.clusterIdentifier,
            `arn:aws:eks:us-east-1:${contract.aws.accountId}:cluster/${contract.aws.clusterName}`,
        );
        const objects = team.all.filter(({ type }) => type.startsWith("kubernetes:"));
        assert.ok(objects.length > 50);
        objects.forEach(({ provider, urn }) => assert.ok(provider.startsWith(providers[0]?.urn ?? "-"), urn));
    });

    it("puts its stores into the platform's data subnets, behind its nodes' group, under its keys", () => {
        const { aws } = contract;
        assert.deepEqual(team.one("aws:rds/subnetGroup:SubnetGroup").inputs.subnetIds, aws.dataSubnetIds);
        assert.equal(team.one("aws:rds/instance:Instance").inputs.kmsKeyId, aws.dataKeyArn);
        assert.equal(team.one("aws:ec2/securityGroup:SecurityGroup").inputs.vpcId, aws.vpcId);
        const rule = team.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
        assert.equal(rule.inputs.referencedSecurityGroupId, aws.nodeSecurityGroupId);
        for (const group of team.ofType("aws:cloudwatch/logGroup:LogGroup")) {
            assert.equal(group.inputs.kmsKeyId, aws.logsKeyArn, group.urn);
        }
        const reader = team.one("aws:iam/role:Role", "shop-secret-access-reader");
        assert.match(String(reader.inputs.assumeRolePolicy), new RegExp(aws.externalSecretsRoleArn));
    });

    it("shares the load balancer of a platform whose gateway takes all hosts, and asks AWS for no certificate", async () => {
        assert.ok(contract.gateway !== undefined);
        const graph = await deployOnto({ ...contract, gateway: { ...contract.gateway, takesAllHosts: true } });
        const { hostnames } = graph.object("HTTPRoute", "frontend").inputs.spec as { hostnames: string[] };
        assert.equal(hostnames.length, 1);
        assert.deepEqual(graph.ofType("aws:acm/certificate:Certificate"), []);
        const services = graph.ofType("kubernetes:core/v1:Service").map(({ inputs }) => inputs.spec);
        assert.ok(services.every((spec) => (spec as { type?: string }).type !== "LoadBalancer"));
    });

    it("gives its workloads their rights in the platform's cluster", () => {
        const associations = team.ofType("aws:eks/podIdentityAssociation:PodIdentityAssociation");
        assert.ok(associations.length > 0);
        associations.forEach(({ inputs }) => assert.equal(inputs.clusterName, contract.aws.clusterName));
    });

    it("shares no name with the platform stack, in the cluster or in the account", () => {
        const taken = new Set(prod.all.map(physicalNameOf));
        const shared = team.all.map(physicalNameOf).filter((name) => name !== undefined && taken.has(name));
        assert.deepEqual(shared, []);
        assert.ok(team.all.map(physicalNameOf).includes("Namespace /shop"));
    });

    it("runs the same definition as the platform's techcommerce, under its own name in alerts, logs and dashboards", () => {
        assert.deepEqual(
            team
                .ofType("kubernetes:apps/v1:Deployment")
                .map(({ inputs }) => (inputs.metadata as Metadata).name)
                .sort(),
            prod
                .ofType("kubernetes:apps/v1:Deployment")
                .map(({ inputs }) => inputs.metadata as Metadata)
                .filter(({ namespace }) => namespace === "techcommerce")
                .map(({ name }) => name)
                .sort(),
        );
        const groups = team.ofType("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs.name);
        assert.ok(groups.includes("/aws/eks/shop-prod"));
        const uids = (graph: ResourceGraph): string[] =>
            graph.all
                .filter(({ type, name }) => type === "kubernetes:core/v1:ConfigMap" && name.includes("dashboard"))
                .flatMap(({ inputs }) => Object.values(inputs.data as Record<string, string>))
                .map((text) => (JSON.parse(text) as { uid: string }).uid);
        assert.ok(uids(team).length > 0);
        assert.deepEqual(
            uids(team).filter((uid) => uids(prod).includes(uid)),
            [],
        );
    });

    it("has the certificate of its own host, and none of the platform's", () => {
        assert.equal(team.one("aws:acm/certificate:Certificate").inputs.domainName, "team-shop.example.com");
    });

    it("lets every workload wait for its namespace and that for nothing but the platform that is there", () => {
        const namespace = team.object("Namespace", "shop");
        const policy = team.object("NetworkPolicy", "default-deny", "shop");
        const workloads = team.all.filter(({ type }) => /^kubernetes:(apps|batch)\//.test(type));
        assert.ok(workloads.length > 0);
        for (const workload of workloads) {
            assert.ok(team.waitsFor(workload, namespace), workload.urn);
            assert.ok(team.waitsFor(workload, policy), workload.urn);
        }
        const store = team.object("SecretStore", "shop");
        for (const secret of team.all.filter(({ inputs }) => inputs.kind === "ExternalSecret")) {
            assert.ok(team.waitsFor(secret, store), secret.urn);
        }
    });

    const addons: [addon: string, report: RegExp][] = [
        [
            "externalSecrets",
            /platform:systems is \["shop"\]: need the add-on externalSecrets, which copies their secrets: set platform:addons\.externalSecrets to true in the platform stack prod$/m,
        ],
        [
            "awsLoadBalancerController",
            /shop\.services\.frontend\.edge\.kind is "nlb": needs the add-on awsLoadBalancerController: set platform:addons\.awsLoadBalancerController to true in the stack organization\/platform\/prod$/m,
        ],
    ];
    for (const [addon, report] of addons) {
        it(`is refused on a platform without ${addon}`, async () => {
            const without = { ...contract, addons: contract.addons.filter((each) => each !== addon) };
            await assert.rejects(deployOnto(without), report);
        });
    }

    it("may keep its own records of hosts where the platform keeps none", async () => {
        const without = {
            ...contract,
            delegatedHosts: [],
            addons: contract.addons.filter((each) => each !== "externalDns"),
        };
        assert.ok((await deployOnto(without)).all.length > 0);
    });

    it("is refused by a platform of another version, before anything is made", async () => {
        await assert.rejects(deployOnto({ ...contract, contractVersion: 2 }), /speaks version 2 of the contract/);
        await assert.rejects(deployOnto(undefined), /that stack has no output "platform"/);
    });

    it("is refused where the nodes have no room for it, with what is asked for and what is there", async () => {
        const spare = { cpuMillicores: 100, memoryMiB: 100_000, pods: 3 };
        await assert.rejects(deployOnto({ ...contract, spare }), (error: Error) => {
            const lines = error.message.split("\n").filter((line) => line.includes("to spare"));
            assert.equal(lines.length, 2, error.message);
            assert.match(
                lines[0] ?? "",
                /platform:systems: they request at least \d+m CPU, and the platform stack prod has 100m to spare with every node group at maxSize\. .* Requests: shop \d+m\/\d+Mi$/,
            );
            assert.match(lines[1] ?? "", /at least \d+ pods, and the platform stack prod has 3 to spare/);
            return true;
        });
    });

    it("takes the platform's word where it does not say yet what it has to spare", async () => {
        const { spare, ...older } = contract;
        assert.ok(spare !== undefined);
        assert.ok((await deployOnto(older)).all.length > 0);
    });

    it("is told when it brings nodes of its own", async () => {
        const cluster = JSON.stringify({ nodeGroups: { general: { instanceTypes: ["m7g.large"] } } });
        await assert.rejects(
            deployOnto(contract, (values) => void (values["platform:cluster"] = cluster)),
            /platform:cluster\.nodeGroups is \["general"\]: must be left out: the nodes are those of platform:platformStack/,
        );
    });
});
