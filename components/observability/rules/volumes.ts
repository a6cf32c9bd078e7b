import type { MonitoredStore } from "../model";
import { kubelet, ratio, series } from "../promql";
import type { AlertDefinition } from "./rule";

/** Hours ahead for which growth is foretold: a night and a morning, in which somebody can act. */
const horizonHours = 24;

/** Room on the volumes of a store in the cluster. Managed stores grow by themselves. */
export function volumeAlerts(store: MonitoredStore, what: "database" | "cache"): AlertDefinition[] {
    if (store.volumeClaims === undefined) {
        return [];
    }
    const { name, namespace, limits } = store;
    const claim = { ...kubelet, namespace, persistentvolumeclaim: { matches: store.volumeClaims } };
    const by = "max by (namespace, persistentvolumeclaim)";
    const capacity = `${by} (${series("kubelet_volume_stats_capacity_bytes", claim)})`;
    const available = series("kubelet_volume_stats_available_bytes", claim);
    const used = `1 - ${by} (${available}) / (${capacity} > 0)`;
    const base = { part: store, dashboard: "database" } as const;
    return [
        {
            ...base,
            alert: "VolumeNearlyFull",
            severity: "critical",
            expr: `${used} > ${ratio(limits.VolumeNearlyFull.value)}`,
            summary: `The volume of the ${what} ${name} is more than ${limits.VolumeNearlyFull.value} % full.`,
            description: `Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full; when it is full, the ${what} stops.`,
        },
        {
            ...base,
            alert: "VolumeFillingUp",
            severity: "warning",
            expr: `${used} > ${ratio(limits.VolumeFillingUp.value)} and ${by} (predict_linear(${available}[6h], ${horizonHours} * 3600)) < 0`,
            summary: `The volume of the ${what} ${name} will be full within ${horizonHours} hours.`,
            description: `Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full and, at the speed of the last six hours, will be full within ${horizonHours} hours.`,
        },
    ];
}
