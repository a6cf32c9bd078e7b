import { z } from "zod";
import { configuredJumpProblem, upgradeProblem } from "../../config/kubernetesUpgrade";
import { policyFindings } from "../../policy/findings";
import { differenceBetween } from "../../simulation/difference/difference";
import { UserError } from "../../simulation/failure";
import type { Plan } from "../../simulation/record";
import { upgradeStateOf, type VersionedResource } from "../upgrades/state";
import type { Step } from "./engineEvents";
import { holdsData } from "./stateful";

/** A plan as `plan.json` has it. What a comparison reads is checked; the rest is as the simulation wrote it. */
const planSchema = z.looseObject({
    project: z.string(),
    stack: z.string(),
    resources: z.array(
        z.looseObject({
            urn: z.string(),
            type: z.string(),
            name: z.string(),
            inputs: z.record(z.string(), z.unknown()),
            aliases: z.array(z.string()),
            ignoreChanges: z.array(z.string()),
        }),
    ),
});

const longestWord = 300;

/** Text that stands in one line of a comment, whoever wrote it: a preview of a fork's pull request is made by the fork's own code. */
const word = z
    .string()
    .max(longestWord)
    .regex(/^[^\p{Cc}`<>]*$/u, "no control characters, backticks or angle brackets");

export const changeKinds = ["create", "update", "replace", "delete"] as const;
export type ChangeKind = (typeof changeKinds)[number];

const changeSchema = z.object({
    kind: z.enum(changeKinds),
    type: word,
    name: word,
    /** Whether something is lost with the resource that nobody can make again. */
    stateful: z.boolean(),
    /** Properties that differ; of a replacement, those that force it where that is known. */
    properties: z.array(word).max(200).readonly(),
});
export type Change = z.infer<typeof changeSchema>;

/** A rule that a resource breaks. */
const findingSchema = z.object({ rule: word, resource: word, message: word });

/** What a pull request changes in one stack. It crosses from a job without rights to the one that comments. */
export const stackChangesSchema = z.object({
    stack: z.string().regex(/^[\w.-]{1,100}$/),
    mode: z.enum(["simulation", "real"]),
    changes: z.array(changeSchema).max(5000).readonly(),
    /** Absent where no rules were asked. */
    findings: z.array(findingSchema).max(1000).readonly().optional(),
    /** US dollars a month by list prices; absent where nothing has estimated them. */
    monthlyCost: z.object({ before: z.number(), after: z.number() }).optional(),
    /** Why it could not be deployed in one step, such as a jump of two minor versions of Kubernetes. */
    refusals: z.array(word).max(20).readonly().optional(),
    /** Why there is no comparison, such as a configuration that is refused. */
    failure: z.string().max(2000).optional(),
});
export type StackChanges = z.infer<typeof stackChangesSchema>;

/** Reads what another job has written. */
export function readStackChanges(file: string, text: string): StackChanges {
    return checked(file, text, stackChangesSchema);
}

/** The plan in a `plan.json`. */
export function readPlan(file: string, text: string): Plan {
    return {
        outputs: {},
        registeredOutputs: new Set<string>(),
        ...(checked(file, text, planSchema) as unknown as Pick<Plan, "project" | "stack" | "resources">),
    };
}

/** What comes before a stack that is new. */
export function emptyPlan({ project, stack }: Plan): Plan {
    return { project, stack, resources: [], outputs: {}, registeredOutputs: new Set() };
}

function checked<T>(file: string, text: string, schema: z.ZodType<T>): T {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw new UserError(`${file} is no JSON.`);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new UserError(`${file} is not what a preview writes: ${issue?.path.join(".")} ${issue?.message}.`);
    }
    return parsed.data;
}

const kindOfDifference = { added: "create", changed: "update", replaced: "replace", removed: "delete" } as const;

/** How two simulations of a stack differ, what that costs, and which rules the later one breaks. */
export function simulatedChanges(
    before: Plan,
    after: Plan,
): Pick<StackChanges, "changes" | "monthlyCost" | "findings" | "refusals"> {
    const { changes, monthly } = differenceBetween(before, after);
    return {
        changes: changes.map(({ kind, type, name, stateful, properties }) => {
            const forcing = properties.filter(({ replaces }) => kind !== "replaced" || replaces);
            return {
                kind: kindOfDifference[kind],
                type: oneLine(type),
                name: oneLine(name),
                stateful: stateful || holdsData(type),
                properties: shown(forcing.map(({ path }) => path)),
            };
        }),
        monthlyCost: { before: monthly.before, after: monthly.after },
        findings: policyFindings(after).findings.map(({ rule, severity, subject, problem }) => ({
            rule: `${severity} ${rule}`,
            resource: oneLine(subject),
            message: oneLine(problem),
        })),
        ...refusalsOf(configuredJumpProblem(kubernetesOf(before.resources), kubernetesOf(after.resources))),
    };
}

const kubernetesOf = (resources: readonly VersionedResource[]): string => upgradeStateOf(resources).kubernetes ?? "";

function refusalsOf(problem: string | undefined): Pick<StackChanges, "refusals"> {
    return problem === undefined ? {} : { refusals: [oneLine(problem)] };
}

/** Why what is deployed cannot become what the program says in one step. */
export function deployedRefusals(
    deployed: readonly VersionedResource[],
    wanted: readonly VersionedResource[],
): Pick<StackChanges, "refusals"> {
    return refusalsOf(upgradeProblem(kubernetesOf(deployed), kubernetesOf(wanted)));
}

/** As a comment may show it. */
function oneLine(text: string): string {
    return text
        .replace(/[\p{Cc}`<>]+/gu, " ")
        .trim()
        .slice(0, longestWord);
}

/** A comment shows fewer. */
const mostProperties = 20;

function shown(properties: readonly string[]): string[] {
    return properties.slice(0, mostProperties).map(oneLine);
}

const kindOfOp: Readonly<Record<string, ChangeKind>> = {
    create: "create",
    import: "create",
    update: "update",
    replace: "replace",
    delete: "delete",
};

/** The steps of a real preview, or what a refresh found. */
export function realChanges(steps: readonly Step[]): Change[] {
    return steps.flatMap(({ op, urn, type, properties }) => {
        const kind = kindOfOp[op];
        const name = urn.split("::").at(-1) ?? urn;
        return kind === undefined
            ? []
            : [{ kind, type, name: oneLine(name), stateful: holdsData(type), properties: shown(properties) }];
    });
}

/** Changes that lose what nobody can make again. */
export function dataLosses({ changes }: Pick<StackChanges, "changes">): Change[] {
    return changes.filter(({ kind, stateful }) => stateful && (kind === "replace" || kind === "delete"));
}
