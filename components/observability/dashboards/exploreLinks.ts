import { DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";
import { logFields } from "../dataSources";
import type { MonitoredService, MonitoringModel } from "../model";
import { dataSourceUids } from "../names";

/** From a dashboard to what was logged and traced in the time that it shows, for the whole system or for one service. */
export function exploreLinks(
    { logGroup, traces, services }: MonitoringModel,
    service?: MonitoredService,
): DashboardLinkBuilder[] {
    const [only] = services;
    const traced = service ?? (services.length === 1 ? only : undefined);
    const written = service === undefined ? "" : ` | filter kubernetes.pod like /^${service.pods}$/`;
    return [
        ...(logGroup === undefined
            ? []
            : [
                  explore("Logs", dataSourceUids.logs, {
                      queryMode: "Logs",
                      queryLanguage: "CWLI",
                      region: "default",
                      logGroupNames: [logGroup],
                      expression: `${logFields}${written} | sort @timestamp desc | limit 200`,
                  }),
              ]),
        ...(traces
            ? [
                  explore("Traces", dataSourceUids.traces, {
                      queryType: "search",
                      ...(traced !== undefined && { service: traced.name }),
                  }),
              ]
            : []),
    ];
}

/** Start and end of the time that a dashboard shows, which Grafana puts into links. */
const shownTime = { from: "${__from}", to: "${__to}" } as const;

/** A link to Explore. Source: Grafana documentation, "Explore", "Generating Explore URLs from external tools". */
function explore(title: string, uid: string, query: Readonly<Record<string, unknown>>): DashboardLinkBuilder {
    const panes = {
        [title.toLowerCase()]: {
            datasource: uid,
            queries: [{ refId: "A", datasource: { uid }, ...query }],
            range: shownTime,
        },
    };
    const text = Object.values(shownTime).reduce(
        (encoded, variable) => encoded.replace(encodeURIComponent(variable), variable),
        encodeURIComponent(JSON.stringify(panes)),
    );
    return new DashboardLinkBuilder(title)
        .type(DashboardLinkType.Link)
        .url(`/explore?schemaVersion=1&orgId=1&panes=${text}`)
        .icon("external link")
        .targetBlank(true);
}
