import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { freePorts } from "../ports";
import { Client, type Access } from "./client";
import { moduleOf, moduleSource, type Program } from "./programs";

const signals = ["SIGINT", "SIGTERM"] as const;

/** A control plane on loopback: a real API server, controllers and scheduler, with kwok in the place of the kubelets. */
export class ControlPlane {
    private readonly directory = mkdtempSync(path.join(tmpdir(), "platform-cluster-"));
    private readonly processes: { readonly program: Program; readonly process: ChildProcess }[] = [];

    /** A kubeconfig for it. Its only context is called like the one of the stack `local`. */
    readonly kubeconfig = path.join(this.directory, "kubeconfig");

    private constructor(private readonly programs: string) {}

    /** Starts everything and waits until the API server is ready. */
    static async start(programs: string): Promise<{ controlPlane: ControlPlane; access: Access }> {
        const controlPlane = new ControlPlane(programs);
        controlPlane.watch();
        try {
            return { controlPlane, access: await controlPlane.run() };
        } catch (error) {
            await controlPlane.stop();
            throw error;
        }
    }

    /** Nothing outlives the test, not even where it is interrupted. */
    private readonly abandon = (): void => {
        this.processes.forEach(({ process }) => process.kill("SIGKILL"));
        rmSync(this.directory, { recursive: true, force: true });
    };

    private readonly interrupt = (): never => process.exit(1);

    private watch(): void {
        process.once("exit", this.abandon);
        signals.forEach((signal) => process.once(signal, this.interrupt));
    }

    private unwatch(): void {
        process.removeListener("exit", this.abandon);
        signals.forEach((signal) => process.removeListener(signal, this.interrupt));
    }

    /** Stops what was started, latest first, and removes its files. */
    async stop(): Promise<void> {
        this.unwatch();
        for (const { process } of this.processes.reverse()) {
            if (process.exitCode === null && process.signalCode === null) {
                const ended = new Promise((resolve) => process.once("exit", resolve));
                process.kill("SIGTERM");
                // An API server waits for open watches; nothing that it holds is needed any more.
                const overdue = setTimeout(() => process.kill("SIGKILL"), 3000);
                await ended;
                clearTimeout(overdue);
            }
        }
        rmSync(this.directory, { recursive: true, force: true });
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
        const log = openSync(this.file(`${program}.log`), "a");
        const process = spawn(path.join(this.programs, program), args, { stdio: ["ignore", log, log] });
        closeSync(log);
        this.processes.push({ program, process });
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
        throw new Error(`the API server did not become ready:\n${this.lastLines("kube-apiserver")}`);
    }

    private clientWith(authority: string, server: string, token: string): Client | undefined {
        try {
            return new Client({ server, authority: readFileSync(authority, "utf8"), credentials: { token } });
        } catch {
            // The certificate is not there yet.
            return undefined;
        }
    }

    /** @throws when one of the programs has ended, with the end of its log. */
    checkAlive(): void {
        for (const { program, process } of this.processes) {
            if (process.exitCode !== null || process.signalCode !== null) {
                throw new Error(`${program} ended:\n${this.lastLines(program)}`);
            }
        }
    }

    private lastLines(program: Program): string {
        return readFileSync(this.file(`${program}.log`), "utf8")
            .split("\n")
            .slice(-15)
            .join("\n");
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
        return path.join(this.directory, name);
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
