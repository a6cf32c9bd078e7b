import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { systemLabel } from "../../components/system/systemNamespace";
import { kustomizationFiles } from "../../simulation/kustomization";
import { kubernetesObjects, type KubernetesObject } from "../../simulation/manifests";
import { simulateStack } from "../harness";

function object(kind: string, name: string, namespace?: string, labels?: Record<string, string>): KubernetesObject {
    return {
        apiVersion: "v1",
        kind,
        metadata: { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) },
    };
}

const shop = [
    object("ConfigMap", "settings", "shop"),
    object("Secret", "password", "shop"),
    object("ConfigMap", "other", "elsewhere"),
    object("Namespace", "shop", undefined, { [systemLabel]: "techcommerce" }),
    object("Namespace", "elsewhere"),
];

describe("a system's kustomization", () => {
    it("has its namespace first, then what is in it, and no Secret", () => {
        const files = kustomizationFiles(shop);
        assert.deepEqual(
            files.map((file) => file.path),
            ["techcommerce/kustomization.yaml", "techcommerce/resources.yaml"],
        );
        const documents = parseAllDocuments(files[1]?.content ?? "").map((each) => each.toJS() as KubernetesObject);
        assert.deepEqual(
            documents.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
            ["Namespace/shop", "ConfigMap/settings"],
        );
    });

    it("is built by kubectl for every system of dev", async function () {
        if (spawnSync("kubectl", ["version", "--client"]).status !== 0) {
            console.log("      kubectl is not installed, so nothing is built");
            this.skip();
        }
        const files = kustomizationFiles(kubernetesObjects((await simulateStack("dev")).plan));
        const directory = mkdtempSync(path.join(tmpdir(), "kustomization-"));
        try {
            for (const file of files) {
                mkdirSync(path.join(directory, path.dirname(file.path)), { recursive: true });
                writeFileSync(path.join(directory, file.path), file.content);
            }
            const systems = [...new Set(files.map((file) => path.dirname(file.path)))];
            assert.equal(systems.length, 5);
            for (const system of systems) {
                const built = spawnSync("kubectl", ["kustomize", path.join(directory, system)], { encoding: "utf8" });
                assert.equal(built.status, 0, built.stderr);
                assert.match(built.stdout, /kind: Deployment/);
            }
        } finally {
            rmSync(directory, { recursive: true });
        }
    });
});
