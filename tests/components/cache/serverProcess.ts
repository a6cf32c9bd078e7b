import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { scripts } from "../../../components/cache/scripts";
import { serverConfig } from "../../../components/cache/serverConfig";
import type { CacheSpec } from "../../../components/cache/spec";
import { freePort } from "../../ports";

/** Whether commands are installed. */
export function installed(...commands: string[]): boolean {
    return commands.every((command) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0);
}

/** Waits until something is so, for ten seconds at most. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
        if (await isSo()) {
            return;
        }
        await sleep(100);
    }
    throw new Error(`waited ten seconds for ${what}`);
}

export interface ServerOptions {
    readonly spec?: Partial<CacheSpec>;
    readonly tls?: boolean;
    /** Where the exporter listens. Default: there is none. */
    readonly exporterPort?: number;
}

/** The pod of an in-cluster cache as processes on this machine: its scripts, its configuration, a real server. */
export class ServerPod {
    readonly directory = mkdtempSync(path.join(tmpdir(), "cache-"));
    /** What the loop and the server printed. */
    output = "";
    private readonly running: ChildProcess[] = [];

    private constructor(
        readonly port: number,
        private readonly options: ServerOptions,
    ) {}

    static async create(password: string, options: ServerOptions = {}): Promise<ServerPod> {
        const pod = new ServerPod(await freePort(), options);
        for (const each of ["scripts", "credentials", "runtime", "data", "tls"]) {
            mkdirSync(path.join(pod.directory, each));
        }
        for (const [name, text] of Object.entries(scripts)) {
            writeFileSync(path.join(pod.directory, "scripts", name), text);
        }
        const config = serverConfig({
            spec: { engine: "redis", version: "7", ...options.spec },
            tlsDirectory: options.tls ? pod.file("tls") : undefined,
            dataDirectory: pod.file("data"),
        });
        writeFileSync(pod.file("server.conf"), config.replaceAll("6379", String(pod.port)));
        pod.setPassword(password);
        if (options.tls) {
            pod.makeCertificate();
        }
        return pod;
    }

    file(...parts: string[]): string {
        return path.join(this.directory, ...parts);
    }

    /** What Kubernetes does when the Secret changes. */
    setPassword(password: string): void {
        writeFileSync(this.file("credentials", "password"), password);
    }

    /** What cert-manager does: a certificate signed by an authority that stays. */
    makeCertificate(): void {
        const run = (...args: string[]): void =>
            void execFileSync("openssl", args, { cwd: this.file("tls"), stdio: "pipe" });
        const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        if (!readdirSync(this.file("tls")).includes("ca.crt")) {
            run("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=authority");
        }
        run("req", "-new", ...key, "-keyout", "tls.key.new", "-out", "tls.csr", "-subj", "/CN=redis");
        writeFileSync(this.file("tls", "names"), "subjectAltName=DNS:localhost");
        run(
            "x509",
            "-req",
            "-in",
            "tls.csr",
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-extfile",
            "names",
            "-out",
            "tls.crt.new",
        );
        execFileSync("sh", ["-c", "mv tls.key.new tls.key && mv tls.crt.new tls.crt"], { cwd: this.file("tls") });
    }

    private get environment(): NodeJS.ProcessEnv {
        const { exporterPort } = this.options;
        return {
            PATH: process.env.PATH,
            LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH,
            SCRIPTS_DIR: this.file("scripts"),
            CONFIG_FILE: this.file("server.conf"),
            PASSWORD_FILE: this.file("credentials", "password"),
            RUNTIME_DIR: this.file("runtime"),
            TLS_DIR: this.options.tls ? this.file("tls") : "",
            SERVER: "redis-server",
            CLI: "redis-cli",
            PORT: String(this.port),
            EXPORTER_ADDRESS: exporterPort === undefined ? "" : `redis://localhost:${this.port}`,
            EXPORTER_RELOAD_URL: exporterPort === undefined ? "" : `http://127.0.0.1:${exporterPort}/-/reload`,
            RELOAD_SECONDS: "0.2",
        };
    }

    /** Runs a script to its end and gives back its exit code. */
    run(script: string, ...args: string[]): number | null {
        return spawnSync("/bin/sh", [this.file("scripts", script), ...args], { env: this.environment }).status;
    }

    /** Starts a script that goes on. */
    start(script: string): ChildProcess {
        const child = spawn("/bin/sh", [this.file("scripts", script)], { env: this.environment });
        child.stdout.on("data", (text: Buffer) => (this.output += text.toString()));
        child.stderr.on("data", (text: Buffer) => (this.output += text.toString()));
        this.running.push(child);
        return child;
    }

    async startServer(): Promise<ChildProcess> {
        const server = this.start("start.sh");
        await eventually("the server", () => this.run("probe.sh", "ready") === 0);
        return server;
    }

    /** Sends a command as a client with a password and gives back the answer. */
    send(password: string, ...command: string[]): string {
        const { stdout, stderr } = spawnSync(
            "redis-cli",
            [
                "--no-auth-warning",
                ...["-h", "localhost", "-p", String(this.port)],
                ...(this.options.tls ? ["--tls", "--cacert", this.file("tls", "ca.crt")] : []),
                ...command,
            ],
            { env: { ...process.env, REDISCLI_AUTH: password }, encoding: "utf8" },
        );
        return `${stdout}${stderr}`.trim();
    }

    /** Whether a client with this password is let in. */
    accepts(password: string): boolean {
        return this.send(password, "ping") === "PONG";
    }

    async stop(child: ChildProcess): Promise<void> {
        if (child.exitCode === null && child.signalCode === null) {
            const ended = new Promise((resolve) => child.once("exit", resolve));
            child.kill("SIGTERM");
            await ended;
        }
    }

    async remove(): Promise<void> {
        await Promise.all(this.running.map((child) => this.stop(child)));
        rmSync(this.directory, { recursive: true });
    }
}

/** The command lines of all processes, as everybody on the machine can read them. */
export function commandLines(): string[] {
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => {
            try {
                return readFileSync(`/proc/${pid}/cmdline`, "utf8");
            } catch {
                return "";
            }
        });
}
