/** Lets `require` load the project's TypeScript files; with `traces`, stack traces name the lines of the TypeScript. */
export function register(options?: { traces?: boolean }): void;

/** Where a position in a stack trace stands in the TypeScript that was loaded. */
export function originalPosition(file: string, line: number, column: number): { line: number; column: number };
