import assert from "node:assert/strict";
import type { SystemView } from "./systemView";

interface GatewaySpec {
    readonly gatewayClassName: string;
    readonly listeners: readonly { readonly hostname: string; readonly protocol: string; readonly port: number }[];
}

interface RouteSpec {
    readonly hostnames: readonly string[];
    readonly rules: readonly { readonly backendRefs: readonly { readonly name: string; readonly port: number }[] }[];
}

/**
 * In an environment whose hosts share the gateway's load balancer, a service that asks for one of its own is there under its host all the
 * same: HTTPS with a certificate of Let's Encrypt, TLS 1.2 and newer, every path, bodies of any size. There is no other way to it.
 */
export function assertOnSharedGateway(view: SystemView, service: string, namespace: string, host: string): void {
    const { metadata } = view.graph.object("Gateway", service, namespace).inputs as {
        metadata: { annotations: Record<string, string> };
    };
    assert.equal(metadata.annotations["cert-manager.io/cluster-issuer"], "letsencrypt");
    const { gatewayClassName, listeners } = view.spec<GatewaySpec>("Gateway", service, namespace);
    assert.deepEqual(
        listeners.map(({ hostname, protocol, port }) => [hostname, protocol, port]),
        [[host, "HTTPS", 443]],
    );
    const { hostnames, rules } = view.spec<RouteSpec>("HTTPRoute", service, namespace);
    assert.deepEqual(hostnames, [host]);
    assert.deepEqual(
        rules.flatMap(({ backendRefs }) => backendRefs),
        [
            {
                name: service,
                port: view.spec<{ ports: { port: number }[] }>("Service", service, namespace).ports[0]?.port,
            },
        ],
    );
    assert.equal(
        view.spec<{ tls: { minVersion: string } }>("ClientTrafficPolicy", service, namespace).tls.minVersion,
        "1.2",
    );
    assert.equal(
        view.spec<{ requestBuffer?: object }>("BackendTrafficPolicy", service, namespace).requestBuffer,
        undefined,
    );

    const proxies = view.graph.all.filter(({ inputs }) => inputs.kind === "EnvoyProxy");
    assert.deepEqual(
        proxies.map(({ inputs }) => (inputs.spec as { mergeGateways: boolean }).mergeGateways),
        [true],
        gatewayClassName,
    );
    const balancers = view.graph.all.filter(
        ({ inputs }) =>
            inputs.kind === "Ingress" || (inputs.spec as { type?: string } | undefined)?.type === "LoadBalancer",
    );
    assert.deepEqual(balancers, [], "one load balancer, which is the gateway's");
}
