import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { EnvironmentName } from "../../config/schema";
import { Component } from "../component";
import type { GatewayContext } from "../context";
import { imageByTag, PolicyExceptions } from "../policyExceptions";
import {
    clientTrafficPolicySpec,
    envoyProxySpec,
    gatewayClassSpec,
    httpGatewaySpec,
    issuerName,
    issuerSpec,
    redirectSpec,
    type Exposure,
    type Issuer,
} from "./bodies";
import { gatewayClassName, gatewayNamespace, httpGatewayName } from "./names";
import { RateLimitStore } from "./rateLimitStore";

export interface SharedGatewayArgs {
    /** Decides how many proxies there are: two in prod, one elsewhere. Changed in place, without a lost request. */
    readonly environment: EnvironmentName;
    /** Provider of the cluster. */
    readonly provider: k8s.Provider;
    /** How requests come in. A change replaces the Service, and with it the public address. */
    readonly exposure: Exposure;
    /** Who issues the systems' certificates. A change makes another issuer, which new certificates come from. */
    readonly issuer: Issuer;
    /**
     * Whether services that ask for a load balancer of AWS, and have a host, are reached through these proxies instead. Default false. A
     * change moves their hosts: minutes until their DNS records have followed.
     */
    readonly takesAllHosts?: boolean;
    /** What must exist before: Envoy Gateway and cert-manager, whose kinds these are, and the load balancer controller. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * The proxies and the public address that all systems with an edge of kind "gateway" share, or all with a host. A system brings a Gateway (HTTPS, its own
 * host) and routes in its own namespace; port 80 is here, and sends everybody to HTTPS.
 *
 * On AWS the address is a Network Load Balancer: about $16 a month and $0.006 for each hour and unit of capacity (Elastic Load Balancing
 * pricing, us-east-1), whatever the number of systems. On destroy it has to go before the controllers that made it, so systems wait for
 * `ready`, and this waits for the add-ons.
 *
 * @example
 * const gateway = new SharedGateway("gateway", {
 *     environment, provider: cluster.provider, exposure: "nlb", dependsOn: addons.ready,
 *     issuer: { kind: "letsencrypt", region, hostedZoneId },
 * });
 */
export class SharedGateway extends Component {
    /** What systems build on. */
    readonly context: GatewayContext;
    /** What Gateways and certificates of the systems wait for. */
    readonly ready: readonly pulumi.Resource[];

    private readonly args: SharedGatewayArgs;

    constructor(name: string, args: SharedGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:gateway:SharedGateway", name, opts);
        this.args = args;

        this.exceptPolicies();
        const counters = this.createCounters();
        const gatewayClass = this.createClass(counters);
        const redirect = this.createRedirect(gatewayClass);
        const issuer = this.createIssuer();

        this.context = {
            className: gatewayClassName,
            clusterIssuer: issuerName(args.issuer),
            namespace: gatewayNamespace,
            ...(args.takesAllHosts === true && { takesAllHosts: true }),
        };
        this.ready = [gatewayClass, redirect, issuer];
        this.registerOutputs({ context: this.context });
    }

    private exceptPolicies(): void {
        if (this.args.environment !== "prod") {
            return;
        }
        new PolicyExceptions(
            this.childName("exceptions"),
            [imageByTag("docker.io/valkey/valkey:*")],
            this.childOptions(),
        );
    }

    private createCounters(): RateLimitStore {
        const { provider, dependsOn } = this.args;
        return new RateLimitStore(this.childName("rate-limits"), { provider, dependsOn }, this.childOptions());
    }

    private createClass(counters: pulumi.Resource): pulumi.Resource {
        const { environment, exposure } = this.args;
        const replicas = environment === "prod" ? 2 : 1;
        const proxies = this.createObject("proxies", "gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", {
            name: gatewayClassName,
            namespace: gatewayNamespace,
            spec: envoyProxySpec(exposure, replicas),
            needs: [counters],
        });
        return this.createObject("class", "gateway.networking.k8s.io/v1", "GatewayClass", {
            name: gatewayClassName,
            spec: gatewayClassSpec(),
            needs: [proxies],
        });
    }

    private createRedirect(gatewayClass: pulumi.Resource): pulumi.Resource {
        const { issuer } = this.args;
        const challengeRoutes = issuer.kind === "letsencrypt" && issuer.hostedZoneId === undefined;
        const place = { name: httpGatewayName, namespace: gatewayNamespace };
        const gateway = this.createObject("http", "gateway.networking.k8s.io/v1", "Gateway", {
            ...place,
            spec: httpGatewaySpec(challengeRoutes),
            needs: [gatewayClass],
        });
        this.createObject("clients", "gateway.envoyproxy.io/v1alpha1", "ClientTrafficPolicy", {
            ...place,
            spec: clientTrafficPolicySpec(httpGatewayName),
            needs: [gateway],
        });
        return this.createObject("redirect", "gateway.networking.k8s.io/v1", "HTTPRoute", {
            name: "redirect-to-https",
            namespace: gatewayNamespace,
            spec: redirectSpec(),
            needs: [gateway],
        });
    }

    private createIssuer(): pulumi.Resource {
        const { issuer } = this.args;
        return this.createObject("issuer", "cert-manager.io/v1", "ClusterIssuer", {
            name: issuerName(issuer),
            spec: issuerSpec(issuer),
            needs: [],
        });
    }

    private createObject(
        suffix: string,
        apiVersion: string,
        kind: string,
        object: {
            readonly name: string;
            readonly namespace?: string;
            readonly spec: Record<string, unknown>;
            readonly needs: readonly pulumi.Resource[];
        },
    ): k8s.apiextensions.CustomResource {
        const { name, namespace, spec, needs } = object;
        return new k8s.apiextensions.CustomResource(
            this.childName(suffix),
            {
                apiVersion,
                kind,
                metadata: {
                    name,
                    ...(namespace !== undefined && { namespace }),
                    labels: { "app.kubernetes.io/managed-by": "pulumi" },
                },
                spec,
            },
            this.childOptions({ provider: this.args.provider, dependsOn: [...this.args.dependsOn, ...needs] }),
        );
    }
}
