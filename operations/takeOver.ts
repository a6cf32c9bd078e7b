import { UserError } from "../simulation/failure";

/** What a resource of a stack is to stand for from now on. */
export interface TakeOver {
    readonly type: string;
    readonly name: string;
    /** Id of the object in the cloud, as the provider has it. */
    readonly id: string;
    /** Inputs by which the program will name it. */
    readonly inputs: Readonly<Record<string, string>>;
}

/** A resource in an exported state, as far as it is read or changed here. */
interface StateResource {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
    readonly protect?: boolean;
}

/** What `pulumi stack export` writes. A stack that was never deployed has nothing in it. */
export interface ExportedState {
    readonly deployment?: { readonly resources?: readonly StateResource[] };
}

function resourceOf({ deployment }: ExportedState, { type, name }: Pick<TakeOver, "type" | "name">): StateResource {
    const found = (deployment?.resources ?? []).filter(
        (each) => each.type === type && each.urn.split("::").at(-1) === name && each.id !== undefined,
    );
    const [resource] = found;
    if (resource === undefined || found.length > 1) {
        throw new UserError(
            resource === undefined
                ? `The stack's state has no ${type} ${name}: deploy the stack first.`
                : `The stack's state has ${found.length} of ${type} ${name}, because a deployment was interrupted: deploy the stack first.`,
        );
    }
    return resource;
}

/** The state in which a resource stands for another object. How that object is, a refresh reads from the cloud. */
export function withOther(
    state: ExportedState,
    wanted: TakeOver,
): { readonly state: ExportedState; readonly urn: string } {
    const resource = resourceOf(state, wanted);
    const taken = { ...resource, id: wanted.id, inputs: { ...resource.inputs, ...wanted.inputs } };
    const resources = (state.deployment?.resources ?? []).map((each) => (each === resource ? taken : each));
    return { state: { ...state, deployment: { ...state.deployment, resources } }, urn: resource.urn };
}

/** Fails unless a resource stands for what it is to stand for: what a refresh does not find it takes out of the state. */
export function requireTaken(state: ExportedState, wanted: TakeOver): void {
    const { id, outputs = {} } = resourceOf(state, wanted);
    const other = Object.entries(wanted.inputs).find(([key, value]) => outputs[key] !== value);
    if (id !== wanted.id || other !== undefined) {
        throw new UserError(`The cloud has no ${wanted.type} ${wanted.id} as it was expected.`);
    }
}
