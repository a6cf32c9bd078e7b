/** Lets `require` load the project's TypeScript files. */
export function register(): void;

/** Where a position of the JavaScript that runs stands in the TypeScript it was made from. */
export function originalPosition(file: string, line: number, column: number): { line: number; column: number };
