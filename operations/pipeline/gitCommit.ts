import { UserError } from "../../simulation/failure";
import type { GitHub } from "./github";

/** Files as they are to be, by path. */
export type Files = Readonly<Record<string, string>>;

interface Tree {
    readonly sha: string;
    readonly truncated?: boolean;
    readonly tree: readonly { readonly path: string; readonly type: string; readonly sha: string }[];
}

/** A branch as it was when it was looked at. */
export interface Branch {
    readonly name: string;
    readonly sha: string;
    /** Paths of its files and the digests of their content. */
    readonly files: ReadonlyMap<string, string>;
    readonly read: (path: string) => Promise<string>;
}

/** Reads a branch of a repository. */
export async function branchOf(github: GitHub, name: string): Promise<Branch> {
    const { object } = await github.get<{ object: { sha: string } }>(`/git/ref/heads/${name}`);
    const { tree, truncated } = await github.get<Tree>(`/git/trees/${object.sha}?recursive=1`);
    if (truncated === true) {
        throw new UserError(`${github.repository} has too many files for GitHub to list them.`);
    }
    const files = new Map(tree.filter(({ type }) => type === "blob").map(({ path, sha }) => [path, sha]));
    return {
        name,
        sha: object.sha,
        files,
        read: async (path) => {
            const blob = files.get(path);
            if (blob === undefined) {
                throw new UserError(`${github.repository} has no file ${path} on the branch ${name}.`);
            }
            const { content } = await github.get<{ content: string }>(`/git/blobs/${blob}`);
            return Buffer.from(content, "base64").toString("utf8");
        },
    };
}

/** One commit with all the files on top of a branch, reachable from nothing yet. */
async function commit(github: GitHub, branch: Branch, files: Files, message: string): Promise<string> {
    const entries = Object.entries(files).map(([path, content]) => ({ path, mode: "100644", type: "blob", content }));
    const tree = await github.send<Tree>("POST", "/git/trees", { base_tree: branch.sha, tree: entries });
    const made = await github.send<{ sha: string }>("POST", "/git/commits", {
        message,
        tree: tree.sha,
        parents: [branch.sha],
    });
    return made.sha;
}

/** Puts a commit on the branch itself. GitHub refuses it when the branch has moved on: nothing of anybody is lost. */
export async function commitTo(github: GitHub, branch: Branch, files: Files, message: string): Promise<string> {
    const sha = await commit(github, branch, files, message);
    await github.send("PATCH", `/git/refs/heads/${branch.name}`, { sha, force: false });
    return sha;
}

/** Puts a commit on a branch of its own and asks for it to be merged. A pull request that is open already gets the new commit. */
export async function proposeTo(
    github: GitHub,
    branch: Branch,
    proposal: { readonly head: string; readonly title: string; readonly body: string },
    files: Files,
): Promise<string> {
    const { head, title, body } = proposal;
    const sha = await commit(github, branch, files, title);
    const existing = await github.list<{ ref: string }>(`/git/matching-refs/heads/${head}`);
    if (existing.some(({ ref }) => ref === `refs/heads/${head}`)) {
        // The branch is this program's own; nobody else commits to it.
        await github.send("PATCH", `/git/refs/heads/${head}`, { sha, force: true });
    } else {
        await github.send("POST", "/git/refs", { ref: `refs/heads/${head}`, sha });
    }
    const [owner] = github.repository.split("/");
    const [open] = await github.list<{ html_url: string }>(
        `/pulls?state=open&head=${owner}:${head}&base=${branch.name}`,
    );
    if (open !== undefined) {
        return open.html_url;
    }
    const made = await github.send<{ html_url: string }>("POST", "/pulls", { title, body, head, base: branch.name });
    return made.html_url;
}
