/** What a container asks for, or may use at most. */
export interface Amounts {
    readonly cpuMillicores: number;
    readonly memoryMiB: number;
}

export interface ContainerAmounts {
    readonly requests: Amounts;
    readonly limits: Amounts;
}

/** The sum of what containers ask for. */
export function sumOfRequests(containers: readonly ContainerAmounts[]): Amounts {
    return {
        cpuMillicores: containers.reduce((sum, { requests }) => sum + requests.cpuMillicores, 0),
        memoryMiB: containers.reduce((sum, { requests }) => sum + requests.memoryMiB, 0),
    };
}

export interface KubernetesResources {
    readonly requests: Record<string, string>;
    readonly limits: Record<string, string>;
}

/**
 * Requests and limits in the words of Kubernetes.
 *
 * @param scratchMiB the most that a container may write beside its volumes: logs, as root file systems are read-only.
 */
export function kubernetesResources({ requests, limits }: ContainerAmounts, scratchMiB: number): KubernetesResources {
    const quantities = ({ cpuMillicores, memoryMiB }: Amounts, scratch: number): Record<string, string> => ({
        cpu: `${cpuMillicores}m`,
        memory: `${memoryMiB}Mi`,
        "ephemeral-storage": `${scratch}Mi`,
    });
    return { requests: quantities(requests, 64), limits: quantities(limits, scratchMiB) };
}
