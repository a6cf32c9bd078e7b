/** Name of the CronJob that keeps definitions. */
export const definitionsBackupName = "definitions-backup";

/** Where in the bucket of the system they are kept. */
export const definitionsPrefix = "definitions";
