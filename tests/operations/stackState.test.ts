import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readState, takeOver } from "../../operations/stackState";
import type { ExportedState, TakeOver } from "../../operations/takeOver";
import { temporaryDirectories } from "../simulation/support";

const temporary = temporaryDirectories();

const urn = "urn:pulumi:dev::platform::platform:system:System$aws:rds/instance:Instance::vault-ledger-server-instance";
const type = "aws:rds/instance:Instance";
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
const database = {
    urn,
    type,
    custom: true,
    id: "db-LIVE",
    inputs: { identifier: "dev-vault-ledger", password: secret },
    outputs: { identifier: "dev-vault-ledger", address: "live.example" },
};
const other = { urn: "urn:pulumi:dev::platform::aws:s3/bucket:Bucket::b", type: "aws:s3/bucket:Bucket", id: "b" };
const state = (...resources: readonly object[]): object => ({ version: 3, deployment: { manifest: {}, resources } });

const wanted: TakeOver = {
    type,
    name: "vault-ledger-server-instance",
    id: "db-NEW",
    inputs: { identifier: "dev-vault-ledger-restored" },
};

/** The Pulumi CLI as far as it keeps states: in a file for each stack. */
const standIn = `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
const after = (name) => args[args.indexOf(name) + 1];
const file = __dirname + "/" + after("--stack") + ".json";
if (args[1] === "export") process.stdout.write(fs.readFileSync(file, "utf8"));
if (args[1] === "import") {
    fs.appendFileSync(__dirname + "/imports", after("--file") + "\\n");
    fs.copyFileSync(after("--file"), file);
}
`;

describe("handing a resource to a stack", () => {
    const path_ = process.env.PATH;
    let directory: string;
    let file: string;
    beforeEach(() => {
        directory = path.join(temporary(), "bin");
        mkdirSync(directory);
        file = path.join(directory, "dev.json");
        writeFileSync(path.join(directory, "pulumi"), standIn, { mode: 0o755 });
        process.env.PATH = `${directory}${path.delimiter}${path_}`;
    });
    afterEach(() => {
        process.env.PATH = path_;
    });

    const content = (): ExportedState => JSON.parse(readFileSync(file, "utf8")) as ExportedState;
    const take = (before: object, refresh: (targets: string[]) => void, what: TakeOver = wanted): Promise<void> => {
        writeFileSync(file, JSON.stringify(before));
        return takeOver({ name: "dev", workspace: { workDir: directory } }, what, (targets) => {
            refresh(targets);
            return Promise.resolve();
        });
    };
    /** What a refresh finds in the cloud. */
    const found = (identifier: string): void => {
        const { deployment } = content();
        const resources = (deployment?.resources ?? []).map((each) =>
            each.urn === urn ? { ...each, outputs: { ...each.outputs, identifier, address: "new.example" } } : each,
        );
        writeFileSync(file, JSON.stringify({ version: 3, deployment: { ...deployment, resources } }));
    };

    it("changes the one resource, reads it from the cloud, and leaves secrets encrypted", async () => {
        const asked: string[] = [];
        await take(state(other, database), (targets) => {
            asked.push(...targets);
            found("dev-vault-ledger-restored");
        });
        assert.deepEqual(asked, [urn]);
        const [first, taken] = content().deployment?.resources ?? [];
        assert.deepEqual(first, other);
        assert.deepEqual(taken, {
            ...database,
            id: "db-NEW",
            inputs: { identifier: "dev-vault-ledger-restored", password: secret },
            outputs: { identifier: "dev-vault-ledger-restored", address: "new.example" },
        });
    });

    it("leaves no file behind", async () => {
        await take(state(database), () => found("dev-vault-ledger-restored"));
        const [written = ""] = readFileSync(path.join(directory, "imports"), "utf8").split("\n");
        assert.ok(written !== "" && !existsSync(written) && !existsSync(path.dirname(written)), written);
    });

    const failures: readonly (readonly [what: string, refresh: () => void, message: RegExp])[] = [
        [
            "the refresh fails",
            () => {
                throw new Error("no credentials");
            },
            /no credentials/,
        ],
        ["the cloud has no such object", () => writeFileSync(file, JSON.stringify(state(other))), /has no aws:rds/],
        [
            "the object is another one",
            () => found("somebody-elses"),
            /cloud has no aws:rds.* db-NEW as it was expected/,
        ],
    ];
    for (const [what, refresh, message] of failures) {
        it(`puts the state back when ${what}`, async () => {
            await assert.rejects(take(state(other, database), refresh), message);
            assert.deepEqual(content(), state(other, database));
        });
    }

    it("refuses what the state does not have exactly once, and writes nothing", async () => {
        const nothing = (): void => assert.fail("nothing is to be refreshed");
        await assert.rejects(
            take(state(other), nothing),
            /has no aws:rds\/instance:Instance vault-ledger-server-instance: deploy/,
        );
        await assert.rejects(
            take(state(database, database), nothing),
            /has 2 of .*, because a deployment was interrupted/,
        );
        assert.ok(!existsSync(path.join(directory, "imports")));
    });

    it("reads a stack that was never deployed as empty", async () => {
        writeFileSync(path.join(directory, "new.json"), '{ "version": 3, "deployment": null }');
        assert.equal((await readState(directory, "new")).deployment, null);
    });
});
