import { z } from "zod";

const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "an S3 bucket name");

const cloudTrail = z
    .strictObject({
        retentionDays: z
            .int()
            .min(1)
            .max(3650)
            .default(365)
            .describe("Days that events are kept. Changes apply in place."),
        bucketName: bucketName
            .optional()
            .describe(
                "Name of the bucket; default `platform-<stack>-trail`. S3 names are global, so yours may be taken. A change begins a new bucket.",
            ),
    })
    .optional()
    .describe(
        "A CloudTrail trail: who changed what in the account, in every region. The first copy of these events is free, each further trail of the account costs $2 per 100,000 events.",
    );

const guardDuty = z
    .strictObject({
        detector: z
            .enum(["own", "account"])
            .default("own")
            .describe(
                "`own` makes the one detector that an account can have in a region, `account` uses what an organization or another stack made there.",
            ),
        agentVersion: z
            .string()
            .regex(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/, "the version of an EKS add-on such as v1.12.1-eksbuild.2")
            .optional()
            .describe(
                "Version of the EKS add-on `aws-guardduty-agent`, which watches processes on the nodes. `aws eks describe-addon-versions --addon-name aws-guardduty-agent` lists them. Without it only logs are watched.",
            ),
    })
    .optional()
    .describe("GuardDuty: findings from the cluster's audit log, and with its agent from what runs on the nodes.");

export const audit = z
    .strictObject({ cloudTrail, guardDuty })
    .describe(
        "Records of what is done in the AWS account, and what looks for attacks in them. Each is off unless it is named.",
    );
