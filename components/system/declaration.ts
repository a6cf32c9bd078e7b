import type { PolicyException } from "../../policy/exceptions";
import type { AddonName, EnvironmentName, Placement, SystemSettings } from "../../config/schema";
import type { ServiceSpec } from "../apiService/spec";
import type { CacheSpec } from "../cache/spec";
import type { DatabaseSpec } from "../database/spec";
import type { LimitChanges } from "../observability/limits";
import type { SecretSpec } from "../secrets/spec";

/** What a declaration may depend on: the environment, and what the stack's configuration says about the system. */
export interface DeclarationContext {
    readonly environment: EnvironmentName;
    readonly settings: SystemSettings;
    /** The add-ons that the platform has: a system may do without one where it is not there. */
    readonly addons: ReadonlySet<AddonName>;
}

/** A service of a system. */
export interface ServiceDeclaration extends ServiceSpec {
    /**
     * Kubernetes namespace of the service. Default: the system's. A service elsewhere has no stores and no secrets of the system, which
     * live in its own namespace. A change moves the service, with a gap.
     */
    readonly namespace?: string;
}

/** What a CDN answers for, and whom it asks. */
export interface CdnDeclaration {
    /** Public host name of the CDN. */
    readonly host: string;
    /** Public host name of the service it stands before. */
    readonly originHost: string;
    /** Paths whose files never change under one name, such as `/static/*`. Default: none. */
    readonly staticPaths?: readonly string[];
}

/** A system as data: what it needs and what it promises. Nothing in it is a resource, so it can be checked before any is made. */
export interface SystemDeclaration {
    /** One sentence that says what the system is. */
    readonly description: string;
    /** The team that answers for it; alerts are routed by it. */
    readonly owner: string;
    /** Kubernetes namespace. Default: the system's name. */
    readonly namespace?: string;
    readonly databases?: Readonly<Record<string, DatabaseSpec>>;
    readonly caches?: Readonly<Record<string, CacheSpec>>;
    readonly secrets?: Readonly<Record<string, SecretSpec>>;
    readonly services: Readonly<Record<string, ServiceDeclaration>>;
    /**
     * Alerts of all its parts that fire at another value or after another time than components/observability/limits.ts says. A value here
     * goes before one that follows from `objectives`. Changed in place. Default: none.
     */
    readonly alerts?: LimitChanges;
    /**
     * A CDN for static files and for responses that say they may be kept. Needs `platform:edge.hostedZoneId`. Default: none. Not on a
     * cluster without AWS.
     */
    readonly cdn?: CdnDeclaration;
    /** Whether its images are pulled from the private registry in `platform:registry`, where the stack has one. Default false. */
    readonly privateImages?: boolean;
    /**
     * Rules of `policy/` that something of the system may break, each with a reason and an end. Changes nothing in the cloud. Default: none. An
     * exception that has ended, or that nothing needs, is a finding itself.
     */
    readonly exceptions?: readonly PolicyException[];
    /**
     * Repositories for the system's images in ECR, each called as the last part of the image it is for. With `images: ecr` in the stack's
     * file the pods pull from them. A change makes a new, empty repository. Default: none.
     */
    readonly imageRepositories?: readonly string[];
}

/** A system: its name and how it is declared in a given environment. */
export interface SystemDefinition {
    readonly name: string;
    readonly declare: (context: DeclarationContext) => SystemDeclaration;
}

/**
 * Defines a system.
 *
 * @example
 * export const greeter = defineSystem("greeter", ({ settings }) => ({
 *     description: "Says hello",
 *     owner: "welcome-team",
 *     services: { api: { image: "ghcr.io/your-org/greeter", port: 8080 } },
 * }));
 */
export function defineSystem(name: string, declare: SystemDefinition["declare"]): SystemDefinition {
    return { name, declare };
}

/** A system as one stack runs it: its declaration with the stack's overrides applied. */
export interface PlannedSystem {
    readonly name: string;
    readonly declaration: SystemDeclaration;
    readonly settings: SystemSettings;
    readonly namespace: string;
    /** Where its databases and caches live. */
    readonly placement: Placement;
    /** Image tag of each service. */
    readonly versions: Readonly<Record<string, string>>;
}
