import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { noticeText } from "../../../operations/pipeline/notify";
import { temporaryDirectories } from "../../simulation/support";
import { pipeline } from "./support";

const temporary = temporaryDirectories();

describe("messages to Slack", () => {
    it("say what happened, and escape what Slack would read as markup", () => {
        assert.equal(
            noticeText({
                stack: "prod",
                what: "deployment",
                outcome: "failure",
                runUrl: "https://x/1",
                note: "a < b & c",
            }),
            "deployment of prod failed. a &lt; b &amp; c <https://x/1|the run>",
        );
    });

    it("are posted to the webhook", async () => {
        const bodies: string[] = [];
        const server = createServer((request, response) => {
            request.on("data", (chunk: Buffer) => bodies.push(chunk.toString()));
            request.on("end", () => response.end("ok"));
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
        const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
        const { code, stdout } = await pipeline(temporary(), ["notify", "dev", "deployment", "success"], {
            env: { SLACK_WEBHOOK_URL: webhook },
        });
        server.close();
        assert.equal(code, 0);
        assert.deepEqual(bodies, ['{"text":"deployment of dev succeeded."}']);
        assert.match(stdout, /Slack was told/);
    });

    it("that do not arrive fail no deployment, and give the webhook's address away to nobody", async () => {
        const { code, stdout, stderr } = await pipeline(temporary(), ["notify", "dev", "deployment", "success"], {
            env: { SLACK_WEBHOOK_URL: "http://127.0.0.1:1/secret" },
        });
        assert.equal(code, 0);
        assert.match(stdout, /Slack was not told/);
        assert.ok(!(stdout + stderr).includes("/secret"));
    });
});
