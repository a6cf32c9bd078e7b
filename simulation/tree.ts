import type { Plan, PlannedResource } from "./record";
import { styled, tail, type Terminal } from "./terminal";

interface Row {
    readonly branch: string;
    readonly type: string;
    readonly name: string;
}

/** A type as the Pulumi CLI shows it: `aws:ec2/vpc:Vpc` is `aws:ec2:Vpc`. */
export function displayType(type: string): string {
    const [scope = "", module = "", name = ""] = type.split(":");
    const slash = module.lastIndexOf("/");
    const repeats = slash >= 0 && module.slice(slash + 1).toLowerCase() === name.toLowerCase();
    return repeats ? [scope, module.slice(0, slash), name].join(":") : type;
}

/** The resources of a plan as a tree, in the shape of `pulumi preview`. Fits the terminal, where there is one. */
export function treeText(plan: Plan, terminal: Pick<Terminal, "columns" | "colors">): string {
    const rows = rowsOf(plan);
    // " +   " before, two spaces between the columns, "create" at the end.
    const room = (terminal.columns ?? Infinity) - 15;
    const widestType = Math.max(4, ...rows.map(({ branch, type }) => branch.length + type.length));
    const widestName = Math.max(4, ...rows.map(({ name }) => name.length));
    const nameWidth = Math.min(widestName, Math.max(room - widestType, Math.floor(room * 0.4)));
    const typeWidth = Math.min(widestType, room - nameWidth);
    const header = `     ${"Type".padEnd(typeWidth)}  ${"Name".padEnd(nameWidth)}  Plan`;
    const lines = rows.map(({ branch, type, name }) => {
        const shownType = tail(type, typeWidth - branch.length);
        const filler = " ".repeat(typeWidth - branch.length - shownType.length);
        return [
            ` ${styled(terminal, "green", "+")}   ${styled(terminal, "dim", branch)}${shownType}${filler}`,
            tail(name, nameWidth).padEnd(nameWidth),
            styled(terminal, "green", "create"),
        ].join("  ");
    });
    return [styled(terminal, "bold", header), ...lines].join("\n");
}

/** The resources below each, by its URN; those below none by an empty one. */
export function childrenOf(resources: readonly PlannedResource[]): Map<string, PlannedResource[]> {
    const children = new Map<string, PlannedResource[]>();
    for (const resource of resources) {
        const siblings = children.get(resource.parent);
        if (siblings === undefined) {
            children.set(resource.parent, [resource]);
        } else {
            siblings.push(resource);
        }
    }
    return children;
}

function rowsOf({ resources }: Plan): Row[] {
    const children = childrenOf(resources);
    const rows: Row[] = [];
    const visit = (resource: PlannedResource, indent: string, branch: string): void => {
        rows.push({ branch: indent + branch, type: displayType(resource.type), name: resource.name });
        const below = branch === "" ? indent : indent + (branch === "└─ " ? "   " : "│  ");
        const own = [...(children.get(resource.urn) ?? [])].sort(byTypeAndName);
        own.forEach((child, index) => visit(child, below, index === own.length - 1 ? "└─ " : "├─ "));
    };
    for (const root of children.get("") ?? []) {
        visit(root, "", "");
    }
    return rows;
}

function byTypeAndName(a: PlannedResource, b: PlannedResource): number {
    const first = `${a.type}\0${a.name}`;
    const second = `${b.type}\0${b.name}`;
    return first < second ? -1 : first > second ? 1 : 0;
}
