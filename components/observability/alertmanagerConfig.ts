import { alertmanagerSecrets } from "./names";

export interface AlertmanagerConfigInput {
    readonly environment: string;
    /** Whether critical alerts page somebody. */
    readonly pagerduty: boolean;
    /** Where alerts are posted; absent when they are not. */
    readonly slack?: {
        /** Channel of every owner that has none of its own. */
        readonly channel: string;
        /** Channels by owner. */
        readonly channels: Readonly<Record<string, string>>;
    };
}

/** Keys of the Secret with what the configuration must not contain. */
export const credentialKeys = { pagerduty: "pagerduty-routing-key", slack: "slack-webhook-url" } as const;

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
    readonly routes?: readonly Route[];
}

interface Receiver {
    readonly name: string;
    readonly pagerduty_configs?: readonly Readonly<Record<string, unknown>>[];
    readonly slack_configs?: readonly Readonly<Record<string, unknown>>[];
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
    readonly receivers: readonly Receiver[];
}

/** Takes what nobody is told about. */
const nobody = "nobody";
const pager = "pagerduty";
const slack = "slack";

/**
 * Who is told about which alert. Critical pages whoever is on call and is posted; warning is posted; everything else is for
 * dashboards. What is posted goes to the channel of the alert's owner. The configuration names the files that hold the credentials
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
                // Always fires, to show that alerts get through. An external heartbeat service would be its receiver.
                { receiver: nobody, matchers: ['alertname="Watchdog"'] },
                ...(input.pagerduty ? [pagerRoute] : []),
                ...(input.slack === undefined ? [] : [slackRoute(owners.map(([owner]) => owner))]),
            ],
        },
        inhibit_rules: inhibitRules,
        receivers: [
            { name: nobody },
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

function slackRoute(owners: readonly string[]): Route {
    return {
        receiver: slack,
        matchers: ['severity=~"critical|warning"'],
        routes: owners.map((owner) => ({ receiver: slackOf(owner), matchers: [`owner=${JSON.stringify(owner)}`] })),
    };
}

function slackOf(owner: string): string {
    return `${slack}-${owner}`;
}

/** One outage is told once: what is worse silences what follows from it. */
const inhibitRules: readonly InhibitRule[] = [
    {
        source_matchers: ['severity="critical"', 'system!=""'],
        target_matchers: ['severity="warning"', 'system!=""'],
        equal: ["system", "component"],
    },
    // A store that is down is the reason why its clients cannot connect.
    ...(["Database", "Cache"] as const).map((store) => ({
        source_matchers: [`alertname="${store}Down"`],
        target_matchers: [`alertname="${store}ConnectionFailure"`],
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
