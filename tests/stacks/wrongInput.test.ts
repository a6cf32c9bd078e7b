import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { start, temporaryDirectories } from "../simulation/support";
import { projectIn, replacing } from "./project";

/** What an operator gets wrong, from the edited file to the message and the exit code. */

const temporary = temporaryDirectories();

interface Mistake {
    readonly stack: string;
    readonly file?: string;
    readonly edit: (text: string) => string;
    /** Everything below the first line of the message. */
    readonly report: readonly (string | RegExp)[];
}

const addSystem = (text: string): ((file: string) => string) => replacing(/( {2}platform:systems:\n)/, `$1${text}`);

const mistakes: Readonly<Record<string, Mistake>> = {
    "an unknown system": {
        stack: "dev",
        edit: replacing("    user-service:", "    user-servce:"),
        report: [
            /^platform:systems\.user-servce: unknown system; did you mean user-service\? Known: user-management, employee-management, /,
        ],
    },
    "an unknown system under another name": {
        stack: "dev",
        edit: addSystem("    store:\n      system: tech-commerce\n      version: 1.0.0\n"),
        report: [
            /^platform:systems\.store\.system is "tech-commerce": unknown system; did you mean techcommerce\? Known: /,
        ],
    },
    "images from repositories that nobody makes": {
        stack: "dev",
        edit: replacing("    user-service:\n", "    user-service:\n      images: ecr\n"),
        report: [
            'platform:systems.user-service.images is "ecr": the system has no repository for user-service; add it to imageRepositories in its declaration',
        ],
    },
    "images from ECR without AWS": {
        stack: "local",
        edit: replacing("    medical-practice:\n", "    medical-practice:\n      images: ecr\n"),
        report: ['platform:systems.medical-practice.images is "ecr": there is no ECR without AWS; use declared'],
    },
    "two systems on one host": {
        stack: "dev",
        edit: replacing("shop.dev.example.com", "users.dev.example.com"),
        report: [
            'user-management.services.user-mgmt-api.edge.host is "users.dev.example.com": this host already belongs to techcommerce.services.frontend.edge.host; each needs its own',
        ],
    },
    "two systems in one namespace": {
        stack: "dev",
        edit: addSystem("    clinic:\n      system: medical-practice\n      version: v1.0.0\n"),
        report: [
            'medical-practice.namespace is "backend": this namespace already belongs to clinic.namespace; each needs its own',
            'medical-practice.services.nginx-front.namespace is "frontend": this namespace already belongs to clinic.services.nginx-front.namespace; each needs its own',
        ],
    },
    "a system in a namespace of the platform": {
        stack: "dev",
        edit: addSystem("    monitoring:\n      system: techcommerce\n      version: 1.0.0\n"),
        report: ['monitoring.namespace is "monitoring": this namespace belongs to the platform; take another'],
    },
    "a system under the name of the platform's logs": {
        stack: "dev",
        edit: addSystem("    platform:\n      system: techcommerce\n      version: 1.0.0\n"),
        report: [
            "platform:systems.platform: this is the name that the platform's own logs are kept under; take another",
        ],
    },
    "a connection to a store that is not there": {
        stack: "dev",
        file: "stacks/userManagement.ts",
        edit: replacing('connections: ["postgres", "redis"]', 'connections: ["postgres", "reddis"]'),
        report: [
            'user-management.services.user-mgmt-api.connections is "reddis": the system declares no such store. Declared: postgres, redis',
        ],
    },
    "more replicas than the nodes hold": {
        stack: "dev",
        edit: replacing(
            "      logLevel: DEBUG\n",
            "      services:\n        user-mgmt-api:\n          minReplicas: 300\n          maxReplicas: 300\n",
        ),
        report: [
            /^platform:cluster\.nodeGroups: too small: platform and systems request at least \d+m CPU, all nodes together hold \d+m at maxSize\. Raise maxSize or take larger instance types\. Requests: platform .*, user-management \d+m\//,
            /^platform:cluster\.nodeGroups: too small: .*Mi of memory/,
            /^platform:cluster\.nodeGroups: too small: .* pods/,
        ],
    },
    "a read replica in the cluster": {
        stack: "dev",
        file: "stacks/userManagement.ts",
        edit: replacing('username: "dbuser"', 'username: "dbuser", readReplicas: 1'),
        report: [
            "user-management.databases.postgres.readReplicas is 1: must be 0 in-cluster: only managed databases have read replicas",
        ],
    },
    "an image without a tag": {
        stack: "dev",
        edit: replacing(/( {4}user-service:\n) {6}version: .*\n/, "$1      logLevel: INFO\n"),
        report: [/^platform:systems\.user-service\.version: required/],
    },
    "the tag latest": {
        stack: "dev",
        edit: replacing(/( {4}user-service:\n {6}version: ).*/, "$1latest"),
        report: [/^platform:systems\.user-service\.version is "latest": must be a version; `latest` names none/],
    },
    "a tag in the declaration of an image": {
        stack: "dev",
        file: "stacks/userManagement.ts",
        edit: replacing("your-org/user-mgmt-api", "your-org/user-mgmt-api:1.0.0"),
        report: [
            /^user-management\.services\.user-mgmt-api\.image is "ghcr\.io\/your-org\/user-mgmt-api:1\.0\.0": must /,
        ],
    },
    "Argo CD without a repository": {
        stack: "prod",
        edit: replacing(/ {4}repositoryUrl: .*\n/, ""),
        report: [
            'platform:systems.medical-practice.delivery is "argocd": needs platform:delivery.repositoryUrl, the Git repository that Argo CD deploys from',
        ],
    },
    "Argo CD that is not installed": {
        stack: "prod",
        edit: replacing("argoCd: true", "argoCd: false"),
        report: [
            'platform:systems.medical-practice.delivery is "argocd": needs the add-on argoCd: set platform:addons.argoCd to true',
        ],
    },
    "a team's system by the name of one of the platform": {
        stack: "team-shop",
        edit: replacing("    shop:\n      system: techcommerce\n", "    techcommerce:\n"),
        report: [
            "platform:systems.techcommerce: the platform stack prod runs a system of this name already. Run it in one of the two, or here under another name: `<other name>: { system: techcommerce, version: 1.0.0 }`",
        ],
    },
    "a team's system in a namespace of the platform's systems": {
        stack: "team-shop",
        edit: replacing("techcommerce\n", "user-service\n"),
        report: [
            'shop.namespace is "microservices": this namespace already belongs to user-service in the platform stack prod; each needs its own',
        ],
    },
    "a team's host that the platform's systems have": {
        stack: "team-shop",
        edit: replacing("team-shop.example.com", "users.example.com"),
        report: [
            'shop.services.frontend.edge.host is "users.example.com": this host already belongs to user-management in the platform stack prod; each needs its own',
        ],
    },
    "a team's host that the platform was not told of": {
        stack: "team-shop",
        edit: replacing("team-shop.example.com", "toys.example.com"),
        report: [
            'shop.services.frontend.edge.host is "toys.example.com": would get no DNS record: add it to platform:edge.delegatedHosts of the platform stack prod and deploy that first',
        ],
    },
    "a team's stack in another environment and region than its platform": {
        stack: "team-shop",
        edit: (text) =>
            replacing("us-east-1", "ap-south-1")(replacing("environment: prod", "environment: staging")(text)),
        report: [
            'platform:environment is "staging": must be prod, as in the platform stack',
            'aws:region is "ap-south-1": must be us-east-1, as in the platform stack',
        ],
    },
    "a platform stack that has no platform for others": {
        stack: "team-shop",
        edit: replacing("organization/platform/prod", "organization/platform/local"),
        report: [
            'platform:platformStack is "organization/platform/local": that stack has no output "platform"; is it a platform stack, and has it been deployed with this program?',
        ],
    },
    "a stack that is its own platform": {
        stack: "team-shop",
        edit: replacing("organization/platform/prod", "organization/platform/team-shop"),
        report: [/^platform:platformStack is "organization\/platform\/team-shop": that stack has no output "platform"/],
    },
};

describe("a wrong input", () => {
    for (const [what, { stack, file = `Pulumi.${stack}.yaml`, edit, report }] of Object.entries(mistakes)) {
        it(`${what} ends with one message and exit code 1`, async () => {
            const root = projectIn(temporary(), { [file]: edit });
            const { code, stdout, stderr } = await start(root, [stack]);
            assert.equal(code, 1);
            assert.equal(stdout, "");
            const [, message = ""] = stderr.split("error: ");
            const [title = "", ...lines] = message.trimEnd().split("\n");
            const count = report.length === 1 ? "1 error" : `${report.length} errors`;
            assert.equal(title, `The configuration of stack "${stack}" has ${count}:`);
            lines.forEach((line, index) => {
                const expected = report[index];
                if (expected instanceof RegExp) {
                    assert.match(line.trim(), expected);
                } else {
                    assert.equal(line.trim(), expected);
                }
            });
            assert.equal(lines.length, report.length);
            assert.equal(existsSync(path.join(root, "out")), false);
        });
    }

    it("a platform stack that does not exist ends with the stacks that do", async () => {
        const edit = replacing("organization/platform/prod", "organization/platform/prd");
        const { code, stderr } = await start(projectIn(temporary(), { "Pulumi.team-shop.yaml": edit }), ["team-shop"]);
        assert.equal(code, 1);
        assert.match(
            stderr,
            /error: There is no stack "prd"; did you mean "prod"\? The stacks are: dev, local, prod, /,
        );
    });
});
