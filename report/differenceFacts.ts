import type { Difference, PropertyChange, ResourceChange } from "../simulation/difference/difference";
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
    const [earlier, later] = texts(before, after);
    return {
        path,
        ...(earlier !== undefined && { before: earlier }),
        ...(later !== undefined && { after: later }),
        ...(replaces && { replaces }),
    };
}

/** More of a value nobody reads in a table. */
const mostCharacters = 240;

/** What is the same before the place where two long values part, as far as it is shown. */
const lead = 40;

/** Two values as JSON, of long ones the part from where they differ. */
function texts(before: unknown, after: unknown): readonly [before: string | undefined, after: string | undefined] {
    const pair = [before, after].map((value) => (value === undefined ? undefined : JSON.stringify(value)));
    const [earlier, later] = pair;
    const isLong = pair.some((text) => text !== undefined && text.length > mostCharacters);
    const start = isLong && earlier !== undefined && later !== undefined ? partingOf(earlier, later) - lead : 0;
    return [cut(earlier, start), cut(later, start)];
}

/** The position of the first character that differs. */
function partingOf(a: string, b: string): number {
    let position = 0;
    while (position < a.length && a[position] === b[position]) {
        position++;
    }
    return position;
}

function cut(text: string | undefined, start: number): string | undefined {
    if (text === undefined) {
        return undefined;
    }
    const from = Math.max(0, start);
    const shown = text.slice(from, from + mostCharacters);
    return `${from > 0 ? "…" : ""}${shown}${from + shown.length < text.length ? "…" : ""}`;
}
