/**
 * A public endpoint on the Application Load Balancer that all systems of a stack share. TLS 1.2 or newer; HTTP is redirected. With
 * `edge.loadBalancers: shared` the gateway takes the host instead, with a certificate by Let's Encrypt.
 */
export interface AlbEdge {
    readonly kind: "alb";
    /** Host name that the load balancer routes by and shows a certificate for. Changed in place. */
    readonly host: string;
    /**
     * Seconds that the load balancer lets requests in flight finish on a pod that stops; less than `preStopSeconds`. Default: five
     * seconds less, which is what the load balancer may need to hear of it. Changed in place.
     */
    readonly deregistrationDelaySeconds?: number;
}

/** Which pages of other origins may call a service from a browser. */
export interface CorsSpec {
    /** Origins such as "https://app.example.com" or "https://*.example.com". Changed in place. */
    readonly origins: readonly string[];
    /** Methods. Default GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS. Changed in place. */
    readonly methods?: readonly string[];
    /** Request headers. Default Authorization, Content-Type. Changed in place. */
    readonly headers?: readonly string[];
    /** Seconds that a browser may remember the answer, at most a day. Default 3600. Changed in place. */
    readonly maxAgeSeconds?: number;
    /** Whether pages may send cookies and credentials along; not with the origin "*". Default false. Changed in place. */
    readonly credentials?: boolean;
}

/**
 * A public endpoint on the Envoy proxies that all systems of a stack share, with a certificate by cert-manager. HTTP is redirected.
 * Everything in it is changed in place.
 */
export interface GatewayEdge {
    readonly kind: "gateway";
    /** Host name that is routed by and that the certificate is for. A change asks for a new certificate. */
    readonly host: string;
    /** Requests that one client address may make in a minute; more are answered with 429. Default: no limit. */
    readonly requestsPerMinute?: number;
    /** Pages of other origins that may call the service. Default: none. */
    readonly cors?: CorsSpec;
    /** Seconds after which a request without a complete answer is given up with 504. Default 60. */
    readonly timeoutSeconds?: number;
    /**
     * Largest body of a request in MiB; larger ones are answered with 413. Default 10. The proxy reads the whole body before it passes
     * it on, so WebSockets and streamed uploads need null, which takes the limit away.
     */
    readonly maxBodyMiB?: number | null;
}

/**
 * A Network Load Balancer of the service's own, with addresses that do not change while it lives: about $16 a month. With
 * `edge.loadBalancers: shared` the gateway takes the host, if there is one: HTTPS on port 443, and HTTP is redirected.
 */
export interface NlbEdge {
    readonly kind: "nlb";
    /** Host name of the certificate: TLS on port 443. Without a host the load balancer passes plain HTTP on, on the service's port. */
    readonly host?: string;
    /** Seconds that connections to a pod that stops are kept; less than `preStopSeconds`. Default: five less. Changed in place. */
    readonly deregistrationDelaySeconds?: number;
}

/**
 * How requests from outside reach a service. Each kind is one member of this union and one file. On a cluster that is not on AWS, and
 * has no gateway, each of them is a port of every node instead: no TLS, no limits, for development alone.
 */
export type EdgeSpec = AlbEdge | GatewayEdge | NlbEdge;
