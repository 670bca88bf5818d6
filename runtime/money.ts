/** Money is a whole number of the smallest unit inside, such as cents, and a decimal string outside. */
export type Cents = number;

/** What a store's amounts are of. Without a code it is not said which currency it is. */
export interface Currency {
  /** ISO 4217, such as `EUR`. */
  readonly code?: string;
  /** 0 to 3. */
  readonly decimals: number;
}

export const NO_CURRENCY: Currency = { decimals: 2 };

/**
 * The dearest price a book can have: ten million, with two decimals. A cart whose total is not a safe integer is refused
 * (`total-limit`).
 */
export const MAX_PRICE_CENTS: Cents = 1_000_000_000;

const DECIMAL = /^(\d{1,10})(?:\.(\d{1,3}))?$/;

/** `"19.99"`, `"19.9"` or `"19"` as cents; `undefined` if it has more decimals, or is not between 0 and the dearest price. */
export function parseMoney(text: string, decimals = NO_CURRENCY.decimals): Cents | undefined {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || fraction.length > decimals) return undefined;
  const cents = Number(whole + fraction.padEnd(decimals, '0'));
  return cents <= MAX_PRICE_CENTS ? cents : undefined;
}

/** `1999` as `"19.99"`. */
export function formatMoney(cents: Cents, decimals = NO_CURRENCY.decimals): string {
  if (decimals === 0) return String(cents);
  const digits = String(cents).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Which amounts are taken: `an amount like "19.99", from 0 to 10000000.00`. */
export function amountRule(decimals = NO_CURRENCY.decimals): string {
  const example = formatMoney(1_999, decimals);
  return `an amount like "${example}", from 0 to ${formatMoney(MAX_PRICE_CENTS, decimals)}`;
}
