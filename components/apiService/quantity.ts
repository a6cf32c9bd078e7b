/**
 * Kubernetes quantities ("100m", "1.5Gi", "2e3") as exact numbers. The packages that read them pull in a whole API client or are
 * no longer kept, and the notation fits on this page.
 * Source: Kubernetes API reference, "Quantity".
 */

const number = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(.*)$/s;
const exponent = /^[eE]([+-]?\d{1,2})$/;

/** Powers of ten. */
const decimalSuffixes = new Map<string, number>([
    ["n", -9],
    ["u", -6],
    ["m", -3],
    ["", 0],
    ["k", 3],
    ["M", 6],
    ["G", 9],
    ["T", 12],
    ["P", 15],
    ["E", 18],
]);

const binarySuffixes = new Map<string, bigint>(
    ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((suffix, index) => [suffix, 1024n ** BigInt(index + 1)]),
);

/** The smallest unit of a quantity is the billionth; anything finer is rounded up, as the API server does. */
const billionths = 9;

const mebibyte = 2n ** 20n;

/** A quantity in billionths of its unit, or undefined when the text is not a quantity. */
export function parseQuantity(text: string): bigint | undefined {
    const [, sign, digits, suffix] = number.exec(text) ?? [];
    if (digits === undefined || suffix === undefined) {
        return undefined;
    }
    const [whole = "", fraction = ""] = digits.split(".");
    const scaled = scale(BigInt(whole + fraction), -fraction.length, suffix);
    return scaled !== undefined && sign === "-" ? -scaled : scaled;
}

/** `mantissa` × 10^`power` × what the suffix stands for, in billionths, rounded up. */
function scale(mantissa: bigint, power: number, suffix: string): bigint | undefined {
    const factor = binarySuffixes.get(suffix);
    if (factor !== undefined) {
        return timesPowerOfTen(mantissa * factor, power + billionths);
    }
    const tens = exponent.exec(suffix)?.[1] ?? decimalSuffixes.get(suffix);
    return tens === undefined ? undefined : timesPowerOfTen(mantissa, power + billionths + Number(tens));
}

function timesPowerOfTen(value: bigint, power: number): bigint {
    return power >= 0 ? value * 10n ** BigInt(power) : ceilingOf(value, 10n ** BigInt(-power));
}

function ceilingOf(dividend: bigint, divisor: bigint): bigint {
    const quotient = dividend / divisor;
    return dividend % divisor > 0n ? quotient + 1n : quotient;
}

/** An amount of CPU in thousandths of a core, rounded up; 0 when the text is not a quantity. */
export function cpuMillicores(text: string): number {
    return Number(ceilingOf(parseQuantity(text) ?? 0n, 10n ** 6n));
}

/** An amount of memory or storage in MiB, rounded up; 0 when the text is not a quantity. */
export function mebibytes(text: string): number {
    return Number(ceilingOf(parseQuantity(text) ?? 0n, mebibyte * 10n ** 9n));
}
