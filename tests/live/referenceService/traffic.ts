/** Milliseconds between two requests. */
const pauseMilliseconds = 125;

/** Of so many requests, one is a visit. */
const visitEvery = 4;

/** Different items that are asked for. */
const items = 5;

/** Clients of a service: eight requests a second, whether or not the ones before have been answered. */
export class Traffic {
    private count = 0;
    private readonly timer = setInterval(() => this.send(), pauseMilliseconds);

    constructor(private readonly port: number) {}

    stop(): void {
        clearInterval(this.timer);
    }

    private send(): void {
        this.count += 1;
        const item = `http://127.0.0.1:${this.port}/items/${this.count % items}`;
        const request = this.count % visitEvery === 0 ? fetch(`${item}/visits`, { method: "POST" }) : fetch(item);
        // What the service answers is the service's business, and so is whether it does.
        request.then((response) => response.arrayBuffer()).catch(() => undefined);
    }
}
