/** What one part of a command took. */
export interface Phase {
    readonly name: string;
    readonly seconds: number;
}

/** Measures the parts of a command, also of one that fails. */
export class Phases {
    readonly done: Phase[] = [];

    constructor(private readonly now: () => Date) {}

    async measure<T>(name: string, work: () => Promise<T>): Promise<T> {
        const start = this.now().getTime();
        try {
            return await work();
        } finally {
            this.done.push({ name, seconds: Math.round((this.now().getTime() - start) / 100) / 10 });
        }
    }
}

/** One line for each phase, and one for all. */
export function phaseLines(phases: readonly Phase[]): string[] {
    const all = [
        ...phases.map(({ name, seconds }) => [name, durationText(seconds)] as const),
        ["together", durationText(phases.reduce((sum, { seconds }) => sum + seconds, 0))] as const,
    ];
    const width = Math.max(...all.map(([name]) => name.length));
    return all.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

/** Such as `8 s` or `3 min 20 s`. */
export function durationText(seconds: number): string {
    const whole = Math.round(seconds);
    return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
