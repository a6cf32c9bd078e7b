import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../ports";

/** Where `.ci/run` puts programs from PyPI. */
const programs = path.resolve(__dirname, "../../../.cache/tools/aws/bin");

function find(name: string): string | undefined {
    const own = path.join(programs, name);
    const onPath = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
    return [own, onPath].find((each) => each !== "" && existsSync(each));
}

/** The real AWS CLI, where it is installed. */
export const awsProgram = (): string | undefined => find("aws");

/** Whether moto's server and the real AWS CLI are there. */
export const hasEmulator = (): boolean => find("moto_server") !== undefined && find("aws") !== undefined;

/** S3 on loopback (moto), spoken to by the real AWS CLI, with a versioned bucket. */
export class S3Emulator {
    readonly directory = mkdtempSync(path.join(tmpdir(), "s3-"));
    /** What a container of the AWS CLI needs to find it. */
    readonly environment: Readonly<Record<string, string>>;

    private constructor(
        private readonly server: ChildProcess,
        port: number,
    ) {
        this.environment = {
            PATH: [path.dirname(find("aws") ?? ""), process.env.PATH ?? ""].join(path.delimiter),
            AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
            AWS_ACCESS_KEY_ID: "writer",
            AWS_SECRET_ACCESS_KEY: "of-the-writer",
            AWS_REGION: "eu-central-1",
            AWS_DEFAULT_REGION: "eu-central-1",
            AWS_CONFIG_FILE: path.join(this.directory, "config"),
            AWS_MAX_ATTEMPTS: "1",
            HOME: this.directory,
        };
    }

    static async start(bucket: string): Promise<S3Emulator> {
        const port = await freePort();
        const server = spawn(find("moto_server") ?? "", ["--host", "127.0.0.1", "--port", String(port)], {
            stdio: "ignore",
        });
        const emulator = new S3Emulator(server, port);
        for (let attempt = 0; attempt < 300; attempt++) {
            try {
                await fetch(`http://127.0.0.1:${port}/moto-api/data.json`);
                emulator.aws(
                    "s3api",
                    "create-bucket",
                    "--bucket",
                    bucket,
                    "--create-bucket-configuration",
                    "LocationConstraint=eu-central-1",
                );
                emulator.aws(
                    "s3api",
                    "put-bucket-versioning",
                    "--bucket",
                    bucket,
                    "--versioning-configuration",
                    "Status=Enabled",
                );
                return emulator;
            } catch {
                await sleep(200);
            }
        }
        await emulator.stop();
        throw new Error("waited a minute for moto_server");
    }

    /** Runs the AWS CLI and gives back what it prints; fails when it does. */
    aws(...args: string[]): string {
        const { status, stdout, stderr } = spawnSync("aws", args, {
            encoding: "utf8",
            env: { ...this.environment },
            maxBuffer: 2 ** 26,
        });
        if (status !== 0) {
            throw new Error(`aws ${args.join(" ")}: ${stderr}`);
        }
        return stdout;
    }

    /** From now on the emulator refuses who does not show a key that it made, as AWS does. Gives back such a key. */
    async enforceKeys(): Promise<{ AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string }> {
        this.aws("iam", "create-user", "--user-name", "writer");
        const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
        this.aws(
            "iam",
            "put-user-policy",
            "--user-name",
            "writer",
            "--policy-name",
            "s3",
            "--policy-document",
            JSON.stringify(policy),
        );
        const { AccessKey } = JSON.parse(this.aws("iam", "create-access-key", "--user-name", "writer")) as {
            AccessKey: { AccessKeyId: string; SecretAccessKey: string };
        };
        await this.authenticateAfter(0);
        return { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
    }

    async trustEverybody(): Promise<void> {
        await this.authenticateAfter(Number.MAX_SAFE_INTEGER);
    }

    private async authenticateAfter(requests: number): Promise<void> {
        await fetch(`${this.environment.AWS_ENDPOINT_URL}/moto-api/reset-auth`, {
            method: "POST",
            body: String(requests),
        });
    }

    /** Every version of every object under a prefix, by key, with a digest of what is in it. */
    objects(bucket: string, prefix: string): Readonly<Record<string, string>> {
        const { Versions = [] } = JSON.parse(
            this.aws("s3api", "list-object-versions", "--bucket", bucket, "--prefix", prefix) || "{}",
        ) as { Versions?: readonly { Key: string; ETag: string; VersionId: string }[] };
        return Object.fromEntries(Versions.map(({ Key, ETag, VersionId }) => [`${Key}@${VersionId}`, ETag]));
    }

    /** The uploads in parts that were begun and have not ended, as S3 lists them. */
    async unfinishedUploads(bucket: string): Promise<string> {
        return (await fetch(`${this.environment.AWS_ENDPOINT_URL}/${bucket}?uploads`)).text();
    }

    async stop(): Promise<void> {
        if (this.server.exitCode === null && this.server.signalCode === null) {
            const end = new Promise((resolve) => this.server.once("exit", resolve));
            this.server.kill("SIGTERM");
            await end;
        }
        rmSync(this.directory, { recursive: true, force: true });
    }
}
