import type { Resource } from "./resource";

/** Addresses inside the page: what stands behind the `#`. */

export function resourceAddress(resource: Resource): string {
    return `#/resources/${encodeURIComponent(resource.address)}`;
}

export function systemAddress(name: string, section?: string): string {
    return `#/systems/${encodeURIComponent(name)}${section === undefined ? "" : `/${section}`}`;
}

/** What the list of resources can be narrowed to. */
export interface ResourceFilter {
    readonly text?: string;
    readonly type?: string;
    readonly system?: string;
    readonly component?: string;
    readonly namespace?: string;
    readonly protection?: "protected" | "retained";
    /** Whether the text is also looked for in inputs. */
    readonly inputs?: boolean;
}

export function listAddress(filter: ResourceFilter): string {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(filter)) {
        if (value !== undefined && value !== "" && value !== false) {
            query.set(key, String(value));
        }
    }
    return `#/resources${query.size === 0 ? "" : `?${query.toString()}`}`;
}
