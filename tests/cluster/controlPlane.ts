import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { freePorts } from "../ports";
import { Processes } from "../processes";
import { Client, type Access } from "./client";
import { moduleOf, moduleSource, type Program } from "./programs";

/** A control plane on loopback: a real API server, controllers and scheduler, with kwok in the place of the kubelets. */
export class ControlPlane {
    private readonly processes = new Processes("platform-cluster");

    /** A kubeconfig for it. Its only context is called like the one of the stack `local`. */
    readonly kubeconfig = this.file("kubeconfig");

    private constructor(private readonly programs: string) {}

    /** Starts everything and waits until the API server is ready. */
    static async start(programs: string): Promise<{ controlPlane: ControlPlane; access: Access }> {
        const controlPlane = new ControlPlane(programs);
        try {
            return { controlPlane, access: await controlPlane.run() };
        } catch (error) {
            await controlPlane.stop();
            throw error;
        }
    }

    /** Stops what was started, latest first, and removes its files. */
    stop(): Promise<void> {
        return this.processes.stop();
    }

    /** @throws when one of the programs has ended, with the end of its log. */
    checkAlive(): void {
        this.processes.checkAlive();
    }

    private async run(): Promise<Access> {
        const [etcdPort, peerPort, port] = await freePorts(3);
        const etcd = `http://127.0.0.1:${etcdPort}`;
        this.start("server", [
            `--data-dir=${this.file("etcd")}`,
            `--listen-client-urls=${etcd}`,
            `--advertise-client-urls=${etcd}`,
            `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
            // The data is thrown away: it need not survive a power cut.
            "--unsafe-no-fsync",
        ]);
        const token = randomBytes(24).toString("hex");
        this.write("tokens", `${token},admin,admin,system:masters\n`);
        const { privateKey, publicKey } = generateKeyPairSync("rsa", {
            modulusLength: 2048,
            privateKeyEncoding: { type: "pkcs8", format: "pem" },
            publicKeyEncoding: { type: "spki", format: "pem" },
        });
        const signingKey = this.write("service-account.key", privateKey);
        this.start("kube-apiserver", [
            `--etcd-servers=${etcd}`,
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            `--secure-port=${port}`,
            // It signs its own certificate into this directory.
            `--cert-dir=${this.file("certificates")}`,
            `--token-auth-file=${this.file("tokens")}`,
            "--authorization-mode=RBAC",
            `--service-account-key-file=${this.write("service-account.pub", publicKey)}`,
            `--service-account-signing-key-file=${signingKey}`,
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.96.0.0/16",
            // The endpoint of the service `kubernetes` may not be on loopback, and nothing here uses it.
            "--endpoint-reconciler-type=none",
        ]);
        const access = await this.answering(`https://127.0.0.1:${port}`, token);
        this.writeKubeconfig(access, token);
        this.start("kube-controller-manager", [
            `--kubeconfig=${this.kubeconfig}`,
            `--service-account-private-key-file=${signingKey}`,
            `--root-ca-file=${this.file("certificates/apiserver.crt")}`,
            "--horizontal-pod-autoscaler-sync-period=2s",
            // On a busy machine a heartbeat is late, and no node here ever fails.
            "--node-monitor-grace-period=10m",
            "--leader-elect=false",
            "--secure-port=0",
        ]);
        this.start("kube-scheduler", [`--kubeconfig=${this.kubeconfig}`, "--leader-elect=false", "--secure-port=0"]);
        this.start("kwok", [
            `--kubeconfig=${this.kubeconfig}`,
            "--manage-all-nodes=true",
            "--node-ip=127.0.0.1",
            "--node-lease-duration-seconds=40",
            `--config=${this.write("stages.yaml", await kwokStages())}`,
        ]);
        return access;
    }

    private start(program: Program, args: readonly string[]): void {
        this.processes.start(program, path.join(this.programs, program), args);
    }

    private async answering(server: string, token: string): Promise<Access> {
        const authority = this.file("certificates/apiserver.crt");
        for (const until = Date.now() + 120_000; Date.now() < until; await wait(200)) {
            this.checkAlive();
            const client = this.clientWith(authority, server, token);
            const ready = await client?.ready();
            client?.close();
            if (ready) {
                return { server, authority: readFileSync(authority, "utf8"), credentials: { token } };
            }
        }
        throw new Error(`the API server did not become ready:\n${this.processes.lastLines("kube-apiserver")}`);
    }

    private clientWith(authority: string, server: string, token: string): Client | undefined {
        try {
            return new Client({ server, authority: readFileSync(authority, "utf8"), credentials: { token } });
        } catch {
            // The certificate is not there yet.
            return undefined;
        }
    }

    private writeKubeconfig({ server, authority }: Access, token: string): void {
        const context = "kind-platform";
        const cluster = { server, "certificate-authority-data": Buffer.from(authority).toString("base64") };
        this.write(
            "kubeconfig",
            stringify({
                apiVersion: "v1",
                kind: "Config",
                "current-context": context,
                clusters: [{ name: context, cluster }],
                users: [{ name: "admin", user: { token } }],
                contexts: [{ name: context, context: { cluster: context, user: "admin" } }],
            }),
        );
    }

    private file(name: string): string {
        return this.processes.file(name);
    }

    private write(name: string, content: string): string {
        writeFileSync(this.file(name), content, { mode: 0o600 });
        return this.file(name);
    }
}

/** How kwok's nodes and pods live: ready at once, for good, and gone when they are deleted. They come with its module. */
async function kwokStages(): Promise<string> {
    const stages = path.join(await moduleSource(moduleOf("sigs.k8s.io/kwok")), "kustomize/stage");
    return ["node/fast", "node/heartbeat-with-lease", "pod/fast"]
        .flatMap((part) => readdirSync(path.join(stages, part)).map((file) => path.join(stages, part, file)))
        .filter((file) => file.endsWith(".yaml") && !file.endsWith("kustomization.yaml"))
        .map((file) => readFileSync(file, "utf8"))
        .join("\n---\n");
}
