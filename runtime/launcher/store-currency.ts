import * as z from 'zod';
import { UsageError } from '../command-line.ts';
import { type Currency, NO_CURRENCY } from '../money.ts';

/** The currency of a store, as the command line names it and `cluster.json` keeps it. */
export const StoreCurrency = z.object({
  code: z.string().regex(/^[A-Z]{3}$/),
  decimals: z.int().min(0).max(3),
});

/** `EUR`, or `IQD:3` where the decimals are not the usual ones. Throws a `UsageError` that begins with `name`. */
export function readCurrency(text: string, name: string): Required<Currency> {
  const [, code = '', digits] = /^([A-Z]{3})(?::([0-3]))?$/.exec(text) ?? [];
  if (code && digits !== undefined) return { code, decimals: Number(digits) };
  if (!Intl.supportedValuesOf('currency').includes(code)) {
    throw new UsageError(
      `${name} must be a currency such as EUR, or with its decimals (0 to 3) such as IQD:3, not "${text}"`,
    );
  }
  const { maximumFractionDigits } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: code,
  }).resolvedOptions();
  return { code, decimals: Math.min(3, maximumFractionDigits ?? NO_CURRENCY.decimals) };
}

/**
 * What a store is to be started with: what it has, or what is asked for, if its amounts stay what they are. A store without
 * a currency has two decimals and may be given one with as many. Throws a `UsageError` where the two disagree.
 */
export function agreedCurrency(
  path: string,
  kept: Required<Currency> | undefined,
  asked: Required<Currency> | undefined,
): Required<Currency> | undefined {
  if (!asked) return kept;
  if (!kept && asked.decimals === NO_CURRENCY.decimals) return asked;
  if (kept?.code === asked.code && kept.decimals === asked.decimals) return kept;
  const was = kept ? textOf(kept) : `amounts of ${NO_CURRENCY.decimals} decimals`;
  throw new UsageError(
    `${path} was made with ${was} and cannot be started with ${textOf(asked)}; leave --currency out`,
  );
}

function textOf({ code, decimals }: Required<Currency>): string {
  return `${code} (${decimals} decimals)`;
}
