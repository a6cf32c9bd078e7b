import type { EnvironmentName } from "../../config/schema";
import type { PolicyException } from "../../policy/exceptions";
import { imageByTag } from "../policyExceptions";
import type { PlannedSystem } from "./declaration";

/** What the parts that the platform adds to a system may do, beside what the system itself excepts. */
export function systemExceptions(system: PlannedSystem, environment: EnvironmentName): readonly PolicyException[] {
    const { exceptions = [] } = system.declaration;
    return [
        ...exceptions,
        ...(usesBlueGreen(system) ? [smokeTestAccount] : []),
        ...(environment === "prod" ? platformImages(system).map(imageByTag) : []),
    ];
}

function usesBlueGreen({ declaration }: PlannedSystem): boolean {
    return Object.values(declaration.services).some(({ strategy }) => strategy?.kind === "blue-green");
}

const smokeTestAccount: PolicyException = {
    rule: "own-service-account",
    subject: "*-smoke-test",
    reason: "The smoke test asks the service for a page: it mounts no token, so an account of its own would be one more thing that nothing uses",
    until: "2027-11-30",
};

/** Images that the platform brings along: servers, tools that dump and restore, exporters, smoke tests. */
function platformImages(system: PlannedSystem): string[] {
    const { declaration, placement } = system;
    const databases = [...new Set(Object.values(declaration.databases ?? {}).map(({ engine }) => engine))];
    const caches = [...new Set(Object.values(declaration.caches ?? {}).map(({ engine }) => engine))];
    return [
        ...databases.map((engine) => `docker.io/library/${engine}:*`),
        ...(databases.length > 0 ? ["quay.io/*-exporter:*", "public.ecr.aws/aws-cli/aws-cli:*"] : []),
        ...(caches.length > 0 ? ["docker.io/oliver006/redis_exporter:*"] : []),
        ...(placement === "in-cluster" ? caches.map((engine) => `docker.io/*/${engine}:*`) : []),
        ...(databases.length > 0 || usesBlueGreen(system) ? ["quay.io/curl/curl:*"] : []),
    ];
}
