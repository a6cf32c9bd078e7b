import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { installed } from "../components/observability/fixtures";
import { eventually, startPrometheus, type Prometheus, type Target } from "./prometheus";
import { shortened } from "./shorten";

/** How much faster time passes: what is scraped every 15 seconds is scraped every second. */
const factor = 15;

interface Rule {
    readonly alert?: string;
    readonly expr: string;
    readonly labels?: Readonly<Record<string, string>>;
}

interface Panel {
    readonly title?: string;
    readonly panels?: readonly Panel[];
    readonly targets?: readonly { readonly expr?: string }[];
}

const root = path.join(__dirname, "..", "..");

function filesIn(directory: string): Record<string, string> {
    const names = readdirSync(directory);
    return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(directory, name), "utf8")]));
}

/** Every query of a dashboard, with what Grafana puts in for variables. */
function queriesOf(dashboard: string): string[] {
    const nested = (panel: Panel): Panel[] => [panel, ...(panel.panels ?? []).flatMap(nested)];
    return nested(JSON.parse(dashboard) as Panel)
        .flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => expr ?? []))
        .map((expr) =>
            expr.replace(/\$\{?__(?:rate_)?interval\}?|\$\{?__range\}?/g, "1m").replace(/\$\{?\w+(?::\w+)?\}?/g, ".*"),
        );
}

/** The services that must be scraped, by the alert that misses them. */
function scraped(rules: readonly Rule[]): { component: string; labels: Record<string, string> }[] {
    return rules.flatMap(({ alert, expr, labels }) => {
        const found = /absent\(up\{namespace="([^"]+)",job="([^"]+)"\}\)/.exec(expr);
        return alert !== "ServiceAbsent" || found === null
            ? []
            : [{ component: labels?.component ?? "", labels: { namespace: found[1] ?? "", job: found[2] ?? "" } }];
    });
}

describe("The dev stack in a real Prometheus", function () {
    this.timeout(200_000);
    const directory = mkdtempSync(path.join(tmpdir(), "platform-live-"));
    const service = createServer((_, response) => response.end("reference_service 1\n"));
    let prometheus: Prometheus | undefined;
    let dashboards: Record<string, string> = {};
    let services: ReturnType<typeof scraped> = [];
    let rules: readonly Rule[] = [];
    let port = 0;

    const server = (): Prometheus => prometheus ?? assert.fail("Prometheus does not run");

    const listen = async (): Promise<void> => {
        service.listen(port, "127.0.0.1");
        await once(service, "listening");
        port = (service.address() as AddressInfo).port;
    };

    const close = async (): Promise<void> => {
        const closed = once(service, "close");
        service.close();
        service.closeAllConnections();
        await closed;
    };

    /** The alerts about the services, as "alert component". */
    const firing = async (): Promise<string[]> => {
        const { data } = await server().get("alerts");
        const { alerts } = data as { alerts: readonly { state: string; labels: Record<string, string> }[] };
        return alerts
            .filter(
                ({ state, labels }) => state === "firing" && services.some((one) => one.component === labels.component),
            )
            .map(({ labels }) => `${labels.alertname ?? ""} ${labels.component ?? ""}`)
            .sort();
    };

    before(async function () {
        if (!installed("prometheus")) {
            console.log("      Prometheus is not installed: nothing is run on it.");
            this.skip();
        }
        const out = path.join(directory, "out");
        const { status, stderr } = spawnSync(process.execPath, ["simulation/cli.js", "dev", "--out", out], {
            cwd: root,
            encoding: "utf8",
        });
        assert.equal(status, 0, stderr);
        dashboards = filesIn(path.join(out, "dashboards"));
        const files = filesIn(path.join(out, "rules"));
        const groups = Object.values(files).flatMap((file) => (parse(file) as { groups: { rules: Rule[] }[] }).groups);
        rules = groups.flatMap((group) => group.rules);
        services = scraped(rules);
        await listen();
        const targets = services.map(({ labels }): Target => {
            return { address: `127.0.0.1:${port}`, labels: { ...labels, pod: `${labels.job ?? ""}-0` } };
        });
        const faster = Object.entries(files).map(([name, file]) => [name, shortened(file, factor)] as const);
        prometheus = await startPrometheus(directory, Object.fromEntries(faster), targets);
    });

    after(async () => {
        await prometheus?.stop();
        if (service.listening) {
            await close();
        }
        rmSync(directory, { recursive: true, force: true });
    });

    it("has every rule evaluated without an error", async () => {
        type Health = { health: string; name: string; lastError?: string };
        const all = async (): Promise<Health[]> => {
            const { data } = await server().get("rules");
            return (data as { groups: { rules: Health[] }[] }).groups.flatMap((group) => group.rules);
        };
        const evaluated = await eventually(all, (found) => found.every(({ health }) => health !== "unknown"));
        assert.ok(rules.length > 0);
        assert.equal(evaluated.length, rules.length);
        assert.deepEqual(
            evaluated.filter(({ health }) => health !== "ok").map(({ name, lastError }) => ({ name, lastError })),
            [],
        );
    });

    it("has every query of every dashboard answered", async () => {
        const queries = Object.entries(dashboards).flatMap(([name, text]) =>
            queriesOf(text).map((query) => ({ name, query })),
        );
        assert.ok(Object.keys(dashboards).every((name) => queries.some((one) => one.name === name)));
        const refused: string[] = [];
        for (const { name, query } of queries) {
            const { status } = await server().get("query", { query });
            if (status !== 200) {
                refused.push(`${name}: ${String(status)} for ${query}`);
            }
        }
        assert.deepEqual(refused, []);
    });

    it("tells of services that stop answering with exactly their alerts, and is silent before and afterwards", async () => {
        const scrapes = async (): Promise<number> => {
            const { data } = await server().get("query", { query: "count(up == 1)" });
            return Number((data as { result: { value: [number, string] }[] }).result[0]?.value[1] ?? 0);
        };
        assert.ok(services.length > 0);
        assert.equal(await eventually(scrapes, (count) => count === services.length), services.length);
        assert.deepEqual(await firing(), []);
        await close();
        const expected = services
            .flatMap(({ component }) => [`PodDown ${component}`, `ServiceDown ${component}`])
            .sort();
        const alarmed = await eventually(firing, (found) => found.length >= expected.length);
        assert.deepEqual(alarmed, expected);
        await listen();
        assert.deepEqual(await eventually(firing, (found) => found.length === 0), []);
    });
});
