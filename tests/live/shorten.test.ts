import { strict as assert } from "node:assert";
import { parse, stringify } from "yaml";
import { divided, shortened } from "./shorten";

describe("Rules in a world where time passes faster", () => {
    for (const [duration, expected] of [
        ["5m", "20000ms"],
        ["1h30m", "360000ms"],
        ["1s", "67ms"],
    ] as const) {
        it(`divide ${duration} by 15`, () => {
            assert.equal(divided(duration, 15), expected);
        });
    }

    it("refuse what is no duration", () => {
        assert.throws(() => divided("5 minutes", 15), /"5 minutes" is no duration/);
    });

    it("divide every wait, interval and window, and nothing else", () => {
        const rule = { alert: "Slow", labels: { severity: "warning" } };
        const group = (interval: string, expr: string, wait: string): string =>
            stringify({
                groups: [{ name: "g", interval, rules: [{ ...rule, expr, for: wait, keep_firing_for: wait }] }],
            });
        const before = group("1m", 'sum(rate(a{b=~"[a-z0-9]{5}|[234].."}[5m])) / max_over_time(c[1h:5m]) > 0.5', "10m");
        const after = group(
            "6000ms",
            'sum(rate(a{b=~"[a-z0-9]{5}|[234].."}[30000ms])) / max_over_time(c[360000ms:30000ms]) > 0.5',
            "60000ms",
        );
        assert.deepEqual(parse(shortened(before, 10)), parse(after));
    });
});
