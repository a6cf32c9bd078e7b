import { UserError } from "../../simulation/failure";
import type { GitHub } from "./github";

/** A deployment that a pipeline has recorded at GitHub: which commit, and which version of each system. */
export interface DeploymentRecord {
    readonly sha: string;
    readonly versions: Readonly<Record<string, string>>;
}

/** Keeps our records apart from those that GitHub makes for each job with an environment, which succeed in a simulation, too. */
const task = "platform";

interface Deployment {
    readonly id: number;
    readonly sha: string;
    readonly payload: { readonly versions?: Readonly<Record<string, string>> } | string | null;
}

interface DeploymentStatus {
    readonly state: string;
}

export type Outcome = "success" | "failure";

/** Records that a commit was deployed into a stack for real, and how it went. */
export async function recordDeployment(
    github: GitHub,
    stack: string,
    { sha, versions }: DeploymentRecord,
    outcome: Outcome,
    logUrl: string | undefined,
): Promise<void> {
    const { id } = await github.send<Deployment>("POST", "/deployments", {
        ref: sha,
        task,
        environment: stack,
        payload: { versions },
        description: `${stack} by its pipeline`,
        auto_merge: false,
        // What has to pass before a deployment is the workflow's to say.
        required_contexts: [],
        production_environment: stack === "prod",
    });
    await github.send("POST", `/deployments/${id}/statuses`, {
        state: outcome,
        // What ran once has run, whatever came after it.
        auto_inactive: false,
        ...(logUrl !== undefined && { log_url: logUrl }),
    });
}

/** The deployments into a stack that went well, newest first. */
export async function* successfulDeployments(github: GitHub, stack: string): AsyncGenerator<DeploymentRecord> {
    const query = `environment=${encodeURIComponent(stack)}&task=${task}`;
    for (const { id, sha, payload } of await github.list<Deployment>(`/deployments?${query}`)) {
        const statuses = await github.list<DeploymentStatus>(`/deployments/${id}/statuses`);
        if (statuses.some(({ state }) => state === "success")) {
            const { versions = {} } = typeof payload === "object" && payload !== null ? payload : {};
            yield { sha, versions };
        }
    }
}

/** Fails unless another stack has run this commit, and each system in this version. */
export async function requirePromotion(
    wanted: DeploymentRecord,
    from: string,
    records: AsyncIterable<DeploymentRecord>,
): Promise<void> {
    const shas: string[] = [];
    const versions = new Map<string, string[]>();
    let missing = Object.entries(wanted.versions);
    for await (const record of records) {
        shas.push(record.sha);
        missing = missing.filter(([system, version]) => record.versions[system] !== version);
        for (const [system, version] of Object.entries(record.versions)) {
            versions.set(system, [...new Set([...(versions.get(system) ?? []), version])]);
        }
        if (missing.length === 0 && shas.includes(wanted.sha)) {
            return;
        }
    }
    const problems = [
        ...(shas.includes(wanted.sha)
            ? []
            : [`commit ${short(wanted.sha)}; ${from} has run ${shas.slice(0, 5).map(short).join(", ") || "none"}`]),
        ...missing.map(
            ([system, version]) =>
                `${system} ${version}; ${from} has run ${versions.get(system)?.slice(0, 5).join(", ") ?? "none of it"}`,
        ),
    ];
    throw new UserError(
        [
            `Only what ${from} has run may be deployed. It has not run:`,
            ...problems.map((problem) => `  - ${problem}`),
        ].join("\n"),
    );
}

function short(sha: string): string {
    return sha.slice(0, 8);
}

/** The newest deployment into a stack that went well and is not this commit: where an automatic rollback goes. */
export async function lastGood(
    records: AsyncIterable<DeploymentRecord>,
    sha: string,
): Promise<DeploymentRecord | undefined> {
    for await (const record of records) {
        if (record.sha !== sha) {
            return record;
        }
    }
    return undefined;
}
