import path from "node:path";
import { parse } from "yaml";

/** What this machine offers, as far as files and variables tell. Nothing here makes a network call. */
export interface Machine {
    readonly env: Readonly<Record<string, string | undefined>>;
    /** The user's home directory. */
    readonly home: string;
    /** The content of a file, or undefined where it cannot be read. */
    readonly read: (file: string) => string | undefined;
    /** Whether a program is on the path. */
    readonly hasCommand: (name: string) => boolean;
}

/** What a stack needs to be deployed for real. */
export interface Needs {
    readonly aws: boolean;
    /** Kubeconfig context, where the stack uses a cluster that exists. */
    readonly kubernetesContext?: string;
    /** Whether secrets are encrypted with a passphrase unless the stack's file says otherwise. */
    readonly secretsProvider?: string;
}

/** One thing that is needed: where it was found, or why it is missing and what would help. */
export type Finding =
    | { readonly found: true; readonly source: string }
    | { readonly found: false; readonly what: string; readonly remedy: string };

/** Where the AWS SDKs would find credentials, in the order in which they look. */
export function awsCredentials({ env, home, read }: Machine): Finding {
    if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) {
        return { found: true, source: "AWS keys in the environment" };
    }
    if (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN && read(env.AWS_WEB_IDENTITY_TOKEN_FILE) !== undefined) {
        return { found: true, source: `AWS role ${env.AWS_ROLE_ARN} by web identity` };
    }
    if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI) {
        return { found: true, source: "AWS credentials of the container" };
    }
    const profile = env.AWS_PROFILE ?? env.AWS_DEFAULT_PROFILE ?? "default";
    const files = [
        env.AWS_SHARED_CREDENTIALS_FILE ?? path.join(home, ".aws", "credentials"),
        env.AWS_CONFIG_FILE ?? path.join(home, ".aws", "config"),
    ];
    const settings = files.flatMap((file) => [...profileSettings(read(file) ?? "", profile)]);
    if (settings.some((setting) => profileSources.has(setting))) {
        return { found: true, source: `AWS profile ${profile}` };
    }
    return {
        found: false,
        what: settings.length > 0 || profile === "default" ? "no AWS credentials" : `no AWS profile ${profile}`,
        remedy: "`aws configure sso` or `aws login`, or set AWS_PROFILE",
    };
}

/** The settings of a profile that say where its credentials come from. Source: AWS SDKs and Tools Reference Guide, "Settings reference". */
const profileSources: ReadonlySet<string> = new Set([
    "aws_access_key_id",
    "sso_session",
    "sso_start_url",
    "role_arn",
    "credential_process",
    "login_session",
]);

/** The names of a profile's settings in an AWS configuration file. */
function profileSettings(text: string, profile: string): Set<string> {
    const names = new Set<string>();
    let inside = false;
    for (const line of text.split("\n")) {
        const section = /^\s*\[\s*(?:profile\s+)?["']?([^\]"']+?)["']?\s*\]/.exec(line)?.[1];
        if (section !== undefined) {
            inside = section === profile;
        } else if (inside) {
            const name = /^([a-z_]+)\s*=\s*\S/.exec(line)?.[1];
            if (name !== undefined) {
                names.add(name);
            }
        }
    }
    return names;
}

/** The backend that Pulumi is logged in to. */
export function pulumiBackend({ env, home, read }: Machine): Finding {
    if (env.PULUMI_BACKEND_URL) {
        return { found: true, source: `Pulumi backend ${env.PULUMI_BACKEND_URL}` };
    }
    if (env.PULUMI_ACCESS_TOKEN) {
        return { found: true, source: "Pulumi Cloud by access token" };
    }
    const file = path.join(env.PULUMI_HOME ?? path.join(home, ".pulumi"), "credentials.json");
    const current = currentBackend(read(file));
    return current === undefined
        ? {
              found: false,
              what: "Pulumi is not logged in",
              remedy: "`npx pulumi login`, or set PULUMI_ACCESS_TOKEN or PULUMI_BACKEND_URL",
          }
        : { found: true, source: `Pulumi backend ${current}` };
}

function currentBackend(text: string | undefined): string | undefined {
    try {
        const { current } = JSON.parse(text ?? "{}") as { current?: unknown };
        return typeof current === "string" && current !== "" ? current : undefined;
    } catch {
        return undefined;
    }
}

/** The Pulumi CLI. */
function pulumiCommand({ hasCommand }: Machine): Finding {
    return hasCommand("pulumi")
        ? { found: true, source: "the Pulumi CLI" }
        : { found: false, what: "the Pulumi CLI is missing", remedy: "`npm ci`" };
}

/** The passphrase that a self-managed backend encrypts secrets with. Pulumi Cloud and key services need none. */
function passphrase({ env }: Machine, backend: Finding, secretsProvider: string | undefined): Finding {
    const managed = !backend.found || /api\.pulumi\.com|access token/.test(backend.source);
    const chosen = secretsProvider !== undefined && secretsProvider !== "passphrase";
    // An empty passphrase is one, too.
    const given = env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
    return managed || chosen || given
        ? { found: true, source: "encryption of secrets" }
        : {
              found: false,
              what: "no passphrase for the stack's secrets",
              remedy: "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
          };
}

/** The cluster that a stack without AWS deploys into. */
function kubernetesContext({ env, home, read }: Machine, context: string): Finding {
    const files = (env.KUBECONFIG ?? path.join(home, ".kube", "config")).split(path.delimiter);
    const found = files.some((file) => contextsOf(read(file)).includes(context));
    return found
        ? { found: true, source: `Kubernetes context ${context}` }
        : {
              found: false,
              what: `no Kubernetes context ${context}`,
              remedy: `create the cluster, such as \`kind create cluster --name ${context.replace(/^kind-/, "")}\``,
          };
}

function contextsOf(text: string | undefined): unknown[] {
    try {
        const { contexts } = (parse(text ?? "") ?? {}) as { contexts?: readonly { name?: unknown }[] };
        return (contexts ?? []).map(({ name }) => name);
    } catch {
        return [];
    }
}

/** Whether a command acts or simulates, and why. */
export interface Mode {
    readonly real: boolean;
    /** What was found, or what is missing. */
    readonly reasons: readonly string[];
    /** What would make a simulation real. */
    readonly remedies: readonly string[];
}

/** Decides by itself: everything that is needed is there, or nothing is touched. */
export function detectMode(machine: Machine, needs: Needs): Mode {
    const backend = pulumiBackend(machine);
    const findings = [
        ...(needs.aws ? [awsCredentials(machine)] : []),
        ...(needs.kubernetesContext === undefined ? [] : [kubernetesContext(machine, needs.kubernetesContext)]),
        backend,
        ...[passphrase(machine, backend, needs.secretsProvider), pulumiCommand(machine)].filter(({ found }) => !found),
    ];
    const missing = findings.filter((finding) => !finding.found);
    return {
        real: missing.length === 0,
        reasons:
            missing.length > 0
                ? missing.map(({ what }) => what)
                : findings.flatMap((finding) => (finding.found ? [finding.source] : [])),
        remedies: missing.map(({ remedy }) => remedy),
    };
}

/** The first line of every command. */
export function modeText({ real, reasons }: Mode): string {
    return real
        ? `Mode: real (${reasons.join(", ")}).`
        : `Mode: simulation, nothing is changed (${reasons.join(", ")}).`;
}
