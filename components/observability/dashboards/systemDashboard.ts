import {
    AnnotationQueryBuilder,
    DashboardLinkBuilder,
    DashboardLinkType,
    type Dashboard,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { MonitoredService, MonitoringModel } from "../model";
import { dashboardUid, type DashboardKey } from "../names";
import { kubeStateMetrics, literally, series } from "../promql";
import { anyOf, dashboard, type DashboardSpec, type VariableSpec } from "./dashboard";
import { exploreLinks } from "./exploreLinks";
import { datasource } from "./panel";
import { chosen } from "./selectors";

/** Tag of every dashboard of the platform. */
export const platformTag = "platform";

type SystemDashboardSpec = Pick<DashboardSpec, "title" | "description" | "rows"> & {
    readonly key: DashboardKey;
    /** The only service that it is about. Default: the whole system. */
    readonly service?: MonitoredService;
    /** Variables beside the data source, the namespace, the job and the instance. */
    readonly variables?: readonly VariableSpec[];
};

/** A dashboard of a system, with the ways to its others and with its deployments marked in every graph. */
export function systemDashboard(model: MonitoringModel, spec: SystemDashboardSpec): Dashboard {
    return dashboard({
        ...spec,
        uid: dashboardUid(model.system, spec.key),
        tags: [platformTag, model.system, `owner:${model.owner}`],
        variables: [namespaceVariable(model), ...(spec.variables ?? [])],
        links: [otherDashboards(model), ...exploreLinks(model, spec.service)],
        annotations: [deployments(model)],
    });
}

/** The namespaces in which something of the system is scraped. */
function namespaceVariable(model: MonitoringModel): VariableSpec {
    const jobs = [...model.services, ...model.databases, ...model.caches].map((part) => part.job);
    return {
        name: "namespace",
        label: "Namespace",
        query: `label_values(${series("up", { job: anyOf(jobs) })}, namespace)`,
        value: model.namespace,
    };
}

function otherDashboards({ system }: MonitoringModel): DashboardLinkBuilder {
    return new DashboardLinkBuilder(`Dashboards of ${system}`)
        .type(DashboardLinkType.Dashboards)
        .tags([system])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true);
}

/**
 * When a version gets its first pods. Deployments and Rollouts have a ReplicaSet for each version; one that had no pods a moment ago and
 * has some now is a deployment, or a way back to an older version, which creates nothing.
 */
function deployments({ services }: MonitoringModel): AnnotationQueryBuilder {
    const names = services.map(({ name }) => `${literally(name)}-[a-z0-9]+`).join("|");
    const wanted = series("kube_replicaset_spec_replicas", {
        ...kubeStateMetrics,
        namespace: chosen.namespace,
        replicaset: { matches: names },
    });
    const some = (when: string): string => `max by (namespace, replicaset) (${wanted}${when} > 0)`;
    return new AnnotationQueryBuilder()
        .name("Deployments")
        .enable(true)
        .iconColor("blue")
        .datasource(datasource)
        .expr(`${some("")} unless ${some(" offset $__interval")}`)
        .step("60s")
        .titleFormat("Deployment")
        .textFormat("{{replicaset}} in {{namespace}}")
        .tagKeys("replicaset");
}
