import { BazarError, type ErrorCode } from '../../../runtime/errors.ts';

/**
 * - `unreached`: there is no connection; nothing was sent.
 * - `distrusted`: the same, since one side does not accept the other's certificate.
 * - `refused`: etcd has said no; nothing happened, and another member says the same.
 * - `doubtful`: it was sent, and what became of it is not known.
 */
export type EtcdFaultKind = 'unreached' | 'distrusted' | 'refused' | 'doubtful';

/** What a member of etcd answered in place of what was asked for, in its own words. */
export class EtcdFault extends Error {
  override readonly name = 'EtcdFault';
  readonly kind: EtcdFaultKind;
  readonly code: ErrorCode;
  /** The member's token for the user is not valid any more; a new one helps. */
  readonly isStaleToken: boolean;

  constructor(kind: EtcdFaultKind, words: string, code?: ErrorCode, isStaleToken = false) {
    super(words);
    this.kind = kind;
    this.code = code ?? (kind === 'doubtful' ? 'timeout' : 'unavailable');
    this.isStaleToken = isStaleToken;
  }
}

/** gRPC's numbers of those answers that no server which did anything gives. */
const NO = new Set([3, 5, 7, 9, 11, 12, 16]);
const EXHAUSTED = 8;
const UNAVAILABLE = 14;
const CLOSED = /already closed|Channel has been shut down/;
const NO_CONNECTION = /No connection established|Name resolution failed|Failed to connect|ECONNREFUSED/;
const CERTIFICATE = /certificate|self.signed|\bCERT_|\bSSL|\bTLS|altname|wrong version number/i;
/** Some of etcd's services say it without a number of its own. */
const NOT_PERMITTED = /permission denied/;
const STALE_TOKEN = /invalid auth token|revision of auth store is old/;

/** gRPC's errors, which the client wraps in several ways, have the number and the words in their message. */
export function etcdFaultOf(error: unknown, url: string): EtcdFault {
  if (error instanceof EtcdFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [, digits, details] = /(\d+) [A-Z_]+: (.*)$/s.exec(message) ?? [];
  const said = `${url}: ${details ?? message}`;
  const number = Number(digits);
  if (CLOSED.test(message)) return new EtcdFault('unreached', said);
  if (number === UNAVAILABLE && NO_CONNECTION.test(message)) {
    return new EtcdFault(CERTIFICATE.test(message) ? 'distrusted' : 'unreached', said);
  }
  if (STALE_TOKEN.test(message)) return new EtcdFault('refused', said, undefined, true);
  if (number === EXHAUSTED && /etcdserver: .*database space exceeded/.test(message)) {
    return new EtcdFault('refused', said, 'log-full');
  }
  if (number === EXHAUSTED && /etcdserver: too many requests/.test(message)) {
    return new EtcdFault('refused', said, 'overloaded');
  }
  if (/request is too large|message larger than max/.test(message)) {
    return new EtcdFault('refused', said, 'too-large');
  }
  return new EtcdFault(NO.has(number) || NOT_PERMITTED.test(message) ? 'refused' : 'doubtful', said);
}

/** For one who appends or asks. */
export function asOutcome(fault: EtcdFault, isDoubtful: boolean): BazarError {
  if (!isDoubtful) return new BazarError(fault.code, fault.message, {}, 'none');
  return new BazarError('timeout', fault.message, {}, 'unknown');
}
