import assert from "node:assert/strict";
import type { AddonStep } from "../../../components/addons/definition";
import { linkerd } from "../../../components/addons/linkerd";
import { linkerdCertificates, webhooks } from "../../../components/addons/linkerdCertificates";
import { context, deployAddons, everything } from "./fixture";

const values = linkerd.values(context) as Record<string, Record<string, unknown>>;

/** A step of the installation. */
function step<Kind extends AddonStep["step"]>(kind: Kind, name: string): Extract<AddonStep, { step: Kind }> {
    const found = (linkerd.before ?? []).find((each) => each.step === kind && each.name === name);
    assert.ok(found, name);
    return found as Extract<AddonStep, { step: Kind }>;
}

function certificate(name: string): Record<string, unknown> {
    const found = linkerdCertificates.find(
        (each) => each.step === "object" && each.kind === "Certificate" && each.name === name,
    );
    assert.ok(found?.step === "object", name);
    return found.spec;
}

const hours = (duration: unknown): number => Number.parseInt(String(duration), 10);

describe("Linkerd", () => {
    it("sets redirection up on the node, so that meshed pods stay restricted", () => {
        assert.equal(values.cniEnabled, true);
        assert.equal(step("chart", "linkerd-cni").podSecurity.level, "privileged");
        assert.equal(linkerd.podSecurity.level, "restricted");
    });

    it("starts pods again that were faster than the plugin on a new node", () => {
        const { repairController } = step("chart", "linkerd-cni").values(context) as {
            repairController: { enabled: boolean };
        };
        assert.equal(repairController.enabled, true);
    });

    it("installs one version of all its charts", () => {
        const versions = ["linkerd-cni", "linkerd-crds"].map((name) => step("chart", name).chart.version);
        assert.deepEqual([...versions, linkerd.chart.version], Array(3).fill("2026.8.3"));
    });

    for (const envoyGateway of [true, false]) {
        it(`${envoyGateway ? "leaves the kinds of Gateway API to Envoy Gateway" : "brings the kinds of Gateway API"}`, () => {
            const enabled = { ...everything, envoyGateway };
            assert.deepEqual(step("chart", "linkerd-crds").values({ ...context, enabled }), {
                installGatewayAPI: !envoyGateway,
            });
            assert.equal(step("chart", "linkerd-crds").chart.takeOwnership, true);
        });
    }

    it("takes over kinds that are there already", async () => {
        const graph = await deployAddons();
        const release = (name: string): Record<string, unknown> =>
            graph.one("kubernetes:helm.sh/v3:Release", `addons-${name}`).inputs;
        assert.equal(release("linkerd-crds").takeOwnership, true);
        assert.equal(release("linkerd").takeOwnership, undefined);
    });

    it("answers meshed pods only, and lets no pod in without its proxy", () => {
        assert.equal(values.proxy?.defaultInboundPolicy, "all-authenticated");
        assert.equal(values.webhookFailurePolicy, "Fail");
    });

    it("is not asked about pods that bring nodes and certificates, which it needs itself", () => {
        const selector = JSON.stringify(values.proxyInjector?.namespaceSelector);
        for (const namespace of ["kube-system", "cert-manager", "cluster-autoscaler", "linkerd-cni"]) {
            assert.ok(selector.includes(`"${namespace}"`), namespace);
        }
    });

    it("tells nobody about the cluster", () => {
        assert.equal(values.disableHeartBeat, true);
    });

    it("bounds every container", () => {
        for (const amounts of [
            values.destinationResources,
            values.spValidatorResources,
            values.policyController?.resources,
            values.identityResources,
            values.proxyInjectorResources,
            values.proxy?.resources,
        ] as Record<string, { request?: string; limit?: string }>[]) {
            for (const what of ["cpu", "memory", "ephemeral-storage"]) {
                assert.ok(amounts[what]?.request && amounts[what].limit, what);
            }
        }
    });
});

describe("certificates of the mesh", () => {
    it("are issued by cert-manager, which keeps the keys in the control plane's namespace", () => {
        assert.deepEqual(values.identity, { externalCA: true, issuer: { scheme: "kubernetes.io/tls" } });
        for (const each of linkerdCertificates) {
            assert.ok(each.step === "object" && each.namespace === "linkerd" && each.kind !== "ClusterIssuer");
        }
    });

    it("hang on one anchor that outlives what it issues and renews itself with the same key", () => {
        const anchor = certificate("linkerd-trust-anchor");
        assert.equal(anchor.isCA, true);
        assert.deepEqual(anchor.privateKey, { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" });
        assert.ok(hours(anchor.renewBefore) > hours(certificate("linkerd-identity-issuer").duration));
    });

    it("are issued in the mesh by one that lives longer than a proxy's, which lasts a day", () => {
        const issuer = certificate("linkerd-identity-issuer");
        assert.deepEqual(issuer.issuerRef, { name: "linkerd-trust-anchor", kind: "Issuer" });
        assert.equal(issuer.isCA, true);
        assert.ok(hours(issuer.renewBefore) > 24);
    });

    it("include each webhook's, in the Secret that Linkerd looks for", () => {
        for (const { setting, name } of webhooks) {
            assert.equal(certificate(name).secretName, `${name}-k8s-tls`);
            assert.deepEqual(certificate(name).dnsNames, [`${name}.linkerd.svc`]);
            assert.equal(values[setting]?.externalSecret, true);
            assert.equal(values[setting]?.injectCaFrom, `linkerd/${name}`);
        }
    });

    it("reach the proxies as the anchor's certificate without its key", () => {
        const { sources, target } = step("object", "linkerd-identity-trust-roots").spec as {
            sources: unknown[];
            target: { configMap: unknown };
        };
        assert.deepEqual(sources, [{ secret: { name: "linkerd-trust-anchor", key: "tls.crt" } }]);
        assert.deepEqual(target.configMap, { key: "ca-bundle.crt" });
        const settings = step("chart", "trust-manager").values(context) as { app: Record<string, unknown> };
        assert.deepEqual(settings.app.trust, { namespace: "linkerd" });
        assert.deepEqual(settings.app.targetNamespaces, ["linkerd"]);
    });

    it("are there before the control plane, and after cert-manager", async () => {
        const graph = await deployAddons();
        const controlPlane = graph.one("kubernetes:helm.sh/v3:Release", "addons-linkerd");
        const certManager = graph.one("kubernetes:helm.sh/v3:Release", "addons-cert-manager");
        for (const name of ["linkerd-trust-anchor", "linkerd-identity-issuer"]) {
            const object = graph.object("Certificate", name);
            assert.ok(graph.waitsFor(controlPlane, object) && graph.waitsFor(object, certManager));
            assert.equal(
                (object.inputs.metadata as { annotations: Record<string, string> }).annotations["pulumi.com/waitFor"],
                "condition=Ready",
            );
        }
    });
});
