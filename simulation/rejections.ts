import { setImmediate } from "node:timers/promises";

/**
 * Runs something and fails with the first rejection that nobody handles while it runs.
 *
 * The SDK does not hand a failing input or a failing `apply` back to the program: it leaves a promise rejected, for the CLI's process
 * to notice. Of one cause there are dozens, one for each output of each resource that depends on it; the first tells the cause.
 */
export async function firstRejection(run: () => Promise<void>): Promise<void> {
    let failure: { readonly reason: unknown } | undefined;
    let fail: () => void = () => undefined;
    const failed = new Promise<void>((resolve) => (fail = resolve));
    const listener = (reason: unknown): void => {
        failure ??= { reason };
        fail();
    };
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", listener);
    try {
        await Promise.race([run().catch(listener), failed]);
        // Rejections are announced when all microtasks have run.
        await setImmediate();
    } finally {
        process.off("unhandledRejection", listener);
        others.forEach((other) => process.on("unhandledRejection", other));
    }
    if (failure !== undefined) {
        throw failure.reason;
    }
}
