/** Values of a Helm chart: plain data. */
export type Values = Readonly<Record<string, unknown>>;
