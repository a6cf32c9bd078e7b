import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { container } from "../database/fixture";
import { eventually, skipUnless, type Outcome } from "../database/sandbox";
import { hasEmulator, S3Emulator } from "./s3Emulator";
import { runPod, storeKinds, type Store } from "./stores";

/**
 * The pods of the backup and restore CronJobs, with their very scripts: against real servers, and through the real AWS CLI against S3
 * (moto). Each store is filled, backed up, lost and restored; then everything goes wrong that can, one thing at a time.
 */

const bucket = "shop-dev-backups";

for (const { name, program, installed, start } of storeKinds) {
    describe(`backups of ${name}, through S3`, function () {
        this.timeout(180_000);

        let store: Store;
        let s3: S3Emulator;
        /** What was there when the last good backup was made. */
        let original: readonly string[];
        /** Its name. */
        let good: string;

        before(async function () {
            skipUnless(this, installed(), program);
            skipUnless(this, hasEmulator(), "moto_server and aws (PyPI: moto[server], awscli)");
            s3 = await S3Emulator.start(bucket);
            store = await start();
            await store.fill();
            original = store.rows();
            const { status, output } = backUp();
            assert.equal(status, 0, output);
            [good = ""] = backups();
        });

        after(async () => {
            await store?.stop();
            await s3?.stop();
        });

        function backUp(environment: Record<string, string> = {}): Outcome {
            store.sandbox.emptyWork();
            return runPod(store, s3, store.backupPod, environment);
        }

        function restore(environment: Record<string, string> = {}): Outcome {
            store.sandbox.emptyWork();
            return runPod(store, s3, store.restorePod, environment);
        }

        const objects = (): Readonly<Record<string, string>> => s3.objects(bucket, `${store.prefix}/`);

        /** Names of the backups that there have been, oldest first. */
        const backups = (): string[] =>
            [...new Set(Object.keys(objects()).map((key) => key.replace(/@.*$/, "").replace(/^.*\//, "")))]
                .filter((key) => key.endsWith(store.suffix))
                .sort();

        /** Puts a file into the bucket that says it is a complete backup. Gives back its key. */
        function plant(key: string, content: Buffer): void {
            const file = path.join(s3.directory, key);
            writeFileSync(file, content);
            writeFileSync(`${file}.sha256`, `${createHash("sha256").update(content).digest("hex")}  ${key}\n`);
            for (const each of [file, `${file}.sha256`]) {
                s3.aws("s3", "cp", each, `s3://${bucket}/${store.prefix}/${path.basename(each)}`);
            }
        }

        function remove(key: string): void {
            for (const each of [key, `${key}.sha256`]) {
                s3.aws("s3", "rm", `s3://${bucket}/${store.prefix}/${each}`);
            }
        }

        it("bring back everything that was lost, row by row", () => {
            store.lose();
            const { status, output } = restore({ SWITCH: "yes" });
            assert.equal(status, 0, output);
            assert.deepEqual(store.rows(), original);
            assert.ok(original.length > 3000, `there are only ${original.length} rows`);
        });

        it("are restored beside what is there, which stays as it is until the switch", () => {
            store.discardCopies();
            store.damage();
            const damaged = store.rows();
            assert.notDeepEqual(damaged, original);
            const { status, output } = restore();
            assert.equal(status, 0, output);
            assert.deepEqual(store.rows(), damaged);
            store.discardCopies();
            assert.equal(restore({ SWITCH: "yes" }).status, 0);
            assert.deepEqual(store.rows(), original);
        });

        it("are tried out without a trace", () => {
            store.discardCopies();
            const rows = store.rows();
            const { status, output } = restore({ AFTERWARDS: "drop" });
            assert.equal(status, 0, output);
            assert.match(output, /done: .* has [1-9]\d* (tables|keys)\n/);
            assert.match(output, /it was a trial/);
            assert.deepEqual(store.rows(), rows);
            assert.deepEqual(store.copies(), []);
        });

        it("are chosen by a moment", () => {
            plant(`20200101T000000Z.${store.suffix}`, Buffer.from("an older one"));
            try {
                assert.match(restore({ BEFORE: "20200601T000000Z" }).output, /downloaded .*\/20200101T000000Z\./);
                store.discardCopies();
                const newest = restore({ BEFORE: "20990101T000000Z" });
                assert.match(newest.output, new RegExp(`downloaded .*/${good}`));
                assert.match(
                    restore({ BEFORE: "20190101T000000Z" }).output,
                    /there is no complete backup in .* from 2019/,
                );
            } finally {
                remove(`20200101T000000Z.${store.suffix}`);
            }
        });

        it("refuse one that was cut off, and the last good one can still be named", () => {
            const file = path.join(s3.directory, "good");
            s3.aws("s3", "cp", `s3://${bucket}/${store.prefix}/${good}`, file);
            const whole = readFileSync(file);
            const key = `20990101T000000Z.${store.suffix}`;
            plant(key, whole.subarray(0, whole.length / 2));
            try {
                const rows = store.rows();
                const { status, output } = restore();
                assert.notEqual(status, 0);
                assert.match(output, /ERROR: .*(damaged|cut off|cannot be unpacked)/);
                assert.deepEqual(store.rows(), rows);
                store.discardCopies();
                assert.equal(restore({ BACKUP: good, SWITCH: "yes" }).status, 0);
                assert.deepEqual(store.rows(), original);
            } finally {
                remove(key);
            }
        });

        it("leave the last good one as it is when the password is wrong", () => {
            const before = objects();
            const file = store.sandbox.path("tmp", "wrong");
            writeFileSync(file, "wrong");
            const { status, output } = backUp({ PASSWORD_FILE: file });
            assert.notEqual(status, 0);
            assert.match(output, /ERROR: .* refuses the password/);
            assert.deepEqual(objects(), before);
        });

        it("leave the last good one as it is when AWS does not accept the key", async () => {
            const before = objects();
            const key = await s3.enforceKeys();
            try {
                const { status, output } = backUp({ ...key, AWS_SECRET_ACCESS_KEY: "another" });
                assert.notEqual(status, 0);
                assert.match(
                    output,
                    /SignatureDoesNotMatch[^]*ERROR: cannot upload .*; earlier backups are as they were/,
                );
                const good = backUp(key);
                assert.equal(good.status, 0, good.output);
            } finally {
                await s3.trustEverybody();
            }
            for (const [version, digest] of Object.entries(before)) {
                assert.equal(objects()[version], digest);
            }
        });

        it("leave the last good one as it is when the disk is full", function () {
            const before = objects();
            const small = store.sandbox.path("small");
            mkdirSync(small);
            if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=16k,mode=777", "tmpfs", small]).status !== 0) {
                console.log("      skipped: a small file system cannot be mounted here");
                this.skip();
            }
            try {
                const { status, output } = backUp({ WORK_DIR: small });
                assert.notEqual(status, 0);
                assert.match(output, /No space left[^]*ERROR: .*cannot be written to/);
                assert.deepEqual(objects(), before);
            } finally {
                spawnSync("umount", [small]);
                rmSync(small, { recursive: true, force: true });
            }
        });

        it("leave the last good one as it is when an upload is killed half-way", async () => {
            const before = objects();
            store.sandbox.emptyWork();
            const key = `20980101T000000Z.${store.suffix}`;
            const content = randomBytes(24 * 2 ** 20);
            writeFileSync(store.sandbox.path("work", key), content);
            writeFileSync(store.sandbox.path("work", `${key}.sha256`), `${"0".repeat(64)}  ${key}\n`);
            writeFileSync(path.join(s3.directory, "config"), "[default]\ns3 =\n  max_bandwidth = 300KB/s\n");
            const upload = container(store.backupPod, "upload");
            const [command = "", ...args] = store.sandbox.commandOf(upload);
            const child = spawn(command, args, {
                env: { ...s3.environment, ...store.sandbox.variablesOf(upload) },
                stdio: "ignore",
                detached: true,
            });
            const ended = new Promise((resolve) => child.once("exit", resolve));
            await eventually("the upload to begin", async () => (await s3.unfinishedUploads(bucket)).includes(key));
            process.kill(-(child.pid ?? 0), "SIGKILL");
            await ended;
            rmSync(path.join(s3.directory, "config"));
            assert.deepEqual(objects(), before);
            store.discardCopies();
            const { status, output } = restore({ SWITCH: "yes" });
            assert.equal(status, 0, output);
            assert.deepEqual(store.rows(), original);
        });
    });
}
