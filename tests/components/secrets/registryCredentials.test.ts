import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { dockerConfigForm, isRegistry } from "../../../components/secrets/dockerConfig";
import { RegistryCredentials, type RegistryCredentialsArgs } from "../../../components/secrets/registryCredentials";
import { maskedSecret, type RecordOptions } from "../../../simulation/record";
import { deploy, type ResourceGraph } from "../../harness";
import { secretsStandOnlyWhereTheyBelong } from "../../invariants/safety";
import { at, createScope, listAt, only, region, rotationType, secretType, type Surroundings } from "./fixture";

function deployCredentials(
    surroundings: Surroundings = {},
    change: Partial<RegistryCredentialsArgs> = {},
    options: RecordOptions = {},
): Promise<ResourceGraph> {
    return deploy(
        () => {
            const { reference } = new RegistryCredentials("pull", {
                scope: createScope(surroundings),
                kubernetesName: "ghcr",
                registry: "ghcr.io",
                username: "robot",
                password: pulumi.secret("token"),
                ...change,
            });
            return { name: reference.name, keys: reference.keys };
        },
        { region, ...options },
    );
}

describe("the credentials of a private registry", () => {
    it("are written by the operator from what AWS keeps", async () => {
        const graph = await deployCredentials();
        const external = only(graph, "ExternalSecret");
        assert.equal(graph.one(secretType).inputs.name, "dev/shop/ghcr_given");
        assert.deepEqual(graph.ofType(rotationType), []);
        assert.deepEqual(
            listAt<{ secretKey: string }>(external, "spec.data").map(({ secretKey }) => secretKey),
            ["password", "username"],
        );
        const template = at(external, "spec.target.template") as { type: string; engineVersion: string; data: object };
        assert.equal(template.type, "kubernetes.io/dockerconfigjson");
        assert.equal(template.engineVersion, "v2");
        assert.deepEqual(Object.keys(template.data), [".dockerconfigjson"]);
        assert.deepEqual(graph.plan.outputs, { name: "ghcr", keys: [".dockerconfigjson"] });
        assert.deepEqual(secretsStandOnlyWhereTheyBelong(graph), []);
    });

    it("are a Secret of the same type without AWS", async () => {
        const graph = await deployCredentials({ aws: false });
        const { type, stringData } = graph.object("Secret", "ghcr").inputs;
        assert.equal(type, "kubernetes.io/dockerconfigjson");
        assert.deepEqual(stringData, { ".dockerconfigjson": maskedSecret });
        assert.deepEqual(graph.plan.outputs, { name: "ghcr", keys: [".dockerconfigjson"] });
    });

    it("are the same on a first preview", async () => {
        for (const aws of [true, false]) {
            const urns = (graph: ResourceGraph): string[] => graph.all.map(({ urn }) => urn);
            const preview = await deployCredentials({ aws }, {}, { preview: true });
            assert.deepEqual(urns(preview), urns(await deployCredentials({ aws })));
        }
    });

    it("are refused for what is no registry", () =>
        assert.rejects(
            deployCredentials({}, { registry: "https://ghcr.io" }),
            /registry must be a host such as ghcr.io, without a scheme, but is "https:\/\/ghcr.io"/,
        ));
});

describe("a registry", () => {
    for (const [registry, expected] of [
        ["ghcr.io", true],
        ["registry.example.com:5000", true],
        ["registry.example.com/team", true],
        ["localhost:5000", true],
        ["https://index.docker.io/v1/", false],
        ["GHCR.io", false],
        ["", false],
        ['ghcr.io"', false],
    ] as const) {
        it(`is ${expected ? "" : "not "}"${registry}"`, () => assert.equal(isRegistry(registry), expected));
    }
});

describe("a Docker configuration", () => {
    const values = { username: 'ro"bot', password: "to\\ken" };
    const form = dockerConfigForm("ghcr.io");

    it("holds the login in both forms that tools read", () => {
        assert.deepEqual(JSON.parse(form.render(values)[".dockerconfigjson"] ?? ""), {
            auths: { "ghcr.io": { ...values, auth: Buffer.from('ro"bot:to\\ken').toString("base64") } },
        });
    });

    it("is the same from the operator's template", () => {
        const filled = (form.templates[".dockerconfigjson"] ?? "")
            .replace("{{ .username | toJson }}", JSON.stringify(values.username))
            .replace("{{ .password | toJson }}", JSON.stringify(values.password))
            .replace(
                '{{ printf "%s:%s" .username .password | b64enc | toJson }}',
                JSON.stringify(Buffer.from(`${values.username}:${values.password}`).toString("base64")),
            );
        assert.deepEqual({ ".dockerconfigjson": filled }, form.render(values));
    });
});
