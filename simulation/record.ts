import * as pulumi from "@pulumi/pulumi";
import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { simulatedCloud, type SimulatedCloud } from "./cloud";
import { firstRejection } from "./rejections";
import { withShortcuts } from "./shortcuts";
import { asSecret, maskedMembers, readable, withoutSecretMarks, type Properties } from "./wire";

export { maskedSecret } from "./wire";

/** One resource of a plan, as the engine would be told of it. Secret inputs are masked. */
export interface PlannedResource {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** URN of the parent; empty for the stack itself. */
    readonly parent: string;
    /** Reference of the explicit provider; empty for the default one. */
    readonly provider: string;
    readonly custom: boolean;
    readonly remote: boolean;
    readonly inputs: Readonly<Record<string, unknown>>;
    /** URNs of the resources that must exist before this one. */
    readonly dependencies: readonly string[];
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly ignoreChanges: readonly string[];
    /** URNs that the resource had before. */
    readonly aliases: readonly string[];
}

export interface Plan {
    readonly project: string;
    readonly stack: string;
    /** AWS region of the stack; absent where it uses none. */
    readonly region?: string;
    /** In the order of their URNs: the order of registration depends on which promise happens to settle first. */
    readonly resources: readonly PlannedResource[];
    /** What the program exports; secret outputs are masked. */
    readonly outputs: Readonly<Record<string, unknown>>;
    /** URNs of the components that called `registerOutputs`. */
    readonly registeredOutputs: ReadonlySet<string>;
}

export interface RecordOptions {
    readonly project?: string;
    readonly stack?: string;
    readonly region?: string;
    /** As on a first `pulumi preview`: what only the cloud knows is unknown. Default false. */
    readonly preview?: boolean;
    /** Configuration by full key, such as `platform:environment`; values as in a stack file, secrets in plain. */
    readonly config?: Readonly<Record<string, string>>;
    readonly secretKeys?: readonly string[];
    /** Outputs of other stacks, by full name, which the program reads through stack references. */
    readonly stackOutputs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    /** Directory of the program; paths in the plan are relative to it. Default: the current directory. */
    readonly root?: string;
    /** Whether the SDK's slow ways are cut short, which changes no result. Default true. */
    readonly shortcuts?: boolean;
    /** Called after each registration with the number of resources so far. */
    readonly onProgress?: (resources: number) => void;
}

/**
 * Runs a program in the in-process test runtime of the Pulumi SDK and records every resource it registers.
 *
 * A program that fails is run a second time by the SDK alone and with stack traces, so that its error says where.
 *
 * @param program constructs resources; it must import nothing that reads configuration before it is called.
 */
export async function record(program: () => unknown, options: RecordOptions = {}): Promise<Plan> {
    if (options.shortcuts === false) {
        return run(program, options);
    }
    try {
        return await withShortcuts(() => run(program, options));
    } catch (failure) {
        if (isRunError(failure)) {
            throw failure;
        }
        await withTraces(() => run(program, options));
        throw failure;
    }
}

/** Frames that are captured of a failing program: the SDK's own come first, then the components', then the composition's. */
const framesOfFailure = 25;

async function withTraces<T>(run: () => Promise<T>): Promise<T> {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = framesOfFailure;
    try {
        return await run();
    } finally {
        Error.stackTraceLimit = limit;
    }
}

/** Errors that are about the configuration, not about a place in the program. */
function isRunError(failure: unknown): boolean {
    return (failure as { __pulumiRunError?: boolean } | undefined)?.__pulumiRunError === true;
}

async function run(program: () => unknown, options: RecordOptions): Promise<Plan> {
    const project = options.project ?? "platform";
    const stack = options.stack ?? "test";
    const recorder = new Recorder(project, stack, simulatedCloud(options.region ?? "us-east-1"), options);

    pulumi.runtime.setAllConfig({ ...options.config }, [...(options.secretKeys ?? [])]);
    // DIY backends, too, call their only organization "organization".
    await pulumi.runtime.setMocks(recorder.mocks, project, stack, options.preview ?? false, "organization");
    recorder.attach();

    let outputs: Record<string, unknown> = {};
    const finished = await componentsThatFinish(() =>
        firstRejection(async () => {
            await pulumi.runtime.runInPulumiStack(async () => {
                outputs = ((await program()) ?? {}) as Record<string, unknown>;
                return outputs;
            });
            await pulumi.runtime.disconnect();
        }),
    );
    return {
        project,
        stack,
        ...(options.region !== undefined && { region: options.region }),
        resources: [...recorder.resources.values()].sort((a, b) => (a.urn < b.urn ? -1 : 1)),
        outputs: await resolveOutputs(outputs, options.root),
        registeredOutputs: finished,
    };
}

/**
 * The URNs of the components that call `registerOutputs` while something runs. For a component that does not, the SDK makes the call
 * itself, without arguments, so that the engine cannot tell the two apart.
 */
async function componentsThatFinish(run: () => Promise<void>): Promise<Set<string>> {
    const prototype = pulumi.ComponentResource.prototype as unknown as {
        registerOutputs: (this: pulumi.ComponentResource, ...outputs: unknown[]) => void;
    };
    const original = prototype.registerOutputs;
    const components = new Set<pulumi.ComponentResource>();
    prototype.registerOutputs = function (...outputs) {
        if (outputs.length > 0) {
            components.add(this);
        }
        original.apply(this, outputs);
    };
    try {
        await run();
    } finally {
        prototype.registerOutputs = original;
    }
    const urns = [...components].map((component) => promiseOf(component.urn));
    return new Set(await Promise.all(urns));
}

function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
    return (output as unknown as { promise(): Promise<T> }).promise();
}

/** What the SDK needs of the answer to a registration. */
interface RegisterResponse {
    getUrn(): string;
    getId(): string;
    getObject(): { toJavaScript(): Properties };
    getPropertydependenciesMap(): undefined;
    getResult(): number;
}

type Callback<T> = (error: Error | null, response?: T) => void;

/** The part of the SDK's mock monitor that is replaced. */
interface Monitor {
    /** What was registered, for references to resources that come back in outputs. */
    readonly resources: Map<string, { readonly urn: string; readonly id: string | null; readonly state: Properties }>;
    newUrn(parent: string, type: string, name: string): string;
    registerResource(request: RegisterResourceRequest, callback: Callback<RegisterResponse>): void;
    registerResourceOutputs(request: unknown, callback: Callback<object>): void;
}

/**
 * Stands in for the engine: takes every registration, keeps it and answers with what the cloud would.
 *
 * The SDK's own mock monitor would turn each message into objects and back three times; here the values are read once.
 */
class Recorder {
    readonly resources = new Map<string, PlannedResource>();
    private readonly root: string;

    constructor(
        private readonly project: string,
        private readonly stack: string,
        private readonly cloud: SimulatedCloud,
        private readonly options: RecordOptions,
    ) {
        this.root = options.root ?? process.cwd();
    }

    /** Answers for what is not a registration: provider functions, and resources that are only read. */
    readonly mocks: pulumi.runtime.Mocks = {
        call: (args) => {
            try {
                return this.cloud.call(args);
            } catch (error) {
                // The SDK reads the message of a failing call from where gRPC puts it.
                throw Object.assign(error as Error, { details: (error as Error).message });
            }
        },
        newResource: (args) => {
            if (args.type === "pulumi:pulumi:StackReference") {
                return this.stackReference(args.id ?? "");
            }
            const { id, state } = this.cloud.create(args);
            return { id, state: { ...(args.inputs as Properties), ...state } };
        },
    };

    private stackReference(name: string): { id: string; state: Properties } {
        const outputs = this.options.stackOutputs?.[name];
        if (outputs === undefined) {
            throw new Error(`the simulation knows no stack "${name}"`);
        }
        return { id: name, state: { name, outputs, secretOutputNames: [] } };
    }

    attach(): void {
        const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
        monitor.newUrn = (parent, type, name) => this.urn(parent, type, name);
        monitor.registerResource = (request, callback) => {
            try {
                callback(null, this.register(request, monitor));
            } catch (error) {
                callback(error as Error);
            }
        };
        monitor.registerResourceOutputs = (_, callback) => callback(null, {});
    }

    private register(request: RegisterResourceRequest, monitor: Monitor): RegisterResponse {
        const type = request.getType();
        const name = request.getName();
        const urn = this.urn(request.getParent(), type, name);
        if (this.resources.has(urn)) {
            throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
        }
        const object = request.getObject() as { toJavaScript(): Properties } | undefined;
        const inputs = object?.toJavaScript() ?? {};
        const secretOutputs = request.getAdditionalsecretoutputsList();
        this.resources.set(urn, this.describe(request, urn, inputs, secretOutputs));
        this.options.onProgress?.(this.resources.size);

        const { id, state } = this.answer(request, inputs, secretOutputs);
        monitor.resources.set(urn, { urn, id: id === "" ? null : id, state });
        return {
            getUrn: () => urn,
            getId: () => id,
            getObject: () => ({ toJavaScript: () => state }),
            getPropertydependenciesMap: () => undefined,
            getResult: () => 0,
        };
    }

    /** What the resource is after its creation. In a preview nothing is created: a provider then knows the inputs only. */
    private answer(
        request: RegisterResourceRequest,
        inputs: Properties,
        secretOutputs: readonly string[],
    ): { id: string; state: Properties } {
        if (!request.getCustom() && !request.getRemote()) {
            return { id: "", state: {} };
        }
        const created =
            this.options.preview === true
                ? { id: "", state: {} }
                : this.cloud.create({
                      type: request.getType(),
                      name: request.getName(),
                      inputs: withoutSecretMarks(inputs) as Properties,
                      id: request.getImportid(),
                  });
        const state: Properties = { ...inputs, ...created.state };
        for (const output of secretOutputs) {
            if (state[output] !== undefined) {
                state[output] = asSecret(state[output]);
            }
        }
        return { id: created.id, state };
    }

    private describe(
        request: RegisterResourceRequest,
        urn: string,
        wire: Properties,
        secretOutputs: readonly string[],
    ): PlannedResource {
        const inputs: Properties = {};
        for (const key of Object.keys(wire)) {
            inputs[key] = secretOutputs.includes(key) ? maskedMembers(wire[key]) : readable(wire[key], this.root);
        }
        return {
            urn,
            type: request.getType(),
            name: request.getName(),
            parent: request.getParent(),
            provider: request.getProvider(),
            custom: request.getCustom(),
            remote: request.getRemote(),
            inputs,
            dependencies: [...request.getDependenciesList()].sort(),
            protect: request.getProtect() ?? false,
            retainOnDelete: request.getRetainondelete() ?? false,
            ignoreChanges: request.getIgnorechangesList(),
            aliases: [...new Set(request.getAliasesList().map((alias) => this.aliasUrn(alias, request)))],
        };
    }

    private urn(parent: string, type: string, name: string, stack = this.stack, project = this.project): string {
        const parentType = parent.split("::")[2] ?? "";
        const qualified = parentType === "" || parentType === "pulumi:pulumi:Stack" ? type : `${parentType}$${type}`;
        return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
    }

    /** What is left out of an alias is as it is now. */
    private aliasUrn(alias: Alias, request: RegisterResourceRequest): string {
        const spec = alias.getSpec();
        if (spec === undefined) {
            return alias.getUrn();
        }
        return this.urn(
            spec.getNoparent() ? "" : spec.getParenturn() || request.getParent(),
            spec.getType() || request.getType(),
            spec.getName() || request.getName(),
            spec.getStack() || this.stack,
            spec.getProject() || this.project,
        );
    }
}

/** The exports as they may be shown: what is secret is masked member by member, so that one secret hides no more than itself. */
async function resolveOutputs(exported: Record<string, unknown>, root?: string): Promise<Record<string, unknown>> {
    const wire = await pulumi.runtime.serializeProperties("outputs", exported);
    return readable(wire, root) as Record<string, unknown>;
}
