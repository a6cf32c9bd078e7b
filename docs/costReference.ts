import { priceKeys, pricedRegions, priceOf, priceSources } from "../config/prices";
import { assumptions } from "../simulation/cost/assumptions";
import { alternativesOf, destroyedOverNight } from "../simulation/cost/alternatives";
import { byCategory, categories } from "../simulation/cost/categories";
import { costOf, type Cost } from "../simulation/cost/cost";
import { shownPlans } from "./shownPlans";

/** Whole dollars: a page that names cents would change with every resource that somebody adds. */
function dollars(amount: number): string {
    return `$${Math.round(amount).toLocaleString("en-US")}`;
}

/** The table of the README: what each stack costs, by what it is spent on. */
export async function costTable(): Promise<string> {
    const costs = Object.entries(await shownPlans()).map(([stack, plan]) => [stack, costOf(plan)] as const);
    const rows = categories.map((category) => [
        category,
        ...costs.map(([, cost]) => amount(byCategory(cost)[category])),
    ]);
    return table(
        ["", ...costs.map(([stack]) => stack)],
        [...rows, ["**together**", ...costs.map(([, { monthly }]) => `**${dollars(monthly)}**`)]],
    );
}

/** The page about costs: prices, assumptions, and what the stacks cost by them. */
export async function costReference(): Promise<string> {
    const all = Object.entries(await shownPlans());
    return [
        header,
        "## The stacks",
        "",
        await costTable(),
        "",
        "By system, dearest first; `shared` is what all systems use:",
        "",
        ...all.map(([stack, plan]) => `- ${stack}: ${systems(costOf(plan))}`),
        "",
        "## Spot nodes and office hours",
        "",
        "What the whole stack would cost with its nodes bought and run in another way. Office hours are ten hours on five days, as",
        "`cluster.nodeGroups.<name>.schedule` sets them.",
        "",
        table(
            ["nodes", ...all.map(([stack]) => stack)],
            [
                ...alternativeRows(all.map(([, plan]) => alternativesOf(plan))),
                [
                    "the whole stack destroyed in the evening",
                    ...all.map(([, plan]) => dollars(destroyedOverNight(plan))),
                ],
            ],
        ),
        "",
        ...comparison(all.filter(([stack]) => stack === "dev").map(([, plan]) => costOf(plan))),
        "## Assumptions",
        "",
        ...Object.values(assumptions).map(({ text }) => `- ${text.charAt(0).toUpperCase()}${text.slice(1)}.`),
        "",
        "## Prices",
        "",
        "US dollars for one unit, without taxes, free tiers and discounts. A dash is a price that is not known: what needs it is counted",
        "and named as unpriced. `rds:` is one instance in one zone; a Multi-AZ instance is two. Spot prices change all the time.",
        "",
        table(
            ["price", "unit", ...pricedRegions, "source"],
            priceKeys.map((key) => priceRow(key)),
        ),
        "",
        "Sources: the page is where AWS states the price, the other text what the number was read from.",
        "",
        ...Object.values(priceSources).map(
            ({ title, url, readFrom, date }) => `- [${title}](${url}), ${date}. ${readFrom}.`,
        ),
        "",
    ].join("\n");
}

const header = `# Cost

What a stack costs a month, as \`npm start\` computes it from the plan. This page is generated from \`simulation/cost/\` by \`npm run docs\`; a
test keeps it current.
`;

/** What the README of the Medical Practice system says that its own stack costs a month. */
const documentedTotal = 177;

/** Whether five systems cost less than the document's one, and what stands in the way. */
function comparison([dev]: readonly Cost[]): string[] {
    if (dev === undefined) {
        return [];
    }
    const parts = byCategory(dev);
    const balancers = parts["load balancers and their addresses"];
    const fixedAnyway = parts["EKS control plane"] + parts["NAT and its addresses"] + balancers;
    return [
        "## Against one system on a cluster of its own",
        "",
        `The document of the Medical Practice system counts ${dollars(documentedTotal)} for a stack that runs it alone, all the time, on two`,
        `t3a.medium. Of what it counts, \`dev\` with five systems costs ${dollars(dev.monthly - balancers)}. It counts no load balancer; the five systems`,
        "ask for three: an ALB, a shared gateway with certificates of Let's Encrypt, and a public LoadBalancer. With them, the control plane and",
        `NAT alone cost ${dollars(fixedAnyway)}, before there is a node: \`dev\` cannot cost less than the document's total while it has them`,
        "all the time. Destroyed every evening and created every morning, as that document advises, it does.",
        "",
    ];
}

function systems({ bySystem }: Cost): string {
    return bySystem.map(({ name, monthly }) => `${name} ${dollars(monthly)}`).join(", ");
}

function alternativeRows(stacks: readonly ReturnType<typeof alternativesOf>[]): string[][] {
    return (stacks[0] ?? []).map(({ capacity, hours }, index) => [
        `${capacity}, ${hours}`,
        ...stacks.map((alternatives) => amount(alternatives[index]?.monthly)),
    ]);
}

function priceRow(key: string): string[] {
    const prices = pricedRegions.map((region) => priceOf(key, region));
    const [first] = prices;
    return [
        `\`${key}\``,
        first?.unit ?? "",
        ...prices.map((price) => (price === undefined ? "–" : String(price.usd))),
        first?.source.title ?? "",
    ];
}

function amount(value: number | undefined): string {
    return value === undefined || value === 0 ? "–" : dollars(value);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
    const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
    return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
