import { alertmanagerSecrets } from "./names";

export interface AlertmanagerConfigInput {
    readonly environment: string;
    /** Whether critical alerts page somebody. */
    readonly pagerduty: boolean;
    /** Whether a service waits for the heartbeat, and tells somebody when it stops. */
    readonly heartbeat?: boolean;
    /** Where alerts are posted; absent when they are not. */
    readonly slack?: {
        /** Channel of every owner that has none of its own. */
        readonly channel: string;
        /** Channels by owner. */
        readonly channels: Readonly<Record<string, string>>;
    };
    /** When people read what can wait. */
    readonly businessHours: BusinessHours;
}

export interface BusinessHours {
    /** Time of day, such as 08:00, on Monday to Friday. */
    readonly start: string;
    /** Time of day after `start`. */
    readonly end: string;
    /** Time zone of both, such as Europe/Berlin. */
    readonly timeZone: string;
}

/** Keys of the Secret with what the configuration must not contain. */
export const credentialKeys = {
    pagerduty: "pagerduty-routing-key",
    slack: "slack-webhook-url",
    heartbeat: "heartbeat-url",
} as const;

/** A matcher of Alertmanager, such as `severity="critical"`. */
type Matcher = string;

interface Route {
    readonly receiver: string;
    readonly matchers?: readonly Matcher[];
    readonly continue?: boolean;
    readonly group_by?: readonly string[];
    readonly group_wait?: string;
    readonly group_interval?: string;
    readonly repeat_interval?: string;
    /** A route that has routes of its own does not hand this on to them. */
    readonly active_time_intervals?: readonly string[];
    readonly routes?: readonly Route[];
}

interface Receiver {
    readonly name: string;
    readonly pagerduty_configs?: readonly Readonly<Record<string, unknown>>[];
    readonly slack_configs?: readonly Readonly<Record<string, unknown>>[];
    readonly webhook_configs?: readonly Readonly<Record<string, unknown>>[];
}

interface TimeInterval {
    readonly name: string;
    readonly time_intervals: readonly {
        readonly weekdays?: readonly string[];
        readonly times?: readonly { readonly start_time: string; readonly end_time: string }[];
        readonly location?: string;
    }[];
}

interface InhibitRule {
    readonly source_matchers: readonly Matcher[];
    readonly target_matchers: readonly Matcher[];
    readonly equal: readonly string[];
}

/** Alertmanager's configuration, in the shape of its file. */
export interface AlertmanagerConfig {
    readonly global: { readonly resolve_timeout: string };
    readonly route: Route;
    readonly inhibit_rules: readonly InhibitRule[];
    readonly time_intervals: readonly TimeInterval[];
    readonly receivers: readonly Receiver[];
}

/** Takes what nobody is told about. */
const nobody = "nobody";
const pager = "pagerduty";
const slack = "slack";
const heartbeat = "heartbeat";
const businessHours = "business-hours";

/**
 * Who is told about which alert. Critical pages whoever is on call and is posted at once; warning is posted in business hours; everything
 * else is for dashboards. What is posted goes to the channel of the alert's owner. The configuration names the files that hold the credentials
 * and contains none.
 */
export function alertmanagerConfig(input: AlertmanagerConfigInput): AlertmanagerConfig {
    const owners = Object.entries(input.slack?.channels ?? {});
    return {
        global: { resolve_timeout: "5m" },
        route: {
            receiver: nobody,
            // Everything that is wrong with one part of a system is one message: an outage has many symptoms and needs one person.
            group_by: ["system", "component", "namespace"],
            group_wait: "30s",
            group_interval: "5m",
            repeat_interval: "12h",
            routes: [
                watchdogRoute(input.heartbeat ?? false),
                ...(input.pagerduty ? [pagerRoute] : []),
                ...(input.slack === undefined ? [] : [slackRoute(owners.map(([owner]) => owner))]),
            ],
        },
        inhibit_rules: inhibitRules,
        time_intervals: [workingDays(input.businessHours)],
        receivers: [
            { name: nobody },
            ...(input.heartbeat ? [heartbeatReceiver] : []),
            ...(input.pagerduty ? [{ name: pager, pagerduty_configs: [pagerdutyMessage(input.environment)] }] : []),
            ...(input.slack === undefined ? [] : [slackReceiver(slack, input.slack.channel)]),
            ...owners.map(([owner, channel]) => slackReceiver(slackOf(owner), channel)),
        ],
    };
}

/** Ten seconds let the first symptoms of an outage arrive together and leave most of the minute in which people want to know. */
const pagerRoute: Route = {
    receiver: pager,
    matchers: ['severity="critical"'],
    continue: true,
    group_wait: "10s",
    group_interval: "1m",
    repeat_interval: "4h",
};

/** Always fires, to show that alerts get through: what is told is that it stops, by a service outside of the cluster. */
function watchdogRoute(wanted: boolean): Route {
    const matchers = ['alertname="Watchdog"'];
    return wanted
        ? { receiver: heartbeat, matchers, group_wait: "0s", group_interval: "1m", repeat_interval: "1m" }
        : { receiver: nobody, matchers };
}

const heartbeatReceiver: Receiver = {
    name: heartbeat,
    // The call alone counts; that the alert ended would be told by nobody.
    webhook_configs: [{ url_file: credential(credentialKeys.heartbeat), send_resolved: false }],
};

/** By severity, then by owner. What comes at night and still holds in the morning is posted in the morning. */
function slackRoute(owners: readonly string[]): Route {
    const bySeverity = (severity: "critical" | "warning", more: Partial<Route>): Route => ({
        receiver: slack,
        matchers: [`severity="${severity}"`],
        ...more,
        routes: owners.map((owner) => ({
            receiver: slackOf(owner),
            matchers: [`owner=${JSON.stringify(owner)}`],
            ...(more.active_time_intervals && { active_time_intervals: more.active_time_intervals }),
        })),
    });
    return {
        receiver: slack,
        matchers: ['severity=~"critical|warning"'],
        routes: [
            bySeverity("critical", {}),
            bySeverity("warning", { active_time_intervals: [businessHours], repeat_interval: "24h" }),
        ],
    };
}

function workingDays({ start, end, timeZone }: BusinessHours): TimeInterval {
    return {
        name: businessHours,
        time_intervals: [
            {
                weekdays: ["monday:friday"],
                times: [{ start_time: start, end_time: end }],
                location: timeZone,
            },
        ],
    };
}

function slackOf(owner: string): string {
    return `${slack}-${owner}`;
}

/** What clients of a service, and its load balancer, see of a store that is down. */
export const symptoms = [
    "HighErrorRate",
    "HighResponseTime",
    "AvailabilityBudgetBurning.*",
    "LatencyBudgetBurning.*",
    "ServiceNotReady",
    "OperationFailing",
    "CacheHitRateLow",
    // Who waits for it holds connections and requests.
    "ConnectionPoolNearlyExhausted",
    "HighActiveConnections",
];

/** One outage is told once: what is worse silences what follows from it. */
const inhibitRules: readonly InhibitRule[] = [
    {
        source_matchers: ['severity="critical"', 'system!=""'],
        target_matchers: ['severity="warning"', 'system!=""'],
        equal: ["system", "component"],
    },
    // A store that is down is the reason why its clients cannot connect, fail, are slow or are not ready.
    ...(["Database", "Cache"] as const).map((store) => ({
        source_matchers: [`alertname="${store}Down"`],
        target_matchers: [`alertname=~"${store}ConnectionFailure|${symptoms.join("|")}"`],
        equal: ["system"],
    })),
    // The platform's own alerts have no system; there only the same alert silences itself.
    {
        source_matchers: ['severity="critical"', 'system=""'],
        target_matchers: ['severity=~"warning|info"', 'system=""'],
        equal: ["namespace", "alertname"],
    },
    {
        source_matchers: ['severity="warning"'],
        target_matchers: ['severity="info"'],
        equal: ["namespace", "alertname"],
    },
];

function credential(key: string): string {
    return `/etc/alertmanager/secrets/${alertmanagerSecrets.credentials}/${key}`;
}

/** What has the problem: a part of a system or, for the platform's own alerts, a namespace. */
const subject =
    "{{ if .GroupLabels.system }}{{ .GroupLabels.system }}/{{ .GroupLabels.component }}{{ else }}{{ .GroupLabels.namespace }}{{ end }}";
const alertLines =
    "{{ range .Alerts }}*{{ .Labels.alertname }}* {{ .Annotations.summary }}\n{{ .Annotations.description }}\n" +
    "{{ with .Annotations.runbook_url }}<{{ . }}|Runbook>{{ end }} {{ with .Annotations.dashboard_url }}<{{ . }}|Dashboard>{{ end }}\n{{ end }}";

function pagerdutyMessage(environment: string): Readonly<Record<string, unknown>> {
    return {
        routing_key_file: credential(credentialKeys.pagerduty),
        send_resolved: true,
        severity: "critical",
        description: `[${environment}] ${subject}: {{ (index .Alerts 0).Annotations.summary }}`,
        client: "Prometheus",
        client_url: "{{ .ExternalURL }}",
        component: "{{ .GroupLabels.component }}",
        group: "{{ .GroupLabels.system }}",
        class: "{{ (index .Alerts 0).Labels.alertname }}",
        details: {
            environment,
            owner: "{{ .CommonLabels.owner }}",
            runbooks: "{{ range .Alerts.Firing }}{{ .Annotations.runbook_url }} {{ end }}",
            dashboards: "{{ range .Alerts.Firing }}{{ .Annotations.dashboard_url }} {{ end }}",
        },
    };
}

function slackReceiver(name: string, channel: string): Receiver {
    return {
        name,
        slack_configs: [
            {
                api_url_file: credential(credentialKeys.slack),
                channel,
                send_resolved: true,
                title: `{{ if eq .Status "firing" }}{{ .CommonLabels.severity | toUpper }}{{ else }}RESOLVED{{ end }} ${subject}`,
                title_link: "{{ .ExternalURL }}",
                text: alertLines,
            },
        ],
    };
}
