import { strict as assert } from "node:assert";
import * as k8s from "@pulumi/kubernetes";
import { pricedRegions } from "../../../config/prices";
import { isPriced, platformCost, type PricedCluster } from "../../../components/observability/dashboards/cost";
import { infrastructure } from "../../../components/observability/dashboards/infrastructure";
import { defaultLimits } from "../../../components/observability/limits";
import { Monitoring } from "../../../components/observability/monitoring";
import { deploy } from "../../harness";
import { panelsOf, type DashboardJson, type PanelJson } from "./dashboardJson";
import { config } from "./fixtures";

const asJson = (dashboard: unknown): DashboardJson => JSON.parse(JSON.stringify(dashboard)) as DashboardJson;

const cluster: PricedCluster = {
    region: "us-east-1",
    nodeGroups: [
        { instanceTypes: ["t4g.large", "m7g.large"], capacity: "spot" },
        { instanceTypes: ["m7g.large"], capacity: "on-demand" },
    ],
};

function panel(dashboard: unknown, title: string): PanelJson {
    return panelsOf(asJson(dashboard)).find((each) => each.title === title) ?? assert.fail(title);
}

/** The queries of a panel, without what the reader has chosen. */
function queries(dashboard: unknown, title: string): string[] {
    return (panel(dashboard, title).targets ?? []).map(({ expr }) =>
        expr.replace(/,?(?:job=~?"[^"]*"|instance=~"[^"]*"|namespace=~"[^"]*"),?/g, ""),
    );
}

describe("the dashboard of infrastructure", () => {
    it("shows what employee-management asks for: CPU, memory, network I/O, disks and the state of pods", () => {
        const titles = panelsOf(asJson(infrastructure())).map(({ title }) => title);
        for (const title of [
            ...["CPU", "Memory", "Network", "Disk space", "Disk traffic", "Pods by phase", "Why containers wait"],
            ...["CPU by namespace", "Memory by namespace", "Network by namespace", "Volumes"],
        ]) {
            assert.ok(titles.includes(title), title);
        }
    });

    it("shows the limit of VolumeNearlyFull", () => {
        const { steps } = panel(infrastructure(), "Volumes").fieldConfig?.defaults.thresholds ?? assert.fail();
        assert.equal(steps[1]?.value, defaultLimits.VolumeNearlyFull.value / 100);
    });

    it("can be narrowed to nodes, namespaces, jobs and instances", () => {
        const names = asJson(infrastructure()).templating.list.map(({ name }) => name);
        assert.deepEqual(names, ["datasource", "namespace", "job", "instance", "node"]);
    });
});

describe("the dashboard of costs", () => {
    it("counts each kind of machine that the node groups may have, once, at its own price", () => {
        const of = (type: string, capacity: string): string =>
            `kube_node_labels{label_node_kubernetes_io_instance_type="${type}",label_eks_amazonaws_com_capacity_type="${capacity}"}`;
        assert.deepEqual(
            queries(
                platformCost({ ...cluster, nodeGroups: [...cluster.nodeGroups, ...cluster.nodeGroups] }),
                "Nodes, dollars an hour",
            ),
            [
                `0.0287 * sum(${of("t4g.large", "SPOT")})`,
                `0.037 * sum(${of("m7g.large", "SPOT")})`,
                `0.0816 * sum(${of("m7g.large", "ON_DEMAND")})`,
            ],
        );
    });

    it("says which machines have no price, and leaves them out of the sums", () => {
        const dashboard = platformCost({ ...cluster, nodeGroups: [{ instanceTypes: ["r5.large"], capacity: "spot" }] });
        assert.match(dashboard.description ?? "", /Without a price, and so not in the sums: r5\.large, spot\./);
        assert.deepEqual(queries(dashboard, "Nodes an hour"), ["vector(0)"]);
    });

    it("says where the prices are from and of when", () => {
        assert.match(platformCost(cluster).description ?? "", /Amazon EC2 On-Demand pricing, \d{4}-\d\d-\d\d/);
    });

    for (const region of pricedRegions) {
        it(`can be made for ${region}`, () => {
            assert.ok(isPriced({ ...cluster, region }));
            assert.equal(platformCost({ ...cluster, region }).uid, "platform-cost");
        });
    }

    for (const [where, pricedCluster, uids] of [
        ["a priced region", cluster, ["platform-cost.json", "platform-infrastructure.json"]],
        ["a region without prices", { ...cluster, region: "eu-north-1" }, ["platform-infrastructure.json"]],
        ["a cluster without AWS", undefined, ["platform-infrastructure.json"]],
    ] as const) {
        it(`is there for ${where} if it can be counted`, async () => {
            const graph = await deploy(() => {
                new Monitoring("monitoring", {
                    tags: { stack: "dev", environment: "dev", extraTags: {} },
                    provider: new k8s.Provider("cluster", {}),
                    config: config.observability,
                    ...(pricedCluster !== undefined && { pricedCluster }),
                });
            });
            const files = graph
                .ofType("kubernetes:core/v1:ConfigMap")
                .flatMap(({ inputs }) => Object.keys((inputs as { data: Record<string, string> }).data));
            assert.deepEqual(files.sort(), uids);
        });
    }
});
