import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { checkOutput, publish } from "../../simulation/publish";
import { contents, temporaryDirectories } from "./support";

const temporary = temporaryDirectories();

const plan = (content: string): { path: string; content: string } => ({ path: "plan.json", content });

describe("an output directory", () => {
    it("is made with its parents", () => {
        const directory = path.join(temporary(), "a", "b");
        publish(directory, [plan("1"), { path: "rules/x.yaml", content: "groups: []" }]);
        assert.deepEqual(contents(directory), { "plan.json": "1", "rules/x.yaml": "groups: []" });
    });

    it("is replaced as a whole: what the new output does not have is gone", () => {
        const directory = path.join(temporary(), "out");
        publish(directory, [plan("1"), { path: "rules/x.yaml", content: "groups: []" }]);
        publish(directory, [plan("2")]);
        assert.deepEqual(contents(directory), { "plan.json": "2" });
        assert.deepEqual(readdirSync(path.dirname(directory)), ["out"], "no temporary directory is left");
    });

    it("is left alone when nothing differs", () => {
        const directory = path.join(temporary(), "out");
        const files = [plan("1"), { path: "rules/x.yaml", content: "groups: []" }];
        publish(directory, files);
        const { ino } = statSync(path.join(directory, "plan.json"));
        publish(directory, files);
        assert.equal(statSync(path.join(directory, "plan.json")).ino, ino);
        publish(directory, [plan("1"), { path: "rules/x.yaml", content: "groups: [1]" }]);
        assert.notEqual(statSync(path.join(directory, "plan.json")).ino, ino);
    });

    const long = `${"x".repeat(256 * 1024 - 1)}größer ${"≤".repeat(300_000)}`;
    const differences: readonly (readonly [what: string, before: string, after: string])[] = [
        ["a character of a long text", long, long.replace("g", "G")],
        ["the last character of a long text", long, `${long.slice(0, -1)}≥`],
        ["one character that is missing", "abc", "ab"],
        ["one character more", "ab", "abc"],
        ["everything", "", "abc"],
        ["nothing that is left", "abc", ""],
    ];
    for (const [what, before, after] of differences) {
        it(`is written anew when the difference is ${what}`, () => {
            const directory = path.join(temporary(), "out");
            const inode = (): number => statSync(directory).ino;
            publish(directory, [plan(before)]);
            const first = inode();
            publish(directory, [plan(before)]);
            assert.equal(inode(), first, "the same text is left alone");
            publish(directory, [plan(after)]);
            assert.notEqual(inode(), first);
            assert.deepEqual(contents(directory), { "plan.json": after });
        });
    }

    it("is written anew where a directory has the name of a file", () => {
        const directory = path.join(temporary(), "out");
        const files = [plan("1"), { path: "rules/x.yaml", content: "" }];
        publish(directory, files);
        rmSync(path.join(directory, "rules", "x.yaml"));
        mkdirSync(path.join(directory, "rules", "x.yaml"));
        writeFileSync(path.join(directory, "rules", "x.yaml", "y"), "");
        publish(directory, files);
        assert.deepEqual(contents(directory), { "plan.json": "1", "rules/x.yaml": "" });
    });

    it("may exist if it is empty", () => {
        const directory = temporary();
        publish(directory, [plan("1")]);
        assert.deepEqual(contents(directory), { "plan.json": "1" });
    });

    it("may be a link: what it leads to is replaced", () => {
        const parent = temporary();
        mkdirSync(path.join(parent, "real"));
        symlinkSync("real", path.join(parent, "link"));
        publish(path.join(parent, "link"), [plan("1")]);
        assert.deepEqual(contents(path.join(parent, "real")), { "plan.json": "1" });
        assert.deepEqual(readdirSync(parent).sort(), ["link", "real"]);
    });

    it("with files of somebody else is refused and left alone", () => {
        const directory = temporary();
        writeFileSync(path.join(directory, "thesis.txt"), "years of work");
        writeFileSync(path.join(directory, "plan.json"), "{}");
        assert.throws(() => checkOutput(directory), {
            name: "UserError",
            message: `${directory} holds files that no simulation wrote (thesis.txt); they would be lost. Choose another directory with --out.`,
        });
        assert.throws(() => publish(directory, [plan("1")]), { name: "UserError" });
        assert.equal(contents(directory)["thesis.txt"], "years of work");
        assert.equal(contents(directory)["plan.json"], "{}");
    });

    it("that is a file is refused", () => {
        const file = path.join(temporary(), "out");
        writeFileSync(file, "x");
        assert.throws(() => checkOutput(file), { name: "UserError", message: /is a file; choose another directory/ });
    });

    it("below a file cannot be made, and the message says why", () => {
        const file = path.join(temporary(), "file");
        writeFileSync(file, "x");
        assert.throws(() => publish(path.join(file, "out"), [plan("1")]), {
            name: "UserError",
            message: /cannot be written: part of the path is a file\.$/,
        });
    });

    it("keeps the earlier output when a file of the new one cannot be written", () => {
        const directory = path.join(temporary(), "out");
        publish(directory, [plan("good")]);
        assert.throws(() => publish(directory, [plan("new"), { path: "plan.json/impossible", content: "" }]), {
            name: "UserError",
            message: /cannot be written/,
        });
        assert.deepEqual(contents(directory), { "plan.json": "good" });
        assert.deepEqual(readdirSync(path.dirname(directory)), ["out"], "no temporary directory is left");
    });
});
