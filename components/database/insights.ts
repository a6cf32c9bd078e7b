import type * as aws from "@pulumi/aws";
import type { AwsContext } from "../context";
import type { InstancePlan } from "./instancePlan";

/** Database Insights in its standard mode: seven days are free. Source: Amazon CloudWatch pricing, "Database Insights". */
export function insightsArgs(plan: InstancePlan, cloud: AwsContext): Partial<aws.rds.InstanceArgs> {
    return {
        databaseInsightsMode: "standard",
        performanceInsightsEnabled: plan.insights,
        ...(plan.insights && {
            performanceInsightsKmsKeyId: cloud.dataKeyArn,
            performanceInsightsRetentionPeriod: 7,
        }),
    };
}
