import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError } from "../../config/errors";
import { parseConfig } from "../../config/parse";

const minimal = { "platform:environment": "dev" };

function issuesOf(config: Record<string, unknown>): string[] {
    const raw = Object.fromEntries(
        Object.entries({ ...minimal, ...config }).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
    return parseConfig(raw).issues.map(({ path, value, message }) => `${path} = ${JSON.stringify(value)}: ${message}`);
}

describe("parseConfig", () => {
    it("fills every default of a configuration that says nothing but its environment", () => {
        const { config, issues } = parseConfig(minimal);
        assert.deepEqual(issues, []);
        assert.equal(config?.network.nat, "single");
        assert.equal(config?.cluster.version, "1.36");
        assert.equal(config?.data.database.multiAz, false);
    });

    it("keeps an explicit zero or false, where a default would say otherwise", () => {
        const { config } = parseConfig({
            ...minimal,
            "platform:addons": '{"monitoring":false}',
            "platform:cluster": '{"nodeGroups":{"burst":{"instanceTypes":["t4g.large"],"minSize":0,"desiredSize":0}}}',
        });
        assert.equal(config?.addons.monitoring, false);
        assert.equal(config?.cluster.nodeGroups.burst?.minSize, 0);
        assert.equal(config?.cluster.nodeGroups.burst?.desiredSize, 0);
    });

    it("freezes the result at every depth", () => {
        const { config } = parseConfig(minimal);
        assert.ok(
            config !== undefined &&
                Object.isFrozen(config.network.availabilityZones) &&
                Object.isFrozen(config.data.backups),
        );
    });

    it("ignores other programs' keys", () => {
        assert.deepEqual(parseConfig({ ...minimal, "aws:region": "us-east-1", "other:key": "{" }).issues, []);
    });

    const rejected: [string, Record<string, unknown>, string[]][] = [
        [
            "no environment",
            { "platform:environment": undefined },
            ["platform:environment = undefined: required: must be one of dev, staging, prod, local"],
        ],
        [
            "an unknown environment",
            { "platform:environment": "production" },
            ['platform:environment = "production": must be one of dev, staging, prod, local'],
        ],
        [
            "text in place of a mapping",
            { "platform:network": "10.0.0.0/16" },
            [
                'platform:network = "10.0.0.0/16": not valid JSON; write it as a mapping in the stack file, or set it with --path',
            ],
        ],
        ["a list in place of a mapping", { "platform:addons": [] }, ["platform:addons = []: must be a mapping"]],
        [
            "a malformed CIDR",
            { "platform:network": { cidr: "10.0.0.0/33" } },
            ['platform:network.cidr = "10.0.0.0/33": must be an IPv4 network such as 10.0.0.0/16'],
        ],
        [
            "a single zone",
            { "platform:network": { availabilityZones: ["a"] } },
            ['platform:network.availabilityZones = ["a"]: must have at least 2 items'],
        ],
        [
            "a version that EKS does not offer",
            { "platform:cluster": { version: "1.28" } },
            ['platform:cluster.version = "1.28": must be one of 1.34, 1.35, 1.36'],
        ],
        [
            "a fraction of a node",
            { "platform:cluster": { nodeGroups: { a: { instanceTypes: ["t4g.large"], maxSize: 1.5 } } } },
            ["platform:cluster.nodeGroups.a.maxSize = 1.5: must be a whole number"],
        ],
        [
            "no nodes at most",
            { "platform:cluster": { nodeGroups: { a: { instanceTypes: ["t4g.large"], maxSize: 0 } } } },
            ["platform:cluster.nodeGroups.a.maxSize = 0: must be at least 1"],
        ],
        [
            "a retention that CloudWatch refuses",
            { "platform:observability": { logRetentionDays: 10 } },
            [
                "platform:observability.logRetentionDays = 10: must be one of the periods CloudWatch Logs accepts: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
            ],
        ],
        [
            "an image tag that names no version",
            { "platform:systems": { x: { version: "latest" } } },
            ['platform:systems.x.version = "latest": must be a version; `latest` names none'],
        ],
        [
            "a system without a version",
            { "platform:systems": { x: {} } },
            ["platform:systems.x.version = undefined: required: must be a string"],
        ],
        [
            "a host that is not one",
            { "platform:systems": { x: { version: "1", host: "https://a.example.com" } } },
            [
                'platform:systems.x.host = "https://a.example.com": must be a fully qualified host name such as api.example.com',
            ],
        ],
        [
            "a tag that AWS reserves",
            { "platform:tags": { "aws:owner": "me" } },
            ['platform:tags = {"aws:owner":"me"}: must be keys that do not start with aws:'],
        ],
        [
            "a mistyped section",
            { "platform:netwrok": {} },
            [
                "platform:netwrok = undefined: unknown key; did you mean network? Allowed: environment, platformStack, network, cluster, kubernetes, addons, data, edge, observability, delivery, registry, imageSignatures, systems, tags, budget, audit, pagerdutyRoutingKey, registryPassword, heartbeatUrl, slackWebhookUrl",
            ],
        ],
        [
            "a mistyped member",
            { "platform:network": { natt: "none" } },
            [
                "platform:network.natt = undefined: unknown key; did you mean nat? Allowed: cidr, availabilityZones, nat, interfaceEndpoints, flowLogRetentionDays",
            ],
        ],
        [
            "a bad name",
            { "platform:systems": { "No Spaces": { version: "1" } } },
            [
                "platform:systems.No Spaces = undefined: not a valid name: a DNS label: lower-case letters, digits and hyphens, at most 40 characters",
            ],
        ],
    ];
    for (const [what, config, expected] of rejected) {
        it(`rejects ${what}`, () => {
            const given = Object.fromEntries(
                Object.entries({ ...minimal, ...config }).filter(([, value]) => value !== undefined),
            );
            const raw = Object.fromEntries(
                Object.entries(given).map(([key, value]) => [
                    key,
                    typeof value === "string" ? value : JSON.stringify(value),
                ]),
            );
            assert.deepEqual(
                parseConfig(raw).issues.map(
                    ({ path, value, message }) => `${path} = ${JSON.stringify(value)}: ${message}`,
                ),
                expected,
            );
        });
    }

    it("reports every mistake at once", () => {
        const issues = issuesOf({
            "platform:environment": "x",
            "platform:network": { nat: 1, cidr: 2 },
            "platform:nope": {},
        });
        assert.equal(issues.length, 4);
    });

    it("never repeats the value of a wrong secret", () => {
        const { issues } = parseConfig({ ...minimal, "platform:slackWebhookUrl": "hunter2" });
        assert.equal(issues.length, 1);
        assert.ok(!new ConfigError("dev", issues).message.includes("hunter2"));
    });

    it("answers any input with a list of issues, never with an exception", () => {
        const key = fc.oneof(
            fc.constantFrom("environment", "network", "cluster", "systems", "tags", "__proto__", "constructor"),
            fc.string(),
        );
        const value = fc.oneof(
            fc.json(),
            fc.string(),
            fc.constantFrom('{"__proto__":{"x":1}}', '{"nodeGroups":{"__proto__":null}}', "null"),
        );
        fc.assert(
            fc.property(fc.array(fc.tuple(key, value)), (entries) => {
                const result = parseConfig(
                    Object.fromEntries(entries.map(([name, text]) => [`platform:${name}`, text])),
                );
                assert.ok(result.config !== undefined || result.issues.length > 0);
                assert.equal(({} as { x?: number }).x, undefined);
            }),
            { numRuns: 500 },
        );
    });
});

describe("ConfigError", () => {
    it("names the stack, counts the issues and gives each a line", () => {
        const error = new ConfigError("dev", [
            { path: "platform:network.cidr", value: "x", message: "must be an IPv4 network" },
            { path: "platform:environment", message: "required" },
        ]);
        assert.equal(
            error.message,
            'The configuration of stack "dev" has 2 errors:\n  platform:network.cidr is "x": must be an IPv4 network\n  platform:environment: required',
        );
    });

    it("shortens long values", () => {
        const error = new ConfigError("dev", [{ path: "p", value: "x".repeat(1000), message: "too long" }]);
        assert.ok(error.message.length < 200);
    });
});
