import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { dashboardLabels } from "../../../components/observability/names";
import { simulateStack, stackNames, type ResourceGraph } from "../../harness";
import { panelsOf, selectors, type DashboardJson, type PanelJson, type VariableJson } from "./dashboardJson";
import { installed } from "./fixtures";

const linter = "dashboard-linter";

/** What Grafana's sidecar would load: the text of every dashboard of a stack, by the name of its file. */
function dashboardFiles(graph: ResourceGraph): Record<string, string> {
    const [label = ""] = Object.keys(dashboardLabels);
    return Object.assign(
        {},
        ...graph.ofType("kubernetes:core/v1:ConfigMap").map(({ inputs }) => {
            const { metadata, data } = inputs as {
                metadata: { labels?: Record<string, string> };
                data: Record<string, string>;
            };
            return metadata.labels?.[label] === undefined ? {} : data;
        }),
    ) as Record<string, string>;
}

/** The rules of grafana/dashboard-linter, which may not be at hand, about what every dashboard here is made of. */
const dashboardRules: Readonly<Record<string, (dashboard: DashboardJson) => string[]>> = {
    "offers the data source, jobs and instances as variables": ({ templating }) => {
        const of = (name: string): Partial<VariableJson> => templating.list.find((each) => each.name === name) ?? {};
        const wrong: string[] = [];
        const { type, label } = of("datasource");
        if (type !== "datasource" || label !== "Data source") {
            wrong.push("datasource");
        }
        for (const name of ["job", "instance"]) {
            const variable = of(name);
            const asked = variable.type === "query" && variable.multi === true && variable.allValue === ".+";
            if (!asked || variable.datasource?.uid !== "${datasource}" || variable.label?.toLowerCase() !== name) {
                wrong.push(name);
            }
        }
        return wrong;
    },
    "asks again for the choices when the time range changes": ({ templating }) =>
        templating.list.filter(({ type, refresh }) => type === "query" && refresh !== 2).map(({ name }) => name),
    "lays panels out on 24 columns, without overlap": ({ panels }) => {
        const taken = new Set<string>();
        return panels.flatMap(({ gridPos: { x, y, w, h }, title }) => {
            const cells = Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
            const wrong = x < 0 || y < 0 || w < 1 || h < 1 || x + w > 24 || cells.some((cell) => taken.has(cell));
            cells.forEach((cell) => taken.add(cell));
            return wrong ? [`${title} at ${x},${y}`] : [];
        });
    },
    "cannot be edited": ({ editable, title }) => (editable ? [title] : []),
};

const panelRules: Readonly<Record<string, (panel: PanelJson) => boolean>> = {
    "has a title, a description and a unit": ({ title, description, fieldConfig }) =>
        title !== "" && /\.$/.test(description ?? "") && fieldConfig?.defaults.unit !== undefined,
    "reads the chosen data source": ({ datasource }) => datasource?.uid === "${datasource}",
    "asks something": ({ targets = [] }) =>
        targets.length > 0 && targets.every(({ expr, legendFormat }) => expr !== "" && legendFormat !== ""),
    "selects by the chosen jobs and instances": ({ targets = [] }) =>
        targets.every(({ expr }) => {
            const found = expr.match(selectors) ?? [];
            return (
                found.length > 0 &&
                found.every((each) => each.includes('job=~"$job"') && each.includes('instance=~"$instance"'))
            );
        }),
    "takes rates over what the graph shows for a point": ({ targets = [] }) =>
        targets.every(({ expr }) => !/\bi?rate\([\w:]+\[(?!\$__rate_interval\])/.test(expr.replace(selectors, ""))),
};

for (const stack of stackNames()) {
    describe(`the dashboards of the ${stack} stack`, () => {
        let files: Record<string, string> = {};
        let dashboards: DashboardJson[] = [];

        before(async () => {
            files = dashboardFiles(await simulateStack(stack));
            dashboards = Object.values(files).map((text) => JSON.parse(text) as DashboardJson);
            // A cluster that somebody brings along has no monitoring unless it is switched on.
            assert.ok(dashboards.length > 0 || stack === "local");
        });

        it("have an address of their own each, which the file is named by", () => {
            const uids = dashboards.map(({ uid }) => uid);
            assert.deepEqual([...new Set(uids)], uids);
            assert.deepEqual(Object.keys(files).sort(), uids.map((uid) => `${uid}.json`).sort());
        });

        for (const [rule, wrong] of Object.entries(dashboardRules)) {
            it(`each ${rule}`, () => {
                for (const dashboard of dashboards) {
                    assert.deepEqual(wrong(dashboard), [], dashboard.uid);
                }
            });
        }

        for (const [rule, holds] of Object.entries(panelRules)) {
            it(`have panels each of which ${rule}`, () => {
                const broken = dashboards.flatMap((dashboard) =>
                    panelsOf(dashboard)
                        .filter((panel) => !holds(panel))
                        .map(({ title }) => `${dashboard.uid}: ${title}`),
                );
                assert.deepEqual(broken, []);
            });
        }

        it("offer exactly the jobs whose series they read", () => {
            for (const { uid, panels, templating } of dashboards) {
                const text = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join("\n");
                const read = new Set([...text.matchAll(/\bjob="([^"]+)"/g)].map(([, job = ""]) => job));
                const query = templating.list.find(({ name }) => name === "job")?.query ?? "";
                const offered = /job=~"([^"]*)"/.exec(query)?.[1]?.split("|") ?? [];
                assert.deepEqual(offered.sort(), [...read].sort(), uid);
            }
        });

        it("pass dashboard-linter in strict mode with nothing excluded", function () {
            this.timeout(120_000);
            if (!installed(linter)) {
                console.log(
                    `      ${linter} (github.com/grafana/dashboard-linter) is not on the PATH: its own run is left out`,
                );
                this.skip();
            }
            const directory = mkdtempSync(path.join(tmpdir(), "platform-dashboards-"));
            try {
                const complaints = Object.entries(files).flatMap(([name, text]) => {
                    const file = path.join(directory, name);
                    writeFileSync(file, text);
                    const { status, stdout, stderr } = spawnSync(linter, ["lint", "--strict", file], {
                        encoding: "utf8",
                    });
                    return status === 0 ? [] : [`${name}:\n${stdout}${stderr}`];
                });
                assert.deepEqual(complaints, []);
            } finally {
                rmSync(directory, { recursive: true });
            }
        });
    });
}
