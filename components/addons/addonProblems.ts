import type { AddonName, PlatformConfig } from "../../config/schema";

/** Add-ons that another one does not work without, and what for. */
const needs: readonly { readonly name: AddonName; readonly needed: AddonName; readonly reason: string }[] = [
    { name: "envoyGateway", needed: "certManager", reason: "which issues the certificates of its hosts" },
    { name: "linkerd", needed: "certManager", reason: "which issues and renews the mesh's certificates" },
    { name: "searchableLogs", needed: "logging", reason: "which ships the logs that are to be searched" },
];

/** Add-ons that are switched on without what they need. */
export function addonProblems(
    enabled: PlatformConfig["addons"],
): { readonly path: string; readonly value: unknown; readonly message: string }[] {
    return needs
        .filter(({ name, needed }) => enabled[name] && !enabled[needed])
        .map(({ name, needed, reason }) => ({
            path: `addons.${name}`,
            value: true,
            message: `needs platform:addons.${needed}, ${reason}; switch that on or this off`,
        }));
}
