import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { commandLines, eventually, installed, ServerPod, type ServerOptions } from "./serverProcess";

const passwords = ["FirstPassword1", "SecondPassword2", "ThirdPassword3"] as const;
const [first, second, third] = passwords;

describe("the scripts of an in-cluster cache", function () {
    let pod: ServerPod;

    before(function () {
        if (!installed("redis-server", "redis-cli", "openssl", "wget")) {
            console.log(
                "      skipped: needs redis-server, redis-cli, openssl and wget (Debian: redis-server openssl wget)",
            );
            this.skip();
        }
    });
    afterEach(() => pod?.remove());

    async function serve(options: ServerOptions = {}): Promise<void> {
        pod = await ServerPod.create(first, options);
        await pod.startServer();
    }

    it("start a server that asks for the password", async () => {
        await serve();
        assert.ok(pod.accepts(first));
        assert.ok(!pod.accepts(second));
        assert.match(pod.send("", "ping"), /NOAUTH/);
    });

    it("limit memory and evict as the system says", async () => {
        await serve({ spec: { memoryMiB: 100, evictionPolicy: "volatile-lru" } });
        assert.match(pod.send(first, "config", "get", "maxmemory"), new RegExp(`${100 * 1024 * 1024}$`));
        assert.match(pod.send(first, "config", "get", "maxmemory-policy"), /volatile-lru$/);
    });

    it("keep what was written over a restart", async () => {
        pod = await ServerPod.create(first);
        const server = await pod.startServer();
        assert.equal(pod.send(first, "set", "key", "value"), "OK");
        await pod.stop(server);
        await pod.startServer();
        assert.equal(pod.send(first, "get", "key"), "value");
    });

    it("answer the kubelet", async () => {
        pod = await ServerPod.create(first);
        pod.run("prepare.sh");
        assert.notEqual(pod.run("probe.sh", "ready"), 0);
        assert.notEqual(pod.run("probe.sh", "alive"), 0);
        await pod.startServer();
        assert.equal(pod.run("probe.sh", "ready"), 0);
        assert.equal(pod.run("probe.sh", "alive"), 0);
    });

    it("count a server that is reading its data as alive but not ready", async () => {
        await serve();
        const loading = pod.file("loading-cli");
        writeFileSync(loading, "#!/bin/sh\necho 'LOADING Redis is loading the dataset in memory'\n", { mode: 0o755 });
        const script = readFileSync(pod.file("scripts", "common.sh"), "utf8");
        writeFileSync(pod.file("scripts", "common.sh"), script.replace('"$CLI"', `"${loading}"`));
        assert.equal(pod.run("probe.sh", "alive"), 0);
        assert.notEqual(pod.run("probe.sh", "ready"), 0);
    });

    it("hand a new password to the running server, which accepts the previous one until the next", async () => {
        await serve();
        pod.start("reload.sh");
        pod.setPassword(second);
        await eventually("the second password", () => pod.accepts(second));
        assert.ok(pod.accepts(first));
        await eventually("the note of it", () => readFileSync(pod.file("runtime", "password"), "utf8") === second);
        assert.equal(pod.run("probe.sh", "ready"), 0);

        pod.setPassword(third);
        await eventually("the third password", () => pod.accepts(third));
        assert.ok(pod.accepts(second));
        assert.ok(!pod.accepts(first));
    });

    it("go on after a restart in the middle of a rotation", async () => {
        await serve();
        pod.setPassword(second);
        // The server has learned the password, but the loop was killed before it could note it.
        pod.send(first, "acl", "setuser", "default", "resetpass", `>${second}`, `>${first}`);
        pod.start("reload.sh");
        await eventually("the note", () => readFileSync(pod.file("runtime", "password"), "utf8") === second);
        assert.ok(pod.accepts(first) && pod.accepts(second));
    });

    it("wait for a server that is not there yet, and then catch up", async () => {
        pod = await ServerPod.create(first);
        pod.run("prepare.sh");
        pod.start("reload.sh");
        pod.setPassword(second);
        await eventually("a failure", () => pod.output.includes("reload_password failed and is tried again"));
        await pod.startServer();
        assert.ok(pod.accepts(second));
        assert.ok(!pod.accepts(first));
    });

    for (const [what, bad] of [
        ["empty", ""],
        ["one that would need quoting", "two words"],
        ["a line of commands", "x\nFLUSHALL"],
    ] as const) {
        it(`leave the server alone when the password is ${what}`, async () => {
            await serve();
            pod.start("reload.sh");
            pod.setPassword(bad);
            await eventually("a complaint", () => pod.output.includes("other characters than letters and digits"));
            assert.ok(pod.accepts(first));
        });
    }

    it("never show a password on a command line, nor to other users in a file", async () => {
        await serve();
        pod.start("reload.sh");
        const seen: string[] = [];
        const watch = setInterval(() => seen.push(...commandLines()), 5);
        pod.setPassword(second);
        await eventually("the second password", () => readFileSync(pod.file("runtime", "password"), "utf8") === second);
        for (let probes = 0; probes < 5; probes++) {
            assert.equal(pod.run("probe.sh", "ready"), 0);
            await sleep(20);
        }
        clearInterval(watch);
        assert.ok(seen.some((line) => line.includes("reload.sh")));
        assert.ok(!seen.some((line) => passwords.some((password) => line.includes(password))));
        for (const file of ["server.conf", "password"]) {
            assert.equal(statSync(pod.file("runtime", file)).mode & 0o077, 0, file);
        }
    });

    it("end at once when they are told to", async () => {
        await serve();
        const loop = pod.start("reload.sh");
        await sleep(300);
        const began = Date.now();
        await pod.stop(loop);
        assert.ok(Date.now() - began < 2000);
        assert.equal(loop.exitCode, 0);
    });

    describe("with certificates", () => {
        const fingerprint = (): Promise<string> =>
            new Promise((resolve, reject) => {
                const socket = connect(
                    { host: "localhost", port: pod.port, ca: readFileSync(pod.file("tls", "ca.crt")) },
                    () => {
                        resolve(socket.getPeerCertificate().fingerprint256);
                        socket.end();
                    },
                );
                socket.once("error", reject);
            });

        it("encrypt every connection, with a certificate that clients can check", async () => {
            await serve({ tls: true });
            assert.ok(pod.accepts(first));
            assert.ok(await fingerprint());
        });

        it("show a renewed certificate without a restart", async () => {
            await serve({ tls: true });
            const before = await fingerprint();
            const pid = /process_id:(\d+)/.exec(pod.send(first, "info", "server"))?.[1];
            pod.start("reload.sh");
            pod.makeCertificate();
            await eventually("the renewed certificate", async () => (await fingerprint()) !== before);
            assert.match(pod.send(first, "info", "server"), new RegExp(`process_id:${pid}\\b`));
        });

        it("hand on a new password all the same", async () => {
            await serve({ tls: true });
            pod.start("reload.sh");
            pod.setPassword(second);
            await eventually("the second password", () => pod.accepts(second));
        });
    });

    describe("with an exporter", () => {
        let exporter: Server;
        let reloads: string[];
        let answer: number;

        before(async () => {
            exporter = createServer((request, response) => {
                const told = readFileSync(pod.file("runtime", "exporter.json"), "utf8");
                if (request.url === "/-/reload" && answer === 200) {
                    reloads.push(told);
                }
                response.writeHead(answer).end();
            });
            await new Promise<void>((resolve) => exporter.listen(0, "127.0.0.1", resolve));
        });
        beforeEach(() => {
            reloads = [];
            answer = 200;
        });
        after(() => exporter?.close());

        const known = (password: string): string => JSON.stringify({ [`redis://localhost:${pod.port}`]: password });

        it("tell it every password once", async () => {
            await serve({ exporterPort: (exporter.address() as { port: number }).port });
            assert.equal(readFileSync(pod.file("runtime", "exporter.json"), "utf8"), known(first));
            pod.start("reload.sh");
            await eventually("the first message", () => reloads.length === 1);
            pod.setPassword(second);
            await eventually("the second message", () => reloads.length === 2);
            await sleep(600);
            assert.deepEqual(reloads, [known(first), known(second)]);
        });

        it("try again until it has heard", async () => {
            await serve({ exporterPort: (exporter.address() as { port: number }).port });
            answer = 500;
            pod.start("reload.sh");
            await eventually("a failure", () => pod.output.includes("reload_exporter failed and is tried again"));
            answer = 200;
            await eventually("the message", () => reloads.length === 1);
        });
    });
});
