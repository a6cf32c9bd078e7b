import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import { tracing } from "../../../components/addons/tracing";
import { systemDashboards } from "../../../components/observability/dashboards/systemDashboards";
import {
    additionalDataSources,
    exemplarDestinations,
    type DataSources,
} from "../../../components/observability/dataSources";
import type { MonitoringModel } from "../../../components/observability/model";
import { Monitoring } from "../../../components/observability/monitoring";
import { monitoringPolicies } from "../../../components/observability/networkPolicies";
import { deploy, type ResourceGraph } from "../../harness";
import { context } from "../addons/fixture";
import { panelsOf, type DashboardJson } from "./dashboardJson";
import { completeModel, config } from "./fixtures";

interface DataSource {
    readonly uid: string;
    readonly type: string;
    readonly url?: string;
    readonly editable: boolean;
    readonly jsonData: Readonly<Record<string, unknown>>;
    readonly correlations?: readonly {
        readonly targetUID: string;
        readonly config: { readonly field: string; readonly target: Readonly<Record<string, string>> };
    }[];
}

const region = "us-east-1";

function sourcesOf(sources: DataSources): DataSource[] {
    return additionalDataSources(sources) as unknown as DataSource[];
}

function dashboardsOf(changes: Partial<MonitoringModel>): DashboardJson[] {
    const dashboards = systemDashboards({ ...completeModel(), ...changes });
    return Object.values(dashboards).map((each) => JSON.parse(JSON.stringify(each)) as DashboardJson);
}

/** What a link to Explore asks, by the name of its pane. */
function explored(url = ""): Record<string, { datasource: string; queries: Record<string, string>[]; range: object }> {
    return JSON.parse(decodeURIComponent(/panes=(.*)$/.exec(url)?.[1] ?? "")) as ReturnType<typeof explored>;
}

describe("the data sources of Grafana", () => {
    for (const [what, sources, uids] of [
        ["neither logs nor traces", { traces: false }, []],
        ["traces alone", { traces: true }, ["jaeger"]],
        ["logs alone", { traces: false, logsRegion: region }, ["cloudwatch"]],
        ["both", { traces: true, logsRegion: region }, ["jaeger", "cloudwatch"]],
    ] as const) {
        it(`are ${uids.join(" and ") || "no others"} beside Prometheus where the stack has ${what}`, () => {
            const found = sourcesOf(sources);
            assert.deepEqual(
                found.map(({ uid }) => uid),
                uids,
            );
            assert.ok(found.every(({ editable }) => !editable));
            const known = new Set<string>(uids);
            for (const { targetUID } of found.flatMap(({ correlations = [] }) => correlations)) {
                assert.ok(known.has(targetUID), targetUID);
            }
        });
    }

    it("ask Jaeger where it answers, and let Grafana's pods get there", () => {
        const [jaeger] = sourcesOf({ traces: true });
        assert.equal(jaeger?.url, "http://jaeger.tracing.svc.cluster.local:16686");
        assert.match(JSON.stringify(monitoringPolicies["grafana-queries"]), /"tracing".*"jaeger".*16686/);
        const store = tracing.before?.find((step) => step.step === "chart");
        assert.match(JSON.stringify(store?.values(context)), /"monitoring".*"grafana".*16686/);
    });

    it("lead from a latency to the trace of one request where there are traces", () => {
        assert.deepEqual(exemplarDestinations({ traces: true }), {
            exemplarTraceIdDestinations: { datasourceUid: "jaeger", traceIdLabelName: "trace_id" },
        });
        assert.deepEqual(exemplarDestinations({ traces: false }), {});
        const marked = dashboardsOf({})
            .flatMap(panelsOf)
            .filter(({ targets = [] }) => targets.some((target) => "exemplar" in target && target.exemplar === true));
        assert.ok(marked.length > 5);
        for (const { title, targets = [], type } of marked) {
            assert.equal(type, "timeseries", title);
            assert.ok(
                targets.every(({ expr }) => expr.startsWith("histogram_quantile")),
                title,
            );
        }
    });

    it("lead from a log line to its trace, and from its correlation id to all lines of the request", () => {
        const [, cloudwatch] = sourcesOf({ traces: true, logsRegion: region });
        const leads = Object.fromEntries(
            (cloudwatch?.correlations ?? []).map(({ targetUID, config: { field, target } }) => [
                field,
                [targetUID, target.query ?? target.expression],
            ]),
        );
        // Two dollars: with one, Grafana would put a variable of its environment there when it reads the file.
        assert.deepEqual(leads.trace_id, ["jaeger", "$${__value.raw}"]);
        assert.equal(leads.correlation_id?.[0], "cloudwatch");
        assert.match(leads.correlation_id?.[1] ?? "", /trace_id.*\| filter correlation_id = "\$\$\{__value\.raw\}"/);
    });
});

describe("the links of a dashboard", () => {
    it("lead to the logs and traces of the time that it shows", () => {
        const logGroup = "/aws/eks/user-management-dev";
        for (const { links = [], uid } of dashboardsOf({ logGroup, traces: true })) {
            assert.deepEqual(
                links.map(({ title }) => title),
                ["Dashboards of user-management", "Logs", "Traces"],
                uid,
            );
            const { logs } = explored(links[1]?.url);
            assert.equal(logs?.datasource, "cloudwatch");
            assert.deepEqual(logs.queries[0]?.logGroupNames, [logGroup]);
            assert.deepEqual(logs.range, { from: "${__from}", to: "${__to}" });
            assert.match(links[1]?.url ?? "", /\$\{__from\}/);
            const { traces } = explored(links[2]?.url);
            assert.deepEqual([traces?.datasource, traces?.queries[0]?.service], ["jaeger", "user-mgmt-api"]);
        }
    });

    it("lead from the dashboard of a service to the lines of its pods alone", () => {
        const [service] = dashboardsOf({ logGroup: "x" }).filter(({ title }) => title === "Service user-mgmt-api");
        const { logs } = explored(service?.links?.[1]?.url);
        assert.match(logs?.queries[0]?.expression ?? "", /filter kubernetes\.pod like \/\^user-mgmt-api-/);
    });

    it("do not lead to what is not kept", () => {
        for (const { links = [] } of dashboardsOf({})) {
            assert.equal(links.length, 1);
        }
    });
});

describe("Grafana's identity at AWS", () => {
    const install = (withLogs: boolean): Promise<ResourceGraph> =>
        deploy(() => {
            new Monitoring("monitoring", {
                tags: { stack: "dev", environment: "dev", extraTags: {} },
                provider: new k8s.Provider("cluster", {}),
                config: config.observability,
                ...(withLogs && { logs: { clusterName: "platform-dev", accountId: "123456789012", region } }),
            });
        });

    it("may search the logs of this environment, and change or delete nothing", async () => {
        const graph = await install(true);
        const policy = graph.one("aws:iam/rolePolicy:RolePolicy").inputs.policy as string;
        const { Statement } = JSON.parse(policy) as { Statement: { Action: string[]; Resource: string[] }[] };
        const actions = Statement.flatMap(({ Action }) => Action);
        assert.ok(actions.every((action) => /^logs:(Start|Stop|Get|Describe)\w+$/.test(action)));
        const search = Statement.find(({ Action }) => Action.includes("logs:StartQuery"));
        assert.deepEqual(search?.Resource, [
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/eks/*-dev",
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/eks/*-dev:*",
        ]);
    });

    it("belongs to its service account, before its pods start, and is reached through its policy", async () => {
        const graph = await install(true);
        const association = graph.one("aws:eks/podIdentityAssociation:PodIdentityAssociation");
        assert.equal(association.inputs.serviceAccount, "kube-prometheus-stack-grafana");
        assert.equal(association.inputs.namespace, "monitoring");
        assert.ok(graph.waitsFor(graph.one("kubernetes:helm.sh/v3:Release"), association));
        assert.match(JSON.stringify(monitoringPolicies["grafana-queries"]), /169\.254\.170\.23\/32.*"port":80/);
    });

    it("does not exist without logs", async () => {
        assert.deepEqual((await install(false)).ofType("aws:iam/role:Role"), []);
    });
});
