import type { PolicyResource, Problem, Rule } from "../rule";
import type { Surroundings } from "../surroundings";
import { annotation, at, isSet, list, requires, shown } from "../values";

const ingressType = "kubernetes:networking.k8s.io/v1:Ingress";
const alb = "alb.ingress.kubernetes.io";

/** Policies of AWS' load balancers that offer TLS 1.2 and 1.3 only (docs.aws.amazon.com, "Security policies for your Application Load Balancer"). */
const modernPolicy = /^ELBSecurityPolicy-TLS13-1-[23]-/;

function loadBalancer(resource: PolicyResource): readonly Problem[] {
    const value = (name: string): string | undefined => annotation(resource, `${alb}/${name}`);
    if (resource.type !== ingressType || value("scheme") === undefined) {
        return [];
    }
    const policy = value("ssl-policy");
    const problems: [boolean, string][] = [
        [
            !/"?HTTPS"?\s*:/.test(value("listen-ports") ?? ""),
            `${alb}/listen-ports is ${shown(value("listen-ports"))}, which has no HTTPS`,
        ],
        [value("ssl-redirect") !== "443", `${alb}/ssl-redirect is ${shown(value("ssl-redirect"))}, allowed is "443"`],
        [
            !modernPolicy.test(policy ?? ""),
            `${alb}/ssl-policy is ${shown(policy)}, allowed is one for TLS 1.2 and newer`,
        ],
    ];
    return problems.filter(([isBroken]) => isBroken).map(([, problem]) => ({ problem }));
}

function networkLoadBalancer(resource: PolicyResource): readonly Problem[] {
    const prefix = "service.beta.kubernetes.io/aws-load-balancer";
    const isNlb = annotation(resource, `${prefix}-scheme`) === "internet-facing";
    const certificate = annotation(resource, `${prefix}-ssl-cert`);
    const policy = annotation(resource, `${prefix}-ssl-negotiation-policy`);
    return resource.type === "kubernetes:core/v1:Service" &&
        isNlb &&
        certificate !== undefined &&
        !modernPolicy.test(policy ?? "")
        ? [{ problem: `${prefix}-ssl-negotiation-policy is ${shown(policy)}, allowed is one for TLS 1.2 and newer` }]
        : [];
}

function gateway({ type, inputs }: PolicyResource): readonly Problem[] {
    if (type === "kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy") {
        const version = at(inputs, "spec", "tls", "minVersion");
        return version === "1.2" || version === "1.3"
            ? []
            : [{ problem: `spec.tls.minVersion is ${shown(version)}, allowed are "1.2" and "1.3"` }];
    }
    return [];
}

function distribution({ type, inputs }: PolicyResource): readonly Problem[] {
    if (type !== "aws:cloudfront/distribution:Distribution") {
        return [];
    }
    const behaviours = [inputs.defaultCacheBehavior, ...list(inputs.orderedCacheBehaviors)];
    const version = at(inputs.viewerCertificate, "minimumProtocolVersion");
    const origins = list(inputs.origins).map((origin) => at(origin, "customOriginConfig"));
    const problems: [boolean, string][] = [
        [
            behaviours.some(
                (each) => !["redirect-to-https", "https-only"].includes(String(at(each, "viewerProtocolPolicy"))),
            ),
            "a behaviour answers plain HTTP",
        ],
        [
            !/^TLSv1\.[23]_/.test(String(version)),
            `minimumProtocolVersion is ${shown(version)}, allowed is TLSv1.2_2021 and newer`,
        ],
        [
            origins.some((each) => each !== undefined && at(each, "originProtocolPolicy") !== "https-only"),
            "an origin is asked without TLS",
        ],
        [
            origins.some((each) => list(at(each, "originSslProtocols")).some((protocol) => protocol !== "TLSv1.2")),
            "an origin may be asked with less than TLS 1.2",
        ],
    ];
    return problems.filter(([isBroken]) => isBroken).map(([, problem]) => ({ problem }));
}

function firewall(resource: PolicyResource, { isProd }: Surroundings): readonly Problem[] {
    const isAlb = resource.type === ingressType && annotation(resource, `${alb}/scheme`) !== undefined;
    const acl = isAlb ? annotation(resource, `${alb}/wafv2-acl-arn`) : resource.inputs.webAclId;
    return isProd && (isAlb || resource.type !== ingressType) && !isSet(acl)
        ? [{ problem: "it stands behind no web ACL of AWS WAF" }]
        : [];
}

const strictHeaders = [
    "routing.http.drop_invalid_header_fields.enabled=true",
    "routing.http.desync_mitigation_mode=(defensive|strictest)",
] as const;

function headers(resource: PolicyResource): readonly Problem[] {
    const attributes = annotation(resource, `${alb}/load-balancer-attributes`) ?? "";
    return annotation(resource, `${alb}/scheme`) === undefined
        ? []
        : strictHeaders
              .filter((wanted) => !new RegExp(wanted.replaceAll(".", "\\.")).test(attributes))
              .map((wanted) => ({ problem: `${alb}/load-balancer-attributes lacks ${wanted}` }));
}

export const edgeRules: readonly Rule[] = [
    {
        id: "edge-tls",
        types: /^(kubernetes:(networking\.k8s\.io|core\/v1:Service$|gateway\.envoyproxy)|aws:cloudfront\/distribution:)/,
        severity: "high",
        title: "Edges speak TLS 1.2 and newer, and lead plain HTTP to it.",
        why: "Older versions are broken; a session cookie over HTTP is everybody's.",
        clauses: [
            "AWS FSBP ELB.1",
            "AWS FSBP CloudFront.3",
            "AWS FSBP CloudFront.9",
            "AWS FSBP CloudFront.10",
            "CIS EKS 1.8.0 5.4.5",
        ],
        fix: "Declare the edge with a host; the platform adds certificate, policy and redirect.",
        check: (resource) => [
            ...loadBalancer(resource),
            ...networkLoadBalancer(resource),
            ...gateway(resource),
            ...distribution(resource),
        ],
    },
    {
        id: "edge-firewall",
        severity: "medium",
        types: /^(kubernetes:networking\.k8s\.io\/v1:Ingress$|aws:cloudfront\/distribution:)/,
        title: "In prod, load balancers of Ingresses and CDNs stand behind a web application firewall.",
        why: "Known attacks and floods of requests are otherwise every system's own business.",
        clauses: ["AWS FSBP ELB.16", "AWS FSBP CloudFront.6"],
        fix: "Set edge.firewall.enabled to true.",
        check: firewall,
    },
    {
        id: "edge-headers",
        types: /^kubernetes:networking\.k8s\.io\/v1:Ingress$/,
        severity: "low",
        title: "Application Load Balancers drop malformed headers and refuse ambiguous requests.",
        why: "Two servers that read one request differently let an attacker smuggle another inside it.",
        clauses: ["AWS FSBP ELB.4", "AWS FSBP ELB.12"],
        fix: "Set routing.http.drop_invalid_header_fields.enabled and the desync mitigation mode.",
        check: headers,
    },
    {
        id: "cdn-strict-transport",
        types: /^aws:cloudfront\/responseHeadersPolicy:/,
        severity: "medium",
        title: "Responses of the CDN tell browsers to stay with HTTPS for a year.",
        why: "The first request of a visit is otherwise made over HTTP, where anybody on the way can answer it.",
        clauses: ["checkov CKV_AWS_259"],
        fix: "Set securityHeadersConfig.strictTransportSecurity with 31536000 seconds or more.",
        check: requires(
            "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
            ["securityHeadersConfig", "strictTransportSecurity", "accessControlMaxAgeSec"],
            (value) => Number(value) >= 31_536_000,
            "31536000 and more",
        ),
    },
];
