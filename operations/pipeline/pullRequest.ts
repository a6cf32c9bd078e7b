import { UserError } from "../../simulation/failure";
import type { GitHub } from "./github";
import type { Runner } from "./runner";

/** What GitHub says of the event that started a workflow. Source: GitHub, "Webhook events and payloads". */
interface Event {
    readonly pull_request?: { readonly number: number };
    readonly workflow_run?: {
        readonly head_sha: string;
        readonly head_branch: string;
        readonly head_repository: { readonly owner: { readonly login: string } };
    };
}

interface PullRequest {
    readonly number: number;
    readonly head: { readonly sha: string };
    readonly labels: readonly { readonly name: string }[];
}

/** The payload of the event that started the workflow. */
export function eventOf({ machine, readFile }: Runner): Event {
    const file = machine.env.GITHUB_EVENT_PATH;
    return file ? (JSON.parse(readFile(file)) as Event) : {};
}

/**
 * The pull request that a workflow runs for. After another workflow (`workflow_run`) GitHub itself is asked: what that workflow wrote down
 * may come from a fork, and GitHub leaves a fork's pull requests out of the event.
 *
 * @returns undefined when the pull request has moved on or is closed: somebody newer comments.
 */
export async function pullRequestOf(event: Event, github: GitHub): Promise<PullRequest | undefined> {
    if (event.pull_request !== undefined) {
        return github.get(`/pulls/${event.pull_request.number}`);
    }
    if (event.workflow_run === undefined) {
        throw new UserError("This command needs an event of a pull request, in the file that GITHUB_EVENT_PATH names.");
    }
    const { head_sha: sha, head_branch: branch, head_repository: repository } = event.workflow_run;
    const head = encodeURIComponent(`${repository.owner.login}:${branch}`);
    const open = await github.list<PullRequest>(`/pulls?state=open&head=${head}`);
    return open.find((each) => each.head.sha === sha);
}

/** Labels as they are now, not as they were when the workflow started. */
export function labelsOf({ labels }: PullRequest): string[] {
    return labels.map(({ name }) => name);
}
