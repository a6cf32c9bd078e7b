import { api, app, forever, over, type AlertCase } from "./situation";

const bucket = (le: string): string => app("http_request_duration_seconds_bucket", `le="${le}"`);

export const trafficCases = {
    HighErrorRate: {
        component: "user-mgmt-api",
        severity: "critical",
        fires: [
            {
                samples: {
                    [app("http_requests_total", 'status="200"')]: `0+94${forever}`,
                    [app("http_requests_total", 'status="503"')]: "0+6x30 180x3000",
                },
                at: "5m30s",
                until: "20m45s",
                labels: api,
                description:
                    "6% of the requests to user-management/user-mgmt-api end with a 5xx status; 5 % are allowed.",
            },
        ],
        quiet: {
            "when its counters start again": {
                samples: {
                    [app("http_requests_total", 'status="200"')]: "5000+100x20 0+100x3000",
                    [app("http_requests_total", 'status="503"')]: over,
                },
                after: "12m",
                shows: "counter reset",
            },
            "just below its threshold": {
                samples: {
                    [app("http_requests_total", 'status="200"')]: `0+951${forever}`,
                    [app("http_requests_total", 'status="500"')]: `0+49${forever}`,
                },
                after: "30m",
                shows: "threshold",
            },
            "when clients are at fault": {
                samples: { [app("http_requests_total", 'status="404"')]: `0+100${forever}` },
                after: "30m",
            },
            "without traffic": {
                samples: {
                    [app("http_requests_total", 'status="200"')]: `1000${forever}`,
                    [app("http_requests_total", 'status="500"')]: `1000${forever}`,
                },
                after: "30m",
                shows: "no traffic",
            },
        },
    },
    HighResponseTime: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: {
                    [bucket("1.0")]: "0+90x29 2700+100x3000",
                    [bucket("2.0")]: `0+100${forever}`,
                    [bucket("+Inf")]: `0+100${forever}`,
                },
                at: "5m30s",
                until: "22m15s",
                labels: api,
                description: "The 95th percentile of user-management/user-mgmt-api is 1.5s; 1 s are allowed.",
            },
            {
                // Just above its threshold.
                samples: {
                    [bucket("1.0")]: `0+94.8${forever}`,
                    [bucket("2.0")]: `0+100${forever}`,
                    [bucket("+Inf")]: `0+100${forever}`,
                },
                at: "5m30s",
                labels: api,
                description: "The 95th percentile of user-management/user-mgmt-api is 1.038s; 1 s are allowed.",
            },
        ],
        quiet: {
            "when its counters start again": {
                samples: { [bucket("1.0")]: "5000+100x20 0+100x3000", [bucket("+Inf")]: "5100+100x20 0+100x3000" },
                after: "12m",
                shows: "counter reset",
            },
            "just below its threshold": {
                samples: {
                    [bucket("0.5")]: `0+90${forever}`,
                    [bucket("1.0")]: `0+951${forever}`,
                    [bucket("+Inf")]: `0+1000${forever}`,
                },
                after: "30m",
                shows: "threshold",
            },
            "without traffic": {
                samples: { [bucket("1.0")]: `5${forever}`, [bucket("+Inf")]: `100${forever}` },
                after: "30m",
                shows: "no traffic",
            },
        },
    },
    LatencyObjectiveUnmeasured: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: {
                    [app("http_request_duration_seconds_count")]: `0+60${forever}`,
                    [bucket("0.9")]: `0+60${forever}`,
                    [bucket("10.0")]: `0+60${forever}`,
                },
                at: "1h30s",
                labels: api,
                description:
                    "user-management/user-mgmt-api answers 2 requests a second, and its histogram has no bucket that ends at 1 s, which its objective is about.",
            },
            {
                // A request every two seconds.
                samples: {
                    [app("http_request_duration_seconds_count")]: `0+15${forever}`,
                    [bucket("0.9")]: `0+15${forever}`,
                },
                at: "1h30s",
                labels: api,
                description:
                    "user-management/user-mgmt-api answers 500m requests a second, and its histogram has no bucket that ends at 1 s, which its objective is about.",
            },
            {
                // Requests come to an end.
                samples: {
                    [app("http_request_duration_seconds_count")]: "0+60x140 8400x3000",
                    [bucket("0.9")]: "0+60x140 8400x3000",
                },
                at: "1h30s",
                until: "1h14m30s",
                labels: api,
                description:
                    "user-management/user-mgmt-api answers 2 requests a second, and its histogram has no bucket that ends at 1 s, which its objective is about.",
            },
            {
                // The bucket goes away.
                samples: {
                    [app("http_request_duration_seconds_count")]: `0+60${forever}`,
                    [bucket("1.0")]: "0+60x20 _x3000",
                },
                at: "1h14m45s",
                labels: api,
                description:
                    "user-management/user-mgmt-api answers 2 requests a second, and its histogram has no bucket that ends at 1 s, which its objective is about.",
            },
        ],
        quiet: {
            "when its counters start again": {
                samples: {
                    [app("http_request_duration_seconds_count")]: "5000+60x20 0+60x3000",
                    [bucket("1.0")]: "5000+60x20 0+60x3000",
                },
                after: "12m",
                shows: "counter reset",
            },
            "with the bucket": {
                samples: {
                    [app("http_request_duration_seconds_count")]: `0+60${forever}`,
                    [bucket("1")]: `0${forever}`,
                },
                after: "3h",
            },
            "without traffic": {
                samples: { [app("http_request_duration_seconds_count")]: `60${forever}` },
                after: "3h",
                shows: "no traffic",
            },
        },
    },
    OperationFailing: {
        component: "user-mgmt-api",
        severity: "warning",
        fires: [
            {
                samples: {
                    [app("user_batch_operations_total", 'status="ok"')]: `0+10${forever}`,
                    [app("user_batch_operations_total", 'status="failed"')]: "0+1x30 30x3000",
                },
                at: "5m30s",
                until: "24m30s",
                labels: { ...api, operation: "batch" },
                description: '"batch" of user-management/user-mgmt-api fails 2 times a minute; 0.1 are allowed.',
            },
            {
                // Just above its threshold.
                samples: { [app("user_batch_operations_total", 'status="failed"')]: `0+0.0525${forever}` },
                at: "10m",
                labels: { ...api, operation: "batch" },
                description: '"batch" of user-management/user-mgmt-api fails 105m times a minute; 0.1 are allowed.',
            },
        ],
        quiet: {
            "when its counters start again": {
                samples: { [app("user_batch_operations_total", 'status="failed"')]: over },
                after: "16m",
                shows: "counter reset",
            },
            "while everything succeeds": {
                samples: {
                    [app("user_batch_operations_total", 'status="ok"')]: `0+10${forever}`,
                    [app("user_batch_operations_total", 'status="failed"')]: `3${forever}`,
                },
                after: "30m",
                shows: "no traffic",
            },
            "just below its threshold": {
                samples: { [app("user_batch_operations_total", 'status="failed"')]: "0+0.0485x3000" },
                after: "30m",
                shows: "threshold",
            },
        },
    },
} satisfies Readonly<Record<string, AlertCase>>;
