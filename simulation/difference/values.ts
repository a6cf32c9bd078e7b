/** How much of a value is shown, in characters. */
export interface ValueLength {
    readonly most: number;
    /** Of what is the same before the place where two values part. */
    readonly lead: number;
}

/** Two values as JSON, of long ones the part from where they differ; undefined for what is not there. */
export function valueTexts(
    before: unknown,
    after: unknown,
    length: ValueLength,
): readonly [before: string | undefined, after: string | undefined] {
    const pair = [before, after].map((value) => (value === undefined ? undefined : JSON.stringify(value)));
    const [earlier, later] = pair;
    const isLong = pair.some((text) => text !== undefined && text.length > length.most);
    const start = isLong && earlier !== undefined && later !== undefined ? partingOf(earlier, later) - length.lead : 0;
    return [cut(earlier, start, length.most), cut(later, start, length.most)];
}

/** The position of the first character that differs. */
function partingOf(a: string, b: string): number {
    let position = 0;
    while (position < a.length && a[position] === b[position]) {
        position++;
    }
    return position;
}

function cut(text: string | undefined, start: number, most: number): string | undefined {
    if (text === undefined) {
        return undefined;
    }
    const from = Math.max(0, start);
    const shown = text.slice(from, from + most);
    return `${from > 0 ? "…" : ""}${shown}${from + shown.length < text.length ? "…" : ""}`;
}
