"use strict";

/**
 * The rotation function of AWS Secrets Manager: gives every member of a secret's JSON object a new random value of the same length.
 *
 * Secrets Manager calls it once for each of four steps and again whenever a call fails, so every step may run more than once and
 * must then do no harm (User Guide, "Lambda rotation functions"). Nothing here writes a value to the log.
 *
 * A secret that holds the auth token of an ElastiCache replication group says so by two tags. The servers learn the new token before
 * anybody reads it, and they accept the previous one until the rotation after this one.
 */

const { randomInt } = require("node:crypto");
const { setTimeout: sleep } = require("node:timers/promises");

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const shortestValue = 16;
const pollSeconds = 10;
/** Left over to end with a message of our own, instead of being cut off. */
const reserveMilliseconds = 2 * pollSeconds * 1000;

const tokenKeyTag = "platform:auth-token-key";
const tokenOwnerTag = "platform:auth-token-of";

function freshValue(previous) {
    const length = Math.max(previous.length, shortestValue);
    return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
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

/** Makes the new version, unless an earlier attempt has. */
async function createSecret(clients, event) {
    const { SecretId, ClientRequestToken } = event;
    const current = await readVersion(clients, { SecretId, VersionStage: "AWSCURRENT" });
    try {
        await pendingVersion(clients, event);
        return;
    } catch (error) {
        if (error.name !== "ResourceNotFoundException") {
            throw error;
        }
    }
    const fresh = Object.entries(current.values).map(([key, value]) => [
        key,
        typeof value === "string" ? freshValue(value) : value,
    ]);
    await clients.secrets.putSecretValue({
        SecretId,
        ClientRequestToken,
        SecretString: JSON.stringify(Object.fromEntries(fresh)),
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

/** Refuses a version that would take a value away from whoever reads it. */
async function testSecret(clients, event, secret) {
    const current = await readVersion(clients, { SecretId: event.SecretId, VersionStage: "AWSCURRENT" });
    const pending = await pendingVersion(clients, event);
    const missing = Object.keys(current.values).filter((key) => {
        const value = pending.values[key];
        return value === undefined || value === "";
    });
    if (missing.length > 0) {
        throw new Error(`the new version of ${event.SecretId} lacks ${missing.join(", ")}`);
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
