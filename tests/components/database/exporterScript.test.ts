import assert from "node:assert/strict";
import { exporterFiles } from "../../../components/database/scripts";
import { eventually, findCommand, Sandbox } from "./sandbox";

/** Prints the password it was started with and then runs until it is told to end. */
const exporter = `#!/bin/sh
trap 'echo ended; exit 0' TERM
echo "$* with $DATA_SOURCE_PASS and $MYSQLD_EXPORTER_PASSWORD"
while :; do sleep 0.1; done
`;

const shells = [["sh"], ["busybox", "sh"]].filter(([command = ""]) => findCommand(command) !== undefined);

for (const [command = "", ...rest] of shells) {
    describe(`the exporter's script in ${[command, ...rest].join(" ")}`, () => {
        let sandbox: Sandbox;

        beforeEach(() => {
            sandbox = new Sandbox(0);
            sandbox.install(exporterFiles());
            sandbox.setPassword("first");
        });

        afterEach(async () => sandbox.destroy());

        function start(program: string): ReturnType<Sandbox["start"]> {
            sandbox.command("exporter", program);
            return sandbox.start(
                command,
                [...rest, sandbox.path("scripts", "exporter.sh"), sandbox.path("bin", "exporter"), "--flag"],
                { PASSWORD_FILE: sandbox.path("credentials", "password"), CHECK_SECONDS: "0.1" },
            );
        }

        it("starts the exporter again with the new password", async () => {
            const running = start(exporter);
            await eventually("the first start", () => running.output.includes("--flag with first and first"));
            sandbox.setPassword("second");
            await eventually("the second start", () => running.output.includes("--flag with second and second"));
            assert.ok(running.output.includes("ended"));
            assert.equal(await running.stop(), 0);
        });

        it("ends when the exporter ends, so that the pod shows it", async () => {
            const running = start("#!/bin/sh\necho broken >&2\nexit 3\n");
            await eventually("the end", () => running.ended);
            assert.notEqual(await running.stop(), 0);
        });
    });
}
