import type { Difference, PropertyChange, ResourceChange } from "../simulation/difference/difference";
import { valueTexts } from "../simulation/difference/values";
import type { Positions } from "./assessmentFacts";
import type { ChangeFacts, DifferenceFacts, PropertyFacts } from "./facts";

export function differenceFacts(
    { before, after, changes, unchanged, monthly, seconds }: Difference,
    positions: Positions,
): DifferenceFacts {
    return {
        before: before.name,
        after: after.name,
        changes: changes.map((change) => changeFacts(change, positions)),
        unchanged,
        monthly: [monthly.before, monthly.after],
        seconds: [seconds.before, seconds.after],
    };
}

function changeFacts(
    { kind, type, name, urn, stateful, properties }: ResourceChange,
    positions: Positions,
): ChangeFacts {
    // What is removed has no place in this plan, although another resource may have taken its URN.
    const resource = kind === "removed" ? undefined : positions.get(urn);
    return {
        kind,
        ...(resource === undefined ? { type, name } : { resource }),
        ...(stateful && { stateful }),
        ...(properties.length > 0 && { properties: properties.map(propertyFacts) }),
    };
}

function propertyFacts({ path, before, after, replaces }: PropertyChange): PropertyFacts {
    const [earlier, later] = valueTexts(before, after, valueLength);
    return {
        path,
        ...(earlier !== undefined && { before: earlier }),
        ...(later !== undefined && { after: later }),
        ...(replaces && { replaces }),
    };
}

/** More of a value nobody reads in a table. */
const valueLength = { most: 240, lead: 40 } as const;
