import { z } from "zod";
import { platformConfig, platformSecrets } from "../config/schema";

interface JsonSchema {
    type?: string;
    description?: string;
    default?: unknown;
    enum?: unknown[];
    const?: unknown;
    anyOf?: JsonSchema[];
    items?: JsonSchema;
    properties?: Record<string, JsonSchema>;
    required?: string[];
    additionalProperties?: JsonSchema | boolean;
    minimum?: number;
    maximum?: number;
    minItems?: number;
    maxItems?: number;
}

/** The reference of every configuration key, as Markdown, from the schema itself. */
export function configurationReference(): string {
    const schema = z.toJSONSchema(platformConfig, { io: "input", unrepresentable: "any" }) as JsonSchema;
    const sections = Object.entries(schema.properties ?? {}).map(([key, member]) =>
        section(key, member, schema.required?.includes(key) ?? false),
    );
    return `${header}\n${sections.join("\n")}\n${secrets()}`;
}

const header = `# Configuration

Every key of \`Pulumi.<stack>.yaml\`. This page is generated from \`config/schema.ts\` by \`npm run docs\`; a test keeps it current.

Unknown keys are errors. All mistakes of a stack are reported at once, each with its place, its value and what is allowed.
The region is Pulumi's own key \`aws:region\`. \`<name>\` stands for a name of your choice.
`;

function section(key: string, schema: JsonSchema, required: boolean): string {
    const rows =
        schema.properties === undefined && !isMapping(schema)
            ? [row(`platform:${key}`, schema, required)]
            : rowsOf("", schema);
    const intro =
        rows.length === 1 && schema.properties === undefined && !isMapping(schema)
            ? ""
            : `\n${schema.description ?? ""}\n`;
    return `## platform:${key}\n${intro}\n| key | value | default | what it is |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

function rowsOf(prefix: string, schema: JsonSchema): string[] {
    if (isMapping(schema)) {
        const values = schema.additionalProperties as JsonSchema;
        const name = `${prefix}${prefix === "" ? "" : "."}<name>`;
        return hasMembers(values) ? rowsOf(name, values) : [row(name, values, false)];
    }
    return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
        const path = prefix === "" ? key : `${prefix}.${key}`;
        if (member.items !== undefined && hasMembers(member.items)) {
            return [row(path, member, isRequired(schema, key)), ...rowsOf(`${path}[]`, member.items)];
        }
        return hasMembers(member) || isMappingOfMembers(member)
            ? rowsOf(path, member)
            : [row(path, member, isRequired(schema, key))];
    });
}

function isRequired(schema: JsonSchema, key: string): boolean {
    return schema.required?.includes(key) ?? false;
}

function hasMembers(schema: JsonSchema): boolean {
    return schema.properties !== undefined;
}

function isMapping(schema: JsonSchema): boolean {
    return typeof schema.additionalProperties === "object" && schema.properties === undefined;
}

function isMappingOfMembers(schema: JsonSchema): boolean {
    return isMapping(schema) && hasMembers(schema.additionalProperties as JsonSchema);
}

function row(path: string, schema: JsonSchema, required: boolean): string {
    const fallback =
        schema.default === undefined ? (required ? "required" : "none") : `\`${JSON.stringify(schema.default)}\``;
    return `| \`${path}\` | ${valueText(schema)} | ${fallback} | ${cell(schema.description ?? "")} |`;
}

function valueText(schema: JsonSchema): string {
    const choices = schema.enum ?? schema.anyOf?.map((each) => each.const).filter((each) => each !== undefined);
    if (choices !== undefined && choices.length > 0) {
        return choices.map((each) => `\`${String(each)}\``).join(", ");
    }
    if (schema.type === "array") {
        const size = schema.minItems === undefined ? "" : `${schema.minItems} to ${schema.maxItems ?? "any number"} `;
        return `list of ${size}${schema.items === undefined || hasMembers(schema.items) ? "mappings" : valueText(schema.items)}`;
    }
    if (schema.type === "integer") {
        return `${schema.minimum ?? "any"} to ${schema.maximum ?? "any"}`;
    }
    return isMapping(schema)
        ? "mapping of names to text"
        : ({ string: "text", boolean: "`true`, `false`" }[schema.type ?? ""] ?? "text");
}

function cell(text: string): string {
    return text.replaceAll("|", "\\|");
}

function secrets(): string {
    const rows = Object.entries(platformSecrets).map(
        ([key, schema]) => `| \`platform:${key}\` | ${cell(schema.description ?? "")} |`,
    );
    return `## Secrets

Set them with \`npx pulumi config set --secret <key> <value>\`; they are encrypted in the stack file and masked everywhere.

| key | what it is |
| --- | --- |
${rows.join("\n")}
`;
}
