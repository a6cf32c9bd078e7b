import { join } from "node:path";
import type { StoreConnection } from "../components/connection";
import { platformModel } from "../components/observability/controllers";
import { monitoringModel, type MonitoringModel } from "../components/observability/model";
import { exporterJob } from "../components/store/exporter";
import type { PlannedSystem } from "../components/system/declaration";
import { parseConfig } from "../config/parse";
import { readConfiguration } from "../simulation/configuration";
import { installedAddons } from "../stacks/addons";
import { planSystems } from "../stacks/plan";
import { systemDefinitions } from "../stacks/registry";

const projectRoot = join(__dirname, "..");

/** What monitoring is made from in a stack: each of its systems, and the platform itself. */
export function stackModels(stack: string): MonitoringModel[] {
    const { config, issues } = parseConfig(readConfiguration(projectRoot, stack).values);
    if (config === undefined) {
        throw new Error(`${stack} cannot be read: ${JSON.stringify(issues)}`);
    }
    const addons = installedAddons(config);
    const platform = { ...config, addons };
    const models = planSystems(config, systemDefinitions).systems.map((plan) =>
        monitoringModel({ plan, platform, stores: storesOf(plan) }),
    );
    return [...models, platformModel(config.environment, addons, config.observability)];
}

/** What monitoring has to know of the stores of a system, which is what they are called. */
function storesOf({ name: system, declaration }: PlannedSystem): StoreConnection[] {
    const store = (kind: StoreConnection["kind"], name: string, exporterJob: string): StoreConnection => ({
        kind,
        name,
        host: name,
        port: 0,
        tls: false,
        secret: { name: "", keys: [], dependsOn: [] },
        passwordKey: "",
        network: { kind: "pods", namespace: "", labels: {} },
        exporterJob,
        dependsOn: [],
    });
    return [
        ...Object.entries(declaration.databases ?? {}).map(([name, { engine }]) =>
            store(engine, name, exporterJob(system, name)),
        ),
        ...Object.keys(declaration.caches ?? {}).map((name) => store("redis", name, exporterJob(system, name))),
    ];
}
