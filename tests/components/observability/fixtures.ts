import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreConnection } from "../../../components/connection";
import { platformModel } from "../../../components/observability/controllers";
import { monitoringModel, type MonitoringModel } from "../../../components/observability/model";
import type { PlannedSystem } from "../../../components/system/declaration";
import { platformConfig, systemSettings, type Placement, type PlatformConfig } from "../../../config/schema";
import { userManagement } from "../../../stacks/userManagement";
import type { Variant } from "./alertCases/situation";

export const settings = systemSettings.parse({ version: "1.4.2" });

export const config: PlatformConfig = platformConfig.parse({ environment: "dev" });

/** System 1 as a stack plans it. */
export function plannedSystem(placement: Placement = "in-cluster"): PlannedSystem {
    return {
        name: "user-management",
        declaration: userManagement.declare({ environment: "dev", settings, addons: new Set() }),
        settings,
        namespace: "user-management",
        placement,
        versions: { "user-mgmt-api": "1.4.2" },
    };
}

const stores: readonly StoreConnection[] = [
    store("postgres", "postgres", 5432, "user-management-postgres-exporter"),
    store("redis", "redis", 6379, "user-management-redis-exporter"),
];

function store(kind: StoreConnection["kind"], name: string, port: number, exporterJob: string): StoreConnection {
    return {
        kind,
        name,
        host: `${name}.user-management.svc`,
        port,
        tls: false,
        secret: { name: `${name}-credentials`, keys: ["password"], dependsOn: [] },
        passwordKey: "password",
        network: { kind: "pods", namespace: "user-management", labels: {} },
        exporterJob,
        dependsOn: [],
    };
}

/** The model of system 1. */
export function modelOf(placement: Placement = "in-cluster", changes: Partial<PlannedSystem> = {}): MonitoringModel {
    return monitoringModel({
        plan: { ...plannedSystem(placement), ...changes },
        platform: {
            environment: "dev",
            data: config.data,
            observability: config.observability,
            addons: new Set(["externalSecrets"]),
        },
        stores,
    });
}

/** The model of system 1, were its versions replaced blue-green. */
export function rolloutModel(): MonitoringModel {
    const { declaration } = plannedSystem();
    const api = declaration.services["user-mgmt-api"];
    const strategy = { kind: "blue-green", smokeTest: { path: "/health" } } as const;
    return modelOf("in-cluster", {
        declaration: { ...declaration, services: { "user-mgmt-api": { ...api, strategy } as never } },
    });
}

/** A model in which every alert that exists is raised for something: in-cluster stores, replicas to lose, and work beside requests. */
export function completeModel(): MonitoringModel {
    const model = modelOf();
    const batch = { operation: "batch", counter: "user_batch_operations_total", failed: { status: "failed" } };
    return {
        ...model,
        applications: "user-management-(operator|backend|frontend)",
        controllers: platformModel("dev", new Set(["externalSecrets", "certManager"]), config.observability)
            .controllers,
        services: model.services.map((service) => ({ ...service, operations: [batch] })),
        databases: model.databases.map((database) => ({ ...database, readReplicas: 2 })),
    };
}

/** The complete model, made of something else. */
export function variantModel(variant: Variant | undefined): MonitoringModel {
    const model = completeModel();
    return {
        ...model,
        ...(variant === "MySQL" && { databases: model.databases.map((each) => ({ ...each, engine: "mysql" })) }),
        ...(variant === "Rollouts" && { services: model.services.map((each) => ({ ...each, controller: "Rollout" })) }),
    };
}

/** Whether a program of the Prometheus project can be run here. */
export function installed(program: string): boolean {
    return spawnSync(program, ["--version"]).error === undefined;
}

/** Runs a program on files in a directory of their own and gives back what it prints. Fails when the program does. */
export function runOn(program: string, args: readonly string[], files: Readonly<Record<string, string>>): string {
    const directory = mkdtempSync(join(tmpdir(), "platform-rules-"));
    try {
        for (const [name, content] of Object.entries(files)) {
            writeFileSync(join(directory, name), content);
        }
        const { status, stdout, stderr } = spawnSync(program, args, { cwd: directory, encoding: "utf8" });
        if (status !== 0) {
            throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
        }
        return stdout + stderr;
    } finally {
        rmSync(directory, { recursive: true });
    }
}
