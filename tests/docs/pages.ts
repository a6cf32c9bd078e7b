import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export interface Page {
    readonly file: string;
    readonly text: string;
    /** Without what is fenced. */
    readonly prose: string;
    /** Command lines of its shell blocks, joined where a backslash ends one. */
    readonly commands: readonly string[];
}

/** The README and every page of docs/. */
export const pages: readonly Page[] = ["README.md", ...markdownIn("docs")].map((file) => {
    const text = readFileSync(file, "utf8");
    const blocks = [...text.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = ""]) => block);
    const commands = blocks
        .join("\n")
        .replace(/\\\n\s*/g, "")
        .split("\n")
        .map((line) => line.replace(/\s+#.*$/, "").trim())
        .filter((line) => line !== "" && !line.startsWith("#"));
    return { file, text, prose: text.replace(/^```[^]*?^```/gm, ""), commands };
});

function markdownIn(directory: string): string[] {
    return readdirSync(directory, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md"))
        .map((file) => path.join(directory, file))
        .sort();
}
