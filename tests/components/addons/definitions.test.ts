import assert from "node:assert/strict";
import { addonDefinitions, wantedAddons } from "../../../components/addons/catalogue";
import { demandOf, type AddonDefinition } from "../../../components/addons/definition";
import { storeDemand } from "../../../components/gateway/rateLimitPod";
import { context, deployAddons, everything, zone } from "./fixture";

interface Statement {
    readonly Sid: string;
    readonly Action: string[];
    readonly Resource: string[];
    readonly Condition?: Record<string, Record<string, unknown>>;
}

/** The policy of an add-on's role, as IAM would get it. */
async function policyOf(namespace: string): Promise<Statement[]> {
    const policy = (await deployAddons()).one("aws:iam/rolePolicy:RolePolicy", `addons-${namespace}-identity-policy`);
    return (JSON.parse(String(policy.inputs.policy)) as { Statement: Statement[] }).Statement;
}

function definition(name: AddonDefinition["name"]): AddonDefinition {
    const found = addonDefinitions.find((each) => each.name === name);
    assert.ok(found);
    return found;
}

/** Actions for which AWS knows no resources (Service Authorization Reference), so that nothing narrower than "*" is possible. */
const withoutResources = [
    /^ec2:(Describe|GetCoipPoolUsage|GetSecurityGroupsForVpc|GetInstanceTypesFromInstanceRequirements)/,
    /^elasticloadbalancing:Describe/,
    /^autoscaling:Describe/,
    /^acm:ListCertificates$/,
    /^route53:ListHostedZones$/,
];

describe("permissions of add-ons", () => {
    for (const { name, namespace, identity } of addonDefinitions) {
        if (identity === undefined) {
            continue;
        }
        it(`of ${name} name every action, and resources wherever AWS has any`, async () => {
            for (const { Action, Resource } of await policyOf(namespace)) {
                for (const action of Action) {
                    assert.match(action, /^[a-z0-9-]+:[A-Za-z]+$/);
                    if (Resource.includes("*")) {
                        assert.ok(
                            withoutResources.some((pattern) => pattern.test(action)),
                            `${action} on *`,
                        );
                    }
                }
                for (const arn of Resource.filter((each) => each !== "*")) {
                    assert.match(arn, /^arn:aws:[a-z0-9]+:[a-z0-9-]*:(123456789012)?:[a-z]+/i, arn);
                }
            }
        });

        it(`of ${name} fit into an inline policy`, async () => {
            // IAM quota: 10,240 characters, white space not counted.
            assert.ok(JSON.stringify(await policyOf(namespace)).length < 10_240);
        });
    }

    it("let the load balancer controller change load balancers of this cluster only", async () => {
        const tag = "aws:ResourceTag/elbv2.k8s.aws/cluster";
        for (const { Sid, Action, Condition } of await policyOf("aws-load-balancer-controller")) {
            if (Action.some((action) => /:(DeleteLoadBalancer|DeleteTargetGroup|DeleteSecurityGroup)$/.test(action))) {
                assert.equal(Condition?.StringEquals?.[tag], "platform-dev", Sid);
            }
        }
    });

    it("let the load balancer controller open security groups of this VPC only", async () => {
        const opening = (await policyOf("aws-load-balancer-controller")).find(({ Action }) =>
            Action.includes("ec2:AuthorizeSecurityGroupIngress"),
        );
        assert.deepEqual(opening?.Condition, {
            ArnEquals: { "ec2:Vpc": "arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-1" },
        });
    });

    it("let the autoscaler scale groups of this cluster only", async () => {
        const scaling = (await policyOf("cluster-autoscaler")).find(({ Action }) =>
            Action.includes("autoscaling:SetDesiredCapacity"),
        );
        assert.deepEqual(scaling?.Condition, {
            StringEquals: { "aws:ResourceTag/k8s.io/cluster-autoscaler/platform-dev": "owned" },
        });
    });

    it("let the External Secrets Operator become a reader of this stack, and read nothing itself", async () => {
        assert.deepEqual(await policyOf("external-secrets"), [
            {
                Sid: "BecomeReaderOfOneSystem",
                Effect: "Allow",
                Action: ["sts:AssumeRole", "sts:TagSession"],
                Resource: ["arn:aws:iam::123456789012:role/*-secrets-reader"],
                Condition: { StringEquals: { "aws:ResourceTag/platform:stack": "dev" } },
            },
        ]);
    });

    it("let external-dns change the hosts' records in their zone, and no others", async () => {
        const [change, read] = await policyOf("external-dns");
        assert.deepEqual(change?.Resource, [`arn:aws:route53:::hostedzone/${zone}`]);
        assert.deepEqual(
            change?.Condition?.["ForAllValues:StringEquals"]?.["route53:ChangeResourceRecordSetsNormalizedRecordNames"],
            context.edge.hosts.flatMap((host) => [host, `a-${host}`, `aaaa-${host}`, `cname-${host}`]),
        );
        assert.deepEqual(read?.Resource, [`arn:aws:route53:::hostedzone/${zone}`]);
    });

    it("let cert-manager write the hosts' challenges and point no host elsewhere", async () => {
        const [write, ...others] = await policyOf("cert-manager");
        assert.deepEqual(write?.Condition?.["ForAllValues:StringEquals"], {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": context.edge.hosts.map(
                (host) => `_acme-challenge.${host}`,
            ),
            "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"],
        });
        assert.deepEqual(
            others.flatMap(({ Action }) => Action),
            ["route53:ListResourceRecordSets", "route53:GetChange"],
        );
    });

    it("let Fluent Bit write to log groups of this environment, and make none", async () => {
        assert.deepEqual(await policyOf("logging"), [
            {
                Sid: "WriteLogs",
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource: ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/eks/*-dev:*"],
            },
        ]);
    });
});

describe("cert-manager and external-dns", () => {
    const valuesOf = (name: AddonDefinition["name"], envoyGateway: boolean): Record<string, unknown> =>
        definition(name).values({ ...context, enabled: { ...everything, envoyGateway } });

    it("look at Gateways and routes only where their kinds are", () => {
        assert.deepEqual(valuesOf("certManager", true).config, {
            apiVersion: "controller.config.cert-manager.io/v1alpha1",
            kind: "ControllerConfiguration",
            gatewayAPI: { enabled: true },
        });
        assert.equal(valuesOf("certManager", false).config, undefined);
        assert.deepEqual(valuesOf("externalDns", true).sources, ["ingress", "service", "gateway-httproute"]);
        assert.deepEqual(valuesOf("externalDns", false).sources, ["ingress", "service"]);
    });

    for (const [what, change] of [
        ["the gateway", { enabled: { envoyGateway: false } }],
        ["a zone", { edge: { hosts: ["api.example.com"] } }],
    ] as const) {
        it(`need no rights for challenges without ${what}`, async () => {
            const graph = await deployAddons(change);
            assert.ok(!graph.all.some(({ name }) => name.startsWith("addons-cert-manager-identity")));
        });
    }
});

describe("external-dns", () => {
    for (const [what, edge] of [
        ["a zone", { hosts: ["api.example.com"] }],
        ["hosts", { hostedZoneId: zone, hosts: [] }],
    ] as const) {
        it(`is not installed without ${what}`, async () => {
            const graph = await deployAddons({ edge });
            assert.ok(!(graph.plan.outputs.installed as string[]).includes("externalDns"));
        });
    }

    it("looks at the hosts' zone alone", () => {
        const values = definition("externalDns").values(context) as {
            domainFilters: string[];
            extraArgs: Record<string, unknown>;
            txtOwnerId: string;
        };
        assert.deepEqual(values.domainFilters, context.edge.hosts);
        assert.equal(values.extraArgs["zone-id-filter"], zone);
        assert.equal(values.txtOwnerId, "platform-dev");
    });
});

describe("the External Secrets Operator", () => {
    it("is told apart by its role, where it is installed", async () => {
        const { outputs } = (await deployAddons()).plan;
        assert.match(String(outputs.externalSecretsRoleArn), /role\/platform-dev-external-secrets-external-secrets$/);
        assert.equal(outputs.externalSecretsNamespace, "external-secrets");
        const without = (await deployAddons({ enabled: { externalSecrets: false } })).plan.outputs;
        assert.equal(without.externalSecretsRoleArn, "");
    });

    it("installs its own kinds, but none that reaches across namespaces", () => {
        const values = definition("externalSecrets").values(context) as {
            installCRDs: boolean;
            crds: Record<string, boolean>;
            rbac: { serviceAccountTokenCreate: boolean };
        };
        assert.equal(values.installCRDs, true);
        assert.ok(Object.values(values.crds).every((created) => !created));
        assert.equal(values.rbac.serviceAccountTokenCreate, false);
    });
});

describe("cert-manager", () => {
    it("installs its own kinds", () => {
        assert.deepEqual(definition("certManager").values(context).crds, { enabled: true });
    });
});

describe("the load balancer controller", () => {
    it("is told where it is, because pods cannot reach the instance metadata", () => {
        const values = definition("awsLoadBalancerController").values(context);
        assert.deepEqual([values.clusterName, values.region, values.vpcId], ["platform-dev", "eu-central-1", "vpc-1"]);
    });

    it("tags what it makes, with what its tag option can carry", () => {
        const tags = { ...context.tags, extraTags: { team: "a,b", "cost-center": "42" } };
        const { defaultTags } = definition("awsLoadBalancerController").values({ ...context, tags }) as {
            defaultTags: Record<string, string>;
        };
        assert.equal(defaultTags["platform:stack"], "dev");
        assert.equal(defaultTags["cost-center"], "42");
        assert.equal(defaultTags.team, undefined);
        assert.equal(defaultTags.Name, undefined);
    });
});

describe("the autoscaler", () => {
    for (const kubernetesVersion of ["1.34", "1.35", "1.36"] as const) {
        it(`is the one of Kubernetes ${kubernetesVersion}`, () => {
            const cluster = { ...context.cluster, kubernetesVersion };
            const { image } = definition("clusterAutoscaler").values({ ...context, cluster }) as {
                image: { tag: string };
            };
            assert.ok(image.tag.startsWith(`v${kubernetesVersion}.`));
        });
    }

    it("looks for the groups of this cluster", () => {
        const values = definition("clusterAutoscaler").values(context);
        assert.deepEqual(values.autoDiscovery, { clusterName: "platform-dev" });
    });
});

describe("the Vertical Pod Autoscaler", () => {
    it("recommends and changes nothing", () => {
        const values = definition("verticalPodAutoscaler").values(context);
        assert.deepEqual(values.updater, { enabled: false });
        assert.deepEqual(values.admissionController, { enabled: false });
    });
});

describe("Argo CD", () => {
    const values = definition("argoCd").values(context);

    it("listens to nobody and has no password", () => {
        assert.deepEqual(
            [values.server, values.applicationSet, values.dex, values.notifications],
            [{ replicas: 0 }, { replicas: 0 }, { enabled: false }, { enabled: false }],
        );
        const { cm } = values.configs as { cm: Record<string, unknown> };
        assert.deepEqual(
            [cm["admin.enabled"], cm["exec.enabled"], cm["users.anonymous.enabled"]],
            [false, false, false],
        );
    });

    it("has no rights on the cluster of its own", () => {
        assert.equal(values.createClusterRoles, false);
    });

    it("is closed to the rest of the cluster", () => {
        const { networkPolicy } = values.global as { networkPolicy: unknown };
        assert.deepEqual(networkPolicy, { create: true, defaultDenyIngress: true });
    });
});

describe("Argo Rollouts", () => {
    const values = definition("argoRollouts").values(context);

    it("switches Services and has rights on nothing that routes", () => {
        assert.deepEqual(values.providerRBAC, { enabled: false });
    });

    it("has no dashboard", () => {
        assert.deepEqual(values.dashboard, { enabled: false });
    });

    it("is scraped for how many pods Rollouts have, by the Rollouts' namespaces", () => {
        assert.deepEqual((values.controller as { metrics: unknown }).metrics, {
            enabled: true,
            serviceMonitor: { enabled: true, relabelings: [{ action: "labeldrop", regex: "namespace" }] },
        });
    });

    it("leaves rollouts running when it is removed", () => {
        assert.equal(values.keepCRDs, true);
    });
});

describe("the reloader", () => {
    const valuesOf = (argoRollouts: boolean): { isArgoRollouts: boolean } =>
        definition("reloader").values({ ...context, enabled: { ...everything, argoRollouts } }).reloader as {
            isArgoRollouts: boolean;
        };

    it("restarts Rollouts where there are any", () => {
        assert.equal(valuesOf(true).isArgoRollouts, true);
        assert.equal(valuesOf(false).isArgoRollouts, false);
    });

    it("comes after the kind Rollout, without which its chart gives it no right on them", () => {
        const names = wantedAddons(everything, context).map(({ name }) => name);
        assert.ok(names.indexOf("argoRollouts") < names.indexOf("reloader"));
    });
});

describe("what add-ons ask for", () => {
    /** Pods that the shared gateway makes, whose settings its own test looks at. */
    const elsewhere = new Set(["proxy", "drainer"]);
    const settingsOf = (each: AddonDefinition): string =>
        JSON.stringify([
            each.values(context),
            ...(each.before ?? []).map((step) => (step.step === "chart" ? step.values(context) : {})),
        ]);

    // Linkerd's charts write it in a way of their own; its own test looks at it.
    for (const each of addonDefinitions.filter(({ name }) => name !== "linkerd")) {
        it(`is in the settings of ${each.name}`, () => {
            for (const [name, pod] of Object.entries(each.pods)) {
                if (elsewhere.has(name) || pod === storeDemand) {
                    continue;
                }
                assert.ok(settingsOf(each).includes(`"cpu":"${pod.cpuMillicores}m","memory":"${pod.memoryMiB}Mi"`));
            }
        });

        it(`bounds the memory of ${each.name}`, () => {
            const requests = settingsOf(each).match(/"requests":\{"cpu"/g) ?? [];
            const limits = settingsOf(each).match(/"limits":\{"cpu":"1","memory":"\d+Mi","ephemeral-storage"/g) ?? [];
            assert.equal(limits.length, requests.length);
        });
    }

    it("grows with nodes and replicas", () => {
        const wanted = wantedAddons(everything, context);
        const small = demandOf(wanted, { replicas: 1 }, 2);
        assert.deepEqual(demandOf(wanted, { replicas: 1 }, 3), {
            // Fluent Bit, and Linkerd's network plugin with its helper.
            pods: small.pods + 3,
            cpuMillicores: small.cpuMillicores + 40,
            memoryMiB: small.memoryMiB + 128,
        });
        assert.ok(demandOf(wanted, { replicas: 2 }, 2).memoryMiB > small.memoryMiB);
        assert.deepEqual(demandOf([], { replicas: 2 }, 2), { pods: 0, cpuMillicores: 0, memoryMiB: 0 });
    });
});
