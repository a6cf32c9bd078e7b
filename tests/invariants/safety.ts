import { maskedSecret, type PlannedResource } from "../../simulation/record";
import type { Invariant } from "./structure";

/** Every text in a value, with the path to it. */
export function textsIn(value: unknown, path = ""): { path: string; text: string }[] {
    if (typeof value === "string") {
        return [{ path, text: value }];
    }
    if (value === null || typeof value !== "object") {
        return [];
    }
    return Object.entries(value).flatMap(([key, member]) => textsIn(member, path === "" ? key : `${path}.${key}`));
}

/** Where a secret may stand: in what stores secrets, and in the arguments that providers take secrets by. */
const secretPlaces: Readonly<Record<string, RegExp>> = {
    "kubernetes:core/v1:Secret": /^(stringData|data)(\.|$)/,
    "aws:secretsmanager/secretVersion:SecretVersion": /^secretString$/,
    "aws:elasticache/replicationGroup:ReplicationGroup": /^authToken$/,
    "aws:rds/instance:Instance": /^password$/,
};

/** A secret shows in a plan only where secrets are kept: never in a ConfigMap, an argument, a literal variable or an annotation. */
export const secretsStandOnlyWhereTheyBelong: Invariant = (graph) =>
    graph.all.flatMap((resource) =>
        textsIn(resource.inputs)
            .filter(({ text }) => text.includes(maskedSecret))
            .filter(({ path }) => !secretPlaces[resource.type]?.test(path))
            .map(({ path }) => `${resource.urn} has a secret in ${path}`),
    );

interface Container {
    readonly name: string;
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

const secretName = /PASSWORD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|CREDENTIAL/i;

/** A variable or key whose name says that it is secret is never a literal. */
export const nothingNamedSecretIsALiteral: Invariant = (graph) =>
    graph.all.flatMap((resource) => [
        ...Object.keys((resource.type === "kubernetes:core/v1:ConfigMap" ? resource.inputs.data : undefined) ?? {})
            .filter((key) => secretName.test(key) && !/_FILE$/.test(key))
            .map((key) => `${resource.urn} has ${key} in a ConfigMap`),
        ...containersOf(resource).flatMap((container) =>
            (container.env ?? [])
                .filter(({ name, value }) => value !== undefined && secretName.test(name) && !/_FILE$/.test(name))
                .map(({ name }) => `${resource.urn} has the literal ${name} in container ${container.name}`),
        ),
    ]);

interface PodSpec {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
}

/** The pod specification of a workload, or nothing. */
export function podSpecOf(resource: PlannedResource): (PodSpec & Record<string, unknown>) | undefined {
    const spec = resource.inputs.spec as
        { template?: { spec?: PodSpec }; jobTemplate?: { spec?: { template?: { spec?: PodSpec } } } } | undefined;
    const isWorkload = /^kubernetes:(apps|batch)\//.test(resource.type);
    return isWorkload
        ? ((spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec) as PodSpec & Record<string, unknown>)
        : undefined;
}

function containersOf(resource: PlannedResource): readonly Container[] {
    const spec = podSpecOf(resource);
    return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

const isAnywhere = (cidr: unknown): boolean => cidr === "0.0.0.0/0" || cidr === "::/0";

interface Rule {
    readonly cidrBlocks?: readonly string[];
    readonly ipv6CidrBlocks?: readonly string[];
}

/** What may be public is declared as an edge; everything else is private. */
export const nothingIsPublicByAccident: Invariant = (graph) =>
    graph.all.flatMap((resource) => {
        const { inputs, type, urn } = resource;
        const problems: string[] = [];
        if (type === "aws:rds/instance:Instance" && inputs.publiclyAccessible !== false) {
            problems.push(`${urn} is a database that may be public: publiclyAccessible must be false`);
        }
        if (type === "aws:ec2/securityGroup:SecurityGroup") {
            const rules = (inputs.ingress ?? []) as readonly Rule[];
            if (rules.some((rule) => [...(rule.cidrBlocks ?? []), ...(rule.ipv6CidrBlocks ?? [])].some(isAnywhere))) {
                problems.push(`${urn} lets the whole internet in`);
            }
        }
        if (/securityGroupIngressRule|securityGroupRule/.test(type) && inputs.type !== "egress") {
            if ([inputs.cidrIpv4, inputs.cidrIpv6, ...((inputs.cidrBlocks ?? []) as unknown[])].some(isAnywhere)) {
                problems.push(`${urn} lets the whole internet in`);
            }
        }
        if (type === "aws:ec2/subnet:Subnet" && inputs.mapPublicIpOnLaunch === true) {
            problems.push(`${urn} gives public addresses to whatever starts in it`);
        }
        if (type === "aws:s3/bucket:Bucket") {
            const blocked = graph
                .ofType("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
                .some(
                    (block) =>
                        block.dependencies.includes(urn) &&
                        ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].every(
                            (each) => block.inputs[each] === true,
                        ),
                );
            if (!blocked) {
                problems.push(`${urn} is a bucket without a public access block`);
            }
        }
        const service = inputs.spec as { type?: string } | undefined;
        const { name = "" } = (inputs.metadata ?? {}) as { name?: string };
        // A declared edge is a second Service, named so; tests/stacks/edges.test.ts holds them to the declarations.
        if (
            type === "kubernetes:core/v1:Service" &&
            !name.endsWith("-public") &&
            (service?.type === "LoadBalancer" || service?.type === "NodePort")
        ) {
            problems.push(`${urn} is open to the outside`);
        }
        return problems;
    });
