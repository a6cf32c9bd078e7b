import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { publicEndpoints } from "../../../operations/pipeline/endpoints";
import { integrationTest, smokeTest } from "../../../operations/pipeline/smokeTest";
import { simulateStack } from "../../harness";
import { temporaryDirectories } from "../../simulation/support";
import { loggedIn, pipeline, type Result } from "./support";

const temporary = temporaryDirectories();

describe("the public endpoints of prod", () => {
    it("are asked where their readiness probes are, and no faster than they allow", async () => {
        const { plan } = await simulateStack("prod");
        assert.deepEqual(
            publicEndpoints(plan, plan.outputs.endpoints).map(({ url, requestsPerMinute }) => [url, requestsPerMinute]),
            [
                ["https://employee-mgmt.example.com/api/v1/health", 100],
                ["https://practice.example.com/healthz", undefined],
                ["https://shop.example.com/ready", undefined],
                ["https://users.example.com/health", undefined],
            ],
        );
    });
});

describe("with a service that answers", () => {
    let server: Server;
    let url: string;
    /** What the service says, one after the other; the last one stays. */
    let answers: { status: number; body?: string; location?: string }[];
    let asked: number;
    beforeEach(async () => {
        asked = 0;
        server = createServer((_, response) => {
            const { status, body = "", location } = answers[Math.min(asked++, answers.length - 1)] ?? { status: 500 };
            response.writeHead(status, location === undefined ? {} : { location });
            response.end(body);
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    afterEach(async () => {
        server.closeAllConnections();
        await once(server.close(), "close");
    });

    /** A clock that moves on by a minute at every look. */
    const clock = (): (() => Date) => {
        let minutes = 0;
        return () => new Date(Date.UTC(2026, 0, 1, 0, minutes++));
    };
    const run = (command: "smoke-test" | "load-test", status = 0): Promise<Result> =>
        pipeline(temporary(), [command, "dev"], {
            env: loggedIn,
            outputs: { endpoints: { bread: { oven: url, stove: "http://stove.bread.svc.cluster.local" } } },
            now: clock(),
            programs: () => ({ status, stdout: "k6's report\n" }),
        });

    it("the smoke test passes after three good answers running", async () => {
        answers = [{ status: 200 }];
        const { code, stdout, stderr } = await run("smoke-test");
        assert.equal(code, 0, stderr);
        assert.match(stdout, /ok {4}bread\/oven http:\/\/127/);
        assert.equal(asked, 3);
    });

    it("it waits for a service that is on its way up, and trusts no single good answer", async () => {
        answers = [{ status: 503 }, { status: 200 }, { status: 502 }, { status: 200 }];
        assert.equal((await run("smoke-test")).code, 0);
        assert.equal(asked, 6);
    });

    it("it fails when the patience is over, with the last answer", async () => {
        answers = [{ status: 503, body: "no\n  database" }];
        const { code, stdout, stderr } = await run("smoke-test");
        assert.equal(code, 1);
        assert.match(stdout, /FAIL {2}bread\/oven .* answers: 503 no database/);
        assert.match(stderr, /1 of 1 checks failed/);
    });

    it("it fails when nobody listens", async () => {
        server.closeAllConnections();
        await once(server.close(), "close");
        assert.match((await run("smoke-test")).stdout, /ECONNREFUSED/);
        await once(server.listen(0, "127.0.0.1"), "listening");
    });

    it("it takes a redirection for no answer", async () => {
        answers = [{ status: 302, location: "/login" }];
        const [check] = await smokeTest([{ system: "a", service: "b", url }], {
            patienceSeconds: 0,
            pause: () => Promise.resolve(),
            now: () => new Date(),
        });
        assert.match(check?.problem ?? "", /^302/);
    });

    it("the integration test finds a certificate that cannot be had", async () => {
        answers = [{ status: 200 }];
        const endpoint = { system: "a", service: "b", url: url.replace("http:", "https:") };
        const checks = await integrationTest([endpoint], {
            patienceSeconds: 0,
            pause: () => Promise.resolve(),
            now: () => new Date(),
        });
        assert.ok(checks[0]?.problem !== undefined);
        assert.match(checks[1]?.problem ?? "", /answers 200 in clear text/);
    });

    it("the load test is k6's", async () => {
        const { code, ran, stdout } = await run("load-test");
        assert.equal(code, 0);
        assert.match(
            ran[0] ?? "",
            /^k6 run .*TARGETS=\[\{"name":"bread\/oven","url":"http:\/\/127[^"]*","perMinute":1200\}\]/,
        );
        assert.match(stdout, /k6's report/);
    });

    it("it tells limits that were crossed from a k6 that could not run", async () => {
        assert.match((await run("load-test", 99)).stderr, /slower or failed more often than its alerts allow/);
        assert.match((await run("load-test", 107)).stderr, /k6 could not run the test \(exit code 107\)/);
    });
});
