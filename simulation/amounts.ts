/** Amounts as people read them, the same on a terminal, in Markdown and in documentation. */

/** US dollars, with cents below a thousand: "$37.40", "$1,235". */
export function dollars(amount: number): string {
    const digits = Math.abs(amount) < 1000 ? 2 : 0;
    // The first number that JavaScript writes as a locale has it takes 10 ms.
    const text = rounded(Math.abs(amount), digits)
        .toFixed(digits)
        .replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    return `${amount < 0 ? "−" : ""}$${text}`;
}

/** Rounds the number as it is read: 6.435 is 6.44, although the nearest number that there is lies below. */
function rounded(amount: number, digits: number): number {
    // Smaller ones are read with an exponent of their own.
    return amount < 1e-6 ? 0 : Math.round(Number(`${amount}e${digits}`)) / 10 ** digits;
}

/** A change of an amount, with its sign: "+$12.00", "−$3.50". */
export function signed(amount: number, format: (amount: number) => string): string {
    return `${amount < 0 ? "−" : "+"}${format(Math.abs(amount))}`;
}

/** A duration: "45s", "3m05s", "1h02m". */
export function duration(seconds: number): string {
    const whole = Math.round(seconds);
    const two = (value: number): string => String(value).padStart(2, "0");
    if (whole < 60) {
        return `${whole}s`;
    }
    return whole < 3600
        ? `${Math.floor(whole / 60)}m${two(whole % 60)}s`
        : `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
}
