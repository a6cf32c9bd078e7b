import assert from "node:assert/strict";
import { Budget, type BudgetArgs } from "../../../components/budget/budget";
import { costTags } from "../../../components/tags";
import { deploy, simulateStack, stackNames, type ResourceGraph } from "../../harness";
import { costOf } from "../../../simulation/cost/cost";

const args: BudgetArgs = {
    tags: { stack: "dev", environment: "dev", extraTags: {} },
    config: { monthlyDollars: 300, emails: ["team@example.com"], alertPercent: [80, 100], activateTags: false },
};

const budgetType = "aws:budgets/budget:Budget";
const tagType = "aws:costexplorer/costAllocationTag:CostAllocationTag";

function budget(change: Partial<BudgetArgs["config"]> = {}): Promise<ResourceGraph> {
    return deploy(() => {
        new Budget("budget", { ...args, config: { ...args.config, ...change } });
    });
}

describe("Budget", () => {
    it("limits what carries the stack's own tag, a month, in dollars", async () => {
        const { inputs } = (await budget()).one(budgetType);
        const { limitAmount, limitUnit, timeUnit, budgetType: kind, costFilters } = inputs;
        assert.deepEqual([limitAmount, limitUnit, timeUnit, kind], ["300", "USD", "MONTHLY", "COST"]);
        assert.deepEqual(costFilters, [{ name: "TagKeyValue", values: ["user:platform:stack$dev"] }]);
    });

    it("tells of each share that is spent, and that all of it will be", async () => {
        const { notifications } = (await budget({ alertPercent: [50, 90] })).one(budgetType).inputs as {
            notifications: { notificationType: string; threshold: number; subscriberEmailAddresses: string[] }[];
        };
        assert.deepEqual(
            notifications.map(({ notificationType, threshold }) => [notificationType, threshold]),
            [
                ["ACTUAL", 50],
                ["ACTUAL", 90],
                ["FORECASTED", 100],
            ],
        );
        assert.ok(notifications.every(({ subscriberEmailAddresses: [email] }) => email === "team@example.com"));
    });

    it("activates the tags that costs are told apart by only where it is asked to", async () => {
        assert.deepEqual((await budget()).ofType(tagType), []);
        const tags = (await budget({ activateTags: true })).ofType(tagType).map(({ inputs }) => inputs);
        assert.deepEqual(tags.map(({ tagKey }) => tagKey).sort(), [...costTags].sort());
        assert.ok(tags.every(({ status }) => status === "Active"));
    });
});

for (const stack of stackNames()) {
    it(`the budget of ${stack}, where it has one, is more than the stack is expected to cost and at most a third more`, async () => {
        const graph = await simulateStack(stack);
        const { monthly } = costOf(graph.plan);
        for (const { inputs } of graph.ofType(budgetType)) {
            const limit = Number(inputs.limitAmount);
            assert.ok(limit > monthly && limit < monthly * 1.34, `${limit} for ${monthly.toFixed(2)}`);
        }
    });
}
