/** Where text is shown: whether it may be coloured and redrawn, and how wide it is. */
export interface Terminal {
    write(text: string): void;
    /** Whether a line can be redrawn in place. */
    readonly interactive: boolean;
    readonly colors: boolean;
    /** Columns of a terminal; undefined for files and pipes, where nothing has to fit. */
    readonly columns?: number;
}

/** What the environment says about a stream: a terminal is coloured unless `NO_COLOR` is set or it is a dumb one. */
export function terminalOf(stream: NodeJS.WriteStream): Terminal {
    const { isTTY, columns } = stream as Partial<NodeJS.WriteStream>;
    const interactive = isTTY === true && process.env.TERM !== "dumb";
    return {
        write: (text) => stream.write(text),
        interactive,
        colors: isTTY === true && !process.env.NO_COLOR && stream.hasColors(),
        ...(isTTY === true && { columns: columns ?? 80 }),
    };
}

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], cyan: [36, 39] } as const;

export type Style = keyof typeof codes;

export function styled({ colors }: Pick<Terminal, "colors">, style: Style, text: string): string {
    const [on, off] = codes[style];
    return colors && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** Shortens a text to a width by leaving out its beginning: the end of a resource's name or type says the most. */
export function tail(text: string, width: number): string {
    return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
}
