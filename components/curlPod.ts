/** Source: the curl project's images, quay.io/curl/curl. Its own registry, because Docker Hub limits how often a node may pull. */
export const curlImage = "quay.io/curl/curl:8.21.0";

/** User and group "nobody" of most systems; the image's own user has a name only, which the kubelet cannot prove not to be root. */
export const nobody = 65534;

/** What a pod with it may do. */
export const curlPodSecurity = {
    runAsNonRoot: true,
    runAsUser: nobody,
    runAsGroup: nobody,
    seccompProfile: { type: "RuntimeDefault" },
} as const;
