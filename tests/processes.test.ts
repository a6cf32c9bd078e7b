import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Processes } from "./processes";

const root = path.dirname(__dirname);

/** Starts a program that never ends and says where its directory is and who it is. */
const test = `
    const { Processes } = require("./tests/processes");
    const processes = new Processes("platform-processes");
    processes.start("sleeper", process.execPath, ["-e", "console.log(process.pid); setInterval(() => undefined, 1000)"]);
    const told = setInterval(() => {
        const pid = processes.lastLines("sleeper").trim();
        if (pid !== "") {
            clearInterval(told);
            console.log(JSON.stringify({ directory: processes.directory, pid: Number(pid) }));
        }
    }, 50);
    setInterval(() => undefined, 1000);
`;

/** Whether a process runs. One that has ended is listed until somebody takes notice. */
function runs(pid: number): boolean {
    const state = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
    return state !== "" && !state.startsWith("Z");
}

describe("Programs that a test starts", () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        it(`end with the test when it gets ${signal}`, async () => {
            const parent = spawn(process.execPath, ["-r", "./tests/register.js", "-e", test], { cwd: root });
            const [line] = (await once(parent.stdout, "data")) as [Buffer];
            const { directory, pid } = JSON.parse(line.toString()) as { directory: string; pid: number };
            assert.ok(runs(pid) && existsSync(directory));
            const ended = once(parent, "exit");
            parent.kill(signal);
            await ended;
            await wait(200);
            assert.ok(!runs(pid), "the program still runs");
            assert.ok(!existsSync(directory), "its files are still there");
        });
    }

    it("are found to have ended, with what they printed last", async () => {
        const processes = new Processes("platform-processes");
        try {
            processes.start("failing", process.execPath, ["-e", "console.error('no luck'); process.exit(1)"]);
            while (!processes.lastLines("failing").includes("no luck")) {
                await wait(50);
            }
            await wait(200);
            assert.throws(() => processes.checkAlive(), /failing ended:\nno luck/);
        } finally {
            await processes.stop();
        }
    });
});
