import type { PolicyResource } from "../../../policy/rule";
import { deployment, namespaced, prod, resource } from "../fixture";
import type { RuleCase } from "./case";

const security = (securityContext: Readonly<Record<string, unknown>>): PolicyResource =>
    deployment({
        container: {
            securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
                ...securityContext,
            },
        },
    });
const breaks = (resources: readonly PolicyResource[], problem: RegExp) => ({ resources, problem });
const image = (name: string): PolicyResource => deployment({ container: { image: name } });
const digest = `sha256:${"a".repeat(64)}`;
const namespace = (labels: Readonly<Record<string, string>>): PolicyResource =>
    resource("kubernetes:core/v1:Namespace", { metadata: { name: "shop", labels } });
const inShop = (kind: string, spec: unknown = {}): PolicyResource =>
    resource(`kubernetes:${kind}`, { metadata: { name: "any", namespace: "shop" }, spec }, { name: kind });
const networkPolicy = (spec: unknown): PolicyResource => inShop("networking.k8s.io/v1:NetworkPolicy", spec);
const restricted = namespace({ "pod-security.kubernetes.io/enforce": "restricted" });
const annotated = (type: string, annotations: Readonly<Record<string, string>>): PolicyResource =>
    resource(type, { metadata: { ...namespaced, annotations } });
const alb = (changes: Readonly<Record<string, string | undefined>>): PolicyResource => {
    const given: Readonly<Record<string, string | undefined>> = {
        scheme: "internet-facing",
        "listen-ports": '[{"HTTP":80},{"HTTPS":443}]',
        "ssl-redirect": "443",
        "ssl-policy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        "load-balancer-attributes":
            "routing.http.drop_invalid_header_fields.enabled=true,routing.http.desync_mitigation_mode=defensive",
        ...changes,
    };
    const set = Object.entries(given).flatMap(([name, value]) =>
        value === undefined ? [] : [[`alb.ingress.kubernetes.io/${name}`, value] as const],
    );
    return annotated("kubernetes:networking.k8s.io/v1:Ingress", Object.fromEntries(set));
};
const nlb = (policy: string): PolicyResource =>
    annotated("kubernetes:core/v1:Service", {
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
        "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "arn:aws:acm:us-east-1:123456789012:certificate/1",
        "service.beta.kubernetes.io/aws-load-balancer-ssl-negotiation-policy": policy,
    });
const clients = (minVersion?: string): PolicyResource =>
    resource("kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy", { spec: { tls: { minVersion } } });
const distribution = (inputs: Readonly<Record<string, unknown>> = {}): PolicyResource =>
    resource("aws:cloudfront/distribution:Distribution", {
        defaultCacheBehavior: { viewerProtocolPolicy: "redirect-to-https" },
        viewerCertificate: { minimumProtocolVersion: "TLSv1.2_2021" },
        origins: [{ customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] } }],
        ...inputs,
    });
const headers = (accessControlMaxAgeSec: number): PolicyResource =>
    resource("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", {
        securityHeadersConfig: { strictTransportSecurity: { accessControlMaxAgeSec } },
    });

const podCases: readonly RuleCase[] = [
    {
        rule: "pod-security-restricted",
        holds: {
            "a hardened workload": [deployment()],
            "a port below 1024, and a sysctl of the pod's own": [
                security({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }),
                deployment({
                    pod: {
                        securityContext: {
                            runAsNonRoot: true,
                            seccompProfile: { type: "RuntimeDefault" },
                            sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
                        },
                    },
                }),
            ],
        },
        broken: {
            "a privileged container": breaks([security({ privileged: true })], /privileged is true/),
            "escalation by default": breaks(
                [security({ allowPrivilegeEscalation: undefined })],
                /allowPrivilegeEscalation/,
            ),
            "root by default": breaks(
                [deployment({ pod: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } } })],
                /runAsNonRoot is not true/,
            ),
            "user 0": breaks([security({ runAsUser: 0 })], /runAsUser is 0/),
            "kept capabilities": breaks([security({ capabilities: {} })], /drop lacks ALL/),
            "added capabilities": breaks(
                [security({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } })],
                /SYS_ADMIN/,
            ),
            "no seccomp": breaks(
                [deployment({ pod: { securityContext: { runAsNonRoot: true } } })],
                /seccompProfile\.type is not set/,
            ),
            "the host's network": breaks([deployment({ pod: { hostNetwork: true } })], /hostNetwork is true/),
            "the host's files": breaks(
                [deployment({ pod: { volumes: [{ name: "root", hostPath: { path: "/" } }] } })],
                /the volume "root" is a hostPath/,
            ),
            "a port of the node": breaks(
                [deployment({ container: { ports: [{ containerPort: 80, hostPort: 80 }] } })],
                /port of the node/,
            ),
            "a sysctl of the node": breaks(
                [deployment({ pod: { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } } })],
                /sysctl kernel\.msgmax/,
            ),
            "an init container": breaks(
                [deployment({ pod: { initContainers: [{ name: "first", image: "busybox:1.37" }] } })],
                /container first: allowPrivilegeEscalation/,
            ),
        },
    },
    {
        rule: "root-filesystem-read-only",
        holds: { "a read-only one": [deployment()] },
        broken: {
            "one that can be written": breaks(
                [security({ readOnlyRootFilesystem: false })],
                /container app: readOnlyRootFilesystem/,
            ),
        },
    },
    {
        rule: "resources-bounded",
        holds: { "requests and limits": [deployment()] },
        broken: {
            none: breaks([deployment({ container: { resources: undefined } })], /resources\.limits\.memory is not set/),
            "no request": breaks(
                [deployment({ container: { resources: { limits: { memory: "1Gi" } } } })],
                /resources\.requests\.cpu is not set/,
            ),
        },
    },
    {
        rule: "images-pinned-by-tag",
        holds: {
            "a version": [image("ghcr.io/your-org/api:1.0.0")],
            "a digest": [image(`ghcr.io/your-org/api@${digest}`)],
        },
        broken: {
            "no tag": breaks([image("ghcr.io/your-org/api")], /not pinned/),
            "no tag, and a port that is none": breaks([image("registry:5000/api")], /not pinned/),
            "a tag that moves": breaks([image("ghcr.io/your-org/api:latest")], /:latest is not pinned/),
        },
    },
    {
        rule: "images-pinned-by-digest",
        holds: {
            "a digest in prod": [prod, image(`ghcr.io/your-org/api:1.0.0@${digest}`)],
            "a tag elsewhere": [image("ghcr.io/your-org/api:1.0.0")],
        },
        broken: { "a tag in prod": breaks([prod, image("ghcr.io/your-org/api:1.0.0")], /allowed in prod is a digest/) },
    },
    {
        rule: "charts-pinned",
        holds: { "a version": [resource("kubernetes:helm.sh/v3:Release", { version: "v1.19.2" })] },
        broken: {
            none: breaks([resource("kubernetes:helm.sh/v3:Release", {})], /version is "undefined"|version is not set/),
            "a range": breaks([resource("kubernetes:helm.sh/v3:Release", { version: "~1.19" })], /"~1\.19"/),
        },
    },
];

const namespaceCases: readonly RuleCase[] = [
    {
        rule: "namespace-pod-security",
        holds: { restricted: [restricted] },
        broken: {
            privileged: breaks([namespace({ "pod-security.kubernetes.io/enforce": "privileged" })], /is "privileged"/),
            "no label": breaks([namespace({})], /is not set/),
        },
    },
    {
        rule: "namespace-default-deny",
        holds: {
            "a closed namespace": [restricted, networkPolicy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })],
        },
        broken: {
            "no policy": breaks([restricted], /no network policy closes it/),
            "one direction": breaks(
                [restricted, networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] })],
                /no network policy/,
            ),
            "some pods": breaks(
                [
                    restricted,
                    networkPolicy({ podSelector: { matchLabels: { app: "x" } }, policyTypes: ["Ingress", "Egress"] }),
                ],
                /no network policy/,
            ),
            "a policy that opens": breaks(
                [restricted, networkPolicy({ podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [{}] })],
                /no network policy/,
            ),
        },
    },
    {
        rule: "namespace-bounded",
        holds: { both: [restricted, inShop("core/v1:ResourceQuota"), inShop("core/v1:LimitRange")] },
        broken: {
            "no quota": breaks([restricted, inShop("core/v1:LimitRange")], /no ResourceQuota/),
            "no limits": breaks([restricted, inShop("core/v1:ResourceQuota")], /no LimitRange/),
        },
    },
    {
        rule: "no-default-namespace",
        holds: { "a namespace": [deployment()] },
        broken: {
            default: breaks(
                [
                    resource("kubernetes:batch/v1:Job", {
                        metadata: { name: "job", namespace: "default" },
                        spec: { template: { spec: {} } },
                    }),
                ],
                /namespace default/,
            ),
        },
    },
];

const edgeCases: readonly RuleCase[] = [
    {
        rule: "only-declared-edges",
        holds: {
            "a declared edge, and a Service of the cluster": [
                resource("kubernetes:core/v1:Service", {
                    metadata: { name: "api-public" },
                    spec: { type: "LoadBalancer" },
                }),
                resource("kubernetes:core/v1:Service", { metadata: { name: "api" }, spec: { type: "ClusterIP" } }),
            ],
        },
        broken: {
            "a load balancer": breaks(
                [resource("kubernetes:core/v1:Service", { metadata: { name: "api" }, spec: { type: "LoadBalancer" } })],
                /no declared edge/,
            ),
            "a port of the nodes": breaks(
                [resource("kubernetes:core/v1:Service", { metadata: { name: "api" }, spec: { type: "NodePort" } })],
                /NodePort/,
            ),
        },
    },
    {
        rule: "edge-tls",
        holds: {
            "modern edges": [alb({}), nlb("ELBSecurityPolicy-TLS13-1-2-2021-06"), clients("1.2"), distribution()],
        },
        broken: {
            "an ALB without HTTPS": breaks([alb({ "listen-ports": '[{"HTTP":80}]' })], /has no HTTPS/),
            "an ALB without a redirect": breaks([alb({ "ssl-redirect": undefined })], /ssl-redirect is not set/),
            "an ALB with old TLS": breaks([alb({ "ssl-policy": "ELBSecurityPolicy-2016-08" })], /2016-08/),
            "an NLB with old TLS": breaks([nlb("ELBSecurityPolicy-2016-08")], /ssl-negotiation-policy/),
            "a gateway with old TLS": breaks([clients("1.0")], /minVersion is "1\.0"/),
            "a CDN over HTTP": breaks(
                [distribution({ defaultCacheBehavior: { viewerProtocolPolicy: "allow-all" } })],
                /plain HTTP/,
            ),
            "a CDN with old TLS": breaks(
                [distribution({ viewerCertificate: { minimumProtocolVersion: "TLSv1" } })],
                /"TLSv1"/,
            ),
            "a CDN that asks without TLS": breaks(
                [distribution({ origins: [{ customOriginConfig: { originProtocolPolicy: "match-viewer" } }] })],
                /without TLS/,
            ),
        },
    },
    {
        rule: "edge-firewall",
        holds: {
            "edges behind a firewall": [
                prod,
                alb({ "wafv2-acl-arn": "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/a/b" }),
                distribution({ webAclId: "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b" }),
            ],
            "edges without one where it is not prod": [alb({}), distribution()],
        },
        broken: {
            "an ALB": breaks([prod, alb({})], /no web ACL/),
            "a CDN": breaks([prod, distribution()], /no web ACL/),
        },
    },
    {
        rule: "edge-headers",
        holds: { "strict headers": [alb({})] },
        broken: {
            "AWS's defaults": breaks(
                [alb({ "load-balancer-attributes": undefined })],
                /lacks routing\.http\.drop_invalid/,
            ),
        },
    },
    {
        rule: "cdn-strict-transport",
        holds: { "a year": [headers(31_536_000)] },
        broken: { "a day": breaks([headers(86_400)], /is 86400/) },
    },
];

export const workloadCases: readonly RuleCase[] = [...podCases, ...namespaceCases, ...edgeCases];
