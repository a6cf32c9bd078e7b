import * as pulumi from "@pulumi/pulumi";
import { simulatedCloud } from "./cloud";

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
    readonly aliases: readonly string[];
}

export interface Plan {
    readonly project: string;
    readonly stack: string;
    readonly resources: readonly PlannedResource[];
    /** What the program exports; secret outputs are masked. */
    readonly outputs: Readonly<Record<string, unknown>>;
    /** Types of the components that called `registerOutputs`, by URN. */
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
}

export const maskedSecret = "[secret]";

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Replaces every value that the engine holds secret. Goes by the engine's own marks, not by names. */
export function maskSecrets(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(maskSecrets);
    }
    if (value === null || typeof value !== "object") {
        return value;
    }
    const object = value as Record<string, unknown>;
    if (object[signatureKey] === secretSignature) {
        return maskedSecret;
    }
    return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, maskSecrets(member)]));
}

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the generated gRPC request has no exported type */
type Request = any;

/**
 * Runs a program in the in-process test runtime of the Pulumi SDK and records every resource it registers.
 *
 * @param program constructs resources; it must import nothing that reads configuration before it is called.
 */
export async function record(program: () => unknown, options: RecordOptions = {}): Promise<Plan> {
    const project = options.project ?? "platform";
    const stack = options.stack ?? "test";
    const resources: PlannedResource[] = [];
    const registeredOutputs = new Set<string>();
    const mocks = simulatedCloud(options.region ?? "us-east-1");
    let secretOutputs: readonly string[] = [];

    pulumi.runtime.setAllConfig({ ...options.config }, [...(options.secretKeys ?? [])]);
    await pulumi.runtime.setMocks(
        {
            ...mocks,
            async newResource(args) {
                const names = secretOutputs;
                const { id, state } = await mocks.newResource(args);
                for (const name of names) {
                    if (state[name] !== undefined) {
                        state[name] = { [signatureKey]: secretSignature, value: state[name] };
                    }
                }
                return { id, state };
            },
        },
        project,
        stack,
        options.preview ?? false,
    );

    /* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-assignment */
    const monitor = pulumi.runtime.getMonitor() as Request;
    const register = monitor.registerResource.bind(monitor);
    monitor.newUrn = (parent: string, type: string, name: string) => urnOf(project, stack, parent, type, name);
    monitor.registerResource = (request: Request, callback: (error: unknown, response: Request) => void) => {
        secretOutputs = request.getAdditionalsecretoutputsList();
        register(request, (error: unknown, response: Request) => {
            if (!error) {
                resources.push(describe(request, response.getUrn()));
            }
            callback(error, response);
        });
    };
    const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResourceOutputs = (request: Request, callback: unknown) => {
        registeredOutputs.add(request.getUrn());
        registerOutputs(request, callback);
    };
    /* eslint-enable */

    let outputs: Record<string, unknown> = {};
    await pulumi.runtime.runInPulumiStack(async () => {
        outputs = ((await program()) ?? {}) as Record<string, unknown>;
        return outputs;
    });
    await pulumi.runtime.disconnect();
    return { project, stack, resources, outputs: await resolveOutputs(outputs), registeredOutputs };
}

function urnOf(project: string, stack: string, parent: string, type: string, name: string): string {
    const parentType = parent.split("::")[2] ?? "";
    const qualified = parentType === "" || parentType === "pulumi:pulumi:Stack" ? type : `${parentType}$${type}`;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-argument */
function describe(request: Request, urn: string): PlannedResource {
    return {
        urn,
        type: request.getType(),
        name: request.getName(),
        parent: request.getParent(),
        provider: request.getProvider(),
        custom: request.getCustom(),
        remote: request.getRemote(),
        inputs: maskSecrets(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
        dependencies: [...request.getDependenciesList()].sort(),
        protect: request.getProtect() ?? false,
        retainOnDelete: request.getRetainondelete() ?? false,
        ignoreChanges: request.getIgnorechangesList(),
        aliases: request.getAliasurnsList(),
    };
}
/* eslint-enable */

async function resolveOutputs(outputs: Record<string, unknown>): Promise<Record<string, unknown>> {
    const entries = await Promise.all(
        Object.entries(outputs).map(async ([key, value]) => {
            const output = pulumi.output(value) as pulumi.Output<unknown> & {
                promise(): Promise<unknown>;
                isSecret: Promise<boolean>;
            };
            return [key, (await output.isSecret) ? maskedSecret : await output.promise()] as const;
        }),
    );
    return Object.fromEntries(entries);
}
