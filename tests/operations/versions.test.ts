import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { imageTag } from "../../config/schema";
import {
    earlierVersions,
    requestedChanges,
    requireSystem,
    versionsIn,
    withVersions,
    type StackFile,
} from "../../operations/versions";

const file: StackFile = {
    name: "Pulumi.dev.yaml",
    text: readFileSync(`${__dirname}/fixtures/bakery/Pulumi.dev.yaml`, "utf8"),
};
const withText = (text: string): StackFile => ({ ...file, text });

describe("the versions in a stack's file", () => {
    it("are read whatever the style of the file", () => {
        assert.deepEqual(versionsIn(file), { bread: "1.0.0", cakes: "7" });
        assert.deepEqual(versionsIn(withText("config:\n  systems:\n    bread:\n      version: 2.1\n")), {
            bread: "2.1",
        });
        assert.deepEqual(versionsIn(withText("config: {}\n")), {});
        assert.deepEqual(versionsIn(withText("")), {});
    });

    it("change without any other change, comments and quotes included", () => {
        const text = withVersions(file, [
            { system: "bread", from: "1.0.0", to: "1.1.0" },
            { system: "cakes", from: "7", to: "8" },
        ]);
        assert.equal(
            text,
            file.text.replace("version: 1.0.0 # the", "version: 1.1.0 # the").replace('version: "7"', 'version: "8"'),
        );
    });

    it("are read back as they were written, whatever tag it is", () => {
        const tag = fc
            .stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/)
            .filter((text) => imageTag.safeParse(text).success);
        fc.assert(
            fc.property(tag, (to) => {
                const text = withVersions(file, [{ system: "bread", from: "1.0.0", to }]);
                assert.deepEqual(versionsIn(withText(text)), { bread: to, cakes: "7" });
            }),
        );
    });
});

describe("a request for versions", () => {
    it("lists what changes", () => {
        assert.deepEqual(requestedChanges(file, ["bread=1.1.0", "cakes=7"]), [
            { system: "bread", from: "1.0.0", to: "1.1.0" },
        ]);
    });

    const mistakes: readonly (readonly [request: readonly string[], message: RegExp])[] = [
        [["bread"], /^"bread" is no version: write <system>=<version>/],
        [["bread="], /^"bread=" is no version/],
        [["bred=1.1.0"], /^Pulumi\.dev\.yaml runs no system "bred"; did you mean "bread"\? It runs: bread, cakes\.$/],
        [["bread=latest"], /^"latest" cannot be the version of bread: it must be a version; `latest` names none\.$/],
        [["bread=a b"], /^"a b" cannot be the version of bread: it must be an image tag/],
        [["bread=1.1.0", "bread=1.2.0"], /^bread is given two versions: 1\.1\.0 and 1\.2\.0\.$/],
    ];
    for (const [request, message] of mistakes) {
        it(`is refused: ${request.join(" ")}`, () => {
            assert.throws(() => requestedChanges(file, request), { name: "UserError", message });
        });
    }

    it("for a stack without systems says so", () => {
        assert.throws(() => requireSystem(withText(""), "bread"), { message: /It runs none\.$/ });
    });
});

describe("the earlier versions", () => {
    const revision = (version: string, id: string): { revision: string; text: string } => ({
        revision: id,
        text: file.text.replace("1.0.0", version),
    });
    const of = (text: string, history: readonly { revision: string; text: string }[]): string[] =>
        [...earlierVersions(withText(text), "bread", history)].map((each) => `${each.version} in ${each.revision}`);

    const histories: readonly (readonly [
        what: string,
        history: readonly { revision: string; text: string }[],
        versions: readonly string[],
    ])[] = [
        [
            "are those that differ from what the file says now, newest first",
            [revision("1.0.0", "c"), revision("0.9.0", "b"), revision("0.8.0", "a")],
            ["0.9.0 in b", "0.8.0 in a"],
        ],
        ["begin with the committed one when the file has changed since", [revision("0.9.0", "b")], ["0.9.0 in b"]],
        [
            "come once each, with the commit that had them last",
            [revision("0.9.0", "d"), revision("0.8.0", "c"), revision("0.9.0", "b"), revision("1.0.0", "a")],
            ["0.9.0 in d", "0.8.0 in c"],
        ],
        [
            "are those of the system alone",
            [{ revision: "b", text: file.text.replace('"7"', '"6"') }, revision("0.9.0", "a")],
            ["0.9.0 in a"],
        ],
        [
            "leave out texts that were broken or did not have the system yet",
            [{ revision: "c", text: "config: [" }, { revision: "b", text: "config: {}" }, revision("0.9.0", "a")],
            ["0.9.0 in a"],
        ],
        ["are none when there was only one", [revision("1.0.0", "a")], []],
    ];
    for (const [what, history, versions] of histories) {
        it(what, () => assert.deepEqual(of(file.text, history), versions));
    }

    it("are read no further than needed", () => {
        let read = 0;
        const history = function* (): Generator<{ revision: string; text: string }> {
            for (const version of ["0.9.0", "0.8.0"]) {
                read += 1;
                yield revision(version, version);
            }
        };
        const [first] = earlierVersions(file, "bread", history());
        assert.equal(first?.version, "0.9.0");
        assert.equal(read, 1);
    });
});
