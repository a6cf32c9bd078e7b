import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { assess } from "../../simulation/assessment";
import { differenceBetween } from "../../simulation/difference/difference";
import type { Plan } from "../../simulation/record";
import { eventually, skipUnless } from "../components/database/sandbox";
import { findChromium, Reader } from "./browser";
import { planOf } from "./plans";

const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

/** What axe-core finds wrong on a page, one line each. */
async function violationsOf(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const { violations } = await page.evaluate<{ violations: Violation[] }>("axe.run()");
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
    );
}

/** Waits until an expression holds. The page's policy forbids what the browser driver has for that. */
function until(page: Page, expression: string): Promise<void> {
    return eventually(expression, async () => (await page.evaluate(expression)) === true);
}

describe("the report in a browser", function () {
    let reader: Reader | undefined;
    let dev: Plan;
    let prod: Plan;

    const open = (...args: Parameters<Reader["open"]>): ReturnType<Reader["open"]> => {
        assert.ok(reader);
        return reader.open(...args);
    };

    before(async function () {
        const chromium = findChromium();
        skipUnless(this, chromium !== undefined, "chromium");
        reader = await Reader.start(chromium ?? "");
        dev = await planOf("dev");
        prod = await planOf("prod");
    });

    after(() => reader?.stop());

    const pages = [
        { at: "#/architecture", heading: "Architecture of dev" },
        { at: "#/systems", heading: "Systems" },
        { at: "#/systems/techcommerce", heading: "techcommerce" },
        { at: "#/resources", heading: "Resources" },
        {
            at: `#/resources/${encodeURIComponent("platform:network:Network$aws:ec2/vpc:Vpc::network-vpc")}`,
            heading: "network-vpc",
        },
        { at: "#/cost", heading: "Cost" },
        { at: "#/timeline", heading: "Timeline" },
        { at: "#/policies", heading: "Policies" },
        { at: "#/resources/none", heading: "No such resource" },
        { at: "#/systems/none", heading: "No such system" },
    ];

    const compared = [
        ...pages.map((page) => ({ ...page, stack: "dev", against: undefined })),
        { at: "#/difference", heading: "Difference from dev to prod", stack: "prod", against: "dev" },
    ];

    for (const { at, heading, stack, against } of compared) {
        it(`shows ${at} in light and dark without an error, a request or an obstacle`, async () => {
            const { page, address, messages, requests } = await open(stack === "prod" ? prod : dev, {
                at,
                ...(against !== undefined && { against: dev }),
            });
            assert.equal(await page.locator("h1").textContent(), heading);
            await page.evaluate(`document.querySelectorAll("details").forEach((each) => (each.open = true))`);
            for (const colorScheme of ["light", "dark"] as const) {
                await page.emulateMedia({ colorScheme });
                assert.deepEqual(await violationsOf(page), [], colorScheme);
            }
            assert.deepEqual(messages, []);
            assert.deepEqual(
                requests.filter((url) => !url.startsWith(address)),
                [],
            );
            await page.close();
        });
    }

    it("shows what differs from the plan that it was compared with", async () => {
        const { page } = await open(prod, { at: "#/difference", against: dev });
        const text = async (selector: string): Promise<string> => (await page.locator(selector).textContent()) ?? "";
        assert.match(await text(".headline"), /^\d+ added, \d+ changed, \d+ removed, \d+ replaced, \d+ unchanged\.$/);
        assert.match(
            await text(".facts"),
            /A month\$\d+.* → \$1,\d+, difference \+\$1,\d+.*To create.* min .* → .* min/,
        );
        assert.match(await text(".notice.danger"), /hold data are replaced or removed/);
        const lost = page.locator("#removed tbody tr", { hasText: "kubernetes:apps/v1:StatefulSet" }).first();
        assert.match((await lost.textContent()) ?? "", /holds data/);
        const subnet = page.locator("#replaced tbody tr", { hasText: "network-data-a" });
        assert.match((await subnet.textContent()) ?? "", /cidrBlockreplaces"10\.10\.[\d./]+"→"10\.30\.[\d./]+"/);
        await subnet.getByRole("link").click();
        await until(page, `document.querySelector("h1").textContent === "network-data-a"`);
        await page.close();
    });

    it("has no view of differences where it was compared with nothing", async () => {
        const { page } = await open(dev, { at: "#/difference" });
        assert.equal(await page.locator("h1").textContent(), "Architecture of dev");
        assert.equal(await page.getByRole("navigation").getByText("Difference").count(), 0);
        await page.close();
    });

    it("prints all of it, with what a button would show, and without what paper cannot do", async () => {
        const { page, messages } = await open(prod, {
            at: "#/cost",
            against: dev,
            viewport: { width: 980, height: 700 },
        });
        await page.emulateMedia({ media: "print" });
        await page.evaluate(`dispatchEvent(new Event("beforeprint"))`);
        assert.deepEqual(await page.locator("h1").allTextContents(), [
            "Architecture of prod",
            "Difference from dev to prod",
            "Systems",
            "Resources",
            "Cost",
            "Timeline",
            "Policies",
        ]);
        assert.equal(await page.locator("table.resources tbody tr:not(.spacer)").count(), prod.resources.length);
        const { lines } = assess(prod).cost;
        assert.equal(await page.locator("#lines tbody tr").count(), lines.length, "more than are shown on a screen");
        const { changes } = differenceBetween(dev, prod);
        for (const kind of ["added", "removed", "changed", "replaced"]) {
            const count = changes.filter((change) => change.kind === kind).length;
            assert.equal(await page.locator(`#${kind} tbody tr`).count(), count, kind);
        }
        assert.equal(await page.locator("details:not([open])").count(), 0);
        const seen = await page.evaluate<string[]>(
            `[...document.querySelectorAll("nav[aria-label=Report], input, select, button")].filter((each) => each.checkVisibility()).map((each) => each.outerHTML)`,
        );
        assert.deepEqual(seen, [], "nothing that only a screen can do");
        const cut = await page.evaluate<string[]>(
            `[...document.querySelectorAll("main td:not(.track), main h1:not(.visually-hidden), main dd, main li")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1 || (getComputedStyle(each).overflow !== "visible" && each.scrollWidth > each.clientWidth)).map((each) => each.textContent)`,
        );
        assert.deepEqual(cut, [], "nothing is cut");
        await page.evaluate(`dispatchEvent(new Event("afterprint"))`);
        assert.deepEqual(await page.locator("h1").allTextContents(), ["Cost"]);
        assert.equal(await page.evaluate("location.hash"), "#/cost");
        assert.deepEqual(messages, []);
        await page.close();
    });

    it("prints one system from its page", async () => {
        const { page } = await open(dev, { at: "#/systems/techcommerce" });
        await page.evaluate(`dispatchEvent(new Event("beforeprint"))`);
        assert.deepEqual(await page.locator("h1").allTextContents(), ["techcommerce"]);
        assert.equal(await page.locator("details:not([open])").count(), 0);
        assert.ok((await page.locator("#dashboards .panel").count()) > 20, "every dashboard is drawn");
        assert.match((await page.locator("#dashboards .queries").last().textContent()) ?? "", /Query.*\{/);
        await page.evaluate(`dispatchEvent(new Event("afterprint"))`);
        assert.notEqual(await page.locator("details:not([open])").count(), 0);
        await page.evaluate(
            `addEventListener("beforeprint", () => (globalThis.sheets = document.querySelectorAll(".sheet").length))`,
        );
        await page.pdf();
        assert.equal(await page.evaluate("globalThis.sheets"), 1, "the browser says when it prints");
        assert.equal(await page.locator(".sheet").count(), 0);
        await page.close();
    });

    it("lets no request out, whatever asks for it", async () => {
        const { page, messages } = await open(dev);
        await page.evaluate("fetch('https://example.com/').catch(() => undefined)");
        await page.evaluate("document.body.append(Object.assign(new Image(), { src: 'https://example.com/a.png' }))");
        await eventually(
            "two refusals",
            () => messages.filter((each) => /Content Security Policy/.test(each)).length >= 2,
        );
        await page.close();
    });

    it("draws boxes that lie apart, with all of their text inside", async () => {
        for (const plan of [dev, prod]) {
            const { page } = await open(plan);
            const overflowing = await page.evaluate<string[]>(`[...document.querySelectorAll(".box:not(.container)")]
                .filter((box) => [...box.querySelectorAll("text")].some((text) =>
                    text.getBBox().x + text.getBBox().width > box.querySelector(".body").getBBox().x + box.querySelector(".body").getBBox().width))
                .map((box) => box.dataset.box)`);
            assert.deepEqual(overflowing, []);
            const overlapping = await page.evaluate<string[]>(`(() => {
                const all = [...document.querySelectorAll(".box .body")].map((each) => [each.parentElement.dataset.box, each.getBoundingClientRect()]);
                return all.flatMap(([a, one], index) => all.slice(index + 1)
                    .filter(([, two]) => one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom)
                    .map(([b]) => a + " over " + b));
            })()`);
            assert.deepEqual(overlapping, []);
            await page.close();
        }
    });

    it("leads from every box of the drawing to something", async () => {
        const { page } = await open(prod);
        const addresses = await page.evaluate<string[]>(
            `[...document.querySelectorAll("svg a.box")].map((box) => box.getAttribute("href"))`,
        );
        assert.ok(addresses.length > 60);
        for (const address of new Set(addresses)) {
            await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
            await until(page, `!document.querySelector("main svg.drawing")`);
            const heading = await page.locator("h1").textContent();
            assert.ok(!heading?.startsWith("No such"), `${address} leads nowhere`);
            if (heading === "Resources") {
                assert.ok((await page.locator("tbody tr a").count()) > 0, `${address} leads to no resource`);
            }
        }
        await page.close();
    });

    it("finds resources by their name, and by what their inputs say", async () => {
        const { page } = await open(dev, { at: "#/resources" });
        await page.getByRole("searchbox").fill("vpc");
        await until(page, `document.querySelector(".hits").textContent.includes(" of ")`);
        assert.equal(await page.getByRole("link", { name: "network-vpc", exact: true }).count(), 1);
        await page.getByRole("searchbox").fill("10.10.0.0/16");
        await until(page, `document.querySelector(".hits").textContent.startsWith("0 of")`);
        await page.getByLabel("also in inputs").check();
        await until(page, `!document.querySelector(".hits").textContent.startsWith("0 of")`);
        assert.equal(await page.getByRole("link", { name: "network-vpc", exact: true }).count(), 1);
        await page.reload();
        assert.equal(await page.getByRole("searchbox").inputValue(), "10.10.0.0/16", "a search can be sent to others");
        await page.close();
    });

    it("narrows resources by type, system, component, namespace and protection", async () => {
        const { page } = await open(prod, { at: "#/resources" });
        const types = async (): Promise<Set<string | undefined>> =>
            new Set((await page.locator("tbody tr td:nth-child(2)").allTextContents()).filter((text) => text !== ""));
        await page.getByLabel("Type", { exact: true }).selectOption({ label: "aws:rds:Instance" });
        assert.deepEqual([...(await types())], ["aws:rds:Instance"]);
        await page.getByLabel("System", { exact: true }).selectOption("user-management");
        assert.equal(await page.locator("tbody tr a").count(), 1);
        await page.getByRole("button", { name: "Clear" }).click();
        await page.getByLabel("Namespace").selectOption("frontend");
        const namespaces = (await page.locator("tbody tr td:nth-child(5)").allTextContents()).filter(Boolean);
        assert.deepEqual([...new Set(namespaces)], ["frontend"]);
        await page.getByLabel("Namespace").selectOption("");
        await page.getByLabel("Component").selectOption("network");
        assert.ok((await types()).has("aws:ec2:Subnet"));
        await page.getByLabel("Component").selectOption("");
        await page.getByLabel("Protection").selectOption("protected");
        assert.ok((await types()).has("aws:rds:Instance"));
        await page.close();
    });

    it("says of a system where it is reached, what flows, scales, alerts, is drawn, read, costs and takes", async () => {
        const { page } = await open(dev, { at: "#/systems/user-management" });
        const text = async (section: string): Promise<string> =>
            (await page.locator(`#${section}`).textContent()) ?? "";
        assert.match(await text("endpoints"), /https:\/\/users\.dev\.example\.com.*Gateway/);
        assert.match(await text("services"), /user-mgmt-api.*3–10.*cpu at 70 %/);
        assert.match(await text("flows"), /speaks to.*postgres.*5432/);
        assert.match(await text("stores"), /PostgreSQL 15.*in the cluster/);
        assert.match(await text("secrets"), /user-mgmt-secrets.*SECRET_KEY.*Deployment user-mgmt-api/);
        assert.match(await text("alerts"), /critical.*HighErrorRate|HighErrorRate.*warning/);
        assert.match(await text("cost"), /\$/);
        assert.match(await text("timeline"), /Ready after \d+ min/);
        const panels = page.locator("#dashboards .panel");
        assert.ok((await panels.count()) > 5);
        const [left, right] = await Promise.all(
            ["Request rate", "Error rate"].map((title) => panels.filter({ hasText: title }).first().boundingBox()),
        );
        assert.ok(left && right && left.width > 100 && right.width > 100);
        assert.match((await page.locator("#dashboards .queries").first().textContent()) ?? "", /Query.*\{/);
        await page.close();
    });

    it("is used with the keyboard alone", async () => {
        const { page } = await open(dev);
        await page.keyboard.press("Tab");
        assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to content");
        await page.keyboard.press("Enter");
        assert.equal(await page.evaluate("document.activeElement.id"), "main");
        for (let presses = 0; presses < 40; presses++) {
            await page.keyboard.press("Tab");
            if ((await page.evaluate("document.activeElement.dataset.box")) === "cluster") {
                break;
            }
        }
        assert.equal(await page.evaluate("document.activeElement.dataset.box"), "cluster");
        await page.keyboard.press("Enter");
        await until(page, `document.querySelector("h1").textContent === "Resources"`);
        assert.equal(await page.evaluate("document.activeElement.id"), "main", "reading goes on at the new page");
        assert.ok((await page.locator("tbody tr a").count()) > 0);
        await page.close();
    });

    it("goes along its views with arrow keys, Home and End", async () => {
        const { page } = await open(dev);
        const links = await page.getByRole("navigation").getByRole("link").allTextContents();
        await page.getByRole("link", { name: links[0] ?? "", exact: true }).focus();
        const presses: readonly (readonly [key: string, link: number])[] = [
            ["ArrowRight", 1],
            ["ArrowRight", 2],
            ["ArrowLeft", 1],
            ["Home", 0],
            ["ArrowLeft", links.length - 1],
            ["ArrowRight", 0],
            ["End", links.length - 1],
            ["ArrowDown", links.length - 1],
        ];
        for (const [key, link] of presses) {
            await page.keyboard.press(key);
            assert.equal(await page.evaluate("document.activeElement.textContent"), links[link], key);
        }
        await page.keyboard.press("Enter");
        await until(page, `document.querySelector("h1").textContent === "Policies"`);
        await page.close();
    });

    it("goes from every box of the drawing to what lies beside it with arrow keys, and so to every other", async () => {
        const { page } = await open(prod);
        const boxes = await page.locator("svg a.box").count();
        const reached = await page.evaluate<number>(`(() => {
            const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
            const start = document.querySelector("svg a.box");
            const reached = new Set([start]);
            for (const box of reached) {
                for (const key of keys) {
                    box.focus();
                    box.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
                    reached.add(document.activeElement);
                }
            }
            return reached.size;
        })()`);
        assert.equal(reached, boxes);
        const place = (): Promise<{ x: number; y: number }> =>
            page.evaluate("(({ x, y }) => ({ x, y }))(document.activeElement.getBoundingClientRect())");
        await page.locator("[data-box=cluster]").focus();
        const from = await place();
        await page.keyboard.press("ArrowDown");
        const below = await place();
        assert.ok(below.y > from.y);
        await page.keyboard.press("ArrowRight");
        assert.ok((await place()).x > below.x);
        await page.close();
    });

    it("keeps the theme that was chosen", async () => {
        const { page } = await open(dev);
        const background = (): Promise<string> =>
            page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
        const light = await background();
        await page.getByLabel("Theme").selectOption("dark");
        const dark = await background();
        assert.notEqual(dark, light);
        await page.reload();
        assert.equal(await background(), dark);
        await page.getByLabel("Theme").selectOption("light");
        assert.equal(await background(), light);
        await page.emulateMedia({ media: "print" });
        await page.getByLabel("Theme").selectOption("dark", { force: true });
        assert.equal(await background(), light, "paper is white");
        await page.close();
    });

    it("holds no more rows than fit, and counts all of them", async () => {
        const { page } = await open(dev, { at: "#/resources" });
        const rows = page.locator("tbody tr:not(.spacer)");
        assert.ok((await rows.count()) < 80);
        assert.equal(await page.locator("table").getAttribute("aria-rowcount"), String(dev.resources.length + 1));
        const first = await rows.first().textContent();
        await page.evaluate("scrollTo(0, 10000)");
        await until(page, `document.querySelector("tbody tr:not(.spacer)").textContent !== ${JSON.stringify(first)}`);
        await page.keyboard.press("End");
        await until(
            page,
            `document.querySelector("tbody tr:nth-last-child(2)").getAttribute("aria-rowindex") === "${dev.resources.length + 1}"`,
        );
        await page.close();
    });

    for (const width of [390, 768, 1280]) {
        it(`fits a window ${width} pixels wide`, async () => {
            for (const at of pages.map((page) => page.at)) {
                const { page } = await open(dev, { at, viewport: { width, height: 800 } });
                const wide = await page.evaluate("document.documentElement.scrollWidth");
                assert.ok(Number(wide) <= width, `${at} is ${String(wide)} pixels wide`);
                await page.close();
            }
        });
    }
});
