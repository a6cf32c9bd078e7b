import type { PolicyResource as EngineResource, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { exceptionRule, policyFindings, type Finding } from "./findings";
import { unknownValue, type PolicyResource, type Rule } from "./rule";
import { rules } from "./rules";
import { at } from "./values";

/**
 * The rules as CrossGuard policies. Each looks at the whole stack, because many answers lie in another resource (a bucket's public access block)
 * and because exceptions are declared in one. `pulumi up` previews first, so what is mandatory stops it before it changes anything.
 *
 * Secrets reach a policy in clear text, so `secrets-in-their-place`, which looks for masks, has nothing to find here; the simulation and the tests
 * enforce it.
 */
export const policies: readonly StackValidationPolicy[] = [...rules.map(policyOf), exceptionPolicy()];

type Validate = (args: StackValidationArgs, report: (message: string, urn?: string) => void) => void;

function exceptionPolicy(): StackValidationPolicy {
    const validateStack: Validate = (args, report) => {
        const { findings } = policyFindings(stackOf(args));
        tell(
            findings.filter(({ rule }) => rule === exceptionRule),
            report,
        );
    };
    return {
        name: exceptionRule,
        description: "No exception has ended, names a rule that there is not, or is needed by nothing any more.",
        enforcementLevel: "mandatory",
        validateStack,
    };
}

function policyOf(rule: Rule): StackValidationPolicy {
    return {
        name: rule.id,
        description: rule.title,
        enforcementLevel: "mandatory",
        severity: rule.severity,
        tags: [...rule.clauses],
        remediationSteps: rule.fix,
        validateStack: (args, report) => {
            const { findings } = policyFindings(stackOf(args), { rules: [rule] });
            tell(
                findings.filter((finding) => finding.rule === rule.id),
                report,
            );
        },
    };
}

function tell(findings: readonly Finding[], report: (message: string, urn?: string) => void): void {
    findings.forEach(({ subject, problem, urn }) => report(`${subject}: ${problem}`, urn));
}

const component = "eks:index:Cluster";

/**
 * The stack as the rules see it. The engine shows what a resource has become; of the component that makes the EKS cluster that is nothing the
 * program asked for, so the cluster inside it answers in its place, where the engine knows one.
 */
function stackOf({ resources }: Pick<StackValidationArgs, "resources">): { resources: PolicyResource[] } {
    const found = resources.map(resourceOf);
    const clusters = found.filter(({ type }) => type === "aws:eks/cluster:Cluster").map(asComponent);
    return clusters.length === 0
        ? { resources: found }
        : { resources: [...found.filter(({ type }) => type !== component), ...clusters] };
}

function resourceOf({ urn, type, name, props, opts, parent, dependencies }: EngineResource): PolicyResource {
    return {
        urn,
        type,
        name,
        parent: parent?.urn ?? "",
        inputs: known(props) as Readonly<Record<string, unknown>>,
        dependencies: dependencies.map((each) => each.urn),
        protect: opts.protect,
    };
}

function asComponent(cluster: PolicyResource): PolicyResource {
    const { inputs } = cluster;
    return {
        ...cluster,
        type: component,
        inputs: {
            ...inputs,
            endpointPublicAccess: at(inputs, "vpcConfig", "endpointPublicAccess"),
            publicAccessCidrs: at(inputs, "vpcConfig", "publicAccessCidrs"),
            encryptionConfigKeyArn: at(inputs, "encryptionConfig", "provider", "keyArn"),
        },
    };
}

/** A copy without the traps that the SDK lays: to read a value that is not known yet throws. */
function known(value: unknown): unknown {
    if (value === null || typeof value !== "object") {
        return value;
    }
    const read = (key: string | number): unknown => {
        try {
            return known((value as Readonly<Record<string | number, unknown>>)[key]);
        } catch {
            return unknownValue;
        }
    };
    return Array.isArray(value)
        ? Array.from({ length: value.length }, (_, index) => read(index))
        : Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}
