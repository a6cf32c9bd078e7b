import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Certificate, type CertificateArgs } from "../../../components/edge/certificate";
import { deploy, type ResourceGraph } from "../../harness";

const type = {
    certificate: "aws:acm/certificate:Certificate",
    validation: "aws:acm/certificateValidation:CertificateValidation",
    record: "aws:route53/record:Record",
};

const args: CertificateArgs = {
    tags: { stack: "dev", environment: "dev", extraTags: {} },
    hosts: ["api.example.com", "www.example.com"],
    hostedZoneId: pulumi.output("Z0123456789ABCDEFGHIJ"),
};

function certificate(overrides: Partial<CertificateArgs> = {}, preview = false): Promise<ResourceGraph> {
    return deploy(() => ({ arn: new Certificate("certificate", { ...args, ...overrides }).certificateArn }), {
        preview,
    });
}

describe("Certificate", () => {
    it("asks for a certificate whose first host is its domain, to be proven by DNS", async () => {
        const { inputs } = (await certificate()).one(type.certificate);
        assert.deepEqual(
            [inputs.domainName, inputs.subjectAlternativeNames, inputs.validationMethod],
            ["api.example.com", ["www.example.com"], "DNS"],
        );
        assert.equal((inputs.tags as Record<string, string>).Name, "api.example.com");
    });

    it("proves each host by its own record", async () => {
        const graph = await certificate();
        for (const host of args.hosts) {
            const { inputs } = graph.one(type.record, `certificate-${host}`);
            assert.match(String(inputs.name), new RegExp(`^_[0-9a-f]+\\.${host}\\.$`));
            assert.match(String((inputs.records as string[])[0]), /\.acm-validations\.aws\.$/);
            assert.deepEqual([inputs.zoneId, inputs.type, inputs.ttl], ["Z0123456789ABCDEFGHIJ", "CNAME", 300]);
            assert.equal(inputs.allowOverwrite, undefined);
        }
        const values = graph.ofType(type.record).map(({ inputs }) => String(inputs.records));
        assert.equal(new Set(values).size, 2);
    });

    it("proves a domain and its wildcard by one record", async () => {
        const graph = await certificate({ hosts: ["*.example.com", "example.com"] });
        assert.deepEqual(
            graph.ofType(type.record).map(({ name }) => name),
            ["certificate-example.com"],
        );
        assert.deepEqual(graph.one(type.certificate).inputs.subjectAlternativeNames, ["example.com"]);
    });

    it("is in the stack's region unless another is asked for", async () => {
        const regions = (graph: ResourceGraph): unknown[] =>
            [type.certificate, type.validation].map((each) => graph.one(each).inputs.region);
        assert.deepEqual(regions(await certificate()), [undefined, undefined]);
        assert.deepEqual(regions(await certificate({ region: "us-east-1" })), ["us-east-1", "us-east-1"]);
    });

    it("offers the certificate only once it is valid", async () => {
        const graph = await certificate();
        const validation = graph.one(type.validation);
        assert.ok(graph.waitsFor(validation, graph.one(type.certificate)));
        assert.ok(graph.ofType(type.record).every((record) => graph.waitsFor(validation, record)));
        assert.equal(graph.plan.outputs.arn, validation.inputs.certificateArn);
    });

    for (const [hosts, expected] of [
        [[], /hosts \[\] cannot be certified: a certificate has 1 to 10 hosts/],
        [["a.example.com", "a.example.com"], /"a\.example\.com" is there twice/],
    ] as const) {
        it(`refuses the hosts [${hosts.join(", ")}]`, async () => {
            await assert.rejects(certificate({ hosts }), expected);
        });
    }

    it("plans every record before AWS has said what is in them", async () => {
        const planned = await certificate({}, true);
        const made = await certificate();
        assert.deepEqual(planned.all.map(({ name }) => name).sort(), made.all.map(({ name }) => name).sort());
        assert.equal(planned.one(type.record, "certificate-api.example.com").inputs.zoneId, "Z0123456789ABCDEFGHIJ");
    });

    it("puts everything below itself and registers its outputs", async () => {
        const graph = await certificate();
        const component = graph.one("platform:edge:Certificate");
        assert.ok(graph.plan.registeredOutputs.has(component.urn));
        assert.ok(
            graph.all.filter(({ custom }) => custom).every(({ parent }) => parent === component.urn || parent === ""),
        );
    });
});
