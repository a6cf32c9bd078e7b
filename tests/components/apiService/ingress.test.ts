import assert from "node:assert/strict";
import { albAnnotations, ingressSpec, type AlbModel } from "../../../components/apiService/ingress";

const model: AlbModel = {
    edge: { kind: "alb", host: "api.example.com" },
    loadBalancer: "platform-dev",
    healthPath: "/ready",
    deregistrationDelaySeconds: 10,
    tags: { Name: "platform-dev", "platform:stack": "dev" },
};

const annotation = (key: string, change: Partial<AlbModel> = {}): string | undefined =>
    albAnnotations({ ...model, ...change })[`alb.ingress.kubernetes.io/${key}`];

describe("load balancer of a service", () => {
    for (const [key, value] of [
        ["group.name", "platform-dev"],
        ["load-balancer-name", "platform-dev"],
        ["scheme", "internet-facing"],
        ["target-type", "ip"],
        ["listen-ports", '[{"HTTP":80},{"HTTPS":443}]'],
        ["ssl-redirect", "443"],
        ["ssl-policy", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"],
        [
            "load-balancer-attributes",
            "routing.http.drop_invalid_header_fields.enabled=true,routing.http.desync_mitigation_mode=defensive",
        ],
        ["target-group-attributes", "deregistration_delay.timeout_seconds=10"],
        ["healthcheck-path", "/ready"],
        ["success-codes", "200-399"],
        ["tags", "Name=platform-dev,platform:stack=dev"],
    ] as const) {
        it(`has ${key} ${value}`, () => assert.equal(annotation(key), value));
    }

    it("keeps a client with one pod for as long as the service asks", () => {
        assert.equal(
            annotation("target-group-attributes", { sessionAffinitySeconds: 10_800 }),
            "deregistration_delay.timeout_seconds=10,stickiness.enabled=true,stickiness.type=lb_cookie,stickiness.lb_cookie.duration_seconds=10800",
        );
    });

    it("keeps tags apart whatever is in them", () => {
        const tags = { Team: "a, b", Path: "c\\d", "odd=key": "x", Query: "e=f" };
        assert.equal(annotation("tags", { tags }), "Team=a\\, b,Path=c\\\\d,Query=e=f");
    });

    it("says the same about the shared load balancer for every service", () => {
        const own = ["target-group-attributes", "healthcheck-path"];
        const shared = (change: Partial<AlbModel>): Record<string, string> =>
            Object.fromEntries(
                Object.entries(albAnnotations({ ...model, ...change })).filter(
                    ([key]) => !own.includes(key.replace("alb.ingress.kubernetes.io/", "")),
                ),
            );
        const other: Partial<AlbModel> = {
            edge: { kind: "alb", host: "other.example.com" },
            healthPath: "/",
            deregistrationDelaySeconds: 1,
            sessionAffinitySeconds: 60,
        };
        assert.deepEqual(shared(other), shared({}));
    });

    it("routes every path of the host to the service", () => {
        assert.deepEqual(ingressSpec(model.edge, "api"), {
            ingressClassName: "alb",
            rules: [
                {
                    host: "api.example.com",
                    http: {
                        paths: [
                            {
                                path: "/",
                                pathType: "Prefix",
                                backend: { service: { name: "api", port: { name: "http" } } },
                            },
                        ],
                    },
                },
            ],
        });
    });
});
