/**
 * What controllers look for: the load balancer controller takes subnets by role, Karpenter starts nodes where `karpenter.sh/discovery`
 * names the cluster. Data subnets have none of these, so neither ever puts anything there.
 */
export const tierTags: Record<"public" | "private" | "data", (clusterName: string) => Record<string, string>> = {
    public: (clusterName) => ({
        "kubernetes.io/role/elb": "1",
        [`kubernetes.io/cluster/${clusterName}`]: "shared",
    }),
    private: (clusterName) => ({
        "kubernetes.io/role/internal-elb": "1",
        [`kubernetes.io/cluster/${clusterName}`]: "shared",
        "karpenter.sh/discovery": clusterName,
    }),
    data: () => ({}),
};
