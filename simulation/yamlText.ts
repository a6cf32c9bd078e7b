/**
 * Writes JSON-like data as YAML in block style: what `kubectl get -o yaml` looks like. Parsers of YAML 1.1, kubectl's among them, and of
 * 1.2 read it the same. It does a tenth of a general library's work, because it has no comments, anchors or styles to keep.
 */
export function yamlText(value: unknown): string {
    return isCollection(value) ? `${block(value, "").replace(/^[\n ]/, "")}\n` : `${scalar(value, "  ")}\n`;
}

type Collection = readonly unknown[] | Readonly<Record<string, unknown>>;

function isCollection(value: unknown): value is Collection {
    return value !== null && typeof value === "object";
}

/** The lines of a collection, each at the indentation, with a line break before the first; an empty one stands on the same line. */
function block(value: Collection, indent: string): string {
    if (Array.isArray(value)) {
        const items = value as readonly unknown[];
        return items.length === 0 ? " []" : items.map((item) => `\n${indent}-${itemText(item, indent)}`).join("");
    }
    let text = "";
    for (const [key, member] of Object.entries(value)) {
        if (member !== undefined) {
            text += `\n${indent}${inline(key)}:${memberText(member, indent)}`;
        }
    }
    return text === "" ? " {}" : text;
}

/** A member of a mapping, after its colon. */
function memberText(value: unknown, indent: string): string {
    return isCollection(value) ? block(value, `${indent}  `) : ` ${scalar(value, `${indent}  `)}`;
}

/** An item of a list, after its hyphen: a collection begins on the same line. */
function itemText(value: unknown, indent: string): string {
    const inner = `${indent}  `;
    return isCollection(value) ? block(value, inner).replace(`\n${inner}`, " ") : ` ${scalar(value, inner)}`;
}

function scalar(value: unknown, indent: string): string {
    if (typeof value !== "string") {
        return JSON.stringify(value ?? null);
    }
    return value.includes("\n") && isLiteral(value) ? literal(value, indent) : inline(value);
}

/** Text that a literal block gives back unchanged: no leading space that would be taken for indentation, nothing unprintable. */
function isLiteral(text: string): boolean {
    return /^[^\s]/.test(text) && !unprintable.test(text);
}

/* eslint-disable-next-line no-control-regex -- control characters are what is looked for */
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]/;

function literal(text: string, indent: string): string {
    const body = text.replace(/\n+$/, "");
    const ends = text.length - body.length;
    const chomping = ends === 0 ? "-" : ends === 1 ? "" : "+";
    const lines = text.slice(0, ends > 1 ? -1 : body.length).split("\n");
    return `|${chomping}\n${lines.map((line) => (line === "" ? "" : indent + line)).join("\n")}`;
}

/**
 * Printable ASCII on one line that starts with a letter, underscore or slash: outside of brackets only a colon before a space and a
 * hash after one then mean something to YAML.
 */
const plain = /^[A-Za-z/_](?:[!-9;-~]|:(?=[!-~])|(?<! ) (?=[!-"$-~]))*$/;
/** A quantity or duration, such as 250m or 10Gi: no notation of a number in YAML looks like it. */
const quantity = /^[0-9]+(?:ms?|s|h|d|[KMGT]i)$/;
const reserved = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** A text on one line, with no more quotes than it needs. */
function inline(text: string): string {
    if ((plain.test(text) && !reserved.test(text) && !text.endsWith(":")) || quantity.test(text)) {
        return text;
    }
    if (/["\\]/.test(text) && !unprintable.test(text) && !/[\n\t]/.test(text)) {
        return `'${text.replaceAll("'", "''")}'`;
    }
    // JSON is YAML, but for the characters that JSON leaves as they are and YAML does not allow.
    return JSON.stringify(text).replace(
        /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
