import { UserError } from "../simulation/failure";
import { pathOf, withLabels, type Cluster, type ClusterObject } from "./cluster";
import type { Surroundings } from "./surroundings";

/** A CronJob and the Job that is started from it. */
export interface ManualJob {
    readonly namespace: string;
    readonly cronJob: string;
    readonly name: string;
    /** Variables of all its containers that have them, with other values. */
    readonly variables?: Readonly<Record<string, string>>;
}

/** Kubernetes takes 63 characters for the name of a Job, because its pods are labelled with it. */
const longestJobName = 63;

/** The name of a Job that is started by hand: it says when, so that two never meet. */
export function jobName(cronJob: string, now: Date): string {
    const suffix = `-manual-${now
        .toISOString()
        .replace(/[-:]|\.\d+/g, "")
        .toLowerCase()}`;
    return cronJob.slice(0, longestJobName - suffix.length).replace(/-$/, "") + suffix;
}

interface Container {
    readonly name: string;
    readonly env?: readonly { readonly name: string }[];
}

interface PodSpec {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
}

/** The Job that a CronJob would make now, as `kubectl create job --from` makes it. */
export function jobFrom(
    cronJob: ClusterObject,
    { name, variables = {} }: Omit<ManualJob, "namespace" | "cronJob">,
): unknown {
    const { jobTemplate } = cronJob.spec as {
        jobTemplate: {
            metadata?: { labels?: object; annotations?: object };
            spec: { template: { metadata?: object; spec: PodSpec } };
        };
    };
    const { template } = jobTemplate.spec;
    return {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
            name,
            labels: jobTemplate.metadata?.labels ?? {},
            annotations: { ...jobTemplate.metadata?.annotations, "cronjob.kubernetes.io/instantiate": "manual" },
            ownerReferences: [
                { apiVersion: "batch/v1", kind: "CronJob", name: cronJob.metadata.name, uid: cronJob.metadata.uid },
            ],
        },
        spec: { ...jobTemplate.spec, template: { ...template, spec: withVariables(template.spec, variables) } },
    };
}

function withVariables(spec: PodSpec, variables: Readonly<Record<string, string>>): PodSpec {
    const changed = (container: Container): Container => ({
        ...container,
        ...(container.env !== undefined && {
            env: container.env.map((variable) => {
                const value = variables[variable.name];
                return value === undefined ? variable : { name: variable.name, value };
            }),
        }),
    });
    return {
        ...spec,
        ...(spec.containers !== undefined && { containers: spec.containers.map(changed) }),
        ...(spec.initContainers !== undefined && { initContainers: spec.initContainers.map(changed) }),
    };
}

/** Seconds between two looks at a Job. */
const lookSeconds = 3;

/** Starts a Job and waits for its end. Gives back what its last container printed; fails with that when the Job does. */
export async function runJob(
    cluster: Cluster,
    job: ManualJob,
    { pause }: Pick<Surroundings, "pause">,
    tell: (text: string) => void,
): Promise<string> {
    const { namespace, cronJob: from, name } = job;
    const cronJob = await cluster.get(pathOf("batch/v1", "cronjobs", namespace, from));
    if (cronJob === undefined) {
        throw new UserError(`There is no CronJob ${from} in the namespace ${namespace}: deploy the stack first.`);
    }
    await cluster.create(pathOf("batch/v1", "jobs", namespace), jobFrom(cronJob, job));
    tell(`Started ${namespace}/${name}. It goes on without you; to follow it elsewhere:\n`);
    tell(`  kubectl logs --follow --all-containers --namespace ${namespace} job/${name}\n`);
    for (;;) {
        const current = await cluster.get(pathOf("batch/v1", "jobs", namespace, name));
        const condition = endOf(current);
        if (condition !== undefined) {
            const output = await outputOf(cluster, namespace, name);
            if (condition.type === "Failed") {
                throw new UserError(
                    `${namespace}/${name} failed: ${condition.message}\n${lastLines(output)}`.trimEnd(),
                );
            }
            return output;
        }
        await pause(lookSeconds);
    }
}

/** How a Job ended, or undefined while it runs. One that is gone was deleted by somebody. */
function endOf(job: ClusterObject | undefined): { readonly type: string; readonly message: string } | undefined {
    if (job === undefined) {
        return { type: "Failed", message: "somebody deleted it" };
    }
    const { conditions = [] } = (job.status ?? {}) as {
        conditions?: readonly { type: string; status: string; message?: string; reason?: string }[];
    };
    const end = conditions.find(({ type, status }) => status === "True" && (type === "Complete" || type === "Failed"));
    return end && { type: end.type, message: end.message ?? end.reason ?? "it does not say why" };
}

/** What the containers of a Job's newest pod printed, in the order in which they ran. */
async function outputOf(cluster: Cluster, namespace: string, job: string): Promise<string> {
    const pods = await cluster.list(
        pathOf("v1", "pods", namespace) + withLabels({ "batch.kubernetes.io/job-name": job }),
    );
    const pod = pods.at(-1);
    if (pod === undefined) {
        return "";
    }
    const { initContainers = [], containers = [] } = (pod.spec ?? {}) as PodSpec;
    const texts: string[] = [];
    for (const { name } of [...initContainers, ...containers]) {
        try {
            await cluster.stream(
                `${pathOf("v1", "pods", namespace, pod.metadata.name)}/log?container=${name}`,
                (text) => void texts.push(text),
            );
        } catch {
            // A container that has not run has no log.
        }
    }
    return texts.join("");
}

const mostLines = 20;

function lastLines(text: string): string {
    return text.trimEnd().split("\n").slice(-mostLines).join("\n");
}
