import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component } from "../../components/component";
import { deploy, simulateStack, stackNames, type ResourceGraph } from "../harness";
import { namesFitTheirLimits } from "./names";
import { everythingIsMadeInOrder, objectsWaitForTheirNamespace, statefulResources } from "./order";
import { everyPolicyHolds } from "./safety";
import {
    everyChildHasAComponent,
    everyComponentRegistersItsOutputs,
    everyKubernetesResourceHasAProvider,
    everyNameStartsWithItsComponent,
    everyTaggableResourceIsTagged,
    noNetworkPolicyHasAnEmptyList,
    type Invariant,
} from "./structure";

const invariants: Readonly<Record<string, Invariant>> = {
    everyChildHasAComponent,
    everyNameStartsWithItsComponent,
    everyKubernetesResourceHasAProvider,
    everyTaggableResourceIsTagged,
    everyComponentRegistersItsOutputs,
    noNetworkPolicyHasAnEmptyList,
    everyPolicyHolds,
    namesFitTheirLimits,
    everythingIsMadeInOrder,
    objectsWaitForTheirNamespace,
};

for (const stack of stackNames()) {
    describe(`the ${stack} stack`, () => {
        let graph: ResourceGraph;
        before(async () => {
            graph = await simulateStack(stack);
        });

        for (const [name, invariant] of Object.entries(invariants)) {
            it(`holds ${name}`, () => assert.deepEqual(invariant(graph), []));
        }

        it("has the same resources on a first preview, when nothing that a cloud generates is known", async () => {
            const preview = await simulateStack(stack, { preview: true });
            assert.deepEqual(
                preview.all.map((resource) => resource.urn).sort(),
                graph.all.map((resource) => resource.urn).sort(),
            );
        });

        it("protects its data in the prod environment, and only there", () => {
            const resources = statefulResources(graph);
            assert.ok(resources.length > 0 || stack === "local");
            for (const resource of resources) {
                assert.equal(resource.protect, stack === "prod" || stack === "team-shop", resource.urn);
            }
        });
    });
}

describe("any stack name", () => {
    for (const stack of ["x", "Team_Shop.EU-1", "a-very-long-stack-name-".repeat(4), "0-starts-with-a-digit"]) {
        it(`"${stack}" gives names within the limits of AWS`, async () => {
            assert.deepEqual(namesFitTheirLimits(await simulateStack("prod", { as: stack })), []);
        });
    }
});

/** A component that breaks whatever its test wants broken. */
class Broken extends Component {
    constructor(
        name: string,
        build: (self: { child: pulumi.CustomResourceOptions; provider: k8s.Provider }) => void,
        register = true,
    ) {
        super("platform:test:Broken", name);
        const provider = new k8s.Provider(this.childName("kubernetes"), {}, this.childOptions());
        build({ child: this.childOptions(), provider });
        if (register) {
            this.registerOutputs();
        }
    }
}

describe("an invariant", () => {
    const secret = (child: pulumi.CustomResourceOptions): pulumi.Output<string> =>
        new random.RandomPassword("broken-password", { length: 20 }, child).result;
    const metadata = { name: "settings", namespace: "default" };

    const breakages: [string, Invariant, () => unknown, RegExp][] = [
        [
            "an unparented resource",
            everyChildHasAComponent,
            () => new aws.s3.Bucket("loose"),
            /::loose has no component/,
        ],
        [
            "a child that is not named after its component",
            everyNameStartsWithItsComponent,
            () => new Broken("broken", ({ child }) => new aws.s3.Bucket("other", {}, child)),
            /::other does not start with its component's name "broken-"/,
        ],
        [
            "a Kubernetes object of the default provider",
            everyKubernetesResourceHasAProvider,
            () => new Broken("broken", ({ child }) => new k8s.core.v1.ConfigMap("broken-map", { metadata }, child)),
            /::broken-map uses the default Kubernetes provider/,
        ],
        [
            "an AWS resource without tags",
            everyTaggableResourceIsTagged,
            () =>
                new Broken("broken", ({ child }) => new aws.ec2.Vpc("broken-vpc", { cidrBlock: "10.0.0.0/16" }, child)),
            /::broken-vpc lacks the tags Name, platform:project/,
        ],
        [
            "a component that registers no outputs",
            everyComponentRegistersItsOutputs,
            () => new Broken("broken", () => undefined, false),
            /::broken does not call/,
        ],
        [
            "a network policy with an empty list of rules",
            noNetworkPolicyHasAnEmptyList,
            () =>
                new Broken(
                    "broken",
                    ({ child, provider }) =>
                        new k8s.networking.v1.NetworkPolicy(
                            "broken-policy",
                            { metadata, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [] } },
                            { ...child, provider },
                        ),
                ),
            /::broken-policy has an empty list of egress rules/,
        ],
        [
            "a resource that breaks a policy",
            everyPolicyHolds,
            () => new Broken("broken", ({ child }) => new aws.s3.Bucket("broken-bucket", {}, child)),
            /::broken-bucket breaks buckets-not-public: it is a bucket without a public access block/,
        ],
        [
            "a secret in a ConfigMap, through every output that it was made from",
            everyPolicyHolds,
            () =>
                new Broken(
                    "broken",
                    ({ child, provider }) =>
                        new k8s.core.v1.ConfigMap(
                            "broken-map",
                            { metadata, data: { URL: pulumi.interpolate`redis://:${secret(child)}@redis` } },
                            { ...child, provider },
                        ),
                ),
            /::broken-map breaks secrets-in-their-place: a secret stands in data.URL/,
        ],
        [
            "a name that is too long",
            namesFitTheirLimits,
            () =>
                new Broken(
                    "broken",
                    ({ child }) =>
                        new aws.iam.Role("broken-role", { name: "r".repeat(65), assumeRolePolicy: "{}" }, child),
                ),
            /::broken-role is named with 65 characters, AWS allows 64/,
        ],
        [
            "a workload that does not wait for nodes",
            everythingIsMadeInOrder,
            () =>
                new Broken(
                    "broken",
                    ({ child, provider }) =>
                        new k8s.batch.v1.Job(
                            "broken-api",
                            { metadata, spec: { template: {} } },
                            { ...child, provider },
                        ),
                ),
            /::broken-api: workloads wait for the nodes, but this one does not/,
        ],
        [
            "an object that does not wait for its namespace",
            objectsWaitForTheirNamespace,
            () =>
                new Broken("broken", ({ child, provider }) => {
                    const opts = { ...child, provider };
                    new k8s.core.v1.Namespace("broken-space", { metadata: { name: "space" } }, opts);
                    new k8s.core.v1.ServiceAccount("broken-account", { metadata: { namespace: "space" } }, opts);
                }),
            /::broken-account does not wait for its namespace space/,
        ],
    ];
    for (const [what, invariant, program, expected] of breakages) {
        it(`finds ${what}`, async () => {
            const found = invariant(await deploy(() => void program()));
            assert.match(found.join("\n"), expected);
        });
    }
});
