import type { DeadlineWheel } from '../deadline-wheel.ts';
import { BazarError } from '../errors.ts';
import type { AskType } from '../messages.ts';
import type { TraceSpan } from '../trace/trace-span.ts';

/** The asks of one link that wait for an answer, and which of the other end's have come. */
export interface Asks {
  /** Remembers a new ask and gives its number, which is never used again on this link; `undefined` if it is full. */
  add(type: AskType, deadline: number, settle: Settle): number | undefined;
  /** Forgets an ask that could not be sent. */
  withdraw(id: number): void;
  /** Hands an answer to the ask it belongs to. One that comes twice, or too late, belongs to none. */
  answered(id: number, type: AskType, answer: AskResult): void;
  /**
   * Whether an ask of the other end is a new one; each end numbers its own upwards. One that comes twice is handled once, or
   * what had been refused without effect might still be done.
   */
  isNew(id: number): boolean;
  /** Ends every ask with one and the same error, and the connection with them. */
  failAll(error: BazarError): void;
  readonly size: number;
}

/** `span` is what the answer took, where that was asked for. */
export type AskResult = { readonly span?: TraceSpan } & (
  | { readonly body: unknown }
  | { readonly error: BazarError }
);
export type Settle = (answer: AskResult) => void;

/** An ask in the wheel that gives all asks of a node their deadlines. */
export interface PendingAsk {
  readonly type: AskType;
  readonly deadline: number;
  readonly settle: Settle;
  readonly id: number;
  /** The asks of its link. */
  readonly pending: Map<number, PendingAsk>;
}

/** What the wheel does with an ask whose time is over: it may have been handled. */
export function expireAsk(ask: PendingAsk): void {
  ask.pending.delete(ask.id);
  ask.settle({ error: new BazarError('timeout', `${ask.type}: no answer before the deadline`) });
}

export function createAsks(wheel: DeadlineWheel<PendingAsk>, limit: number): Asks {
  const pending = new Map<number, PendingAsk>();
  let last = 0;
  let lastHeard = 0;

  return {
    add(type, deadline, settle) {
      if (pending.size >= limit) return undefined;
      last += 1;
      const ask = { type, deadline, settle, id: last, pending };
      pending.set(last, ask);
      wheel.add(ask);
      return last;
    },
    withdraw(id) {
      const ask = pending.get(id);
      if (!ask) return;
      pending.delete(id);
      wheel.delete(ask);
    },
    answered(id, type, answer) {
      const ask = pending.get(id);
      if (ask?.type !== type) return;
      pending.delete(id);
      wheel.delete(ask);
      ask.settle(answer);
    },
    isNew(id) {
      if (id <= lastHeard) return false;
      lastHeard = id;
      return true;
    },
    failAll(error) {
      lastHeard = 0;
      const failed = [...pending.values()];
      pending.clear();
      for (const ask of failed) wheel.delete(ask);
      for (const ask of failed) ask.settle({ error });
    },
    get size() {
      return pending.size;
    },
  };
}
