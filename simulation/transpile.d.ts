/** Lets `require` load the project's TypeScript files; with `traces`, stack traces name the lines of the TypeScript. */
export function register(options?: { traces?: boolean }): void;

/** Where a position in a stack trace stands in the TypeScript that was loaded. */
export function originalPosition(file: string, line: number, column: number): { line: number; column: number };

/** The JavaScript of a TypeScript file, for what runs elsewhere than in this process. It is kept, as is that of files that are loaded. */
export function javascriptOf(file: string): string;
