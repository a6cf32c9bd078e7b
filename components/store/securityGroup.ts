import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsContext } from "../context";

export interface StoreSecurityGroupArgs {
    /** Name in AWS. It must not start with `sg-`, which a stack's name might. */
    readonly name: string;
    readonly description: string;
    readonly port: number;
    readonly cloud: AwsContext;
    /** The tags of what has a name. */
    readonly tags: (name: string) => Record<string, string>;
}

/**
 * The security group of a managed store, as part of the component that the store is. Nodes, and so pods, may come in. A store never
 * opens a connection, so nothing goes out.
 *
 * @param component Pulumi name of the component; the names of the resources start with it.
 */
export function storeSecurityGroup(
    component: string,
    { name, description, port, cloud, tags }: StoreSecurityGroupArgs,
    opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
        `${component}-security-group`,
        { name, description, vpcId: cloud.vpcId, tags: tags(name) },
        opts,
    );
    new aws.vpc.SecurityGroupIngressRule(
        `${component}-from-nodes`,
        {
            securityGroupId: group.id,
            description: "Pods of the cluster",
            referencedSecurityGroupId: cloud.nodeSecurityGroupId,
            ipProtocol: "tcp",
            fromPort: port,
            toPort: port,
            tags: tags(`${name}-from-nodes`),
        },
        opts,
    );
    return group;
}
