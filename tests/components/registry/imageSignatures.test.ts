import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { kyverno } from "../../../components/addons/kyverno";
import { ImageSignaturePolicy, signaturePolicy } from "../../../components/registry/imageSignatures";
import { parseConfig } from "../../../config/parse";
import { crossFieldIssues } from "../../../config/rules";
import { deploy } from "../../harness";
import { context } from "../addons/fixture";

const publicKey = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n";
const images = ["ghcr.io/your-org/*"];
const keyless = {
    issuer: "https://token.actions.githubusercontent.com",
    subject: "https://github.com/your-org/api/.github/workflows/image.yml@refs/heads/main",
};

describe("the policy on image signatures", () => {
    it("is Kyverno's, and waits for it", async () => {
        const graph = await deploy(() => {
            const provider = new k8s.Provider("cluster", {});
            const addons = new k8s.core.v1.Namespace("kyverno", {}, { provider });
            new ImageSignaturePolicy("signatures", { provider, config: { images, publicKey }, dependsOn: [addons] });
        });
        const policy = graph.object("ImageValidatingPolicy", "signed-images");
        assert.equal(policy.inputs.apiVersion, "policies.kyverno.io/v1");
        assert.ok(graph.waitsFor(policy, graph.one("kubernetes:core/v1:Namespace")));
    });

    it("refuses what is not signed and what cannot be checked, in every container of a pod", () => {
        const spec = signaturePolicy({ images, publicKey }) as {
            failurePolicy: string;
            validationActions: string[];
            validationConfigurations: object;
            validations: { expression: string }[];
        };
        assert.equal(spec.failurePolicy, "Fail");
        assert.deepEqual(spec.validationActions, ["Deny"]);
        assert.deepEqual(spec.validationConfigurations, { required: true, mutateDigest: true, verifyDigest: true });
        for (const kind of ["containers", "initContainers", "ephemeralContainers"]) {
            assert.ok(spec.validations.some(({ expression }) => expression.startsWith(`images.${kind}.map(`)));
        }
    });

    it("trusts the project's key, or an identity that signs without one", () => {
        const attestors = (config: Parameters<typeof signaturePolicy>[0]): unknown => signaturePolicy(config).attestors;
        assert.deepEqual(attestors({ images, publicKey }), [{ name: "cosign", cosign: { key: { data: publicKey } } }]);
        assert.deepEqual(attestors({ images, keyless }), [
            {
                name: "cosign",
                cosign: { keyless: { identities: [keyless] }, ctlog: { url: "https://rekor.sigstore.dev" } },
            },
        ]);
    });

    it("asks about namespaces of systems alone, and so does the webhook that answers for it", () => {
        const systems = { matchExpressions: [{ key: "platform/system", operator: "Exists" }] };
        const { matchConstraints } = signaturePolicy({ images, publicKey }) as {
            matchConstraints: { namespaceSelector: unknown };
        };
        assert.deepEqual(matchConstraints.namespaceSelector, systems);
        const { config } = kyverno.values(context) as { config: { webhooks: { namespaceSelector: unknown } } };
        assert.deepEqual(config.webhooks.namespaceSelector, systems);
    });
});

describe("the configuration of image signatures", () => {
    const issues = (imageSignatures: unknown, addon = true): string => {
        const raw = {
            "platform:environment": "dev",
            "platform:addons": JSON.stringify({ kyverno: addon }),
            ...(imageSignatures !== undefined && { "platform:imageSignatures": JSON.stringify(imageSignatures) }),
        };
        const parsed = parseConfig(raw);
        const later = parsed.config === undefined ? [] : crossFieldIssues(parsed.config, "us-east-1");
        return [...parsed.issues, ...later]
            .filter(({ path }) => /imageSignatures|kyverno/.test(path))
            .map(({ path, message }) => `${path}: ${message}`)
            .join("\n");
    };

    const cases: readonly [what: string, given: unknown, addon: boolean, report: RegExp][] = [
        ["a key", { images, publicKey }, true, /^$/],
        ["an identity", { images, keyless }, true, /^$/],
        ["nothing, without the add-on", undefined, false, /^$/],
        [
            "neither key nor identity",
            { images },
            true,
            /imageSignatures: must be either publicKey or keyless, not both/,
        ],
        ["both", { images, publicKey, keyless }, true, /must be either publicKey or keyless/],
        [
            "a private key",
            { images, publicKey: "-----BEGIN PRIVATE KEY-----" },
            true,
            /publicKey: must be a public key in PEM/,
        ],
        ["no images", { images: [], publicKey }, true, /imageSignatures\.images: must have at least 1/],
        ["a switched off add-on", { images, publicKey }, false, /addons\.kyverno: must be true/],
        ["the add-on alone", undefined, true, /imageSignatures: required with the add-on kyverno/],
    ];
    for (const [what, given, addon, report] of cases) {
        it(`is answered rightly: ${what}`, () => assert.match(issues(given, addon), report));
    }
});
