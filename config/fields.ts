import { z } from "zod";
import { logRetentionDays } from "./supportedVersions";

/** A name that may stand in DNS, Kubernetes and AWS names alike. */
export const dnsLabel = z
    .string()
    .regex(
        /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
        "a DNS label: lower-case letters, digits and hyphens, at most 40 characters",
    );

export const hostname = z
    .string()
    .max(253)
    .regex(
        /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
        "a fully qualified host name such as api.example.com",
    );

export const ipv4Cidr = z.cidrv4("an IPv4 network such as 10.0.0.0/16");

/** The tag rules of OCI references; `latest` is refused because it names no version. */
export const imageTag = z
    .string()
    .regex(
        /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[a-f0-9]{64})?$/,
        "an image tag such as 1.4.2, optionally with @sha256:<digest>",
    )
    .refine((tag) => tag !== "latest", "a version; `latest` names none");

export const retention = z.union(
    logRetentionDays.map((days) => z.literal(days)),
    `one of the periods CloudWatch Logs accepts: ${logRetentionDays.join(", ")}`,
);

export const environments = ["dev", "staging", "prod", "local"] as const;
export const logLevels = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;
export const placements = ["managed", "in-cluster"] as const;
