/**
 * Where container logs go. Each system has a CloudWatch log group of its own, which the system creates; everything else that runs in the
 * cluster shares the platform's.
 */

const platformName = "platform";

/** The log group of what belongs to no system. */
export function platformLogGroup(environment: string): string {
    return logGroupOf(platformName, environment);
}

/** The log group of a system. */
export function logGroupOf(system: string, environment: string): string {
    return `/aws/eks/${system}-${environment}`;
}

/**
 * A script that adds to each record the log group and log stream it belongs to, and shortens what Fluent Bit knows about its pod to what
 * people search by: labels alone are often longer than the line itself, and CloudWatch charges by the byte.
 *
 * Only pods that this program made name a system. The label `part-of` alone would not do: charts set it too, to names that have no log
 * group, and what is sent to a missing group is lost.
 */
export function routingScript(environment: string): string {
    return `function route(tag, timestamp, record)
    local kubernetes = type(record["kubernetes"]) == "table" and record["kubernetes"] or {}
    local labels = type(kubernetes["labels"]) == "table" and kubernetes["labels"] or {}
    local system = labels["app.kubernetes.io/part-of"]
    if labels["app.kubernetes.io/managed-by"] ~= "pulumi" or type(system) ~= "string" or not system:match("^[a-z0-9-]+$") then
        system = "${platformName}"
    end
    local pod = kubernetes["pod_name"] or "unknown"
    local container = kubernetes["container_name"] or "unknown"
    record["log_group"] = "${logGroupOf('" .. system .. "', environment)}"
    record["log_stream"] = pod .. "." .. container
    record["kubernetes"] = {
        namespace = kubernetes["namespace_name"],
        pod = pod,
        container = container,
        node = kubernetes["host"]
    }
    record["_p"] = nil
    return 2, timestamp, record
end
`;
}

/** Name of the script's file. */
export const routingScriptName = "route.lua";

/** Where Fluent Bit remembers how far it read, and keeps what it could not send yet. It outlives the pod. */
export const stateDirectory = "/var/lib/fluent-bit";

interface FluentBitConfig {
    readonly service: string;
    readonly inputs: string;
    readonly filters: string;
    readonly outputs: string;
    readonly customParsers: string;
}

type Section = readonly [kind: "SERVICE" | "INPUT" | "FILTER" | "OUTPUT", settings: readonly [string, string][]];

/** A section of Fluent Bit's classic configuration format. */
function section([kind, settings]: Section): string {
    return [`[${kind}]`, ...settings.map(([key, value]) => `    ${key} ${value}`), ""].join("\n");
}

/** Fluent Bit's configuration. Sources: Fluent Bit manual, "Tail", "Kubernetes", "Lua", "Amazon CloudWatch", "Buffering & storage". */
export function fluentBitConfig(environment: string, region: string): FluentBitConfig {
    return {
        service: section([
            "SERVICE",
            [
                ["Daemon", "Off"],
                ["Flush", "5"],
                ["Log_Level", "warn"],
                ["Parsers_File", "/fluent-bit/etc/parsers.conf"],
                ["HTTP_Server", "On"],
                ["HTTP_Listen", "0.0.0.0"],
                ["HTTP_Port", "2020"],
                ["Health_Check", "On"],
                ["storage.path", `${stateDirectory}/buffer`],
                ["storage.metrics", "On"],
            ],
        ]),
        inputs: section([
            "INPUT",
            [
                ["Name", "tail"],
                ["Tag", "kube.*"],
                ["Path", "/var/log/containers/*.log"],
                // Its own warnings about lines it cannot send would become lines to send.
                ["Exclude_Path", "/var/log/containers/fluent-bit-*_logging_fluent-bit-*.log"],
                ["multiline.parser", "cri"],
                ["DB", `${stateDirectory}/tail.db`],
                ["Skip_Long_Lines", "On"],
                ["Refresh_Interval", "10"],
                // A backlog goes to disk instead of memory.
                ["storage.type", "filesystem"],
            ],
        ]),
        filters: [
            section([
                "FILTER",
                [
                    ["Name", "kubernetes"],
                    ["Match", "kube.*"],
                    // Lines that are JSON become fields.
                    ["Merge_Log", "On"],
                    ["Keep_Log", "Off"],
                    ["Labels", "On"],
                    ["Annotations", "Off"],
                    // A pod may say how its lines are to be read, but not that they are to be forgotten.
                    ["K8S-Logging.Parser", "On"],
                    ["K8S-Logging.Exclude", "Off"],
                    ["Buffer_Size", "256k"],
                ],
            ]),
            section([
                "FILTER",
                [
                    ["Name", "lua"],
                    ["Match", "kube.*"],
                    ["script", `/fluent-bit/scripts/${routingScriptName}`],
                    ["call", "route"],
                ],
            ]),
        ].join("\n"),
        outputs: section([
            "OUTPUT",
            [
                ["Name", "cloudwatch_logs"],
                ["Match", "kube.*"],
                ["region", region],
                ["log_group_template", "$log_group"],
                ["log_group_name", platformLogGroup(environment)],
                ["log_stream_template", "$log_stream"],
                ["log_stream_prefix", "unknown-"],
                // A group without retention and key would be worse than none.
                ["auto_create_group", "false"],
                ["Retry_Limit", "10"],
                ["storage.total_limit_size", "512M"],
            ],
        ]),
        customParsers: "",
    };
}
