/** A number with six significant digits, as messages tell what was declared. */
export function sixDigits(value: number): string {
  return String(Number(value.toPrecision(6)));
}
