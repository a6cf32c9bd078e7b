import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { textInput } from "../checkedArgs";
import type { SecretReference, StoreConnection } from "../connection";
import type { SystemScope } from "../context";
import type { PolicyStatement } from "../identity/podIdentity";
import { members, number, shapeProblems, text, texts } from "../shapes";
import type { PlainSpec } from "./defaults";
import { edgeKindOf } from "./edgePlan";
import { issue, type Problems } from "./problems";
import type { ConnectionSpec, EdgeSpec, ServiceSpec } from "./spec";
import { serviceShape } from "./serviceShape";
import { serviceProblems } from "./validation";

/** A store that a service uses. */
export interface ServiceConnection {
    /** What the service says about it. */
    readonly spec: ConnectionSpec;
    /** What the store says about itself. */
    readonly connection: StoreConnection;
}

export interface ApiServiceArgs extends PlainSpec {
    readonly scope: SystemScope;
    /** Image tag, optionally with a digest. Pods roll when it changes. */
    readonly version: string;
    /**
     * Repository that the image is pulled from in place of `image`, such as the URL of one that the stack makes itself. Default: `image`. Pods
     * roll when it changes.
     */
    readonly imageRepository?: pulumi.Input<string>;
    /** Stores that the service uses. Pods roll when a variable of one changes; network policies follow in place. */
    readonly connections?: readonly ServiceConnection[];
    /** Secrets whose keys the container gets as environment variables. Pods roll when a key is added or removed. */
    readonly secrets?: readonly SecretReference[];
    /** Names of the services of the same system that call this one. Changed in place. */
    readonly callers?: readonly string[];
    /** Services of the same system that this one calls: name and container port. Changed in place. */
    readonly calls?: readonly { readonly name: string; readonly port: number }[];
    /**
     * What the pods may do on AWS. Default: nothing; the identity is there all the same, so that permissions can be granted to
     * running pods. With permissions the service may also open HTTPS connections, to reach the AWS APIs. Changed in place.
     */
    readonly awsPermissions?: readonly PolicyStatement[];
    /** ACM certificate of the edge's host. Default: the platform's, else the controller looks one up by the host. Changed in place. */
    readonly certificateArn?: pulumi.Input<string>;
    /**
     * Address ranges of the proxies before a gateway edge, such as those of a CDN, that are believed when they say whom they ask for: the
     * client is then the last address in `X-Forwarded-For` that is none of theirs, and it is what requests are limited by. Whoever
     * connects from elsewhere stays who he is, whatever he claims. Default: none. Changed in place.
     */
    readonly trustedProxyCidrs?: pulumi.Input<string[]>;
}

/** The types of what is not part of a `ServiceSpec`, which is looked at with it. */
export const argumentShape = members(
    {
        imageRepository: textInput,
        connections: z.array(members({}, { spec: members({}, { to: text }), connection: members({}) })),
        secrets: z.array(members({}, { name: text, keys: texts })),
        callers: texts,
        calls: z.array(members({}, { name: text, port: number })),
        awsPermissions: z.array(members({}, { actions: texts })),
        certificateArn: textInput,
        trustedProxyCidrs: z.union([texts, z.custom((value) => pulumi.Output.isInstance(value))], "a list of texts"),
    },
    { version: text },
);

/** What cannot work is refused before the first resource, all of it at once. */
export function refuseImpossible(pulumiName: string, name: string, args: ApiServiceArgs): void {
    const { connections = [], secrets = [], calls = [] } = args;
    const spec: ServiceSpec = {
        ...args,
        connections: connections.map((each) => each.spec),
        secrets: secrets.map((each) => each.name),
        calls: calls.map((each) => each.name),
    };
    const wrongTypes = shapeProblems(serviceShape, spec);
    const problems =
        wrongTypes.length > 0
            ? wrongTypes
            : [
                  ...serviceProblems(name, spec, {
                      stores: Object.fromEntries(connections.map((each) => [each.spec.to, each.connection])),
                      secrets: Object.fromEntries(secrets.map((each) => [each.name, each.keys])),
                  }),
                  ...platformProblems(args),
              ];
    if (problems.length > 0) {
        const lines = problems.map(({ path, value, message }) => `${path} is ${JSON.stringify(value)}: ${message}`);
        throw new Error(`Service "${pulumiName}": ${lines.join("; ")}`);
    }
}

/** What the platform cannot offer, however well the service is declared. */
function platformProblems(args: ApiServiceArgs): Problems {
    const { platform } = args.scope;
    const { edge, awsPermissions = [] } = args;
    return [
        ...(edge === undefined ? [] : edgeNeeds(edge, args)),
        ...strategyNeeds(args),
        ...meshNeeds(args),
        ...issue(
            awsPermissions.length > 0 && platform.aws === undefined,
            "awsPermissions",
            awsPermissions.flatMap(({ actions }) => actions),
            "needs a platform on AWS; this one allows none",
        ),
        ...issue(
            awsPermissions.length > 0 && args.awsIdentity === false,
            "awsIdentity",
            false,
            "must be true for a service with awsPermissions",
        ),
    ];
}

/** Argo Rollouts switches Services; load balancers that send requests to pods would for a moment have none of them. */
function strategyNeeds({ scope: { platform }, strategy, edge }: ApiServiceArgs): Problems {
    if (strategy?.kind !== "blue-green") {
        return [];
    }
    const missing = (["argoRollouts", "monitoring"] as const).filter((addon) => !platform.addons.has(addon));
    return [
        ...issue(
            missing.length > 0,
            "strategy.kind",
            strategy.kind,
            `needs the add-on ${missing.join(" and ")}; this platform allows "rolling"`,
        ),
        ...issue(
            platform.aws !== undefined && (edge?.kind === "alb" || edge?.kind === "nlb"),
            "strategy.kind",
            strategy.kind,
            `must be "rolling" with an ${edge?.kind} edge, whose controller would take all old pods away before it knows the new ones; a gateway edge allows "blue-green"`,
        ),
    ];
}

/** What comes without an identity of the mesh gets no answer, so what would always come without one is refused here. */
function meshNeeds({ scope: { platform }, mesh, edge, strategy }: ApiServiceArgs): Problems {
    if (mesh === undefined) {
        return [];
    }
    return [
        ...issue(!platform.addons.has(mesh), "mesh", mesh, `needs the add-on ${mesh}; leave it out on this platform`),
        ...issue(
            edge !== undefined && edgeKindOf(edge, platform) === "gateway",
            "mesh",
            mesh,
            'must be left out with a "gateway" edge, whose proxies are not in the mesh',
        ),
        ...issue(
            strategy?.kind === "blue-green",
            "mesh",
            mesh,
            'must be left out with a "blue-green" strategy, whose smoke test is not in the mesh',
        ),
    ];
}

/** A cluster that is not on AWS needs nothing: see `edgeKindOf`. */
function edgeNeeds(edge: EdgeSpec, { scope: { platform }, certificateArn }: ApiServiceArgs): Problems {
    const isOnAws = platform.aws !== undefined;
    return [
        ...issue(
            isOnAws && edge.kind !== "gateway" && !platform.addons.has("awsLoadBalancerController"),
            "edge.kind",
            edge.kind,
            'needs the add-on awsLoadBalancerController; this platform allows "gateway" or no edge',
        ),
        ...issue(
            isOnAws && edge.kind === "gateway" && platform.gateway === undefined,
            "edge.kind",
            edge.kind,
            'needs the add-on envoyGateway; this platform allows "alb", "nlb" or no edge',
        ),
        ...issue(
            isOnAws &&
                edgeKindOf(edge, platform) === "nlb" &&
                edge.host !== undefined &&
                (certificateArn ?? platform.aws.certificateArn) === undefined,
            "edge.host",
            edge.host,
            "needs a certificate: give certificateArn, or the platform one of its own; or leave the host out",
        ),
    ];
}
