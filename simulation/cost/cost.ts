import { ownersOf, type Owner } from "../ownership";
import type { Plan } from "../record";
import { assumptions, type Assumption } from "./assumptions";
import { awsCharges, type ChargeRule } from "./awsCharges";
import { objectAt, textIn, type Charge, type PlanIndex } from "./charge";
import { freeTypes } from "./freeTypes";
import { kubernetesCharges } from "./kubernetesCharges";
import { priceOf, type PriceSource, type PriceUnit } from "../../config/prices";

/** One line of a stack's bill. Amounts are US dollars a month at list price. */
export interface CostLine extends Owner {
    /** The resource that causes the cost; of a load balancer that the cluster makes, the Kubernetes object. */
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** What it is, in the words of a bill, such as "2 × t4g.large, spot". */
    readonly item: string;
    /** Units a month. */
    readonly quantity: number;
    readonly unit: PriceUnit;
    readonly unitPrice: number;
    readonly monthly: number;
    /** Whether the amount depends on use, by an assumption, rather than on what exists. */
    readonly usage: boolean;
    readonly assumption?: Assumption;
    readonly source: PriceSource;
}

/** Something that costs money and that the price table knows no price of. */
export interface Unpriced extends Owner {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** What has no price: an item of a bill, or the resource itself. */
    readonly item: string;
}

export interface Cost {
    /** Region whose prices are used; undefined for a stack without AWS. */
    readonly region?: string;
    readonly lines: readonly CostLine[];
    readonly unpriced: readonly Unpriced[];
    /** Of everything, and its two parts: what exists, and what use adds by the assumptions. */
    readonly monthly: number;
    readonly fixed: number;
    readonly usage: number;
    /** Dearest first. */
    readonly bySystem: readonly CostShare[];
    readonly byComponent: readonly (CostShare & { readonly system: string })[];
    /** In words, what the amounts rest on beyond the plan. */
    readonly assumptions: readonly string[];
}

export interface CostShare {
    readonly name: string;
    readonly monthly: number;
}

/**
 * What a stack costs a month at list price. Nothing is asked of AWS: prices are those of the table in `prices.ts`.
 *
 * @param region region whose prices count; default the plan's own.
 */
export function costOf(plan: Plan, region: string | undefined = regionOf(plan)): Cost {
    const index = indexOf(plan);
    const owners = ownersOf(plan);
    const lines: CostLine[] = [];
    const unpriced: Unpriced[] = [];
    for (const resource of plan.resources) {
        const { urn, type, name } = resource;
        const owner = owners.get(urn) ?? { system: "", component: "" };
        const about = { urn, type, name, ...owner };
        const rule = ruleOf(type);
        if (rule === undefined) {
            if (isBillable(type)) {
                unpriced.push({ ...about, item: "the resource" });
            }
            continue;
        }
        for (const charge of region === undefined ? [] : rule(resource, index)) {
            const price = priceOf(charge.price, region ?? "");
            if (price === undefined) {
                unpriced.push({ ...about, item: charge.item });
            } else {
                lines.push({ ...about, ...lineOf(charge, price.usd), unit: price.unit, source: price.source });
            }
        }
    }
    return { ...(region !== undefined && { region }), lines, unpriced, ...totals(lines) };
}

function ruleOf(type: string): ChargeRule | undefined {
    return awsCharges[type] ?? kubernetesCharges[type];
}

/** Kubernetes objects run on nodes, and what is random or a component is nowhere. */
function isBillable(type: string): boolean {
    return type.startsWith("aws:") && !freeTypes.has(type);
}

type Amounts = Pick<CostLine, "item" | "quantity" | "unitPrice" | "monthly" | "usage" | "assumption">;

function lineOf({ item, quantity, assumption, usage = false }: Charge, unitPrice: number): Amounts {
    return {
        item,
        quantity,
        unitPrice,
        monthly: quantity * unitPrice,
        usage,
        ...(assumption !== undefined && { assumption }),
    };
}

function totals(lines: readonly CostLine[]): Omit<Cost, "region" | "lines" | "unpriced"> {
    const sum = (of: readonly CostLine[]): number => of.reduce((total, { monthly }) => total + monthly, 0);
    const systems = grouped(lines, ({ system }) => system);
    const components = grouped(lines, ({ system, component }) => `${system}\0${component}`);
    const used = new Set(lines.flatMap(({ assumption }) => (assumption === undefined ? [] : [assumption])));
    return {
        monthly: sum(lines),
        fixed: sum(lines.filter(({ usage }) => !usage)),
        usage: sum(lines.filter(({ usage }) => usage)),
        bySystem: [...systems].map(([name, of]) => ({ name, monthly: sum(of) })).sort((a, b) => b.monthly - a.monthly),
        byComponent: [...components]
            .map(([key, of]) => ({
                system: key.split("\0")[0] ?? "",
                name: key.split("\0")[1] ?? "",
                monthly: sum(of),
            }))
            .sort((a, b) => b.monthly - a.monthly),
        assumptions: (["hoursPerMonth", ...used] as const).map((key) => assumptions[key].text),
    };
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
    const groups = new Map<string, T[]>();
    for (const item of items) {
        const key = keyOf(item);
        const group = groups.get(key);
        if (group === undefined) {
            groups.set(key, [item]);
        } else {
            group.push(item);
        }
    }
    return groups;
}

/** The region that a plan is for: of its subnets, or else of the ARNs that its resources name. */
export function regionOf({ region, resources }: Plan): string | undefined {
    if (region !== undefined) {
        return region;
    }
    const zone = resources
        .filter(({ type }) => type === "aws:ec2/subnet:Subnet")
        .map(({ inputs }) => textIn(inputs, "availabilityZone"))
        .find((each) => each !== undefined);
    return zone?.replace(/[a-z]$/, "");
}

const publicSubnetTag = "kubernetes.io/role/elb";

function indexOf({ resources }: Plan): PlanIndex {
    const byType = grouped(resources, ({ type }) => type);
    const byParent = grouped(resources, ({ parent }) => parent);
    const subnets = byType.get("aws:ec2/subnet:Subnet");
    return {
        resources,
        byType,
        siblings: ({ parent }) => byParent.get(parent) ?? [],
        publicSubnets: subnets?.filter(({ inputs }) => objectAt(inputs, "tags")[publicSubnetTag] !== undefined).length,
    };
}
