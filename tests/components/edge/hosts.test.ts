import assert from "node:assert/strict";
import * as fc from "fast-check";
import { certificateHostsProblem, validationDomains, validationOf } from "../../../components/edge/hosts";

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `host-${index}.example.com`);
const long = `${"a".repeat(60)}.example.com`;

describe("certificateHostsProblem", () => {
    for (const hosts of [
        ["api.example.com"],
        ["example.com", "*.example.com"],
        ["api.example.com", long],
        numbered(10),
    ]) {
        it(`accepts [${hosts.slice(0, 2).join(", ")}${hosts.length > 2 ? ", …" : ""}]`, () => {
            assert.equal(certificateHostsProblem(hosts), undefined);
        });
    }

    for (const [what, hosts, expected] of [
        ["no host", [], /1 to 10 hosts, not 0/],
        ["more than ACM's ten", numbered(11), /1 to 10 hosts, not 11/],
        [
            "the same host twice",
            ["a.example.com", "b.example.com", "a.example.com"],
            /"a\.example\.com" is there twice/,
        ],
        ["upper case", ["API.example.com"], /"API\.example\.com" is not a lower-case host name/],
        ["a wildcard in the middle", ["api.*.example.com"], /is not a lower-case host name/],
        ["a bare label", ["localhost"], /is not a lower-case host name/],
        ["an URL", ["https://api.example.com"], /is not a lower-case host name/],
        ["a name that is too long", [`${"a.".repeat(127)}com`], /is not a lower-case host name/],
        ["a first host that cannot be a common name", [long, "api.example.com"], /at most 64 characters/],
    ] as const) {
        it(`refuses ${what}`, () => {
            assert.match(certificateHostsProblem(hosts) ?? "", expected);
        });
    }
});

describe("validationDomains", () => {
    it("needs one record for a domain and its wildcard", () => {
        assert.deepEqual(validationDomains(["*.example.com", "api.example.com", "example.com"]), [
            { domain: "example.com", hosts: ["*.example.com", "example.com"] },
            { domain: "api.example.com", hosts: ["api.example.com"] },
        ]);
    });
});

describe("validationOf", () => {
    const hosts = ["*.example.com", "api.example.com", "example.com", "www.example.com"];
    const options = hosts.map((domainName) => ({ domainName, record: domainName.replace("*.", "") }));

    it("finds each domain's record, in whatever order AWS answers", () => {
        fc.assert(
            fc.property(fc.shuffledSubarray(options, { minLength: options.length }), (answered) => {
                for (const domain of validationDomains(hosts)) {
                    assert.equal(validationOf(domain, answered).record, domain.domain);
                }
            }),
        );
    });

    it("says which host AWS left out", () => {
        const domain = { domain: "other.example.com", hosts: ["other.example.com"] };
        assert.throws(() => validationOf(domain, options), /did not say how to validate other\.example\.com/);
    });
});
