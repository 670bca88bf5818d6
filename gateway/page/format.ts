/** Numbers, durations and times as people read them. What is not known is a dash, never 0. */

const UNKNOWN = '–';
const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function formatCount(value: number | null | undefined): string {
  return value == null ? UNKNOWN : COUNT.format(value);
}

/** Three significant digits and a unit. */
export function formatMs(ms: number | null | undefined): string {
  if (ms == null) return UNKNOWN;
  if (ms >= 1_000) return `${digits(ms / 1_000)} s`;
  return `${digits(ms)} ms`;
}

function digits(value: number): string {
  if (value === 0) return '0';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function formatRate(value: number | null | undefined): string {
  if (value == null) return UNKNOWN;
  return value < 10 && value !== 0 ? value.toFixed(1) : COUNT.format(value);
}

export function formatPercent(part: number | null | undefined): string {
  return part == null ? UNKNOWN : `${Math.round(part * 100)} %`;
}

export function formatMegabytes(bytes: number | null | undefined): string {
  return bytes == null ? UNKNOWN : `${COUNT.format(bytes / 1_048_576)} MB`;
}

/** Local time with milliseconds. */
export function formatTime(at: number): string {
  return TIME.format(at);
}

export function formatAge(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.round(ms / 1_000))} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** `19.99 EUR`; without a currency the amount alone. */
export function formatPrice(amount: string, currency: string | undefined): string {
  return currency === undefined ? amount : `${amount} ${currency}`;
}
