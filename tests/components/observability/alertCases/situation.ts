/** What Prometheus has scraped: samples every 30 seconds, in promtool's notation. */
export type Samples = Readonly<Record<string, string>>;

/**
 * What a quiet situation shows: a value just on the good side of the threshold, nothing happening at all, or a counter that starts again
 * at 0 because a pod did. Every alert that could be wrong about one of them has a case of it.
 */
export type Proof = "threshold" | "no traffic" | "counter reset";

/** What a system may be made of instead, for which rules read other metrics. */
export type Variant = "MySQL" | "Rollouts";

export interface AlertCase {
    /** The part of the system that the alert is about. */
    readonly component:
        | "user-mgmt-api"
        | "postgres"
        | "redis"
        | "secrets"
        | "delivery"
        | "external-secrets"
        | "cert-manager"
        | "secret-rotation";
    readonly severity: "critical" | "warning";
    /** What the system is of that the alert is about. Default: Deployments and PostgreSQL. */
    readonly of?: Variant;
    /** Labels by which the rule is told from others of its name about the same part. */
    readonly rule?: Readonly<Record<string, string>>;
    /** Seconds between two evaluations, where the default would take long because windows are. Default 15. */
    readonly evaluationSeconds?: number;
    /** Situations in which it fires, at `at` and not one evaluation earlier. */
    readonly fires: readonly {
        readonly samples: Samples;
        readonly at: string;
        /** Labels that come from the series. */
        readonly labels: Readonly<Record<string, string>>;
        readonly description: string;
        /** When it has fired for the last time, where the samples come to an end of the condition; not one evaluation later. */
        readonly until?: string;
    }[];
    /** Situations in which it does not fire, looked at after `after`, by what they are. */
    readonly quiet: Readonly<Record<string, QuietCase>>;
}

/** Cases of one alert for systems that are made of different things. */
export function cases(...each: readonly AlertCase[]): readonly AlertCase[] {
    return each;
}

export interface QuietCase {
    readonly samples: Samples;
    readonly after: string;
    /** What the situation proves, where every alert of the kind needs a proof. */
    readonly shows?: Proof;
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

/** A counter that has grown and starts again at 0, because its process did. */
export const over = "1000x20 0x3000";
