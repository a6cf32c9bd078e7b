import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/**
 * The form in which the SDK sends property values to the engine: plain JSON, in which objects with a signature stand for secrets,
 * assets, archives and references to resources. The signatures are constants of the Pulumi protocol
 * (sdk/go/common/resource/properties.go).
 */

export const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export const maskedSecret = "[secret]";

export type Properties = Record<string, unknown>;

function isObject(value: unknown): value is Properties {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Marks a value as secret, unless it is already. */
export function asSecret(value: unknown): Properties {
    return isObject(value) && value[signatureKey] === secretSignature
        ? value
        : { [signatureKey]: secretSignature, value };
}

/** What a provider sees: the value itself, without the marks. */
export function withoutSecretMarks(value: unknown): unknown {
    return mapMembers(value, (object) => {
        switch (object[signatureKey]) {
            case secretSignature:
            case outputSignature:
                return withoutSecretMarks(object.value);
            default:
                return mapObject(object, withoutSecretMarks);
        }
    });
}

/** What people and files may see: secrets masked, assets and references spelled out without a trace of this machine. */
export function readable(value: unknown, root = process.cwd()): unknown {
    return mapMembers(value, (object) => {
        switch (object[signatureKey]) {
            case secretSignature:
                return maskedSecret;
            case outputSignature:
                return object.secret === true ? maskedSecret : readable(object.value, root);
            case assetSignature:
                return { asset: content(object, root) };
            case archiveSignature:
                return { archive: content(object, root) };
            case resourceSignature:
                return object.id === undefined ? { urn: object.urn } : { urn: object.urn, id: object.id };
            default:
                return mapObject(object, (member) => readable(member, root));
        }
    });
}

/** Masks every value of a mapping but keeps its keys: which keys a Secret has is no secret. */
export function maskedMembers(value: unknown): unknown {
    const plain = withoutSecretMarks(value);
    return isObject(plain) ? mapObject(plain, () => maskedSecret) : maskedSecret;
}

/** Replaces the objects in a value. Where nothing is replaced the value itself is given back: most have no special members. */
function mapMembers(value: unknown, ofObject: (object: Properties) => unknown): unknown {
    if (!Array.isArray(value)) {
        return isObject(value) ? ofObject(value) : value;
    }
    let result: unknown[] = value;
    for (let index = 0; index < value.length; index++) {
        const member: unknown = value[index];
        const mapped = mapMembers(member, ofObject);
        if (mapped !== member) {
            result = result === value ? [...(value as unknown[])] : result;
            result[index] = mapped;
        }
    }
    return result;
}

/** As `mapMembers`, for the members of an object. */
function mapObject(object: Properties, each: (member: unknown) => unknown): Properties {
    let result = object;
    for (const key of Object.keys(object)) {
        const member = object[key];
        const mapped = each(member);
        if (mapped !== member) {
            result = result === object ? { ...object } : result;
            result[key] = mapped;
        }
    }
    return result;
}

/** An asset or archive by what is in it. */
function content(object: Properties, root: string): Properties {
    if (typeof object.path === "string") {
        const absolute = path.resolve(root, object.path);
        const inside = path.relative(root, absolute);
        return {
            path: inside.startsWith("..") ? path.basename(absolute) : inside.split(path.sep).join("/"),
            sha256: fingerprint(absolute),
        };
    }
    if (isObject(object.assets)) {
        return { assets: readable(object.assets, root) };
    }
    return typeof object.text === "string" ? { text: object.text } : { uri: object.uri };
}

/** The hash of a file, or of every file in a directory together with its name. */
function fingerprint(file: string): string {
    const hash = createHash("sha256");
    if (statSync(file).isDirectory()) {
        for (const name of readdirSync(file).sort()) {
            hash.update(`${name}\0${fingerprint(path.join(file, name))}\0`);
        }
    } else {
        hash.update(readFileSync(file));
    }
    return hash.digest("hex");
}
