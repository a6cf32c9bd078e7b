import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** The project's directory, found from here upwards: compiled code lies elsewhere, the scripts do not. */
function projectDirectory(): string {
    let directory = __dirname;
    while (!existsSync(path.join(directory, "Pulumi.yaml"))) {
        const parent = path.dirname(directory);
        if (parent === directory) {
            throw new Error(`${__dirname} is not in a Pulumi project: no directory above it has a Pulumi.yaml`);
        }
        directory = parent;
    }
    return directory;
}

const texts = new Map<string, string>();

/** Files of a ConfigMap, by name. */
export type Files = Readonly<Record<string, string>>;

/** The texts of scripts of a component. They are real files, so that they can be run, tested and linted as what they are. */
export function scriptFiles(component: string, ...names: string[]): Files {
    return Object.fromEntries(names.map((name) => [name, textOf(component, name)]));
}

function textOf(component: string, name: string): string {
    const file = path.join("components", component, "scripts", name);
    let text = texts.get(file);
    if (text === undefined) {
        text = readFileSync(path.join(projectDirectory(), file), "utf8");
        texts.set(file, text);
    }
    return text;
}

/** What every job of a store reads. */
export function jobFiles(): Files {
    return scriptFiles("backup", "job.sh");
}

/** What sends backups to a bucket and gets them back. */
export function transferFiles(): Files {
    return scriptFiles("backup", "upload.sh", "download.sh");
}

/** A name that changes with the content, so that pods never see another version than the one they were made for. */
export function filesName(prefix: string, files: Files): string {
    const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 8);
    return `${prefix}-${digest}`;
}
