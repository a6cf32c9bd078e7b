import type { ApiServiceArgs } from "../apiService/apiService";
import type { PlannedSystem } from "./declaration";

/** Who calls a service and whom it calls. */
export type Flows = Required<Pick<ApiServiceArgs, "calls" | "callers" | "outsideCalls" | "allowedCallers">>;

/** The flows of a service: to and from services of the system in the same namespace, and to and from all others. */
export function flowsOf({ declaration, namespace: own }: PlannedSystem, name: string): Flows {
    const spec = declaration.services[name];
    const here = spec?.namespace ?? own;
    const others = Object.entries(declaration.services)
        .filter(([service]) => service !== name)
        .map(([service, each]) => ({
            service,
            namespace: each.namespace ?? own,
            port: each.port,
            calls: each.calls ?? [],
        }));
    const called = others.filter(({ service }) => spec?.calls?.includes(service) ?? false);
    const callers = others.filter(({ calls }) => calls.includes(name));
    return {
        calls: called
            .filter(({ namespace }) => namespace === here)
            .map(({ service, port }) => ({ name: service, port })),
        callers: callers.filter(({ namespace }) => namespace === here).map(({ service }) => service),
        outsideCalls: [
            ...(spec?.outsideCalls ?? []),
            ...called
                .filter(({ namespace }) => namespace !== here)
                .map(({ service, namespace, port }) => ({ service, namespace, port })),
        ],
        allowedCallers: [
            ...(spec?.allowedCallers ?? []),
            ...callers
                .filter(({ namespace }) => namespace !== here)
                .map(({ service, namespace }) => ({ service, namespace })),
        ],
    };
}
