/** An action that sets the size of a group of machines at certain times. */
export interface ScheduledSize {
    /** Cron expression with minute, hour, any day of the month, any month, and days of the week, such as "0 7 * * 1-5". */
    readonly recurrence: string;
    readonly size: number;
}

const minutesPerDay = 24 * 60;
const minutesPerWeek = 7 * minutesPerDay;
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;

/** Hours of a week in which the size is above 0: from an action with a size above 0 until the next with 0. */
export function weeklyHours(actions: readonly ScheduledSize[]): number {
    const changes = actions
        .flatMap(({ recurrence, size }) => minutesOf(recurrence).map((minute) => ({ minute, on: size > 0 })))
        .sort((a, b) => a.minute - b.minute);
    let minutes = 0;
    changes.forEach(({ minute, on }, index) => {
        const next = changes[index + 1]?.minute ?? (changes[0]?.minute ?? 0) + minutesPerWeek;
        minutes += on ? next - minute : 0;
    });
    return minutes / 60;
}

/** The minutes of the week, from Sunday 00:00, at which a cron expression comes true. */
function minutesOf(recurrence: string): number[] {
    const [minute = "", hour = "", , , days = "*"] = recurrence.trim().split(/\s+/);
    const at = Number(hour) * 60 + Number(minute);
    if (!Number.isInteger(at)) {
        throw new Error(`"${recurrence}" is no cron expression with one minute and one hour`);
    }
    return daysOf(days).map((day) => day * minutesPerDay + at);
}

function daysOf(field: string): number[] {
    if (field === "*") {
        return [0, 1, 2, 3, 4, 5, 6];
    }
    return field.split(",").flatMap((part) => {
        const [from = 0, to = from] = part.split("-").map(dayOf);
        return Array.from({ length: to - from + 1 }, (_, index) => (from + index) % 7);
    });
}

function dayOf(text: string): number {
    const named = dayNames.findIndex((name) => name === text.toUpperCase());
    return named >= 0 ? named : Number(text) % 7;
}
