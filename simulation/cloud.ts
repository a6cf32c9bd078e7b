import { createHash } from "node:crypto";

/**
 * What the clouds would answer: the identifiers, addresses and generated values that a real provider returns for a new resource. They
 * are made from the resource's type and name alone, so that the same program gives the same plan, byte for byte.
 */

export const simulatedAccount = "123456789012";

type State = Record<string, unknown>;

/** A resource that a provider is asked to create. */
export interface NewResource {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<State>;
    /** Identity of an existing thing that is to be adopted. */
    readonly id?: string;
}

/** A provider function that the program calls. */
export interface FunctionCall {
    readonly token: string;
    readonly inputs: Readonly<State>;
}

/** The first of some inputs that is a text. */
function firstText(...values: unknown[]): string {
    return values.find((value): value is string => typeof value === "string" && value !== "") ?? "";
}

function digest(...parts: string[]): string {
    return createHash("sha256").update(parts.join("\0")).digest("hex");
}

function prefixedId(prefix: string) {
    return (args: NewResource): string => `${prefix}-0${digest(args.type, args.name).slice(0, 16)}`;
}

/** Resources whose id has a prefix of its own on AWS. */
const ids: Record<string, (args: NewResource) => string> = {
    "aws:ec2/vpc:Vpc": prefixedId("vpc"),
    "aws:ec2/subnet:Subnet": prefixedId("subnet"),
    "aws:ec2/securityGroup:SecurityGroup": prefixedId("sg"),
    "aws:ec2/routeTable:RouteTable": prefixedId("rtb"),
    "aws:ec2/natGateway:NatGateway": prefixedId("nat"),
    "aws:ec2/networkInterface:NetworkInterface": prefixedId("eni"),
    "aws:ec2/instance:Instance": prefixedId("i"),
    "aws:ec2/internetGateway:InternetGateway": prefixedId("igw"),
    "aws:ec2/eip:Eip": prefixedId("eipalloc"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": prefixedId("vpce"),
    "aws:ec2/launchTemplate:LaunchTemplate": prefixedId("lt"),
    "aws:cloudfront/distribution:Distribution": ({ type, name }) => `E${digest(type, name).slice(0, 13).toUpperCase()}`,
};

/** The abbreviation of a region in host names: `use1` for us-east-1, `apse2` for ap-southeast-2. */
function shortRegion(region: string): string {
    const [area = "", direction = "", number = ""] = region.split("-");
    return area + direction.replace(/(north|south|east|west|central)/g, (word) => word.charAt(0)) + number;
}

/** What a resource of a type returns beyond its inputs, its id and its ARN. */
const generated: Record<string, (args: NewResource, region: string) => State> = {
    "aws:eks/nodeGroup:NodeGroup": ({ type, name }) => ({
        resources: [{ autoscalingGroups: [{ name: `eks-${name}-${digest(type, name).slice(0, 8)}` }] }],
    }),
    "aws:rds/instance:Instance": (args, region) => ({
        address: `${firstText(args.inputs.identifier, args.name)}.c${digest(args.name).slice(0, 11)}.${region}.rds.amazonaws.com`,
        masterUserSecrets: [
            {
                secretArn: `arn:aws:secretsmanager:${region}:${simulatedAccount}:secret:rds!db-${digest(args.name).slice(0, 12)}`,
                secretStatus: "active",
                kmsKeyId: args.inputs.masterUserSecretKmsKeyId,
            },
        ],
    }),
    "aws:elasticache/replicationGroup:ReplicationGroup": (args, region) => {
        const group = `${firstText(args.inputs.replicationGroupId, args.name)}.${digest(args.name).slice(0, 6)}`;
        const zone = shortRegion(region);
        return {
            primaryEndpointAddress: `master.${group}.${zone}.cache.amazonaws.com`,
            readerEndpointAddress: `replica.${group}.${zone}.cache.amazonaws.com`,
        };
    },
    "eks:index:Cluster": (args, region) => {
        const name = firstText(args.inputs.name, args.name);
        const host = `https://${digest(name).slice(0, 32).toUpperCase()}.gr7.${region}.eks.amazonaws.com`;
        const issuer = `oidc.eks.${region}.amazonaws.com/id/${digest(name).slice(0, 32).toUpperCase()}`;
        return {
            eksCluster: {
                name,
                endpoint: host,
                arn: `arn:aws:eks:${region}:${simulatedAccount}:cluster/${name}`,
                version: args.inputs.version,
            },
            kubeconfigJson: JSON.stringify({
                apiVersion: "v1",
                kind: "Config",
                clusters: [{ name, cluster: { server: host } }],
            }),
            kubeconfig: { apiVersion: "v1", kind: "Config", clusters: [{ name, cluster: { server: host } }] },
            clusterSecurityGroupId: `sg-0${digest("cluster", name).slice(0, 16)}`,
            nodeSecurityGroupId: `sg-0${digest("node", name).slice(0, 16)}`,
            oidcProviderArn: `arn:aws:iam::${simulatedAccount}:oidc-provider/${issuer}`,
            oidcProviderUrl: `https://${issuer}`,
            oidcIssuer: issuer,
        };
    },
    "kubernetes:helm.sh/v3:Release": (args) => ({
        status: {
            name: args.inputs.name ?? args.name,
            namespace: args.inputs.namespace ?? "default",
            status: "deployed",
            version: args.inputs.version,
        },
    }),
    "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1 }),
    "random:index/randomPassword:RandomPassword": (args) => ({
        result: digest("password", args.name).slice(0, Number(args.inputs.length ?? 32)),
    }),
    "random:index/randomBytes:RandomBytes": (args) => ({
        base64: Buffer.from(digest("bytes", args.name), "hex")
            .subarray(0, Number(args.inputs.length ?? 32))
            .toString("base64"),
    }),
    "pulumi-nodejs:dynamic/platform:KeyPair": (args) => ({
        privateKey: `-----BEGIN PRIVATE KEY-----\n${digest("private", args.name)}\n-----END PRIVATE KEY-----\n`,
        publicKey: `-----BEGIN PUBLIC KEY-----\n${digest("public", args.name)}\n-----END PUBLIC KEY-----\n`,
    }),
    "random:index/randomId:RandomId": (args) => ({
        hex: digest("id", args.name).slice(0, 2 * Number(args.inputs.byteLength ?? 4)),
    }),
    "aws:cloudfront/distribution:Distribution": (args) => ({
        domainName: `d${digest("distribution", args.name).slice(0, 13)}.cloudfront.net`,
        // The zone of all distributions.
        hostedZoneId: "Z2FDTNDATAQYW2",
    }),
    "aws:ecr/repository:Repository": (args, region) => ({
        repositoryUrl: `${simulatedAccount}.dkr.ecr.${region}.amazonaws.com/${firstText(args.inputs.name, args.name)}`,
    }),
    "aws:route53/record:Record": (args) => ({ fqdn: firstText(args.inputs.name).replace(/\.$/, "") }),
    "aws:acm/certificate:Certificate": (args) => ({
        domainValidationOptions: [
            firstText(args.inputs.domainName),
            ...((args.inputs.subjectAlternativeNames as string[] | undefined) ?? []),
        ].map((domainName) => ({
            domainName,
            resourceRecordName: `_${digest(domainName).slice(0, 32)}.${domainName}.`,
            resourceRecordType: "CNAME",
            resourceRecordValue: `_${digest("v", domainName).slice(0, 32)}.acm-validations.aws.`,
        })),
    }),
};

/** What provider functions return. */
const answers: Record<string, (args: FunctionCall, region: string) => State> = {
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({
        accountId: simulatedAccount,
        arn: `arn:aws:iam::${simulatedAccount}:user/simulation`,
        id: simulatedAccount,
    }),
    "aws:index/getPartition:getPartition": () => ({ partition: "aws", dnsSuffix: "amazonaws.com", id: "aws" }),
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": ({ inputs }, region) => ({
        id: `pl-0${digest(String(inputs.name), region).slice(0, 16)}`,
        name: inputs.name,
        // Two of CloudFront's, of some fifty.
        entries: ["130.176.0.0/17", "15.158.0.0/16"].map((cidr) => ({ cidr, description: "" })),
    }),
    // Images are the only parameters that are asked for.
    "aws:ssm/getParameter:getParameter": ({ inputs }, region) => ({
        name: inputs.name,
        insecureValue: `ami-0${digest(String(inputs.name), region).slice(0, 16)}`,
    }),
    "aws:index/getRegion:getRegion": (_, region) => ({ region, name: region, id: region }),
};

/** The ARN of an AWS resource, near enough to the real form to be read and to be told apart. */
function arnOf(args: NewResource, id: string, region: string): string {
    const [, path = ""] = args.type.split(":");
    const [service = "", kind = ""] = path.split("/");
    const { name: given, identifier, bucket, replicationGroupId } = args.inputs;
    const name = firstText(given, identifier, bucket, replicationGroupId, id);
    switch (service) {
        case "s3":
            return `arn:aws:s3:::${name}`;
        case "cloudfront":
            return `arn:aws:cloudfront::${simulatedAccount}:${kind}/${id}`;
        case "iam":
            return `arn:aws:iam::${simulatedAccount}:${kind}/${name}`;
        case "secretsmanager":
            return `arn:aws:secretsmanager:${region}:${simulatedAccount}:secret:${name}-${digest(name).slice(0, 6)}`;
        case "kms":
            return `arn:aws:kms:${region}:${simulatedAccount}:${kind}/${id}`;
        case "cloudwatch":
            return `arn:aws:logs:${region}:${simulatedAccount}:log-group:${name}`;
        default:
            return `arn:aws:${service}:${region}:${simulatedAccount}:${kind}/${name}`;
    }
}

/** The name that the provider gives to what was given none. */
export function autoName(type: string, name: string): string {
    return `${name}-${digest(type, name).slice(0, 8)}`;
}

/** What Kubernetes makes of an object: its id, its name when it was given none, and the address of what is exposed. */
function kubernetesObject(args: NewResource, region: string): { id: string; state: State } {
    const { metadata, kind, spec } = args.inputs as {
        metadata?: { name?: string; namespace?: string };
        kind?: string;
        spec?: { type?: string };
    };
    const name = metadata?.name ?? autoName(args.type, args.name);
    const state: State = metadata?.name === undefined ? { metadata: { ...metadata, name } } : {};
    if (kind === "Ingress" || (kind === "Service" && spec?.type === "LoadBalancer")) {
        const host = `k8s-${name.slice(0, 20)}-${digest(metadata?.namespace ?? "", name).slice(0, 10)}`;
        state.status = { loadBalancer: { ingress: [{ hostname: `${host}.${region}.elb.amazonaws.com` }] } };
    }
    return { id: metadata?.namespace === undefined ? name : `${metadata.namespace}/${name}`, state };
}

/** What `call` and `create` answer in place of the clouds. */
export interface SimulatedCloud {
    call(args: FunctionCall): State;
    /** The id of a new resource, and its properties beyond those it was given. */
    create(args: NewResource): { id: string; state: State };
}

/** Answers in place of the clouds, for the given AWS region. */
export function simulatedCloud(region: string): SimulatedCloud {
    return {
        create(args) {
            const { inputs } = args;
            if (args.type.startsWith("kubernetes:") && inputs.kind !== undefined) {
                return kubernetesObject(args, region);
            }
            const id = ids[args.type]?.(args) ?? (args.id || autoName(args.type, args.name));
            const common = args.type.startsWith("aws:")
                ? { arn: arnOf(args, id, firstText(inputs.region, region)), name: inputs.name ?? id }
                : undefined;
            return { id, state: withoutUndefined({ ...common, ...generated[args.type]?.(args, region) }) };
        },
        call(args) {
            const answer = answers[args.token];
            if (answer === undefined) {
                throw new Error(`The simulation has no answer for the provider function ${args.token}.`);
            }
            return answer(args, region);
        },
    };
}

/** A provider leaves out what has no value. */
function withoutUndefined(state: State): State {
    return JSON.parse(JSON.stringify(state)) as State;
}
