import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { reportFile as writeReport } from "../../report/reportFile";
import { assess } from "../../simulation/assessment";
import type { Plan } from "../../simulation/record";
import { maskedSecret } from "../../simulation/wire";
import { planOf as planOfSketches } from "../simulation/plans";
import { planOf, viewOf } from "./plans";

const reportFile = (plan: Plan): { content: string } => writeReport(plan, assess(plan));

/** A plan of one resource. */
function planWith(inputs: Record<string, unknown>): Plan {
    const plan = planOfSketches([{ type: "random:index/randomPassword:RandomPassword", name: "a", inputs }]);
    return { ...plan, resources: plan.resources.filter(({ name }) => name === "a") };
}

/** The text of an element of the report, by what stands in its tag. */
function element(html: string, tag: string, attributes = ""): string {
    const start = `<${tag}${attributes}>`;
    const from = html.indexOf(start) + start.length;
    return html.slice(from, html.indexOf(`</${tag}>`, from));
}

describe("the report's file", () => {
    it("is the same bytes for the same plan", async () => {
        const plan = await planOf("dev");
        assert.equal(reportFile(plan).content, reportFile(plan).content);
    });

    it("names no address but its own", async () => {
        const { content } = reportFile(await planOf("dev"));
        const shell = content.replace(/<script[^]*?<\/script>|<style>[^]*?<\/style>/g, "");
        assert.deepEqual(shell.match(/\b(?:src|href|action)="[^"]*"/g), ['href="data:,"']);
        assert.deepEqual(element(content, "style").match(/@import|url\(/g), null);
    });

    it("allows exactly the script and the style that it contains", async () => {
        const { content } = reportFile(await planOf("dev"));
        const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(content) ?? [];
        const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
        assert.deepEqual(policy.split("; "), [
            "default-src 'none'",
            `script-src ${hash(element(content, "script"))}`,
            `style-src ${hash(element(content, "style"))}`,
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]);
    });

    it("contains nothing of a plan as markup", () => {
        const hostile = `</script><script>alert("1")</script><!--<script>`;
        const { content } = reportFile({
            ...planWith({ hostile, [hostile]: 1 }),
            project: hostile,
            stack: `<b title="x">`,
        });
        assert.equal(content.split("<script").length, reportFile(planWith({})).content.split("<script").length);
        assert.equal(content.includes("<b "), false);
        const inputs = element(content, "script", ` type="application/x-ndjson" id="inputs"`).trim();
        assert.deepEqual(JSON.parse(inputs), { hostile, [hostile]: 1 });
    });

    it("says of a secret only that it is one", async () => {
        const plan = await planOf("dev");
        const passwords = viewOf(plan).ofType("aws:secretsmanager/secretVersion:SecretVersion");
        assert.ok(passwords.length > 0);
        for (const { inputs } of passwords) {
            assert.equal(inputs.secretString, maskedSecret);
        }
    });

    it("is read into the same resources that the plan has", async () => {
        for (const stack of ["dev", "team-shop"]) {
            const plan = await planOf(stack);
            const view = viewOf(plan);
            assert.deepEqual(
                view.resources.map((resource) => ({
                    urn: view.urn(resource),
                    parent: resource.parent === undefined ? "" : view.urn(resource.parent),
                    inputs: resource.inputs,
                    dependencies: resource.dependencies.map((each) => view.urn(each)),
                    protect: resource.facts.protect === true,
                    retainOnDelete: resource.facts.retainOnDelete === true,
                })),
                plan.resources.map(({ urn, parent, inputs, dependencies, protect, retainOnDelete }) => ({
                    urn,
                    parent,
                    inputs: JSON.parse(JSON.stringify(inputs)) as unknown,
                    dependencies,
                    protect,
                    retainOnDelete,
                })),
            );
        }
    });
});
