import { z } from "zod";
import { flag, members, named, number, text, texts } from "../shapes";

const probe = members(
    { initialDelaySeconds: number, periodSeconds: number, timeoutSeconds: number, failureThreshold: number },
    { path: text },
);

const scalingRules = members(
    { stabilizationWindowSeconds: number, select: text },
    { policies: z.array(members({}, { type: text, value: number, periodSeconds: number })) },
);

const scaling = members(
    { cpuPercent: number, memoryPercent: number, scaleUp: scalingRules, scaleDown: scalingRules },
    { min: number, max: number },
);

const amounts = members({ ephemeralStorage: text }, { cpu: text, memory: text });

const connection = members({ variables: named(text.nullable().optional()), poolSize: number }, { to: text });

const edge = members(
    {
        host: text,
        deregistrationDelaySeconds: number,
        requestsPerMinute: number,
        timeoutSeconds: number,
        maxBodyMiB: number.nullable(),
        cors: members({ methods: texts, headers: texts, maxAgeSeconds: number, credentials: flag }, { origins: texts }),
    },
    { kind: z.enum(["alb", "gateway", "nlb"]) },
);

const strategy = members(
    {
        smokeTest: members({ timeoutSeconds: number }, { path: z.union([text, texts], "a path or a list of paths") }),
        watchMinutes: number,
        errorRatePercent: number,
        latencyP95Seconds: number,
        scaleDownDelaySeconds: number,
    },
    { kind: z.enum(["rolling", "blue-green"]) },
).refine((given) => !isBlueGreen(given) || given.smokeTest !== undefined, {
    message: "a mapping with the path that is asked before the switch",
    path: ["smokeTest"],
});

function isBlueGreen(given: unknown): given is { readonly smokeTest?: unknown } {
    return (given as { readonly kind?: unknown }).kind === "blue-green";
}

/** The types of a `ServiceSpec`. */
export const serviceShape = members(
    {
        servicePort: number,
        replicas: z.union([number, scaling], "a number, or min and max"),
        strategy,
        resources: members({ requests: amounts, limits: amounts }),
        runAsUser: number,
        probes: z.union(
            [text, members({ liveness: probe, startup: probe }, { readiness: probe })],
            "a path, or probes with a path each",
        ),
        connections: z.array(z.union([text, connection], "the name of a store, or a mapping with `to`")),
        calls: texts,
        allowedCallers: z.array(members({ service: text }, { namespace: text })),
        outsideCalls: z.array(members({}, { namespace: text, service: text, port: number })),
        mesh: text,
        awsIdentity: flag,
        internetAccess: flag,
        settings: named(text),
        secrets: texts,
        secretDirectories: named(text),
        files: named(text),
        edge,
        metricsPath: text.nullable(),
        metricsIntervalSeconds: number,
        metricNames: named(text.optional()),
        ownMetrics: named(members({ labels: texts }, { type: text, unit: text, description: text })),
        operations: named(members({}, { counter: text, failed: named(text) })),
        objectives: named(number.optional()),
        tracing: members({ samplePercent: number }),
        sessionAffinitySeconds: number,
        writablePaths: texts,
        preStopSeconds: number,
        gracePeriodSeconds: number,
        podAnnotations: named(text),
        imagePullSecret: text,
        readsPods: flag,
        minAvailable: number,
        recommendResources: flag,
        namespace: text,
    },
    { image: text, port: number },
);
