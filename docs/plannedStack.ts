import type { FlowSurroundings } from "../components/system/flowMatrix";
import type { PlannedSystem } from "../components/system/declaration";
import { parseConfig } from "../config/parse";
import type { PlatformConfig } from "../config/schema";
import { readConfiguration } from "../simulation/configuration";
import { installedAddons } from "../stacks/addons";
import { planSystems } from "../stacks/plan";
import { systemDefinitions } from "../stacks/registry";

/** A stack as its configuration plans it, before any resource exists. */
export interface PlannedStack {
    readonly config: PlatformConfig;
    readonly systems: readonly PlannedSystem[];
    readonly surroundings: FlowSurroundings;
    /** The stack whose cluster it deploys into, where that is another. */
    readonly platformStack?: string;
}

/** @param root directory of the Pulumi project. */
export function plannedStack(root: string, stack: string): PlannedStack {
    const { config } = parseConfig(readConfiguration(root, stack).values);
    if (config === undefined) {
        throw new Error(`the configuration of the stack ${stack} is wrong; npm start -- ${stack} says where`);
    }
    const platformStack = config.platformStack?.split("/").at(-1);
    const { addons, gatewayTakesAllHosts } =
        platformStack === undefined
            ? { addons: installedAddons(config), gatewayTakesAllHosts: config.edge.loadBalancers === "shared" }
            : plannedStack(root, platformStack).surroundings;
    return {
        config,
        systems: planSystems(config, systemDefinitions, addons, gatewayTakesAllHosts).systems,
        surroundings: {
            onAws: config.environment !== "local",
            addons: new Set(addons),
            gatewayTakesAllHosts: gatewayTakesAllHosts ?? false,
        },
        ...(platformStack !== undefined && { platformStack }),
    };
}
