import assert from "node:assert/strict";
import path from "node:path";
import { awsCredentials, detectMode, modeText, pulumiBackend, type Machine } from "../../operations/credentials";

const home = "/home/baker";

function machine(
    env: Machine["env"] = {},
    files: Readonly<Record<string, string>> = {},
    commands: readonly string[] = ["pulumi"],
): Machine {
    return { env, home, read: (file) => files[file], hasCommand: (name) => commands.includes(name) };
}

const aws = (name: string): string => path.join(home, ".aws", name);
const loggedIn = { [path.join(home, ".pulumi", "credentials.json")]: '{"current":"https://api.pulumi.com"}' };

describe("AWS credentials", () => {
    const present: readonly (readonly [where: string, machine: Machine, source: string])[] = [
        [
            "keys in the environment",
            machine({ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }),
            "AWS keys in the environment",
        ],
        [
            "a web identity",
            machine(
                { AWS_ROLE_ARN: "arn:aws:iam::1:role/ci", AWS_WEB_IDENTITY_TOKEN_FILE: "/token" },
                { "/token": "t" },
            ),
            "AWS role arn:aws:iam::1:role/ci by web identity",
        ],
        ["an ECS task", machine({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2" }), "AWS credentials of the container"],
        [
            "a pod identity",
            machine({ AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23" }),
            "AWS credentials of the container",
        ],
        [
            "the default profile",
            machine({}, { [aws("credentials")]: "[default]\naws_access_key_id = a\n" }),
            "AWS profile default",
        ],
        [
            "a profile with SSO",
            machine(
                { AWS_PROFILE: "prod" },
                { [aws("config")]: "[profile prod]\nsso_session = work\n[sso-session work]\n" },
            ),
            "AWS profile prod",
        ],
        [
            "a profile with a role",
            machine({ AWS_PROFILE: "p" }, { [aws("config")]: "[profile p]\nrole_arn=x\n" }),
            "AWS profile p",
        ],
        [
            "a profile of a process",
            machine({ AWS_DEFAULT_PROFILE: "p" }, { [aws("config")]: '[profile "p"]\ncredential_process = x\n' }),
            "AWS profile p",
        ],
        [
            "a profile of `aws login`",
            machine({}, { [aws("config")]: "[default]\nlogin_session = x\n" }),
            "AWS profile default",
        ],
        [
            "files elsewhere",
            machine({ AWS_SHARED_CREDENTIALS_FILE: "/c" }, { "/c": "[default]\naws_access_key_id=a" }),
            "AWS profile default",
        ],
    ];
    for (const [where, from, source] of present) {
        it(`are found in ${where}`, () => assert.deepEqual(awsCredentials(from), { found: true, source }));
    }

    const absent: readonly (readonly [why: string, machine: Machine, what: string])[] = [
        ["nothing is set", machine(), "no AWS credentials"],
        ["only half a key is set", machine({ AWS_ACCESS_KEY_ID: "a" }), "no AWS credentials"],
        [
            "the web identity's token is not there",
            machine({ AWS_ROLE_ARN: "r", AWS_WEB_IDENTITY_TOKEN_FILE: "/gone" }),
            "no AWS credentials",
        ],
        [
            "the default profile has a region only",
            machine({}, { [aws("config")]: "[default]\nregion = eu-west-1\n" }),
            "no AWS credentials",
        ],
        [
            "the profile does not exist",
            machine({ AWS_PROFILE: "prod" }, { [aws("credentials")]: "[default]\naws_access_key_id = a\n" }),
            "no AWS profile prod",
        ],
        [
            "the setting is empty",
            machine({}, { [aws("credentials")]: "[default]\naws_access_key_id =\n" }),
            "no AWS credentials",
        ],
    ];
    for (const [why, from, what] of absent) {
        it(`are missing when ${why}`, () => {
            const finding = awsCredentials(from);
            assert.equal(finding.found ? finding.source : finding.what, what);
        });
    }
});

describe("a Pulumi backend", () => {
    const present: readonly (readonly [Machine, string])[] = [
        [machine({}, loggedIn), "Pulumi backend https://api.pulumi.com"],
        [machine({ PULUMI_ACCESS_TOKEN: "t" }), "Pulumi Cloud by access token"],
        [machine({ PULUMI_BACKEND_URL: "s3://state" }), "Pulumi backend s3://state"],
        [
            machine({ PULUMI_HOME: "/p" }, { "/p/credentials.json": '{"current":"file://~"}' }),
            "Pulumi backend file://~",
        ],
    ];
    for (const [from, source] of present) {
        it(`is found: ${source}`, () => assert.deepEqual(pulumiBackend(from), { found: true, source }));
    }
    for (const text of [undefined, "", "{}", "not JSON", '{"current":""}']) {
        it(`is missing when the login says ${text}`, () => {
            const file = path.join(home, ".pulumi", "credentials.json");
            assert.equal(pulumiBackend(machine({}, text === undefined ? {} : { [file]: text })).found, false);
        });
    }
});

describe("the mode of a command", () => {
    const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };

    it("is real when everything is there, and says where it was found", () => {
        const mode = detectMode(machine(keys, loggedIn), { aws: true });
        assert.equal(
            modeText(mode),
            "Mode: real (AWS keys in the environment, Pulumi backend https://api.pulumi.com).",
        );
    });

    it("is a simulation when anything is missing, and says what and how to get it", () => {
        const mode = detectMode(machine({}, {}, []), { aws: true });
        assert.equal(
            modeText(mode),
            "Mode: simulation, nothing is changed (no AWS credentials, Pulumi is not logged in, the Pulumi CLI is missing).",
        );
        assert.equal(mode.remedies.length, 3);
    });

    it("wants a passphrase where the backend keeps no keys", () => {
        const ownBackend = { ...keys, PULUMI_BACKEND_URL: "s3://state" };
        assert.deepEqual(detectMode(machine(ownBackend), { aws: true }).reasons, [
            "no passphrase for the stack's secrets",
        ]);
        assert.ok(detectMode(machine({ ...ownBackend, PULUMI_CONFIG_PASSPHRASE: "" }), { aws: true }).real);
        assert.ok(detectMode(machine(ownBackend), { aws: true, secretsProvider: "awskms://alias/state" }).real);
    });

    it("needs no AWS in the local environment, but the cluster's context", () => {
        const needs = { aws: false, kubernetesContext: "kind-bakery" };
        assert.deepEqual(detectMode(machine({}, loggedIn), needs).reasons, ["no Kubernetes context kind-bakery"]);
        const kubeconfig = { [path.join(home, ".kube", "config")]: "contexts:\n  - name: kind-bakery\n" };
        assert.ok(detectMode(machine({}, { ...loggedIn, ...kubeconfig }), needs).real);
        assert.ok(
            detectMode(
                machine({ KUBECONFIG: "/a:/b" }, { ...loggedIn, "/b": "contexts: [{name: kind-bakery}]" }),
                needs,
            ).real,
        );
    });
});
