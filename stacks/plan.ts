import { cacheProblems } from "../components/cache/validation";
import { managedMaxConnections } from "../components/database/maxConnections";
import { inClusterMaxConnections } from "../components/database/spec";
import { imageNameOf } from "../components/registry/imageName";
import { secretKeys, secretSpecProblems } from "../components/secrets/values";
import { databaseProblems } from "../components/database/validation";
import { serviceProblems, type KnownParts } from "../components/apiService/validation";
import type { ScalingSpec, ServiceSpec } from "../components/apiService/spec";
import { shapeProblems } from "../components/shapes";
import { declarationShape } from "../components/system/declarationShape";
import type { PlannedSystem, SystemDeclaration, SystemDefinition } from "../components/system/declaration";
import type { ConfigIssue } from "../config/errors";
import { nearest } from "../config/nearest";
import type { AddonName, PlatformConfig, SystemSettings } from "../config/schema";
import { installedAddons } from "./addons";
import { claimIssues } from "./claims";

/** The systems that a stack runs, or everything that is wrong with them. */
export interface SystemsPlan {
    readonly systems: readonly PlannedSystem[];
    readonly issues: readonly ConfigIssue[];
}

/** Declares every system that a stack's configuration names and checks the declarations, before any resource exists. */
export function planSystems(
    config: PlatformConfig,
    definitions: readonly SystemDefinition[],
    addons: ReadonlySet<AddonName> = installedAddons(config),
    gatewayTakesAllHosts: boolean = config.edge.loadBalancers === "shared",
): SystemsPlan {
    const systems: PlannedSystem[] = [];
    const issues: ConfigIssue[] = [];
    for (const [name, settings] of Object.entries(config.systems)) {
        const definition = definitions.find((each) => each.name === (settings.system ?? name));
        if (definition === undefined) {
            issues.push(unknownSystem(name, settings, definitions));
            continue;
        }
        const declaration = definition.declare({ environment: config.environment, settings, addons });
        const wrongTypes = shapeProblems(declarationShape, declaration);
        if (wrongTypes.length > 0) {
            issues.push(
                ...wrongTypes.map((issue) => ({ ...issue, path: [name, issue.path].filter(Boolean).join(".") })),
            );
            continue;
        }
        const system = applySettings(name, declaration, settings, config);
        systems.push(system);
        issues.push(
            ...overrideIssues(system),
            ...instanceIssues(system),
            ...declarationIssues(system, config),
            ...imageIssues(system, config),
            ...missingParts(system, config, addons, gatewayTakesAllHosts),
        );
    }
    return { systems, issues: [...issues, ...deliveryIssues(config, systems, addons), ...claimIssues(systems)] };
}

function unknownSystem(
    name: string,
    { system }: SystemSettings,
    definitions: readonly SystemDefinition[],
): ConfigIssue {
    const known = definitions.map((each) => each.name);
    const guess = nearest(system ?? name, known);
    return {
        path: `platform:systems.${name}${system === undefined ? "" : ".system"}`,
        ...(system !== undefined && { value: system }),
        message: `unknown system${guess === undefined ? "." : `; did you mean ${guess}?`} Known: ${known.join(", ")}`,
    };
}

function applySettings(
    name: string,
    declaration: SystemDeclaration,
    settings: SystemSettings,
    config: PlatformConfig,
): PlannedSystem {
    const services = Object.entries(declaration.services).map(([service, spec]) => {
        const { minReplicas, maxReplicas } = settings.services[service] ?? {};
        return [service, { ...spec, replicas: overrideReplicas(spec.replicas, minReplicas, maxReplicas) }] as const;
    });
    return {
        name,
        settings,
        declaration: { ...declaration, services: Object.fromEntries(services) },
        namespace: declaration.namespace ?? name,
        placement: settings.placement ?? config.data.placement,
        versions: Object.fromEntries(
            Object.keys(declaration.services).map((service) => [
                service,
                settings.services[service]?.version ?? settings.version,
            ]),
        ),
    };
}

function overrideReplicas(declared: ServiceSpec["replicas"], min?: number, max?: number): ServiceSpec["replicas"] {
    if (min === undefined && max === undefined) {
        return declared;
    }
    const scaling: ScalingSpec = typeof declared === "object" ? declared : { min: declared ?? 2, max: declared ?? 2 };
    const bounds = { ...scaling, min: min ?? scaling.min, max: max ?? scaling.max };
    return typeof declared !== "object" && bounds.min === bounds.max ? bounds.min : bounds;
}

function overrideIssues({ name, settings, declaration }: PlannedSystem): ConfigIssue[] {
    const known = Object.keys(declaration.services);
    return Object.keys(settings.services)
        .filter((service) => !known.includes(service))
        .map((service) => ({
            path: `platform:systems.${name}.services.${service}`,
            message: `the system has no such service. Its services: ${known.join(", ")}`,
        }));
}

/** An instance can stand for a database only where there is one, and where it is RDS'. */
function instanceIssues({ name, settings, declaration, placement }: PlannedSystem): ConfigIssue[] {
    const known = Object.keys(declaration.databases ?? {});
    return Object.entries(settings.databaseInstances).flatMap(([database, value]) => {
        const problem = { path: `platform:systems.${name}.databaseInstances.${database}`, value };
        if (!known.includes(database)) {
            const names = known.length === 0 ? "It has none" : `Its databases: ${known.join(", ")}`;
            return [{ ...problem, message: `the system has no such database. ${names}` }];
        }
        return placement === "managed"
            ? []
            : [
                  {
                      ...problem,
                      message: "the databases of this system are in the cluster, so no instance of RDS stands for one",
                  },
              ];
    });
}

/** The stack's own repositories are of use only where it has some, and only to images that have one. */
function imageIssues({ name, settings, declaration }: PlannedSystem, { environment }: PlatformConfig): ConfigIssue[] {
    if (settings.images !== "ecr") {
        return [];
    }
    const { imageRepositories = [], services } = declaration;
    const without = Object.values(services)
        .map(({ image }) => imageNameOf(image))
        .filter((image) => !imageRepositories.includes(image));
    const problem = { path: `platform:systems.${name}.images`, value: "ecr" };
    return [
        ...(environment === "local" ? [{ ...problem, message: "there is no ECR without AWS; use declared" }] : []),
        ...(without.length === 0
            ? []
            : [
                  {
                      ...problem,
                      message: `the system has no repository for ${without.join(", ")}; add it to imageRepositories in its declaration`,
                  },
              ]),
    ];
}

function declarationIssues(system: PlannedSystem, config: PlatformConfig): ConfigIssue[] {
    const { databases = {}, caches = {}, secrets = {}, services } = system.declaration;
    const { environment } = config;
    const known = knownParts(system, config.data.database.instanceClass);
    const within = (part: string) => (problem: ConfigIssue) => ({
        ...problem,
        path: `${system.name}.${part}.${problem.path}`,
    });
    return [
        ...Object.entries(databases).flatMap(([name, spec]) =>
            databaseProblems(spec, system.placement).map(within(`databases.${name}`)),
        ),
        ...Object.entries(caches).flatMap(([name, spec]) =>
            cacheProblems(spec, system.placement).map(within(`caches.${name}`)),
        ),
        ...Object.entries(services).flatMap(([name, spec]) =>
            serviceProblems(name, spec, known).map(within(`services.${name}`)),
        ),
        ...Object.entries(secrets).flatMap(([name, spec]) =>
            secretSpecProblems(spec, environment).map(within(`secrets.${name}`)),
        ),
        ...Object.entries(services).flatMap(([name, spec]) => referenceIssues(system, name, spec)),
        ...duplicateParts(system),
    ];
}

/** What a service asks for that the platform does not have. Without AWS, edges become ports of the nodes. */
function missingParts(
    { name, declaration }: PlannedSystem,
    { environment, edge: platformEdge, platformStack }: PlatformConfig,
    addons: ReadonlySet<AddonName>,
    gatewayTakesAllHosts: boolean,
): ConfigIssue[] {
    const onAws = environment !== "local";
    const where = platformStack === undefined ? "" : ` in the stack ${platformStack}`;
    const hasCertificate = platformEdge.hostedZoneId !== undefined || platformEdge.certificateArn !== undefined;
    return Object.entries(declaration.services).flatMap(([service, { edge, mesh, strategy }]) => {
        const path = (member: string): string => `${name}.services.${service}.${member}`;
        const needs = (addon: AddonName, member: string, value: string | undefined): ConfigIssue[] =>
            value === undefined || addons.has(addon)
                ? []
                : [
                      {
                          path: path(member),
                          value,
                          message: `needs the add-on ${addon}: set platform:addons.${addon} to true${where}`,
                      },
                  ];
        const isOnGateway = edge?.kind === "gateway" || (gatewayTakesAllHosts && edge?.host !== undefined);
        const balanced = onAws && !isOnGateway ? edge : undefined;
        return [
            ...needs("awsLoadBalancerController", "edge.kind", balanced?.kind),
            ...needs("envoyGateway", "edge.kind", onAws && isOnGateway ? edge?.kind : undefined),
            ...needs("linkerd", "mesh", mesh),
            ...needs("argoRollouts", "strategy.kind", strategy?.kind === "blue-green" ? strategy.kind : undefined),
            ...(balanced?.host === undefined || hasCertificate
                ? []
                : [
                      {
                          path: path("edge.host"),
                          value: balanced.host,
                          message:
                              "needs a certificate: set platform:edge.hostedZoneId or platform:edge.certificateArn",
                      },
                  ]),
        ];
    });
}

/** What is known of stores and secrets before they exist. */
function knownParts({ declaration, placement }: PlannedSystem, instanceClass: string): KnownParts {
    const { databases = {}, caches = {}, secrets = {} } = declaration;
    const databaseParts = Object.entries(databases).map(([name, spec]) => {
        const most =
            placement === "managed" ? managedMaxConnections(spec, instanceClass) : inClusterMaxConnections(spec);
        return [name, { kind: spec.engine, ...(most !== undefined && { maxConnections: most }) }] as const;
    });
    const cacheParts = Object.keys(caches).map((name) => [name, { kind: "redis" as const }] as const);
    return {
        stores: { ...Object.fromEntries(databaseParts), ...Object.fromEntries(cacheParts) },
        secrets: Object.fromEntries(Object.entries(secrets).map(([name, spec]) => [name, secretKeys(spec)])),
    };
}

/** Everything a service names must be declared by its system. */
function referenceIssues({ name, declaration }: PlannedSystem, service: string, spec: ServiceSpec): ConfigIssue[] {
    const stores = [...Object.keys(declaration.databases ?? {}), ...Object.keys(declaration.caches ?? {})];
    const missing = (
        member: string,
        wanted: readonly string[],
        declared: readonly string[],
        what: string,
    ): ConfigIssue[] =>
        wanted
            .filter((each) => !declared.includes(each))
            .map((each) => ({
                path: `${name}.services.${service}.${member}`,
                value: each,
                message: `the system declares no such ${what}. Declared: ${declared.join(", ") || "none"}`,
            }));
    return [
        ...missing(
            "connections",
            (spec.connections ?? []).map((each) => (typeof each === "string" ? each : each.to)),
            stores,
            "store",
        ),
        ...missing("secrets", spec.secrets ?? [], Object.keys(declaration.secrets ?? {}), "secret"),
        ...missing(
            "calls",
            spec.calls ?? [],
            Object.keys(declaration.services).filter((each) => each !== service),
            "other service",
        ),
    ];
}

/** Parts of a system share one namespace, so their names must differ. */
function duplicateParts({ name, declaration }: PlannedSystem): ConfigIssue[] {
    const parts = [declaration.databases, declaration.caches, declaration.services].flatMap((each) =>
        Object.keys(each ?? {}),
    );
    return parts
        .filter((part, index) => parts.indexOf(part) !== index)
        .map((part) => ({
            path: `${name}.${part}`,
            message: "two parts of the system have this name; give each its own",
        }));
}

/** What Argo CD needs to deliver a system. */
function deliveryIssues(
    { delivery }: PlatformConfig,
    systems: readonly PlannedSystem[],
    addons: ReadonlySet<AddonName>,
): ConfigIssue[] {
    return systems
        .filter(({ settings }) => settings.delivery === "argocd")
        .flatMap(({ name }) => {
            const problem = { path: `platform:systems.${name}.delivery`, value: "argocd" };
            return [
                ...(delivery.repositoryUrl === undefined
                    ? [
                          {
                              ...problem,
                              message:
                                  "needs platform:delivery.repositoryUrl, the Git repository that Argo CD deploys from",
                          },
                      ]
                    : []),
                ...(addons.has("argoCd")
                    ? []
                    : [{ ...problem, message: "needs the add-on argoCd: set platform:addons.argoCd to true" }]),
            ];
        });
}
