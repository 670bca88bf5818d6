/**
 * Every error of the store says whether the write happened, and never guesses.
 *
 * The idea is Maelstrom's table of definite and indefinite errors (jepsen-io/maelstrom, doc/protocol.md).
 */

/**
 * - `none`: it was not even proposed; nothing happened, nothing will.
 * - `refused`: it was decided and the answer is no; asking again under a key of one's own gets the same answer, as long as
 *   it is remembered.
 * - `unknown`: it may or may not have happened; ask again with the same key to find out.
 */
export type Outcome = 'none' | 'refused' | 'unknown';

interface ErrorKind {
  /** HTTP status of the bridge. */
  readonly status: number;
  /** Short text for people, the `title` of RFC 9457. */
  readonly title: string;
  readonly outcome: Outcome;
}

/** All error codes of the outside contract; each is stable. */
export const OUTSIDE_ERRORS = {
  'sold-out': { status: 409, title: 'Not enough copies left', outcome: 'refused' },
  'price-changed': { status: 409, title: 'The price is another one now', outcome: 'refused' },
  'version-changed': { status: 412, title: 'The book has changed since', outcome: 'refused' },
  'too-few-copies': {
    status: 409,
    title: 'There are fewer copies than are to be taken away',
    outcome: 'refused',
  },
  'isbn-taken': { status: 409, title: 'Another book has this ISBN', outcome: 'refused' },
  retired: { status: 409, title: 'The book is not on sale any more', outcome: 'refused' },
  'stock-limit': { status: 409, title: 'The shelf cannot hold that many copies', outcome: 'refused' },
  'customer-needed': { status: 422, title: 'The book is sold to named customers only', outcome: 'refused' },
  'limit-reached': {
    status: 409,
    title: 'The customer has as many copies as one may have',
    outcome: 'refused',
  },
  'total-limit': { status: 409, title: 'The cart comes to more than can be counted', outcome: 'refused' },
  'unknown-book': { status: 404, title: 'No such book', outcome: 'refused' },
  'unknown-order': { status: 404, title: 'No such order', outcome: 'none' },
  'not-confirmed': { status: 409, title: 'There is no sale to cancel in that order', outcome: 'refused' },
  'over-cancelled': { status: 409, title: 'Fewer copies of the order are left', outcome: 'refused' },
  'over-refunded': { status: 409, title: 'Less was paid for these copies', outcome: 'refused' },
  'too-many-cancellations': {
    status: 409,
    title: 'The order can be cancelled as a whole only',
    outcome: 'refused',
  },
  'unknown-hold': { status: 404, title: 'No such hold', outcome: 'refused' },
  'hold-confirmed': { status: 409, title: 'The hold has been confirmed', outcome: 'refused' },
  'hold-released': { status: 409, title: 'The hold has been released', outcome: 'refused' },
  'hold-expired': { status: 409, title: 'The time of the hold is over', outcome: 'refused' },
  'payment-open': {
    status: 409,
    title: 'The payment service decides what becomes of it',
    outcome: 'refused',
  },
  'payment-declined': { status: 402, title: 'The payment was declined', outcome: 'refused' },
  'payment-expired': { status: 409, title: 'The payment was not made in time', outcome: 'refused' },
  'too-many-holds': { status: 503, title: 'The store keeps as many holds as it can', outcome: 'none' },
  'unknown-trace': { status: 404, title: 'No trace of that order', outcome: 'none' },
  'not-found': { status: 404, title: 'No such address', outcome: 'none' },
  'method-not-allowed': { status: 405, title: 'That method is not allowed here', outcome: 'none' },
  'version-unknown': { status: 422, title: 'The store has not come to that version', outcome: 'none' },
  'foreign-origin': { status: 403, title: 'Not for web pages elsewhere', outcome: 'none' },
  'foreign-host': { status: 403, title: 'The store does not go by that name', outcome: 'none' },
  'upgrade-required': { status: 426, title: 'This address speaks WebSocket', outcome: 'none' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time', outcome: 'none' },
  'malformed-http': { status: 400, title: 'That is not HTTP', outcome: 'none' },
  'key-reused': { status: 422, title: 'This key was used for another request', outcome: 'refused' },
  'invalid-request': { status: 422, title: 'The request does not fit', outcome: 'none' },
  'lab-refused': { status: 409, title: 'The lab does not do that now', outcome: 'none' },
  'malformed-json': { status: 400, title: 'That is not JSON', outcome: 'none' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON', outcome: 'none' },
  'too-large': { status: 413, title: 'The request is too large', outcome: 'none' },
  unauthorized: { status: 401, title: 'The token is missing or wrong', outcome: 'none' },
  'too-many-requests': { status: 429, title: 'Too many requests in flight', outcome: 'none' },
  overloaded: { status: 429, title: 'The store is overloaded', outcome: 'none' },
  unavailable: { status: 503, title: 'The store cannot answer now', outcome: 'none' },
  'not-yet': { status: 503, title: 'Not every catalog of the store can do that yet', outcome: 'none' },
  'disk-full': { status: 503, title: 'The disks of the store are full', outcome: 'none' },
  'log-full': { status: 503, title: 'The command log of the store is full', outcome: 'none' },
  draining: { status: 503, title: 'The store is shutting down', outcome: 'none' },
  'outcome-unknown': { status: 503, title: 'No answer in time', outcome: 'unknown' },
  internal: { status: 500, title: 'An unexpected fault', outcome: 'unknown' },
} as const satisfies Record<string, ErrorKind>;

/** Those, and the ones between processes; the gateway and the order replicas turn these into retries or one of those. */
export const ERROR_KINDS = {
  ...OUTSIDE_ERRORS,
  unreachable: { status: 503, title: 'No open link', outcome: 'none' },
  'not-leader': { status: 503, title: 'This replica does not lead', outcome: 'none' },
  behind: { status: 503, title: 'This replica has not applied that version yet', outcome: 'none' },
  'link-lost': { status: 503, title: 'The link dropped before the answer', outcome: 'unknown' },
  timeout: { status: 503, title: 'No answer before the deadline', outcome: 'unknown' },
  'leader-lost': {
    status: 503,
    title: 'Leadership moved before the command was committed',
    outcome: 'unknown',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** Facts that travel with an error, such as `{ orderId, id, leader }`. Plain JSON. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** An error of the store. Thrown inside, sent between processes, and shown to clients in the same three parts. */
export class BazarError extends Error {
  readonly code: ErrorCode;
  readonly outcome: Outcome;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string = ERROR_KINDS[code].title,
    details: ErrorDetails = {},
    outcome?: Outcome,
  ) {
    super(message);
    this.name = 'BazarError';
    this.code = code;
    this.outcome = outcome ?? ERROR_KINDS[code].outcome;
    this.details = details;
  }

  /** The same error with more details, or with another message or outcome. */
  with(details: ErrorDetails, message = this.message, outcome = this.outcome): BazarError {
    return new BazarError(this.code, message, { ...this.details, ...details }, outcome);
  }
}

/** Anything thrown as a `BazarError`; what is not one is `internal`. */
export function asBazarError(error: unknown): BazarError {
  if (error instanceof BazarError) return error;
  return new BazarError('internal', error instanceof Error ? error.message : String(error));
}

/**
 * A process that must not start, nor be started again as it is: what it found would be made worse by trying. The
 * message is one line for people and names the file or folder concerned.
 */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}
