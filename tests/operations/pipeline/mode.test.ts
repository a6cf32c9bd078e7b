import assert from "node:assert/strict";
import { temporaryDirectories } from "../../simulation/support";
import { loggedIn, pipeline } from "./support";

const temporary = temporaryDirectories();

const role = "arn:aws:iam::123456789012:role/platform-deploy";
const backend = { PULUMI_BACKEND_URL: "s3://state", PULUMI_CONFIG_PASSPHRASE: "x" };
const token = { ACTIONS_ID_TOKEN_REQUEST_URL: "https://token" };

describe("the mode of a job", () => {
    const cases: readonly {
        readonly it: string;
        readonly env: Readonly<Record<string, string>>;
        readonly first: RegExp;
        readonly real: boolean;
    }[] = [
        {
            it: "simulates without anything, and says what a workflow would need",
            env: {},
            first: /^Mode: simulation, nothing is changed \(no AWS credentials, Pulumi is not logged in\)\.\n/,
            real: false,
        },
        {
            it: "acts with a role that it may assume and a backend",
            env: { ...backend, ...token, AWS_ROLE_TO_ASSUME: role },
            first: /^Mode: real \(AWS role arn:aws:iam::123456789012:role\/platform-deploy by OIDC, Pulumi backend s3:\/\/state\)\.\n/,
            real: true,
        },
        {
            it: "simulates for a fork, which gets the role's name, but no identity token",
            env: { ...backend, AWS_ROLE_TO_ASSUME: role },
            first: /^Mode: simulation, nothing is changed \(GitHub offers no identity token, no AWS credentials\)/,
            real: false,
        },
        {
            it: "simulates with a role alone",
            env: { ...token, AWS_ROLE_TO_ASSUME: role },
            first: /^Mode: simulation, nothing is changed \(Pulumi is not logged in\)/,
            real: false,
        },
        {
            it: "takes variables that are set to nothing as not set",
            env: { AWS_ROLE_TO_ASSUME: "", PULUMI_BACKEND_URL: "", PULUMI_ACCESS_TOKEN: "" },
            first: /^Mode: simulation/,
            real: false,
        },
        { it: "acts with keys in the environment", env: loggedIn, first: /^Mode: real \(AWS keys/, real: true },
    ];
    for (const each of cases) {
        it(each.it, async () => {
            const { stdout, output, summary } = await pipeline(temporary(), ["mode", "dev"], { env: each.env });
            assert.match(stdout, each.first);
            assert.equal(output, `real=${each.real}\n`);
            assert.match(summary, /^\*\*Mode: /);
        });
    }

    it("refuses a stack that does not exist", async () => {
        const { code, stderr } = await pipeline(temporary(), ["mode", "def"]);
        assert.equal(code, 1);
        assert.match(stderr, /There is no stack "def"; did you mean "dev"\?/);
    });

    it("refuses a command that does not exist, and shows how one is used", async () => {
        assert.match((await pipeline(temporary(), ["drifts"])).stderr, /did you mean "drift"\?/);
        assert.match((await pipeline(temporary(), ["promotion", "dev"])).stderr, /promotion <stack> --from …/);
        assert.match((await pipeline(temporary(), ["--help"])).stdout, /^Usage: npm run pipeline/);
    });
});

describe("a simulated job", () => {
    const bump = ["bump", "1.2.3", "--repository", "a/b", "--branch", "main", "--stack", "dev", "--system", "bread"];
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
        [["smoke-test", "dev"], /Would ask/],
        [["load-test", "dev"], /Would run: k6 run/],
        [["preview", "dev", "--out", "x.json"], /Would run `pulumi preview --stack dev`/],
        [["drift", "dev"], /1\. `pulumi refresh --preview-only --stack dev`/],
        [
            ["promotion", "dev", "--from", "small"],
            /Would check that small has run commit .* with bread 1\.0\.0, cakes 7/,
        ],
        [["record", "dev", "success"], /Would record at GitHub: dev, success/],
        [["last-good", "dev"], /Would look for the last deployment into dev/],
        [bump, /Would commit to main of a\/b: Deploy bread 1\.2\.3 to dev\./],
        [[...bump, "--pull-request"], /Would ask for a merge into main of a\/b/],
        [["notify", "dev", "deployment", "failure"], /nobody is told: deployment of dev failed\./],
    ];
    for (const [args, expected] of cases) {
        it(`says what \`${args[0]}\` would do, and does none of it`, async () => {
            const { code, stdout, stderr, ran, output } = await pipeline(temporary(), args);
            assert.equal(code, 0, stderr);
            assert.match(stdout, /^Mode: simulation/);
            assert.match(stdout, expected);
            assert.deepEqual(
                ran.filter((program) => !program.includes("rev-parse")),
                [],
            );
            assert.equal(output, "");
        });
    }
});
