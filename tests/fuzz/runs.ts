/** Cases that each property tries: few with every test run, as many as `npm run fuzz -- --runs N` says. */
export function runs(usual: number): number {
    const asked = process.env.FUZZ_RUNS;
    return asked === undefined ? usual : Number(asked);
}

let tried = 0;

/** Counts a case. */
export function count(): void {
    tried++;
}

/** Says at the end of a long run how many cases there were. */
export function reportTried(): void {
    if (process.env.FUZZ_RUNS !== undefined) {
        console.log(`\n${tried} cases tried`);
    }
}
