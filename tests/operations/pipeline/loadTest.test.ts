import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { loadTestArguments } from "../../../operations/pipeline/loadTest";
import { findCommand, skipUnless } from "../../components/database/sandbox";

const root = path.resolve(__dirname, "../../..");

/** The script, run by k6 itself against a service on the loopback that answers as its path says. */
describe("the load test with a real k6", function () {
    this.timeout(60_000);

    let server: Server;
    before(async function () {
        skipUnless(
            this,
            findCommand("k6") !== undefined,
            "k6 (https://github.com/grafana/k6/releases, or go install go.k6.io/k6@v1.8.1)",
        );
        let asked = 0;
        server = createServer(({ url }, response) => {
            const broken = url === "/failing" && ++asked % 5 === 0;
            setTimeout(() => response.writeHead(broken ? 500 : 200).end(), url === "/slow" ? 1200 : 1);
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
    });
    after(() => {
        server?.closeAllConnections();
        server?.close();
    });

    async function load(...paths: readonly string[]): Promise<{ code: number | null; output: string }> {
        const { port } = server.address() as AddressInfo;
        const endpoints = paths.map((service) => ({
            system: "shop",
            service,
            url: `http://127.0.0.1:${port}/${service}`,
        }));
        const child = spawn("k6", loadTestArguments(root, endpoints, { duration: "4s" }));
        let output = "";
        child.stdout.on("data", (text: Buffer) => void (output += text.toString()));
        child.stderr.on("data", (text: Buffer) => void (output += text.toString()));
        const [code] = (await once(child, "close")) as [number | null];
        return { code, output };
    }

    const cases: readonly (readonly [what: string, paths: readonly string[], code: number, crossed: RegExp])[] = [
        ["passes services that answer in time", ["well", "fine"], 0, /shop\/fine/],
        ["fails one that is slow, beside one that is not", ["well", "slow"], 99, /✗ 'p\(95\)<1000'/],
        ["fails one that fails once in five times", ["failing"], 99, /✗ 'rate<0\.05'/],
    ];
    for (const [what, paths, code, crossed] of cases) {
        it(what, async () => {
            const { code: ended, output } = await load(...paths);
            assert.equal(ended, code, output);
            assert.match(output, crossed);
        });
    }
});
