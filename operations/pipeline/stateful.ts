import { isStateful } from "../../simulation/difference/replacements";
import type { PlannedResource } from "../../simulation/record";

/** What holds data beside the types that the simulation knows, in stacks as they may become or as the cloud reports them. */
const more: readonly RegExp[] = [
    /^aws:(rds\/(cluster|globalCluster)|elasticache\/(cluster|serverlessCache)|dynamodb\/table|efs\/fileSystem):/,
    /^aws:(ebs\/(volume|snapshot)|s3\/bucketV2|eks\/cluster):/,
    /^tls:index\/privateKey:/,
    // With a namespace go its volumes, with a definition all objects of its kind.
    /^kubernetes:core\/v1:Namespace$/,
    /^kubernetes:apiextensions\.k8s\.io\/v1:CustomResourceDefinition$/,
];

/**
 * Whether something is lost with resources of a type that nobody can make again: data, or the keys that read it. A real preview tells types
 * and no volumes, so every StatefulSet counts.
 */
export function holdsData(type: string): boolean {
    const inputs = { spec: { volumeClaimTemplates: [{}] } };
    return isStateful({ type, inputs } as unknown as PlannedResource) || more.some((pattern) => pattern.test(type));
}
