import type { KubernetesObject } from "./manifests";
import { distinct, fileName, type OutputFile } from "./outputFile";
import { yamlText } from "./yamlText";

interface RuleGroup {
    readonly name: string;
    readonly rules: readonly Readonly<Record<string, unknown>>[];
    readonly [member: string]: unknown;
}

/** Members of a rule group that Prometheus reads; others are for Thanos. Source: Prometheus, "Recording rules". */
const groupMembers = ["name", "interval", "limit", "query_offset", "labels", "rules"] as const;

/** The groups of each PrometheusRule as a file that Prometheus, and so promtool, can read. */
export function ruleFiles(objects: readonly KubernetesObject[]): OutputFile[] {
    return distinct(
        objects.filter(isRule).map(({ metadata, spec }) => ({
            path: `rules/${fileName([metadata.namespace, metadata.name].filter(Boolean).join("."))}.yaml`,
            content: yamlText({ groups: spec.groups.map(plainGroup) }),
            identity: `${metadata.namespace ?? ""} ${metadata.name}`,
        })),
    );
}

type Rule = KubernetesObject & { readonly spec: { readonly groups: readonly RuleGroup[] } };

function isRule(object: KubernetesObject): object is Rule {
    const { groups } = (object.spec ?? {}) as { groups?: unknown };
    return (
        object.kind === "PrometheusRule" &&
        object.apiVersion.startsWith("monitoring.coreos.com/") &&
        Array.isArray(groups)
    );
}

function plainGroup(group: RuleGroup): Record<string, unknown> {
    return Object.fromEntries(
        groupMembers.flatMap((member) => (group[member] === undefined ? [] : [[member, group[member]]])),
    );
}

/** What Grafana's sidecar would load: each dashboard in a ConfigMap with the sidecar's label. */
export function dashboardFiles(objects: readonly KubernetesObject[]): OutputFile[] {
    return distinct(
        objects
            .filter(({ kind, metadata }) => kind === "ConfigMap" && metadata.labels?.grafana_dashboard !== undefined)
            .flatMap(({ metadata, data }) =>
                Object.entries((data ?? {}) as Record<string, string>)
                    .filter(([key]) => key.endsWith(".json"))
                    .map(([key, text]) => ({
                        path: `dashboards/${fileName(key)}`,
                        content: prettyJson(text),
                        identity: `${metadata.namespace ?? ""} ${metadata.name} ${key}`,
                    })),
            ),
    );
}

/** Readable where it is JSON; what is not is kept as it is, for whoever has to find out why. */
function prettyJson(text: string): string {
    try {
        return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
    } catch {
        return text;
    }
}
