import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component } from "../component";
import { gatewayNamespace, rateLimitStore } from "./names";
import { storeConfiguration, storePod, storeSelector } from "./rateLimitPod";

export interface RateLimitStoreArgs {
    /** Provider of the cluster. */
    readonly provider: k8s.Provider;
    /** What must exist before: the gateway's namespace. */
    readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Where all proxies count the requests of each client together (Valkey, in memory). It runs once: while it is away, requests pass, and a
 * new one starts from zero within seconds. Only the rate limit service reaches it, with a password; what passes between the two, inside
 * one namespace, are counters by client address, so it is not encrypted.
 *
 * Costs 20 millicores and 48 MiB of memory.
 *
 * @example
 * new RateLimitStore("gateway-rate-limits", { provider: cluster.provider, dependsOn: addons.ready });
 */
export class RateLimitStore extends Component {
    private readonly args: RateLimitStoreArgs;

    constructor(name: string, args: RateLimitStoreArgs, opts?: pulumi.ComponentResourceOptions) {
        super("platform:gateway:RateLimitStore", name, opts);
        this.args = args;

        const credentials = this.createCredentials();
        const policies = this.createNetworkPolicy();
        this.createServer([credentials, policies]);
        this.createService();
        this.registerOutputs({ address: rateLimitStore.address });
    }

    private createCredentials(): k8s.core.v1.Secret {
        const password = new random.RandomPassword(
            this.childName("password"),
            { length: 32, special: false },
            this.childOptions(),
        );
        return new k8s.core.v1.Secret(
            this.childName("credentials"),
            {
                metadata: this.metadata(rateLimitStore.secretName),
                stringData: {
                    [rateLimitStore.passwordKey]: password.result,
                    [rateLimitStore.configurationKey]: password.result.apply(storeConfiguration),
                },
            },
            this.kubernetesOptions(),
        );
    }

    /** In comes the rate limit service alone; out goes nothing. */
    private createNetworkPolicy(): k8s.networking.v1.NetworkPolicy {
        return new k8s.networking.v1.NetworkPolicy(
            this.childName("policy"),
            {
                metadata: this.metadata(rateLimitStore.name),
                spec: {
                    podSelector: { matchLabels: { ...storeSelector } },
                    policyTypes: ["Ingress", "Egress"],
                    ingress: [
                        {
                            from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "envoy-ratelimit" } } }],
                            ports: [{ protocol: "TCP", port: rateLimitStore.port }],
                        },
                    ],
                },
            },
            this.kubernetesOptions(),
        );
    }

    private createServer(needs: readonly pulumi.Resource[]): void {
        const account = new k8s.core.v1.ServiceAccount(
            this.childName("account"),
            { metadata: this.metadata(rateLimitStore.name), automountServiceAccountToken: false },
            this.kubernetesOptions(),
        );
        new k8s.apps.v1.Deployment(
            this.childName("server"),
            {
                metadata: this.metadata(rateLimitStore.name),
                spec: {
                    replicas: 1,
                    // Two at a time would count apart from each other.
                    strategy: { type: "Recreate" },
                    selector: { matchLabels: { ...storeSelector } },
                    template: { metadata: { labels: this.labels() }, spec: storePod() },
                },
            },
            this.kubernetesOptions([account, ...needs]),
        );
    }

    private createService(): void {
        new k8s.core.v1.Service(
            this.childName("service"),
            {
                metadata: this.metadata(rateLimitStore.name),
                spec: {
                    type: "ClusterIP",
                    selector: { ...storeSelector },
                    ports: [{ name: "redis", port: rateLimitStore.port, targetPort: rateLimitStore.port }],
                },
            },
            this.kubernetesOptions(),
        );
    }

    private metadata(name: string): { name: string; namespace: string; labels: Record<string, string> } {
        return { name, namespace: gatewayNamespace, labels: this.labels() };
    }

    private labels(): Record<string, string> {
        return { ...storeSelector, "app.kubernetes.io/managed-by": "pulumi" };
    }

    private kubernetesOptions(needs: readonly pulumi.Resource[] = []): pulumi.CustomResourceOptions {
        return this.childOptions({ provider: this.args.provider, dependsOn: [...this.args.dependsOn, ...needs] });
    }
}
