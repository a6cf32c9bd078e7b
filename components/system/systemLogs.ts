import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { searchableDays } from "../addons/logQueries";
import { LogSearch } from "../addons/logSearch";
import { Component } from "../component";
import type { AwsContext, PlatformContext } from "../context";
import { tagsFor, type TagContext } from "../tags";

export interface SystemLogsArgs {
    readonly tags: TagContext;
    /** Name of the system; a change makes a new, empty log group. */
    readonly system: string;
    readonly platform: PlatformContext;
    readonly cloud: AwsContext;
}

/**
 * Where Fluent Bit sends what a system's containers print: a log group encrypted with the platform's key and, with searchable logs, what
 * makes it easy to search. Paid by use.
 */
export class SystemLogs extends Component {
    constructor(name: string, args: SystemLogsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:system:SystemLogs", name, opts);
        const { tags, system, platform, cloud } = args;
        const groupName = `/aws/eks/${system}-${platform.environment}`;
        const searchable = { searchableLogs: platform.addons.has("searchableLogs") };
        const group = new aws.cloudwatch.LogGroup(
            this.childName("group"),
            {
                name: groupName,
                retentionInDays: searchableDays(searchable, platform.observability.logRetentionDays),
                kmsKeyId: cloud.logsKeyArn,
                tags: tagsFor(tags, groupName),
            },
            this.childOptions(),
        );
        if (searchable.searchableLogs) {
            new LogSearch(this.childName("search"), { title: system, logGroupName: group.name }, this.childOptions());
        }
        this.registerOutputs({ logGroupName: groupName });
    }
}
