import { priceKeys, pricedRegions, priceOf, priceSources } from "../config/prices";
import { assumptions } from "../simulation/cost/assumptions";
import { alternativesOf, destroyedOverNight } from "../simulation/cost/alternatives";
import { byCategory, categories } from "../simulation/cost/categories";
import { costOf, regionOf, type Cost } from "../simulation/cost/cost";
import type { Plan } from "../simulation/record";
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
        ...comparison(all.find(([stack]) => stack === "dev")?.[1]),
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

/** What five systems cost beside the document's one, and what is weaker for it. */
function comparison(dev: Plan | undefined): string[] {
    if (dev === undefined) {
        return [];
    }
    const { monthly } = costOf(dev);
    const always = alternativesOf(dev).find(({ capacity, hours }) => capacity === "spot" && hours === "always");
    return [
        "## Against one system on a cluster of its own",
        "",
        `The document of the Medical Practice system counts ${dollars(documentedTotal)} for a stack that runs it alone on two t3a.medium, all the time and without`,
        `a load balancer. \`dev\` runs all five for ${dollars(monthly)}: everything all the time but the nodes, which are spot and run in office hours.`,
        `With its nodes all the time, too, it costs ${amount(always?.monthly)}: the pods of five systems ask for four nodes, the document's one for two.`,
        "",
        "What it is cheaper by, and what is weaker for it than in staging and prod:",
        "",
        "| setting | saves | what is weaker |",
        "| --- | --- | --- |",
        `| \`network.nat: instance\` | ${saving(dev, "NAT")} | one small machine in one zone leads to the internet; it is back within minutes when it fails, and sustains 32 Mbit/s ([operations](operations.md#the-nat-instance)) |`,
        `| \`edge.loadBalancers: shared\` | ${saving(dev, "load balancers")} | what asks for an ALB or a load balancer of its own is reached through the gateway's: under the same host, by HTTPS, with a certificate of Let's Encrypt instead of AWS Certificate Manager. There is no Ingress, and TLS ends at the proxies behind the load balancer, not in it. There is one proxy: when its node goes, all hosts are away until it runs on another, a minute or two. A service without a host keeps its own load balancer. Let's Encrypt issues five certificates a week for one host: created anew more often than that, \`dev\` waits for them |`,
        "| spot nodes in office hours | see above | nodes may go at two minutes' notice; nothing runs at night |",
        "| `data.placement: in-cluster` | see the table | stores have no standby, and restore from the last dump |",
        "",
        "Destroyed every evening and created every morning, as that document advises, it is cheaper still.",
        "",
    ];
}

/** What the other way would cost more, at the prices of the stack's region. */
function saving(plan: Plan, what: "NAT" | "load balancers"): string {
    const region = regionOf(plan) ?? "";
    const hours = assumptions.hoursPerMonth.value;
    const price = (key: string): number => priceOf(key, region)?.usd ?? 0;
    const categoriesNow = byCategory(costOf(plan));
    const gateway = hours * (price("nat-gateway") + price("public-ipv4"));
    // An ALB, the gateway's and the shop's Network Load Balancer, each with an address in two zones.
    const balancers = hours * (price("application-load-balancer") + 2 * price("network-load-balancer"));
    const addresses = hours * 3 * assumptions.zones.value * price("public-ipv4");
    return dollars(
        what === "NAT"
            ? gateway - categoriesNow["NAT and its addresses"]
            : balancers + addresses - categoriesNow["load balancers and their addresses"],
    );
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
