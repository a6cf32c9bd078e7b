import type { MonitoredStore } from "../model";
import { kubelet, ratio, series } from "../promql";
import { chosen } from "./dashboard";
import { graph, type Panel } from "./panel";

/** The volume of a store in the cluster. */
export function volumePanel(store: MonitoredStore): Panel[] {
    if (store.volumeClaims === undefined) {
        return [];
    }
    const claim = { ...kubelet, namespace: chosen.namespace, persistentvolumeclaim: { matches: store.volumeClaims } };
    const of = (metric: string): string =>
        `max by (persistentvolumeclaim) (${series(`kubelet_volume_stats_${metric}_bytes`, claim)})`;
    return [
        graph({
            title: "Volume",
            description: "Share of the volume that is used. Red is where VolumeNearlyFull fires.",
            unit: "percentunit",
            queries: [
                { expr: `1 - ${of("available")} / (${of("capacity")} > 0)`, legend: "{{persistentvolumeclaim}}" },
            ],
            limit: { value: ratio(store.limits.VolumeNearlyFull.value), bad: "above" },
        }),
    ];
}
