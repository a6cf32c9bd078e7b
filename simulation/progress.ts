import { styled, type Terminal } from "./terminal";

const redrawMilliseconds = 80;

/** Tells what is going on: one line that is redrawn in a terminal, a line for each phase elsewhere. */
export class Progress {
    private phase = "";
    private lastDraw = 0;

    constructor(private readonly terminal: Terminal) {}

    /** Begins the next phase. */
    begin(phase: string): void {
        this.phase = phase;
        if (this.terminal.interactive) {
            this.draw("");
        } else {
            this.terminal.write(`${phase} …\n`);
        }
    }

    /** Shows how far the phase is. Called often; drawn a few times a second. */
    count(count: number, what: string): void {
        if (this.terminal.interactive && performance.now() - this.lastDraw > redrawMilliseconds) {
            this.draw(` ${count} ${what}`);
        }
    }

    /** Removes the line, so that what follows stands alone. */
    end(): void {
        if (this.terminal.interactive && this.phase !== "") {
            this.terminal.write("\r\u001b[K");
        }
        this.phase = "";
    }

    private draw(detail: string): void {
        this.lastDraw = performance.now();
        const text = `${this.phase} …${detail}`.slice(0, (this.terminal.columns ?? 80) - 1);
        this.terminal.write(`\r\u001b[K${styled(this.terminal, "dim", text)}`);
    }
}
