/** What Prometheus has scraped: samples every 30 seconds, in promtool's notation. */
export type Samples = Readonly<Record<string, string>>;

export interface AlertCase {
    /** The part of the system that the alert is about. */
    readonly component: "user-mgmt-api" | "postgres" | "redis";
    readonly severity: "critical" | "warning";
    /** Situations in which it fires, at `at` and not one evaluation earlier. */
    readonly fires: readonly {
        readonly samples: Samples;
        readonly at: string;
        /** Labels that come from the series. */
        readonly labels: Readonly<Record<string, string>>;
        readonly description: string;
    }[];
    /** Situations in which it does not fire, looked at after `after`, by what they show. */
    readonly quiet: Readonly<Record<string, { readonly samples: Samples; readonly after: string }>>;
}

export const namespace = "user-management";
export const pod = "user-mgmt-api-5d8f7c9b6-x2k4p";
export const otherPod = "user-mgmt-api-5d8f7c9b6-q7w9z";

export const api = { namespace, job: "user-mgmt-api" };
export const ofPod = { namespace, pod, container: "user-mgmt-api" };

/** A series of the service itself. */
export const app = (metric: string, labels = ""): string =>
    `${metric}{namespace="${namespace}",job="user-mgmt-api"${labels && `,${labels}`}}`;
export const kube = (metric: string, labels: string): string =>
    `${metric}{job="kube-state-metrics",namespace="${namespace}",${labels}}`;

export const forever = "x3000";
