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
    yield [load("@pulumi/pulumi/runtime/rpc"), "transferProperties", () => transferLazily];
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

interface Settled {
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

/**
 * What the SDK's function of the same name does, but an output property is made when the program first reads it. An Output is made of some
 * thirty promises, and most properties of most resources are never read.
 */
function transferLazily(resource: object, label: string, properties: object): Record<string, Resolver> {
    const Output = pulumi.Output as unknown as OutputConstructor;
    const resolvers: Record<string, Resolver> = {};
    for (const key of Object.keys(properties)) {
        if (key === "id" || key === "urn") {
            continue;
        }
        if (Object.hasOwn(resource, key)) {
            throw new Error(`Property '${key}' is already initialized on target '${label}`);
        }
        let settled: Settled | undefined;
        let settle: ((outcome: Settled) => void) | undefined;
        const outcome = (): Promise<Settled> =>
            new Promise((resolve, reject) => {
                settle = (each) => (each.error === undefined ? resolve(each) : reject(each.error));
                if (settled !== undefined) {
                    settle(settled);
                }
            });
        resolvers[key] = (value, isKnown, isSecret, dependencies = [], error) => {
            settled = { value, isKnown, isSecret, dependencies, ...(error && { error }) };
            settle?.(settled);
        };
        const define = (descriptor: PropertyDescriptor): unknown =>
            Object.defineProperty(resource, key, { ...descriptor, enumerable: true, configurable: true });
        define({
            get() {
                const promise = outcome();
                const output = new Output(
                    resource,
                    promise.then(({ value }) => value),
                    promise.then(({ isKnown }) => isKnown),
                    promise.then(({ isSecret }) => isSecret),
                    promise.then(({ dependencies }) => dependencies),
                );
                define({ value: output, writable: true });
                return output;
            },
            set: (value: unknown) => define({ value, writable: true }),
        });
    }
    return resolvers;
}
