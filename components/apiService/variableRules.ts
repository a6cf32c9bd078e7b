import { connectionOf } from "./defaults";
import { issue, type Problems } from "./problems";
import type { ConnectionSpec, ServiceSpec } from "./spec";
import type { KnownParts } from "./validation";
import { tracingVariableNames } from "./tracing";
import { variableNames } from "./variables";

/** An environment variable and the member of the spec that it comes from. */
interface Claim {
    readonly name: string;
    readonly path: string;
}

/** Names that say "secret". What has one belongs in `secrets`, where nobody can read it in a ConfigMap. */
const secretName = /(^|_)(PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_KEY|PRIVATE_KEY|ENCRYPTION_KEY|CREDENTIALS)$/i;

/** Every variable of the container has a valid name and one source. */
export function variableProblems(spec: ServiceSpec, known: KnownParts): Problems {
    const settings = Object.keys(spec.settings ?? {}).map((name): Claim => ({ name, path: `settings.${name}` }));
    const tracing =
        spec.tracing === undefined ? [] : tracingVariableNames.map((name): Claim => ({ name, path: "tracing" }));
    const claims = [...settings, ...tracing, ...connectionClaims(spec, known), ...secretClaims(spec, known)];
    return [
        ...claims.flatMap(({ name, path }) =>
            issue(
                !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name),
                path,
                name,
                "must be the name of an environment variable: letters, digits and underscores, not starting with a digit",
            ),
        ),
        ...settings.flatMap(({ name, path }) =>
            issue(
                secretName.test(name),
                path,
                name,
                "looks like a secret, which settings are not; declare it in secrets",
            ),
        ),
        ...claims.flatMap(({ name, path }, index) => {
            const first = claims.findIndex((claim) => claim.name === name);
            return issue(
                first < index,
                path,
                name,
                `must not be set twice; it already comes from ${claims[first]?.path}`,
            );
        }),
    ];
}

function connectionClaims(spec: ServiceSpec, known: KnownParts): Claim[] {
    return (spec.connections ?? [])
        .map(connectionOf)
        .flatMap((connection, index) =>
            Object.entries(certainNames(connection, known)).flatMap(([part, name]) =>
                typeof name !== "string" ? [] : [{ name, path: `connections.${index}.variables.${part}` }],
            ),
        );
}

/** Without the kind of the store only the names that the spec itself gives are certain. */
function certainNames(
    connection: ConnectionSpec,
    { stores = {} }: KnownParts,
): NonNullable<ConnectionSpec["variables"]> {
    const store = stores[connection.to];
    if (store === undefined) {
        return connection.variables ?? {};
    }
    const { certificateAuthority, ...names } = variableNames(connection, store.kind);
    return store.certificateAuthority === undefined ? names : { ...names, certificateAuthority };
}

function secretClaims(spec: ServiceSpec, { secrets = {} }: KnownParts): Claim[] {
    return (spec.secrets ?? []).flatMap((secret, index) =>
        spec.secretDirectories?.[secret] !== undefined
            ? []
            : (secrets[secret] ?? []).map((name) => ({ name, path: `secrets.${index}` })),
    );
}
