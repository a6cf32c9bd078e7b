/** A Kubernetes Secret whose content Kubernetes prescribes: its type, and how its keys are written from the values. */
export interface SecretForm {
    /** Type of the Kubernetes Secret. */
    readonly type: string;
    /** The keys of the Secret, each a Go template over the values, which the External Secrets Operator fills in. */
    readonly templates: Readonly<Record<string, string>>;
    /** The same keys, written here. */
    readonly render: (values: Readonly<Record<string, string>>) => Record<string, string>;
}

const key = ".dockerconfigjson";

/** A host, with a port or a path where there is one: what an image's name starts with. */
const registryPattern = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9._/-]+)?$/;

export function isRegistry(registry: string): boolean {
    return registryPattern.test(registry);
}

/** What the kubelet reads to pull images from a registry: the values `username` and `password` as a Docker configuration. */
export function dockerConfigForm(registry: string): SecretForm {
    const auth = '{{ printf "%s:%s" .username .password | b64enc | toJson }}';
    const login = `{"username":{{ .username | toJson }},"password":{{ .password | toJson }},"auth":${auth}}`;
    return {
        type: "kubernetes.io/dockerconfigjson",
        templates: { [key]: `{"auths":{${JSON.stringify(registry)}:${login}}}` },
        render: ({ username = "", password = "" }) => ({
            [key]: JSON.stringify({
                auths: {
                    [registry]: {
                        username,
                        password,
                        auth: Buffer.from(`${username}:${password}`).toString("base64"),
                    },
                },
            }),
        }),
    };
}
