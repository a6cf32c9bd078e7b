/** Reading values of which only the shape of a resource's type is known, not that this resource has it. */

export type Members = Readonly<Record<string, unknown>>;

export function members(value: unknown): Members {
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Members) : {};
}

export function list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}

/** A text or number as text; anything else is no text. */
export function text(value: unknown): string {
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** What stands at a path of members and positions, where all of it is there. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
    let current = value;
    for (const step of path) {
        current = typeof step === "number" ? list(current)[step] : members(current)[step];
    }
    return current;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
    return text(at(value, ...path));
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
    return list(at(value, ...path));
}

export function membersAt(value: unknown, ...path: readonly (string | number)[]): Members {
    return members(at(value, ...path));
}

/** JSON in a text, such as a policy or a dashboard; undefined where it is none. */
export function parsed(json: string): unknown {
    try {
        return JSON.parse(json) as unknown;
    } catch {
        return undefined;
    }
}

/** A count with its noun: `1 alert`, `5 alerts`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
    return `${count.toLocaleString("en")} ${count === 1 ? singular : plural}`;
}
