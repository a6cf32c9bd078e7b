import type { Plan, PlannedResource } from "../simulation/record";

/** A resource that would not let itself be deleted. */
export interface Protected {
    readonly type: string;
    readonly name: string;
    /** Who refuses: Pulumi, AWS, or both. */
    readonly by: readonly ("Pulumi" | "AWS")[];
}

/** Inputs by which AWS itself refuses a deletion. */
const awsProtections: readonly ((inputs: PlannedResource["inputs"]) => boolean)[] = [
    ({ deletionProtection }) => deletionProtection === true,
    ({ deletionProtectionEnabled }) => deletionProtectionEnabled === true,
];

/** Everything in a plan that is protected. */
export function protectedIn(plan: Plan): Protected[] {
    return plan.resources.flatMap(({ type, name, protect, inputs }) => {
        const by = [
            ...(protect ? (["Pulumi"] as const) : []),
            ...(awsProtections.some((holds) => holds(inputs)) ? (["AWS"] as const) : []),
        ];
        return by.length === 0 ? [] : [{ type, name, by }];
    });
}

const mostNamed = 8;

/** Why nothing is destroyed, and the exact way to lift it. */
export function protectionText(stack: string, fileName: string, found: readonly Protected[]): string {
    const named = found.slice(0, mostNamed).map(({ type, name, by }) => `  ${type} ${name} (by ${by.join(" and ")})`);
    const more = found.length > mostNamed ? [`  … and ${found.length - mostNamed} more`] : [];
    return [
        `Stack ${stack} has ${found.length} protected resources, so nothing is destroyed:`,
        ...named,
        ...more,
        "To lift it, after a last backup (npm run backup -- " + stack + "):",
        `  1. In ${fileName}, under platform:data: protect: false, teardown: true`,
        `  2. npm run deploy -- ${stack}`,
        `  3. npm run destroy -- ${stack}`,
    ].join("\n");
}
