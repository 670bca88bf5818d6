/** Money is a whole number of cents inside and a decimal string with two places outside. */
export type Cents = number;

/** The dearest price a book can have: ten million. A cart whose total is not a safe integer is refused (`total-limit`). */
export const MAX_PRICE_CENTS: Cents = 1_000_000_000;

const DECIMAL = /^\d{1,8}(\.\d{1,2})?$/;

/** `"19.99"`, `"19.9"` or `"19"` as cents; `undefined` if it is not an amount between 0 and ten million. */
export function parseMoney(text: string): Cents | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const [whole = '0', fraction = ''] = text.split('.');
  const cents = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  return cents <= MAX_PRICE_CENTS ? cents : undefined;
}

/** `1999` as `"19.99"`. */
export function formatMoney(cents: Cents): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
