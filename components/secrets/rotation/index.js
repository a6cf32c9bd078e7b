"use strict";

/**
 * The rotation function of AWS Secrets Manager: gives members of a secret's JSON object new values.
 *
 * Tags of the secret say which members, and how each is made: `platform:value:<member>` is `text` (letters and digits, as many as
 * before), `base64-256` (32 random bytes) or `rsa-4096:<member of the public key>`. What no tag names stays as it is.
 *
 * Secrets Manager calls it once for each of four steps and again whenever a call fails, so every step may run more than once and
 * must then do no harm (User Guide, "Lambda rotation functions"). Nothing here writes a value to the log.
 *
 * A secret that holds the auth token of an ElastiCache replication group says so by two tags. The servers learn the new token before
 * anybody reads it, and they accept the previous one until the rotation after this one.
 */

const { createPublicKey, generateKeyPair, randomBytes, randomInt } = require("node:crypto");
const { setTimeout: sleep } = require("node:timers/promises");
const { promisify } = require("node:util");

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const shortestText = 16;
/** Letters and digits that hold 256 bits, for a text that has no predecessor. */
const usualText = 43;
const pollSeconds = 10;
/** Left over to end with a message of our own, instead of being cut off. */
const reserveMilliseconds = 2 * pollSeconds * 1000;

const recipeTag = "platform:value:";
const tokenKeyTag = "platform:auth-token-key";
const tokenOwnerTag = "platform:auth-token-of";

/** The members that rotate, and how each is made. */
function recipesOf({ Tags: tags = [] }) {
    return tags
        .filter(({ Key }) => Key.startsWith(recipeTag))
        .map(({ Key, Value }) => {
            const [kind, publicMember] = Value.split(":");
            return { member: Key.slice(recipeTag.length), kind, publicMember };
        });
}

function previousMember(publicMember) {
    return `${publicMember}_PREVIOUS`;
}

/** Every member that a recipe writes. */
function membersOf({ member, publicMember }) {
    return publicMember === undefined ? [member] : [member, publicMember, previousMember(publicMember)];
}

function freshText(previous) {
    const length = Math.max(previous?.length ?? usualText, shortestText);
    return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

/** A new pair beside the public key it takes over from, by which what was signed before is still verified. */
async function freshPair({ member, publicMember }, values) {
    const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", {
        modulusLength: 4096,
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
        publicKeyEncoding: { type: "spki", format: "pem" },
    });
    return {
        [member]: privateKey,
        [publicMember]: publicKey,
        [previousMember(publicMember)]: values[publicMember] ?? publicKey,
    };
}

async function freshMembers(recipe, values) {
    switch (recipe.kind) {
        case "text":
            return { [recipe.member]: freshText(values[recipe.member]) };
        case "base64-256":
            return { [recipe.member]: randomBytes(32).toString("base64") };
        case "rsa-4096":
            return freshPair(recipe, values);
        default:
            throw new Error(`${recipe.member} is to be made as ${recipe.kind}, which nobody knows how to`);
    }
}

async function readVersion({ secrets }, query) {
    const { SecretString: text, CreatedDate: createdAt } = await secrets.getSecretValue(query);
    const values = text === undefined ? undefined : JSON.parse(text);
    if (values === null || typeof values !== "object" || Array.isArray(values)) {
        throw new Error(`${query.SecretId} does not hold a JSON object`);
    }
    return { values, createdAt };
}

async function pendingVersion(clients, { SecretId, ClientRequestToken }) {
    return readVersion(clients, { SecretId, VersionId: ClientRequestToken, VersionStage: "AWSPENDING" });
}

/** The same, or nothing where there is no such version. */
async function ifThere(version) {
    try {
        return await version;
    } catch (error) {
        if (error.name !== "ResourceNotFoundException") {
            throw error;
        }
        return undefined;
    }
}

/** Makes the new version, unless an earlier attempt has. */
async function createSecret(clients, event, secret) {
    const { SecretId, ClientRequestToken } = event;
    const recipes = recipesOf(secret);
    if (recipes.length === 0) {
        throw new Error(`no tag of ${SecretId} says which of its values rotate: ${recipeTag}<member>`);
    }
    const current = await readVersion(clients, { SecretId, VersionStage: "AWSCURRENT" });
    if ((await ifThere(pendingVersion(clients, event))) !== undefined) {
        return;
    }
    // Whoever adds a member writes a version without the pairs; the public keys in use are then in the one before.
    const before = await ifThere(readVersion(clients, { SecretId, VersionStage: "AWSPREVIOUS" }));
    const known = { ...before?.values, ...current.values };
    const fresh = { ...current.values };
    for (const recipe of recipes) {
        Object.assign(fresh, await freshMembers(recipe, known));
    }
    await clients.secrets.putSecretValue({
        SecretId,
        ClientRequestToken,
        SecretString: JSON.stringify(fresh),
        VersionStages: ["AWSPENDING"],
    });
}

function tokenOwner({ Tags: tags = [] }) {
    const tag = (key) => tags.find(({ Key }) => Key === key)?.Value;
    const replicationGroupId = tag(tokenOwnerTag);
    return replicationGroupId && { replicationGroupId, key: tag(tokenKeyTag) };
}

async function tokenState({ caches }, replicationGroupId) {
    const { ReplicationGroups: groups } = await caches.describeReplicationGroups({
        ReplicationGroupId: replicationGroupId,
    });
    return {
        changing: groups[0].PendingModifiedValues?.AuthTokenStatus !== undefined,
        changedAt: groups[0].AuthTokenLastModifiedDate,
    };
}

/**
 * Tells the servers a new auth token and waits until they know it. The group remembers when its token last changed: later than the
 * new version was made means that an earlier attempt has been here. Asking twice would drop the token that clients still use.
 */
async function setSecret(clients, event, secret) {
    const owner = tokenOwner(secret);
    if (owner === undefined) {
        return;
    }
    const { values, createdAt } = await pendingVersion(clients, event);
    const knows = ({ changing, changedAt }) => !changing && changedAt !== undefined && changedAt >= createdAt;
    let state = await tokenState(clients, owner.replicationGroupId);
    if (knows(state)) {
        return;
    }
    if (!state.changing) {
        await clients.caches.modifyReplicationGroup({
            ReplicationGroupId: owner.replicationGroupId,
            AuthToken: values[owner.key],
            AuthTokenUpdateStrategy: "ROTATE",
            ApplyImmediately: true,
        });
    }
    while (!knows(state)) {
        if (clients.remainingMilliseconds() < reserveMilliseconds) {
            throw new Error(
                `${owner.replicationGroupId} is still learning its new auth token; the next attempt waits on`,
            );
        }
        await clients.wait(pollSeconds * 1000);
        state = await tokenState(clients, owner.replicationGroupId);
    }
}

/** Whether a private and a public key belong together. */
function isPair(privateKey, publicKey) {
    return createPublicKey(privateKey).export({ type: "spki", format: "pem" }) === publicKey;
}

/** Refuses a version that would take a value away from whoever reads it, or that changes one that must stay. */
async function testSecret(clients, event, secret) {
    const current = await readVersion(clients, { SecretId: event.SecretId, VersionStage: "AWSCURRENT" });
    const pending = await pendingVersion(clients, event);
    const recipes = recipesOf(secret);
    const rotated = recipes.flatMap(membersOf);
    const missing = [...new Set([...Object.keys(current.values), ...rotated])].filter((key) => {
        const value = pending.values[key];
        return value === undefined || value === "";
    });
    if (missing.length > 0) {
        throw new Error(`the new version of ${event.SecretId} lacks ${missing.join(", ")}`);
    }
    const changed = Object.keys(current.values).filter(
        (key) => !rotated.includes(key) && JSON.stringify(current.values[key]) !== JSON.stringify(pending.values[key]),
    );
    if (changed.length > 0) {
        throw new Error(`the new version of ${event.SecretId} changes ${changed.join(", ")}, which must stay`);
    }
    const apart = recipes.filter(
        ({ member, publicMember }) =>
            publicMember !== undefined && !isPair(pending.values[member], pending.values[publicMember]),
    );
    if (apart.length > 0) {
        throw new Error(`the keys of ${apart.map(({ member }) => member).join(", ")} do not belong together`);
    }
    const owner = tokenOwner(secret);
    if (owner !== undefined && (await tokenState(clients, owner.replicationGroupId)).changing) {
        throw new Error(`${owner.replicationGroupId} is still learning its new auth token`);
    }
}

/** Makes the new version the one that everybody reads. Secrets Manager labels the old one AWSPREVIOUS by itself. */
async function finishSecret(clients, { SecretId, ClientRequestToken }, secret) {
    const [current] =
        Object.entries(secret.VersionIdsToStages).find(([, stages]) => stages.includes("AWSCURRENT")) ?? [];
    await clients.secrets.updateSecretVersionStage({
        SecretId,
        VersionStage: "AWSCURRENT",
        MoveToVersionId: ClientRequestToken,
        ...(current === undefined ? {} : { RemoveFromVersionId: current }),
    });
}

const steps = { createSecret, setSecret, testSecret, finishSecret };

/** Runs one step with the given clients. */
async function rotate(event, clients) {
    const { Step, SecretId, ClientRequestToken } = event;
    if (!Object.hasOwn(steps, Step)) {
        throw new Error(`unknown step ${Step}`);
    }
    const secret = await clients.secrets.describeSecret({ SecretId });
    const stages = secret.VersionIdsToStages?.[ClientRequestToken];
    if (secret.RotationEnabled === false) {
        throw new Error(`${SecretId} is not set up for rotation`);
    }
    if (stages === undefined) {
        throw new Error(`${SecretId} has no version ${ClientRequestToken} to rotate to`);
    }
    if (stages.includes("AWSCURRENT")) {
        return;
    }
    if (!stages.includes("AWSPENDING")) {
        throw new Error(`version ${ClientRequestToken} of ${SecretId} is not labelled AWSPENDING`);
    }
    await steps[Step](clients, event, secret);
}

/** The entry point. The SDK is part of the runtime, so it is loaded only there. */
async function handler(event, context) {
    const { SecretsManager } = require("@aws-sdk/client-secrets-manager");
    const { ElastiCache } = require("@aws-sdk/client-elasticache");
    await rotate(event, {
        secrets: new SecretsManager({}),
        caches: new ElastiCache({}),
        wait: sleep,
        remainingMilliseconds: () => context.getRemainingTimeInMillis(),
    });
    console.log(`${event.Step} of ${event.SecretId} is done`);
}

module.exports = { handler, rotate };
