/* global __ENV */
// A k6 script: `k6 run` loads it, Node does not. https://grafana.com/docs/k6/
//
// TARGETS   JSON list of { name, url, perMinute }: perMinute requests a minute go to the URL
// DURATION  such as 2m
//
// A target fails where users would call it broken: the thresholds are those of the alerts (HighResponseTime p95 > 1 s, HighErrorRate > 5 %).
import { check } from "k6";
import http from "k6/http";

const targets = JSON.parse(__ENV.TARGETS);

function perTarget(make) {
    return Object.fromEntries(targets.map((target, index) => make(target, `t${index}`)));
}

export const options = {
    scenarios: perTarget((target, key) => [
        key,
        {
            executor: "constant-arrival-rate",
            rate: target.perMinute,
            timeUnit: "1m",
            duration: __ENV.DURATION || "2m",
            preAllocatedVUs: 20,
            maxVUs: 200,
            exec: "visit",
            env: { URL: target.url, NAME: target.name },
            tags: { target: target.name },
        },
    ]),
    thresholds: Object.assign(
        // A run that could not keep up has measured nothing.
        { dropped_iterations: ["rate<1"] },
        ...targets.map(({ name }) => ({
            [`http_req_duration{target:${name}}`]: ["p(95)<1000"],
            [`http_req_failed{target:${name}}`]: ["rate<0.05"],
        })),
    ),
    userAgent: "platform-load-test",
};

export function visit() {
    const response = http.get(__ENV.URL, { tags: { name: __ENV.NAME }, timeout: "10s" });
    check(response, { "status is 200": ({ status }) => status === 200 });
}
