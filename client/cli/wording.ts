import { type BazarError, ERROR_KINDS, type ErrorCode } from '../../runtime/errors.ts';
import { plain } from '../../runtime/plain.ts';
import { EXIT, type Exit } from './command.ts';

/** The wording of what the commands print: texts, counts, errors and what to do about them. */

/** `1 copy`, `2 copies`. */
export function copies(count: number): string {
  return `${count} ${count === 1 ? 'copy' : 'copies'}`;
}

/** `19.99 EUR`; without a currency the amount alone. */
export function priceText(amount: string, currency: string | undefined): string {
  return currency === undefined ? amount : `${amount} ${currency}`;
}

/** The store could not be reached or could not answer, as opposed to: it answered, with no. */
const NO_ANSWER: ReadonlySet<ErrorCode> = new Set([
  'unavailable',
  'overloaded',
  'disk-full',
  'log-full',
  'draining',
  'too-many-requests',
  'outcome-unknown',
  'internal',
]);

export function exitOf(error: BazarError): Exit {
  return error.outcome === 'unknown' || NO_ANSWER.has(error.code) ? EXIT.unknown : EXIT.refused;
}

/** What to do about an error beyond reading it. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  'unknown-book': 'Search by topic to find ids that exist.',
  'price-changed': 'Look at the book again, then buy at the present price.',
  'customer-needed': 'Name the customer with --customer.',
  'version-changed': 'Look at the book again, then change it as it is now.',
  'key-reused': 'That id belongs to another request; leave it out to have a new one made.',
  unauthorized: 'Give the token of the store with --token, BAZAR_ADMIN_TOKEN or --data.',
  unavailable: 'Is the store running, and is --url right? Then try again.',
  overloaded: 'Try again in a moment.',
  'disk-full': 'The store goes on by itself when there is room.',
  'log-full': 'The store goes on when its log has room again: whoever runs it has to look.',
  draining: 'Try again when the store is back.',
  'too-many-requests': 'Try again in a moment.',
};

/**
 * An error in sentences: what it is, whether it happened, and what to do next. `again` is the command line that
 * asks the same again under the same key; only a write has one. Without `advise` the last part is left out.
 */
export function explain(error: BazarError, again: string | undefined, advise = true): string {
  const { unauthorized } = ERROR_KINDS;
  const sentences = [sentence(error.code === 'unauthorized' ? unauthorized.title : error.message)];
  if (error.outcome === 'unknown') {
    sentences.push('It may or may not have happened.');
    const key = again && 'Ask again under the same key: it cannot happen twice.\n';
    return key ? `${sentences.join(' ')} ${key}  ${again}` : sentences.join(' ');
  }
  if (again !== undefined) sentences.push('Nothing was changed.');
  const advice = advise ? ADVICE[error.code] : undefined;
  if (advice) sentences.push(advice);
  return sentences.join(' ');
}

function sentence(text: string): string {
  const clean = plain(text.trim());
  return /[.!?]$/.test(clean) ? clean : `${clean}.`;
}
