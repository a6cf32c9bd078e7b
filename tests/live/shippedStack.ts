import { spawnSync } from "node:child_process";
import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { monitoringModel, type MonitoredService } from "../../components/observability/model";
import type { PlannedSystem } from "../../components/system/declaration";
import { parseConfig } from "../../config/parse";
import type { PlatformConfig } from "../../config/schema";
import { readConfiguration } from "../../simulation/configuration";
import { planSystems } from "../../stacks/plan";
import { installedAddons } from "../../stacks/addons";
import { systemDefinitions } from "../../stacks/registry";
import type { KubernetesObject } from "./scrapeTargets";

const root = path.join(__dirname, "..", "..");

export interface Rule {
    readonly alert?: string;
    readonly record?: string;
    readonly expr: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
}

/** A service with metrics of its own. */
export interface ShippedService extends MonitoredService {
    readonly system: string;
    readonly metrics: NonNullable<MonitoredService["metrics"]>;
}

/** Everything about monitoring that a stack ships, as files, and what its systems say of themselves. */
export interface ShippedStack {
    readonly config: PlatformConfig;
    readonly systems: readonly PlannedSystem[];
    readonly services: readonly ShippedService[];
    readonly objects: readonly KubernetesObject[];
    /** Rule files by name. */
    readonly ruleFiles: Readonly<Record<string, string>>;
    readonly rules: readonly Rule[];
    /** Dashboards by name. */
    readonly dashboards: Readonly<Record<string, string>>;
}

/** Runs a stack's program and reads what it renders. */
export function shippedStack(stack: string, out: string): ShippedStack {
    const { status, stderr } = spawnSync(process.execPath, ["simulation/cli.js", stack, "--out", out], {
        cwd: root,
        encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const { config, issues } = parseConfig(readConfiguration(root, stack).values);
    assert.ok(config, JSON.stringify(issues));
    const { systems } = planSystems(config, systemDefinitions);
    const platform = { ...config, addons: installedAddons(config) };
    const ruleFiles = filesIn(path.join(out, "rules"));
    return {
        config,
        systems,
        services: systems.flatMap((plan) =>
            monitoringModel({ plan, platform, stores: [] }).services.flatMap(({ metrics, ...service }) =>
                metrics === undefined ? [] : [{ ...service, metrics, system: plan.name }],
            ),
        ),
        objects: readdirSync(path.join(out, "manifests")).flatMap((namespace) =>
            Object.values(filesIn(path.join(out, "manifests", namespace))).map((text) => parse(text) as never),
        ),
        ruleFiles,
        rules: Object.values(ruleFiles).flatMap((file) =>
            (parse(file) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
        ),
        dashboards: filesIn(path.join(out, "dashboards")),
    };
}

function filesIn(directory: string): Record<string, string> {
    return Object.fromEntries(
        readdirSync(directory).map((name) => [name, readFileSync(path.join(directory, name), "utf8")]),
    );
}
