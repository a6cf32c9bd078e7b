import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../../config/schema";
import { z } from "zod";
import { checkArgs, tagContext } from "../checkedArgs";
import { Component } from "../component";
import { physicalName } from "../naming";
import { flag, members, texts } from "../shapes";
import { costTags, tagsFor, type TagContext } from "../tags";

export interface BudgetArgs {
    readonly tags: TagContext;
    readonly config: NonNullable<PlatformConfig["budget"]>;
}

const shape = members(
    {},
    {
        tags: tagContext,
        config: members(
            {},
            {
                monthlyDollars: z.number().positive(),
                emails: texts,
                alertPercent: z.array(z.number()),
                activateTags: flag,
            },
        ),
    },
);

/**
 * What a stack may cost a month, and who is told when it costs more. It watches everything that carries the stack's tag, also what
 * controllers in the cluster make. It stops nothing.
 *
 * AWS counts by a tag only after the account's payer has activated it for costs, and only what was spent since; a tag can be activated a
 * day after its first use. `activateTags` does that for all of ours.
 *
 * Costs nothing. Source: AWS Budgets pricing page, budgets without actions.
 *
 * @example
 * new Budget("budget", { tags, config: { monthlyDollars: 300, emails: ["team@example.com"], alertPercent: [80, 100] } });
 */
export class Budget extends Component {
    constructor(name: string, args: BudgetArgs, opts?: pulumi.ComponentResourceOptions) {
        checkArgs(name, shape, args);
        super("platform:budget:Budget", name, opts);

        this.createBudget(args);
        if (args.config.activateTags) {
            this.activateTags();
        }

        this.registerOutputs({ monthlyDollars: args.config.monthlyDollars });
    }

    private createBudget({ tags, config }: BudgetArgs): void {
        const { monthlyDollars, emails, alertPercent } = config;
        const name = physicalName("budget", "platform", tags.stack);
        const alert = (notificationType: "ACTUAL" | "FORECASTED", threshold: number): AlertArgs => ({
            comparisonOperator: "GREATER_THAN",
            notificationType,
            threshold,
            thresholdType: "PERCENTAGE",
            subscriberEmailAddresses: [...emails],
        });
        new aws.budgets.Budget(
            this.childName("limit"),
            {
                name,
                budgetType: "COST",
                timeUnit: "MONTHLY",
                limitAmount: String(monthlyDollars),
                limitUnit: "USD",
                costFilters: [{ name: "TagKeyValue", values: [`user:platform:stack$${tags.stack}`] }],
                notifications: [...alertPercent.map((percent) => alert("ACTUAL", percent)), alert("FORECASTED", 100)],
                tags: tagsFor(tags, name),
            },
            this.childOptions(),
        );
    }

    private activateTags(): void {
        for (const tagKey of costTags) {
            new aws.costexplorer.CostAllocationTag(
                this.childName(tagKey.replace("platform:", "tag-")),
                { tagKey, status: "Active" },
                this.childOptions(),
            );
        }
    }
}

type AlertArgs = aws.types.input.budgets.BudgetNotification;
