import type { ServicePlan } from "./defaults";
import { issue, type Problems } from "./problems";
import type { ServiceSpec } from "./spec";

/** What is put somewhere in the container's file system, and the member of the spec that asks for it. */
interface Claim {
    readonly path: string;
    readonly mountPath: string;
}

/** Bytes that a ConfigMap may hold. Source: Kubernetes, "ConfigMaps". */
const mostBytes = 1_048_576;

/** Everything that cannot be mounted where a service wants it. */
export function fileProblems(spec: ServiceSpec, plan: ServicePlan): Problems {
    const directories = [
        ...plan.writablePaths.map((mountPath, index): Claim => ({ path: `writablePaths.${index}`, mountPath })),
        ...Object.entries(plan.secretDirectories).map(([secret, mountPath]): Claim => ({
            path: `secretDirectories.${secret}`,
            mountPath,
        })),
    ];
    const files = Object.keys(plan.files).map((mountPath): Claim => ({ path: `files.${mountPath}`, mountPath }));
    const claims = [...directories, ...files];
    const bytes = Object.values(plan.files).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
    return [
        ...claims.flatMap(({ path, mountPath }, index) => [
            ...issue(
                !isBelowRoot(mountPath),
                path,
                mountPath,
                "must be an absolute path below /, without a slash at its end",
            ),
            ...issue(
                claims.findIndex((other) => other.mountPath === mountPath) < index,
                path,
                mountPath,
                "must not be named twice",
            ),
        ]),
        ...issue(bytes > mostBytes, "files", `${bytes} bytes`, `must have at most ${mostBytes} bytes together`),
        ...Object.keys(plan.secretDirectories).flatMap((secret) =>
            issue(
                !(spec.secrets ?? []).includes(secret),
                `secretDirectories.${secret}`,
                secret,
                `must be one of secrets: ${(spec.secrets ?? []).join(", ") || "none"}`,
            ),
        ),
    ];
}

/** Only / itself may be a mount point that the root file system cannot be; a colon would end the path early. */
function isBelowRoot(path: string): boolean {
    return /^(\/[^/:\s]+)+$/.test(path) && !path.split("/").some((part) => part === "." || part === "..");
}
