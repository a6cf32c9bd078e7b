import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { indexedFields, savedQueries } from "./logQueries";

export interface LogSearchArgs {
    /** What the saved queries are listed under, such as "shop-prod". A change renames them. */
    readonly title: string;
    /** The log group, of the Standard class. A change moves indexes and queries to the other group. */
    readonly logGroupName: pulumi.Input<string>;
}

/**
 * Makes a log group easy to search in CloudWatch Logs Insights: indexes of the fields that people look for, and the queries they start
 * from. Events are indexed from when the index is made.
 *
 * Indexes and saved queries are free; a query costs $0.005 for each GB that it scans (Amazon CloudWatch pricing, us-east-1).
 *
 * @example
 * new LogSearch("shop-log-search", { title: "shop-prod", logGroupName: group.name });
 */
export class LogSearch extends Component {
    constructor(name: string, args: LogSearchArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:addons:LogSearch", name, opts);
        const { title, logGroupName } = args;

        new aws.cloudwatch.LogIndexPolicy(
            this.childName("indexes"),
            { logGroupName, policyDocument: JSON.stringify({ Fields: indexedFields }) },
            this.childOptions(),
        );
        for (const [query, queryString] of Object.entries(savedQueries)) {
            new aws.cloudwatch.QueryDefinition(
                this.childName(query.toLowerCase().replaceAll(" ", "-")),
                { name: `${title}/${query}`, logGroupNames: [logGroupName], queryString },
                this.childOptions(),
            );
        }
        this.registerOutputs({ logGroupName });
    }
}
