/** The texts that a file has had, newest first, read from git one by one as they are asked for. */
export function* revisionsOf(
    file: string,
    git: (args: readonly string[]) => string,
): Generator<{ readonly revision: string; readonly text: string }> {
    const revisions = git(["log", "--format=%H", "--", file]).split("\n").filter(Boolean);
    for (const revision of revisions) {
        yield { revision, text: git(["show", `${revision}:./${file}`]) };
    }
}

/** Whether only the end of the history is there, as in a checkout of a pipeline that does not ask for more. */
export function isShallow(git: (args: readonly string[]) => string): boolean {
    return git(["rev-parse", "--is-shallow-repository"]).trim() === "true";
}
