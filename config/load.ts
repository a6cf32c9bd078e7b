import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "./errors";
import { parseConfig, type RawConfig } from "./parse";
import { platformSecrets, type PlatformConfig, type SecretKey } from "./schema";

/** A stack's configuration. */
export interface StackConfig {
    /** Name of the Pulumi stack. */
    readonly stack: string;
    /** AWS region, from `aws:region`. */
    readonly region?: string;
    /** Every `platform:*` key that is not secret; complete and frozen. */
    readonly platform: PlatformConfig;
    /** The secret keys that are set, as Pulumi secrets. */
    readonly secrets: Readonly<Partial<Record<SecretKey, pulumi.Output<string>>>>;
}

/**
 * Reads the configuration of the current stack.
 *
 * @throws ConfigError that lists every value that is not what it should be.
 */
export function loadConfig(): StackConfig {
    const stack = pulumi.getStack();
    const raw = pulumi.runtime.allConfig() as RawConfig;
    const { config: platform, issues } = parseConfig(raw);
    if (platform === undefined) {
        throw new ConfigError(stack, issues);
    }
    const region = raw["aws:region"];
    const config = new pulumi.Config("platform");
    const secrets = Object.keys(platformSecrets).flatMap((key) => {
        const value = config.getSecret(key);
        return value === undefined ? [] : [[key, value] as const];
    });
    return {
        stack,
        platform,
        ...(region !== undefined && { region }),
        secrets: Object.fromEntries(secrets),
    };
}
