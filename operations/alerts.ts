import { monitoringNamespace, prometheusPodLabels } from "../components/observability/names";
import { UserError } from "../simulation/failure";
import { pathOf, withLabels, type Cluster } from "./cluster";

/** An alert that fires. */
export interface Alert {
    readonly name: string;
    readonly severity: string;
    readonly namespace?: string;
    readonly summary: string;
    readonly since: string;
}

/** Alerts that say nothing is wrong: one always fires to prove that alerting works, the other only mutes others. */
const notProblems: ReadonlySet<string> = new Set(["Watchdog", "InfoInhibitor"]);

const prometheusPort = 9090;

/** The alerts that fire, of all namespaces or of some. */
export async function firingAlerts(cluster: Cluster, namespaces?: ReadonlySet<string>): Promise<Alert[]> {
    const pods = await cluster.list(pathOf("v1", "pods", monitoringNamespace) + withLabels(prometheusPodLabels));
    const [pod] = pods;
    if (pod === undefined) {
        throw new UserError("There is no Prometheus in the cluster.");
    }
    const text = await cluster.ask(monitoringNamespace, pod.metadata.name, prometheusPort, "/api/v1/alerts");
    return alertsIn(text, namespaces);
}

/** Source: Prometheus HTTP API, "Alerts". */
export function alertsIn(text: string, namespaces?: ReadonlySet<string>): Alert[] {
    const { data } = JSON.parse(text) as {
        data: {
            alerts: readonly {
                labels: Record<string, string>;
                annotations: Record<string, string>;
                state: string;
                activeAt: string;
            }[];
        };
    };
    return data.alerts
        .filter(({ state, labels }) => state === "firing" && !notProblems.has(labels.alertname ?? ""))
        .filter(({ labels }) => namespaces === undefined || namespaces.has(labels.namespace ?? ""))
        .map(({ labels, annotations, activeAt }) => ({
            name: labels.alertname ?? "",
            severity: labels.severity ?? "",
            ...(labels.namespace !== undefined && { namespace: labels.namespace }),
            summary: annotations.summary ?? annotations.description ?? "",
            since: activeAt,
        }))
        .sort((a, b) => (`${a.severity}/${a.name}` < `${b.severity}/${b.name}` ? -1 : 1));
}
