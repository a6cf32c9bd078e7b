import { UserError } from "../../simulation/failure";
import { requestedChanges, withVersions } from "../versions";
import { branchOf, commitTo, proposeTo, type Branch, type Files } from "./gitCommit";
import type { GitHub } from "./github";

/** Which version goes where. */
export interface Bump {
    /** Branch that the version is written to. */
    readonly branch: string;
    readonly version: string;
    readonly target:
        | { readonly kind: "stack"; readonly stack: string; readonly system: string }
        /** A directory of manifests that Argo CD reads, and the image whose tag is written, without a tag. */
        | { readonly kind: "manifests"; readonly directory: string; readonly image: string };
    /** Asks for a merge in place of committing to the branch. */
    readonly pullRequest: boolean;
}

/** Writes a version into a repository. Says what it did; a version that is there already is no change. */
export async function bump(github: GitHub, wanted: Bump): Promise<string> {
    const branch = await branchOf(github, wanted.branch);
    const files = await changedFiles(branch, wanted);
    const title = bumpTitle(wanted);
    if (Object.keys(files).length === 0) {
        return `${github.repository} has it already: nothing is written`;
    }
    if (wanted.pullRequest) {
        const body = `Asked for by the pipeline that built the image. Files: ${Object.keys(files).join(", ")}.`;
        return `asked for a merge: ${await proposeTo(github, branch, { head: headOf(wanted), title, body }, files)}`;
    }
    const sha = await commitTo(github, branch, files, title);
    return `committed ${sha.slice(0, 8)} to ${wanted.branch} of ${github.repository}`;
}

export function bumpTitle({ target, version }: Pick<Bump, "target" | "version">): string {
    return target.kind === "stack"
        ? `Deploy ${target.system} ${version} to ${target.stack}`
        : `Deploy ${target.image.split("/").at(-1)} ${version}`;
}

/** One branch for each target: a newer version takes the place of one that nobody has merged. */
function headOf({ target }: Bump): string {
    return target.kind === "stack"
        ? `deploy/${target.stack}/${target.system}`
        : `deploy/${target.directory}/${target.image.split("/").at(-1)}`;
}

async function changedFiles(branch: Branch, { target, version }: Bump): Promise<Files> {
    if (target.kind === "stack") {
        const name = `Pulumi.${target.stack}.yaml`;
        const file = { name, text: await branch.read(name) };
        const changes = requestedChanges(file, [`${target.system}=${version}`]);
        return changes.length === 0 ? {} : { [name]: withVersions(file, changes) };
    }
    const { directory, image } = target;
    const manifests = [...branch.files.keys()].filter(
        (path) => path.startsWith(`${directory.replace(/\/$/, "")}/`) && /\.ya?ml$/.test(path),
    );
    const texts = await Promise.all(manifests.map(async (path) => [path, await branch.read(path)] as const));
    const using = texts.filter(([, text]) => imagePattern(image).test(text));
    if (using.length === 0) {
        throw new UserError(`No manifest in ${directory} on the branch ${branch.name} uses the image ${image}.`);
    }
    return Object.fromEntries(
        using.flatMap(([path, text]) => {
            const changed = withImageTag(text, image, version);
            return changed === text ? [] : [[path, changed] as const];
        }),
    );
}

/** The text of a manifest with another tag of an image. Every other byte stays as it is; a digest is dropped, because it names another image. */
export function withImageTag(text: string, image: string, tag: string): string {
    return text.replace(
        imagePattern(image),
        (_, before: string, quote: string) => `${before}${quote}${image}:${tag}${quote}`,
    );
}

function imagePattern(image: string): RegExp {
    const name = image.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return new RegExp(
        `^(\\s*(?:-\\s+)?image:\\s*)(["']?)${name}(?::[\\w.-]+)?(?:@sha256:[0-9a-f]{64})?\\2(?=\\s*$)`,
        "gm",
    );
}
