import assert from "node:assert/strict";
import { parseConfig } from "../../config/parse";
import { crossFieldIssues } from "../../config/rules";

const nodeGroups = { general: { instanceTypes: ["t4g.large"] } };
const sound = { environment: "dev", cluster: { nodeGroups }, edge: { hostedZoneId: "Z0123456789EXAMPLE" } };

function issues(change: Record<string, unknown> = {}, region: string | undefined = undefined): string[] {
    const raw = Object.entries({ ...sound, ...change }).map(([key, value]) => [
        `platform:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const { config, issues: wrong } = parseConfig(Object.fromEntries(raw) as Record<string, string>);
    assert.ok(config !== undefined, JSON.stringify(wrong));
    return crossFieldIssues(config, region).map(
        ({ path, value, message }) => `${path} = ${JSON.stringify(value)}: ${message}`,
    );
}

const local = { environment: "local", kubernetes: { context: "kind-platform" }, cluster: {}, edge: {} };

describe("the rules about several values", () => {
    it("accept a sound configuration", () => assert.deepEqual(issues({}, "us-east-1"), []));
    it("accept a sound local one, which needs no region and no nodes", () => assert.deepEqual(issues(local), []));

    const rejected: [string, Record<string, unknown>, RegExp, string?][] = [
        ["a region that is none", {}, /^aws:region = "moon-1": must be an AWS region/, "moon-1"],
        [
            "a VPC too small for its subnets",
            { network: { cidr: "10.0.0.0/24" } },
            /^platform:network\.cidr = "10\.0\.0\.0\/24": /,
        ],
        ["a zone twice", { network: { availabilityZones: ["a", "a"] } }, /^platform:network\.cidr = .*zone/],
        [
            "a way out of prod that is one small machine",
            { environment: "prod", data: { protect: true }, network: { nat: "instance" } },
            /^platform:network\.nat = "instance": must be per-az or single in the prod environment/,
        ],
        ["nodes that cannot reach AWS", { network: { nat: "none" } }, /^platform:network\.nat = "none": .*ecr\.api/],
        ["no nodes", { cluster: {} }, /^platform:cluster\.nodeGroups = \{\}: required/],
        [
            "fewer nodes at most than at least",
            { cluster: { nodeGroups: { general: { ...nodeGroups.general, minSize: 4 } } } },
            /^platform:cluster\.nodeGroups\.general\.\w+Size = /,
        ],
        [
            "nodes of another architecture",
            { cluster: { nodeGroups: { general: { instanceTypes: ["t3.large"] } } } },
            /^platform:cluster\.nodeGroups\.general\.instanceTypes.* = .*t3\.large/,
        ],
        [
            "an API server open to the world",
            { cluster: { nodeGroups, publicAccessCidrs: ["0.0.0.0/0"] } },
            /^platform:cluster\.publicAccessCidrs = \["0\.0\.0\.0\/0"\]: must not/,
        ],
        [
            "unprotected production",
            { environment: "prod" },
            /^platform:data\.protect = false: must be true in the prod/,
        ],
        [
            "records of an account that there is not",
            { ...local, audit: { cloudTrail: {} } },
            /^platform:audit = .*must be left out in the local environment/,
        ],
        [
            "records of an account that another stack watches over",
            { platformStack: "org/platform/prod", cluster: {}, audit: { guardDuty: {} } },
            /^platform:audit = .*must be left out: the platform stack/,
        ],
        [
            "two sources of the certificate",
            { edge: { hostedZoneId: "Z1", certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/x" } },
            /^platform:edge = .*not both/,
        ],
        [
            "systems that cannot get their secrets",
            { systems: { shop: { version: "1" } }, addons: { externalSecrets: false } },
            /^platform:addons\.externalSecrets = false: must be true/,
        ],
        [
            "a firewall before a load balancer that cannot have one",
            { edge: { ...sound.edge, loadBalancers: "shared", firewall: { enabled: true } } },
            /^platform:edge\.loadBalancers = "shared": must be separate with platform:edge\.firewall\.enabled/,
        ],
        [
            "a shared load balancer without AWS",
            { ...local, edge: { loadBalancers: "shared" } },
            /^platform:edge\.loadBalancers = "shared": must be separate in the local environment/,
            "none",
        ],
        [
            "a say of a team's stack in the load balancers of its platform",
            { platformStack: "your-org/platform/dev", cluster: {}, edge: { loadBalancers: "shared" } },
            /^platform:edge\.loadBalancers = "shared": must be left out/,
        ],
        [
            "managed stores without AWS",
            { ...local, data: { placement: "managed" } },
            /^platform:data\.placement = "managed": must be in-cluster/,
            "none",
        ],
        [
            "a local stack that names no cluster",
            { ...local, kubernetes: {} },
            /^platform:kubernetes\.context = undefined: required/,
            "none",
        ],
    ];
    for (const [what, change, expected, region] of rejected) {
        it(`reject ${what}`, () => {
            const found = issues(change, region === "none" ? undefined : (region ?? "us-east-1"));
            assert.equal(found.length, 1, found.join("\n"));
            assert.match(found[0] ?? "", expected);
        });
    }

    it("require a region", () => {
        const { config } = parseConfig({
            "platform:environment": "dev",
            "platform:cluster": JSON.stringify({ nodeGroups }),
        });
        assert.ok(config !== undefined);
        assert.deepEqual(
            crossFieldIssues(config, undefined).map(({ path, message }) => `${path}: ${message}`),
            ["aws:region: required: the AWS region, such as us-east-1"],
        );
    });

    it("let production be taken down on purpose", () => {
        assert.deepEqual(issues({ environment: "prod", data: { protect: false, teardown: true } }, "us-east-1"), []);
    });
});
