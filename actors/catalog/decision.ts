import type { Book, BookId, Key, Result } from '../../runtime/domain.ts';
import type { CountsView, CustomerCount } from './customer-limits.ts';
import type { ChangedBook } from './edit-book.ts';
import type { OpenHold } from './hold-queue.ts';
import type { LogTime } from './log-time.ts';

/** What a command is decided on, and what a decision comes to. */

/** What a decision may look at. */
export interface View extends CountsView {
  /** The command level to which the log was raised. */
  readonly level: number;
  /** The time of the log at the present entry. */
  readonly logTime: LogTime;
  /** The number of open holds. */
  readonly openHolds: number;
  book(id: BookId): Book | undefined;
  /** A book with that ISBN, other than `but`: of several the one with the least id. */
  withIsbn(isbn: string, but?: BookId): BookId | undefined;
  /** The greatest id of a book that is at most `MAX_NEW_BOOK_ID`; 0 when there is none. */
  readonly lastId: number;
  /** The least id of no book. */
  readonly firstFreeId: number;
  /** What was recorded under `recordKey(command)`. */
  recorded(recordKey: string): Recorded | undefined;
}

/** Where and when the log has the command: its index, and the leader's wall time in ms. */
export interface Stamp {
  readonly index: number;
  readonly at: number;
}

/**
 * What is remembered under a key: for good, unless it is a refused order. `fingerprint` tells the same request from another one under the same
 * key, `requestId` its first sender from one who asks again.
 */
export interface Recorded {
  readonly fingerprint: string;
  readonly requestId: string;
  readonly result: Result;
  /** Of an order that began as a hold: the time of the log at which it was due, and the request that ended it. */
  readonly hold?: { readonly due: number; readonly endedBy?: string };
  /** The books of an order whose copies are counted as those of its customer. */
  readonly counted?: readonly BookId[];
}

/** The answer and what it changes: books in their new state, and the record to keep unless there is one. */
export interface Decision {
  readonly result: Result;
  readonly books: readonly Book[];
  readonly record: Recorded | null;
  /** Of a change of books that are there: how it changed them, which is remembered. */
  readonly changed?: readonly ChangedBook[];
  /** A hold that begins with it; or ends, and then the record takes the place of the one that there is. */
  readonly hold?: OpenHold & { readonly isOpen: boolean };
  /** An order whose payment is open from now on, or is not any more; then the record takes that place as well. */
  readonly payment?: { readonly key: Key; readonly isOpen: boolean };
  /** A refund that the payment service is to be asked for, or not any more (`openRefundKey`). */
  readonly refund?: { readonly key: string; readonly isOpen: boolean };
  /** The record of an order that is another one from now on, and where it lies. */
  readonly amended?: { readonly key: string; readonly record: Recorded };
  /** What customers have from now on of books with a limit. */
  readonly counts?: readonly CustomerCount[];
}

type Refused = Extract<Result, { kind: 'refused' }>;

export function refused(code: Refused['code'], version: number): Refused {
  return { kind: 'refused', code, version, replayed: false };
}

/** A refusal that changes nothing and leaves no record: the same may be asked for again under the same key. */
export function refusedForNow(refusal: Refused): Decision {
  return { result: { ...refusal, unrecorded: true }, books: [], record: null };
}
