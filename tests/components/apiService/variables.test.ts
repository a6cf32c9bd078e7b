import assert from "node:assert/strict";
import fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { connectionVariables, knownDigest } from "../../../components/apiService/variables";
import { cache, database } from "./fixture";

describe("variables of a connection", () => {
    it("describe a database by the usual names", () => {
        assert.deepEqual(connectionVariables({ to: "postgres" }, database({ host: "db", readHost: "db-ro" })), {
            settings: {
                DATABASE_HOST: "db",
                DATABASE_READ_HOST: "db-ro",
                DATABASE_PORT: "5432",
                DATABASE_NAME: "shop",
                DATABASE_USER: "shopuser",
                DATABASE_SSLMODE: "require",
            },
            secrets: [{ variable: "DATABASE_PASSWORD", secretName: "postgres-credentials", key: "password" }],
            files: [],
        });
    });

    it("describe a cache by the usual names", () => {
        assert.deepEqual(connectionVariables({ to: "redis" }, cache()), {
            settings: { REDIS_HOST: "redis.shop.svc.cluster.local", REDIS_PORT: "6379", REDIS_TLS: "false" },
            secrets: [{ variable: "REDIS_PASSWORD", secretName: "redis-credentials", key: "password" }],
            files: [],
        });
    });

    it("send reads to the primary where there is no replica", () => {
        const { settings } = connectionVariables({ to: "postgres" }, database({ host: "db" }));
        assert.equal(settings.DATABASE_READ_HOST, "db");
    });

    for (const [kind, tls, variable, word] of [
        ["postgres", true, "DATABASE_SSLMODE", "require"],
        ["postgres", false, "DATABASE_SSLMODE", "disable"],
        ["mysql", true, "DATABASE_SSLMODE", "REQUIRED"],
        ["mysql", false, "DATABASE_SSLMODE", "DISABLED"],
        ["redis", true, "REDIS_TLS", "true"],
        ["redis", false, "REDIS_TLS", "false"],
    ] as const) {
        it(`say ${word} for ${kind} ${tls ? "with" : "without"} TLS`, () => {
            assert.equal(connectionVariables({ to: "store" }, database({ kind, tls })).settings[variable], word);
        });
    }

    it("say where the certificate of a store's own authority is", () => {
        const secret = { name: "redis-tls", keys: ["ca.crt"], dependsOn: [] };
        const store = cache({ tls: true, certificateAuthority: { secret, key: "ca.crt" } });
        const { settings, files } = connectionVariables({ to: "redis" }, store);
        assert.equal(settings.REDIS_CA_FILE, "/etc/platform/certificates/redis/ca.crt");
        assert.deepEqual(files, [
            {
                directory: "/etc/platform/certificates/redis",
                fileName: "ca.crt",
                secretName: "redis-tls",
                key: "ca.crt",
            },
        ]);
    });

    it("take the names that the service gives", () => {
        const variables = { host: "MYSQL_HOST", password: "MYSQL_PASSWORD", name: undefined };
        const { settings, secrets } = connectionVariables({ to: "db", variables }, database({ host: "db" }));
        assert.equal(settings.MYSQL_HOST, "db");
        assert.equal(settings.DATABASE_NAME, "shop");
        assert.equal(settings.DATABASE_HOST, undefined);
        assert.equal(secrets[0]?.variable, "MYSQL_PASSWORD");
    });

    it("leave out what the service knows from elsewhere", () => {
        const variables = { password: null, tls: null };
        const { settings, secrets } = connectionVariables({ to: "postgres", variables }, database());
        assert.deepEqual(secrets, []);
        assert.equal(settings.DATABASE_SSLMODE, undefined);
    });

    it("never hold the password", () => {
        const { settings } = connectionVariables({ to: "postgres" }, database());
        assert.ok(!Object.keys(settings).some((name) => /PASSWORD/.test(name)));
    });
});

describe("digest of a configuration", () => {
    const settings = fc.dictionary(fc.stringMatching(/^[A-Z]{1,5}$/), fc.string());

    it("does not depend on the order of the settings", () => {
        fc.assert(
            fc.property(settings, (data) => {
                const reversed = Object.fromEntries(Object.entries(data).reverse());
                assert.equal(knownDigest(reversed), knownDigest(data));
            }),
        );
    });

    it("differs when a setting does", () => {
        fc.assert(
            fc.property(settings, settings, (a, b) => {
                const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
                assert.equal(knownDigest(a) === knownDigest(b), same);
            }),
        );
    });

    it("is the same whatever the cloud answers, so that a preview names what the update makes", () => {
        const digest = (host: string): string => knownDigest({ LOG_LEVEL: "INFO", HOST: pulumi.output(host) });
        assert.equal(digest("a"), digest("b"));
    });
});
