/**
 * The longest time between two runs of a cron schedule, in hours, to the next longer of a few steps: a day, a week, a month, a year.
 * It is the age that a backup may reach, so a step too long is better than one too short.
 */
export function longestGapHours(schedule: string): number {
    const [, , dayOfMonth = "*", month = "*", dayOfWeek = "*"] = schedule.trim().split(/\s+/);
    const every = (field: string): boolean => field === "*" || field === "*/1" || field === "?";
    if (!every(month)) {
        return 366 * 24;
    }
    if (!every(dayOfMonth)) {
        return 31 * 24;
    }
    return every(dayOfWeek) ? 24 : 7 * 24;
}
