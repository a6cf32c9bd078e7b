import type { MonitoredStore } from "../model";
import { ratio } from "../promql";
import { graph, type Panel } from "./panel";
import { volumes } from "./selectors";

/** The volume of a store in the cluster. */
export function volumePanel(store: MonitoredStore): Panel[] {
    if (store.volumeClaims === undefined) {
        return [];
    }
    const claims = { persistentvolumeclaim: { matches: store.volumeClaims } };
    const of = (metric: "available" | "capacity"): string =>
        `max by (persistentvolumeclaim) (${volumes(`kubelet_volume_stats_${metric}_bytes`, claims)})`;
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
