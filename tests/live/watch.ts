import { setTimeout as wait } from "node:timers/promises";
import type { Message, ToldAlert } from "./alertmanager";
import { lasting, type Outage } from "./outages";
import { eventually } from "./prometheus";
import type { RunningStack } from "./runningStack";

/** What was seen of an outage. */
export interface Course {
    /** Alerts that Prometheus fired. */
    readonly fired: readonly string[];
    /** Alerts that somebody was told of, each with who it was. */
    readonly told: readonly { readonly receiver: string; readonly alert: ToldAlert }[];
    /** Messages that the alerts were told in. */
    readonly messages: readonly Message[];
    /** Alerts that nobody was told the end of. */
    readonly unresolved: readonly string[];
}

/** Milliseconds between two looks at Prometheus. */
const lookMilliseconds = 500;

/** Milliseconds that an alert gets to reach somebody, and to be over: the longest wait of a rule and twice its window. */
const patienceMilliseconds = 120_000;

/** An alert and the part that it is about. */
export function nameOf({ labels }: { readonly labels: Readonly<Record<string, string>> }): string {
    return `${labels.alertname ?? ""} ${labels.component ?? ""}`;
}

/** Whether an alert is meant for people; one that always fires to show that it can is not. */
export function isForPeople({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
    return labels.severity === "critical" || labels.severity === "warning";
}

/** Looks at what fires, all the time. */
export class Watch {
    private readonly fired: { readonly at: number; readonly system: string; readonly name: string }[] = [];
    private over = false;

    constructor(private readonly stack: RunningStack) {
        void this.look();
    }

    end(): void {
        this.over = true;
    }

    /** Lets an outage happen and end, and gives back what was heard of its system meanwhile. */
    async follow(system: string, outage: Outage): Promise<Course> {
        const start = Date.now();
        const before = this.stack.inbox.messages.length;
        const messages = (): Message[] =>
            this.stack.inbox.messages.slice(before).filter(({ alerts }) => alerts.some((each) => isOf(system, each)));
        await outage.break(this.stack);
        await eventually(
            () => ({ fired: this.firedSince(start, system), told: namesIn(messages(), "firing") }),
            ({ fired, told }) =>
                outage.told.every((name) => told.has(name)) && outage.silenced.every((name) => fired.has(name)),
            patienceMilliseconds,
        );
        await outage.repair(this.stack);
        const unresolved = await eventually(
            async () => {
                const raised = (await this.stack.prometheus.alerts()).filter((each) => isOf(system, each));
                return [...raised.map(nameOf), ...open(messages())];
            },
            (names) => names.every((name) => lasting.test(name)),
            patienceMilliseconds,
        );
        return {
            fired: [...this.firedSince(start, system)].sort(),
            told: messages().flatMap(({ receiver, alerts }) =>
                // A message repeats what is over among its group.
                alerts.filter(({ status }) => status === "firing").map((alert) => ({ receiver, alert })),
            ),
            messages: messages(),
            unresolved: unresolved.filter((name) => !lasting.test(name)),
        };
    }

    private firedSince(start: number, system: string): Set<string> {
        return new Set(this.fired.filter((each) => each.at >= start && each.system === system).map(({ name }) => name));
    }

    private async look(): Promise<void> {
        while (!this.over) {
            const alerts = await this.stack.prometheus.alerts().catch(() => []);
            for (const alert of alerts.filter((each) => each.state === "firing" && isForPeople(each))) {
                this.fired.push({ at: Date.now(), system: alert.labels.system ?? "", name: nameOf(alert) });
            }
            await wait(lookMilliseconds);
        }
    }
}

function isOf(system: string, alert: { readonly labels: Readonly<Record<string, string>> }): boolean {
    return alert.labels.system === system && isForPeople(alert);
}

function namesIn(messages: readonly Message[], status: ToldAlert["status"]): Set<string> {
    return new Set(
        messages.flatMap(({ alerts }) => alerts.filter((each) => each.status === status).map((each) => nameOf(each))),
    );
}

/** Alerts that a receiver was told of, and whose end it was not told. */
function open(messages: readonly Message[]): string[] {
    const last = new Map<string, string>();
    for (const { receiver, alerts } of messages) {
        for (const alert of alerts) {
            last.set(`${nameOf(alert)} at ${receiver}`, alert.status);
        }
    }
    return [...last].flatMap(([name, status]) => (status === "firing" ? [name] : []));
}
