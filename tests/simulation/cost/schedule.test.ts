import assert from "node:assert/strict";
import { weeklyHours } from "../../../simulation/cost/schedule";

describe("the hours of a schedule", () => {
    const cases = {
        "run from a start to the next stop": [["0 8 * * 1-5", "0 18 * * 1-5"], 50],
        "run over midnight": [["0 22 * * 1-5", "30 4 * * 2-6"], 32.5],
        "run over the end of the week": [["0 12 * * 6", "0 12 * * 0"], 24],
        "count the days by name, too": [["0 7 * * MON-THU", "0 19 * * MON-THU"], 48],
        "count every day": [["0 0 * * *", "0 6 * * *"], 42],
    } as const;
    for (const [title, [[start, stop], hours]] of Object.entries(cases)) {
        it(title, () =>
            assert.equal(
                weeklyHours([
                    { recurrence: start, size: 2 },
                    { recurrence: stop, size: 0 },
                ]),
                hours,
            ),
        );
    }

    it("refuse what is no cron expression of one time", () => {
        assert.throws(() => weeklyHours([{ recurrence: "*/5 * * * *", size: 1 }]), /no cron expression/);
    });
});
