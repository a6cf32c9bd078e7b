import type { PolicyResource } from "../../policy/rule";

/** A resource as a rule sees it; what is not given does not matter. */
export function resource(
    type: string,
    inputs: Readonly<Record<string, unknown>>,
    rest: Partial<PolicyResource> = {},
): PolicyResource {
    const name = rest.name ?? "subject";
    return {
        urn: `urn:pulumi:test::platform::${type}::${name}`,
        type,
        name,
        parent: "",
        inputs,
        dependencies: [],
        protect: false,
        ...rest,
    };
}

/** A resource that refers to another one. */
export function resourceFor(
    other: PolicyResource,
    type: string,
    inputs: Readonly<Record<string, unknown>>,
): PolicyResource {
    return resource(type, inputs, { name: `${other.name}-of`, dependencies: [other.urn] });
}

/** What makes a stack one of production. */
export const prod = resource("aws:ec2/vpc:Vpc", { tags: { "platform:environment": "prod" } }, { name: "prod" });

export const namespaced = { name: "api", namespace: "shop" } as const;

interface Overrides {
    readonly pod?: Readonly<Record<string, unknown>>;
    readonly container?: Readonly<Record<string, unknown>>;
}

/** A Deployment that keeps every rule, but for what is overridden. */
export function deployment({ pod = {}, container = {} }: Overrides = {}): PolicyResource {
    const amounts = { cpu: "100m", memory: "64Mi" };
    return resource("kubernetes:apps/v1:Deployment", {
        metadata: namespaced,
        spec: {
            template: {
                spec: {
                    serviceAccountName: "api",
                    automountServiceAccountToken: false,
                    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
                    containers: [
                        {
                            name: "app",
                            image: `ghcr.io/your-org/api:1.0.0@sha256:${"0".repeat(64)}`,
                            resources: { requests: amounts, limits: amounts },
                            securityContext: {
                                allowPrivilegeEscalation: false,
                                readOnlyRootFilesystem: true,
                                capabilities: { drop: ["ALL"] },
                            },
                            ...container,
                        },
                    ],
                    ...pod,
                },
            },
        },
    });
}
