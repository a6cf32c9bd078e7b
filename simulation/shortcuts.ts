import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";

/**
 * Shortcuts through the SDK that leave its results as they are. Each takes the place of a function of the SDK while a program runs; the
 * figures are in docs/performance.md. A test holds every stack's plan to be the same with and without them.
 */
export async function withShortcuts<T>(run: () => Promise<T>): Promise<T> {
    const undo = [...replacements()].map(([owner, name, replace]) => {
        const original = owner[name];
        if (typeof original !== "function") {
            return () => undefined;
        }
        owner[name] = replace(original as SdkFunction);
        return () => (owner[name] = original);
    });
    const limit = Error.stackTraceLimit;
    // The SDK captures several stack traces for every property of every resource, to name the place should it fail.
    Error.stackTraceLimit = 0;
    try {
        return await run();
    } finally {
        Error.stackTraceLimit = limit;
        undo.forEach((each) => each());
    }
}

type SdkFunction = (...args: never[]) => unknown;
type Module = Record<string, unknown>;

/** Loads what the SDK itself would get under a name. */
const load = createRequire(require.resolve("@pulumi/pulumi")) as (id: string) => Module;

function* replacements(): Generator<[owner: Module, name: string, replace: (original: SdkFunction) => unknown]> {
    // For the place of a resource, the engine's display asks the whole stack, whatever the limit is.
    yield [pulumi.Resource as unknown as Module, "callsites", () => () => []];
    // The leak detector wraps every promise in two more. A program that never ends is noticed all the same.
    yield [load("@pulumi/pulumi/runtime/debuggable"), "debuggablePromise", () => (promise: unknown) => promise];
    const rpc = load("@pulumi/pulumi/runtime/rpc");
    yield [rpc, "transferProperties", () => transferLazily];
    yield [rpc, "serializeResourceProperties", (original) => serializePlainFirst(original as unknown as Serializer)];
    const { Struct } = load("google-protobuf/google/protobuf/struct_pb") as { Struct: Module & (new () => Message) };
    yield [Struct, "fromJavaScript", (original) => (value: object) => unpacked(new Struct(), value, original)];
}

/** A protocol buffer of the SDK that stands for an object. */
interface Message {
    toJavaScript(): object;
    getFieldsMap(...args: unknown[]): unknown;
}

/** A message that keeps its object, in place of packing it member by member and unpacking it a moment later. */
function unpacked(message: Message, value: object, pack: SdkFunction): Message {
    message.toJavaScript = () => value;
    message.getFieldsMap = (...args) => (pack as (value: object) => Message)(value).getFieldsMap(...args);
    return message;
}

type Properties = Record<string, unknown>;
type Serialized = [properties: Properties, dependencies: Map<string, Set<unknown>>];
type Serializer = (label: string, properties: Properties, options: unknown) => Promise<Serialized>;

/** How many resources go on in one turn of the event loop. More make no difference, fewer take more turns. */
const resourcesPerTurn = 64;

let waiting: (() => void)[] = [];

/**
 * Waits until a resource may go on. A program makes its resources at once, and every one would take its next step before any takes the
 * one after: all of them would be half-done at the same time, in memory that the garbage collector copies again and again.
 */
function turn(): Promise<void> {
    return new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 1) {
            setImmediate(nextTurn);
        }
    });
}

function nextTurn(): void {
    const admitted = waiting.slice(0, resourcesPerTurn);
    waiting = waiting.slice(resourcesPerTurn);
    admitted.forEach((resume) => resume());
    if (waiting.length > 0) {
        setImmediate(nextTurn);
    }
}

const notPlain = Symbol("not plain");

/** The SDK waits for every member of every input, as if each were a promise. What is plain data is copied at once. */
function serializePlainFirst(serialize: Serializer): Serializer {
    return async (label, properties, options) => {
        await turn();
        const plain: Properties = {};
        const others: Properties = {};
        const dependencies = new Map<string, Set<unknown>>();
        for (const key of Object.keys(properties)) {
            const copy = plainCopy(properties[key]);
            if (copy === notPlain || key === "id" || key === "urn") {
                others[key] = properties[key];
            } else if (copy !== undefined) {
                plain[key] = copy;
                dependencies.set(key, new Set());
            }
        }
        if (Object.keys(others).length === 0) {
            return [plain, dependencies];
        }
        const [serialized, found] = await serialize(label, others, options);
        return [Object.assign(plain, serialized), new Map([...dependencies, ...found])];
    };
}

/** A copy as the SDK would make it: without functions and missing members, which are null in lists. */
function plainCopy(value: unknown): unknown {
    if (value === null || typeof value !== "object") {
        return typeof value === "function" ? undefined : value;
    }
    if (Array.isArray(value)) {
        const copies = value.map((member: unknown) => plainCopy(member) ?? null);
        return copies.includes(notPlain) ? notPlain : copies;
    }
    // Outputs, promises, resources and assets are instances of classes.
    if (Object.getPrototypeOf(value) !== Object.prototype) {
        return notPlain;
    }
    const result: Properties = {};
    for (const key of Object.keys(value)) {
        const copy = plainCopy((value as Properties)[key]);
        if (copy === notPlain) {
            return notPlain;
        }
        if (copy !== undefined) {
            result[key] = copy;
        }
    }
    return result;
}

interface Outcome {
    readonly value: unknown;
    readonly isKnown: boolean;
    readonly isSecret: boolean;
    readonly dependencies: pulumi.Resource[];
    readonly error?: Error;
}

type Resolver = (
    value: unknown,
    isKnown: boolean,
    isSecret: boolean,
    dependencies?: pulumi.Resource[],
    error?: Error,
) => void;

type OutputConstructor = new (
    resource: object,
    value: Promise<unknown>,
    isKnown: Promise<boolean>,
    isSecret: Promise<boolean>,
    dependencies: Promise<pulumi.Resource[]>,
) => pulumi.Output<unknown>;

/** What is known of an output property before anybody has read it. */
class Slot {
    private outcome?: Outcome;
    private settle?: (outcome: Outcome) => void;

    readonly resolve: Resolver = (value, isKnown, isSecret, dependencies = [], error) => {
        this.outcome = { value, isKnown, isSecret, dependencies, ...(error && { error }) };
        this.settle?.(this.outcome);
    };

    output(resource: object): pulumi.Output<unknown> {
        const promise = new Promise<Outcome>((resolve, reject) => {
            this.settle = (outcome) => (outcome.error === undefined ? resolve(outcome) : reject(outcome.error));
            if (this.outcome !== undefined) {
                this.settle(this.outcome);
            }
        });
        return new (pulumi.Output as unknown as OutputConstructor)(
            resource,
            promise.then(({ value }) => value),
            promise.then(({ isKnown }) => isKnown),
            promise.then(({ isSecret }) => isSecret),
            promise.then(({ dependencies }) => dependencies),
        );
    }
}

const slots = new WeakMap<object, Record<string, Slot>>();

/** The accessors of each property name. All resources share them, so that V8 knows their shapes. */
const accessors = new Map<string, PropertyDescriptor>();

function accessor(key: string): PropertyDescriptor {
    let found = accessors.get(key);
    if (found === undefined) {
        const define = (resource: object, value: unknown): void => {
            Object.defineProperty(resource, key, { value, writable: true, enumerable: true, configurable: true });
        };
        found = {
            get(this: object) {
                const output = slots.get(this)?.[key]?.output(this);
                define(this, output);
                return output;
            },
            set(this: object, value: unknown) {
                define(this, value);
            },
            enumerable: true,
            configurable: true,
        };
        accessors.set(key, found);
    }
    return found;
}

/**
 * What the SDK's function of the same name does, but an output property is made when the program first reads it. An Output is made of some
 * thirty promises, and most properties of most resources are never read.
 */
function transferLazily(resource: object, label: string, properties: object): Record<string, Resolver> {
    const own: Record<string, Slot> = {};
    const resolvers: Record<string, Resolver> = {};
    for (const key of Object.keys(properties)) {
        if (key === "id" || key === "urn") {
            continue;
        }
        if (Object.hasOwn(resource, key)) {
            throw new Error(`Property '${key}' is already initialized on target '${label}`);
        }
        const slot = new Slot();
        own[key] = slot;
        resolvers[key] = slot.resolve;
        Object.defineProperty(resource, key, accessor(key));
    }
    slots.set(resource, own);
    return resolvers;
}
