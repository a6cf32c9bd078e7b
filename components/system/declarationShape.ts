import { z } from "zod";
import { serviceShape } from "../apiService/serviceShape";
import { cacheShape } from "../cache/validation";
import { databaseShape } from "../database/validation";
import { secretShape } from "../secrets/values";
import { flag, members, named, number, text, texts } from "../shapes";

/** The types of a `SystemDeclaration`: what is done with one may rely on them. */
export const declarationShape = members(
    {
        namespace: text,
        databases: named(databaseShape),
        caches: named(cacheShape),
        secrets: named(secretShape),
        alerts: named(members({ value: number, for: text }).optional()),
        cdn: members({ staticPaths: texts }, { host: text, originHost: text }),
        privateImages: flag,
        exceptions: z.array(members({}, { rule: text, subject: text, reason: text, until: text })),
        imageRepositories: texts,
    },
    { description: text, owner: text, services: named(serviceShape) },
);
