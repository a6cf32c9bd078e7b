import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { AlertmanagerConfig } from "../../components/observability/alertmanagerConfig";
import { freePort } from "../ports";
import type { Processes } from "../processes";
import { answersAt, eventually } from "./prometheus";
import { divided } from "./shorten";

/** An alert as a receiver is told of it. */
export interface ToldAlert {
    readonly status: "firing" | "resolved";
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
}

/** A message that a receiver got. */
export interface Message {
    readonly receiver: string;
    readonly groupLabels: Readonly<Record<string, string>>;
    readonly alerts: readonly ToldAlert[];
}

/** Takes every message, in the place of PagerDuty and Slack. */
export class Inbox {
    readonly messages: Message[] = [];
    private readonly server: Server = createServer((request, response) => {
        void readBody(request).then((body) => {
            this.messages.push(JSON.parse(body) as Message);
            response.end();
        });
    });

    static async open(): Promise<Inbox> {
        const inbox = new Inbox();
        inbox.server.listen(0, "127.0.0.1");
        await once(inbox.server, "listening");
        return inbox;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
    }

    close(): void {
        this.server.close();
        this.server.closeAllConnections();
    }
}

async function readBody(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
        chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString();
}

/** The settings of a route and of the whole that are durations. */
const waits = /^(group_wait|group_interval|repeat_interval|resolve_timeout)$/;

/** The configuration that a stack ships in a world where time passes faster, with one address in the place of all others. */
export function redirected(configuration: AlertmanagerConfig, url: string, factor: number): object {
    const { receivers, ...rest } = configuration;
    const faster = JSON.parse(JSON.stringify(rest), (key, value: unknown) =>
        waits.test(key) ? divided(String(value), factor) : value,
    ) as object;
    return {
        ...faster,
        receivers: receivers.map(({ name, ...kinds }) => ({
            name,
            ...(Object.keys(kinds).length > 0 && { webhook_configs: [{ url, send_resolved: true }] }),
        })),
    };
}

/** Starts an Alertmanager on loopback and gives back its port. */
export async function startAlertmanager(processes: Processes, program: string, configuration: object): Promise<number> {
    // JSON is YAML.
    writeFileSync(processes.file("alertmanager.yml"), JSON.stringify(configuration));
    const port = await freePort();
    processes.start("alertmanager", program, [
        `--config.file=${processes.file("alertmanager.yml")}`,
        `--storage.path=${processes.file("alertmanager-data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        // It is alone.
        "--cluster.listen-address=",
    ]);
    await eventually(
        () => {
            processes.checkAlive();
            return answersAt(`http://127.0.0.1:${port}/-/ready`);
        },
        (ready) => ready,
    );
    return port;
}
