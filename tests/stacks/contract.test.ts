import assert from "node:assert/strict";
import { ConfigError } from "../../config/errors";
import { contractOutput, contractSchema, readContract, type PlatformContract } from "../../stacks/contract";
import { simulateStack, type ResourceGraph } from "../harness";

const platformStack = "organization/platform/prod";

/** What the prod stack exports, as another stack reads it. */
function exported(graph: ResourceGraph): PlatformContract {
    return structuredClone(graph.plan.outputs[contractOutput]) as PlatformContract;
}

/** What is wrong with a contract, one line for each problem. */
function problems(value: unknown): string[] {
    try {
        readContract("team-shop", platformStack, value);
        return [];
    } catch (error) {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /^The configuration of stack "team-shop" has \d+ errors?:\n/);
        return error.issues.map(({ path, value: given, message }) => {
            assert.deepEqual([path, given], ["platform:platformStack", platformStack]);
            return message;
        });
    }
}

describe("the contract between a platform stack and those on it", () => {
    let prod: ResourceGraph;
    before(async () => (prod = await simulateStack("prod")));

    for (const stack of ["dev", "staging", "prod"]) {
        it(`is exported by ${stack} as it is promised`, async () => {
            const contract = exported(await simulateStack(stack));
            // Exactly the schema: what it does not know would be promised by nobody.
            assert.deepEqual(contractSchema.parse(contract), contract);
            assert.equal(contract.stack, stack);
        });
    }

    for (const stack of ["local", "team-shop"]) {
        it(`is not exported by ${stack}, which has no platform to offer`, async () => {
            assert.ok(!(contractOutput in (await simulateStack(stack)).plan.outputs));
        });
    }

    it("holds nothing secret and no credentials", () => {
        const text = JSON.stringify(exported(prod));
        assert.doesNotMatch(text, /\[secret\]/);
        assert.doesNotMatch(text, /password|PRIVATE KEY|"token":|certificateArn|hostedZoneId/i);
    });

    it("names what exists: every network, key and group is that of the platform", () => {
        const { aws } = exported(prod);
        const cluster = prod.one("eks:index:Cluster");
        assert.equal(aws.clusterName, cluster.inputs.name);
        assert.equal(aws.dataSubnetIds.length, prod.all.filter(({ name }) => /^network-data-[a-f]$/.test(name)).length);
        assert.match(aws.dataKeyArn, /^arn:aws:kms:us-east-1:\d{12}:key\//);
        assert.notEqual(aws.dataKeyArn, aws.logsKeyArn);
        assert.match(aws.externalSecretsRoleArn, /^arn:aws:iam::\d{12}:role\//);
    });

    it("says what the platform's own systems have, so that nobody else takes it", () => {
        const { systems = [], delegatedHosts } = exported(prod);
        assert.deepEqual(systems.map(({ name }) => name).sort(), [
            "employee-management",
            "medical-practice",
            "techcommerce",
            "user-management",
            "user-service",
        ]);
        const practice = systems.find(({ name }) => name === "medical-practice");
        assert.deepEqual(practice?.namespaces, ["backend", "frontend"]);
        const employees = systems.find(({ name }) => name === "employee-management");
        assert.deepEqual(employees?.hosts, ["employee-mgmt.example.com", "cdn-employee-mgmt.example.com"]);
        assert.deepEqual(delegatedHosts, ["team-shop.example.com"]);
    });

    it("has the same structure in a preview, with what only the cloud knows left open", async () => {
        const preview = (await simulateStack("prod", { preview: true })).plan.outputs[contractOutput] as object;
        const known = Object.keys(preview);
        assert.deepEqual(
            known.filter((member) => !(member in exported(prod))),
            [],
        );
    });

    describe("is refused with the reason", () => {
        it("when the platform stack has no such output", () => {
            for (const nothing of [undefined, null]) {
                assert.deepEqual(problems(nothing), [
                    'that stack has no output "platform"; is it a platform stack, and has it been deployed with this program?',
                ]);
            }
        });

        it("when it has another version", () => {
            const future = { ...exported(prod), contractVersion: 2, aws: "all new" };
            assert.deepEqual(problems(future), [
                "that stack speaks version 2 of the contract, this program version 1; deploy the older of the two with the newer program first",
            ]);
        });

        const members = ["stack", "environment", "kubeconfig", "addons", "aws", "aws.vpcId", "aws.dataSubnetIds"];
        for (const member of members) {
            it(`when it lacks ${member}`, () => {
                const contract = exported(prod) as unknown as Record<string, unknown>;
                const [first = "", second] = member.split(".");
                const holder = second === undefined ? contract : (contract[first] as Record<string, unknown>);
                delete holder[second ?? first];
                assert.deepEqual(problems(contract), [
                    `that stack's output platform.${member} is missing; deploy that stack again with this program`,
                ]);
            });
        }

        it("when a member is something else", () => {
            const contract = { ...exported(prod), environment: "qa" };
            assert.match(problems(contract).join(), /platform\.environment is not what the contract says: .*"dev"/);
        });

        it("with every reason at once", () => {
            const { aws, ...contract } = exported(prod);
            const { vpcId, clusterName, ...rest } = aws;
            assert.ok(vpcId !== "" && clusterName !== "");
            assert.equal(problems({ ...contract, aws: rest }).length, 2);
        });
    });

    describe("is accepted", () => {
        it("with members of a newer program, which are left alone", () => {
            const contract = exported(prod);
            const newer = { ...contract, colour: "blue", aws: { ...contract.aws, accountAlias: "shop" } };
            assert.deepEqual(readContract("team-shop", platformStack, newer), contract);
        });

        it("with an add-on that only a newer program knows, as if it were not there", () => {
            const contract = exported(prod);
            const newer = { ...contract, addons: [...contract.addons, "teleporter"] };
            assert.deepEqual(readContract("team-shop", platformStack, newer).addons, contract.addons);
        });

        it("from an older program that does not say yet what its systems have", () => {
            const { systems, delegatedHosts, ...older } = exported(prod);
            assert.ok(systems !== undefined && delegatedHosts !== undefined);
            assert.deepEqual(problems(older), []);
        });
    });
});
