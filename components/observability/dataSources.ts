import * as pulumi from "@pulumi/pulumi";
import { logGroupOf } from "../addons/logRouting";
import { traceStore, tracingNamespace } from "../addons/tracingNames";
import type { PolicyStatement } from "../identity/podIdentity";
import { dataSourceUids } from "./names";
import type { Values } from "./values";

/** Where Grafana finds what Prometheus does not have. */
export interface DataSources {
    /** Whether traces are kept in the cluster. */
    readonly traces: boolean;
    /** Region of CloudWatch Logs; absent where nothing is sent there. */
    readonly logsRegion?: string;
}

/** Label of an exemplar that holds the id of its trace. Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility". */
const exemplarTraceLabel = "trace_id";

/** Fields of log lines that hold the id of a trace, and those by which everything about one request is found. */
const traceFields = ["trace_id", "traceId"] as const;
const requestFields = ["correlation_id", "correlationId", "request_id"] as const;

/** From a point of a graph to the trace of a request that it counts: the settings of Prometheus' data source. */
export function exemplarDestinations({ traces }: DataSources): Values {
    return traces
        ? {
              exemplarTraceIdDestinations: {
                  datasourceUid: dataSourceUids.traces,
                  traceIdLabelName: exemplarTraceLabel,
              },
          }
        : {};
}

/** The data sources beside Prometheus and Alertmanager. Source: Grafana documentation, "Provision Grafana", "Correlations". */
export function additionalDataSources(sources: DataSources): Values[] {
    const { traces, logsRegion } = sources;
    return [
        ...(traces
            ? [
                  {
                      name: "Jaeger",
                      uid: dataSourceUids.traces,
                      type: "jaeger",
                      access: "proxy",
                      url: `http://${traceStore.name}.${tracingNamespace}.svc.cluster.local:${traceStore.queryPort}`,
                      editable: false,
                      jsonData: { nodeGraph: { enabled: true } },
                  },
              ]
            : []),
        ...(logsRegion === undefined
            ? []
            : [
                  {
                      name: "CloudWatch",
                      uid: dataSourceUids.logs,
                      type: "cloudwatch",
                      access: "proxy",
                      editable: false,
                      // The credentials of its pod.
                      jsonData: { authType: "default", defaultRegion: logsRegion },
                      correlations: [...(traces ? traceFields.map(toTrace) : []), ...requestFields.map(toRequest)],
                  },
              ]),
    ];
}

/** What Grafana puts the field's value for. In a provisioned file one dollar would be a variable of the environment. */
const fieldValue = "$${__value.raw}";

/** From a log line to its trace. */
function toTrace(field: string): Values {
    return {
        targetUID: dataSourceUids.traces,
        label: "Trace",
        description: "The trace that this line was written in",
        type: "query",
        config: { field, target: { query: fieldValue } },
    };
}

/** From a log line to all lines of its request, which name its trace. */
function toRequest(field: string): Values {
    return {
        targetUID: dataSourceUids.logs,
        label: "Everything of this request",
        description: "What every service wrote about the same request",
        type: "query",
        config: {
            field,
            target: {
                queryMode: "Logs",
                queryLanguage: "CWLI",
                region: "default",
                expression: `${logFields} | filter ${field} = "${fieldValue}" | sort @timestamp asc | limit 1000`,
            },
        },
    };
}

/** The fields of a log line that people read, and that lead on. */
export const logFields = `fields @timestamp, level, message, kubernetes.pod, ${[...requestFields, ...traceFields].join(", ")}`;

/** What Grafana may do to show logs: search those of this environment, and list the names of log groups. */
export function logReader(environment: string, region: string, accountId: pulumi.Input<string>): PolicyStatement[] {
    const group = (name: string): pulumi.Output<string> =>
        pulumi.interpolate`arn:aws:logs:${region}:${accountId}:log-group:${name}`;
    const own = logGroupOf("*", environment);
    return [
        {
            sid: "SearchLogs",
            actions: ["logs:StartQuery", "logs:GetLogGroupFields", "logs:GetLogEvents"],
            resources: [group(own), group(`${own}:*`)],
        },
        { sid: "ListLogGroups", actions: ["logs:DescribeLogGroups"], resources: [group("*")] },
        // AWS narrows these to nothing; a query can only be read by who may start it.
        { sid: "ReadAnswers", actions: ["logs:GetQueryResults", "logs:StopQuery"], resources: ["*"] },
    ];
}
