import type { BooksAnswer } from '../../../runtime/api.ts';
import { browserClock } from '../browser-clock.ts';
import { type CallFailure, call, failure } from '../store-socket.ts';
import type { Measured } from './measured.ts';

/** One experiment asks no more than this, and takes no longer. It ends with what it has by then. */
export const MOST_REQUESTS = 2_000;
export const LONGEST_MS = 10_000;

type Ask = typeof call;

/** One run of an experiment, within its bounds. */
export interface Trial {
  /** Its time or its requests are over, or somebody stopped it. */
  readonly isOver: boolean;
  /** Asks, by the page's own connection unless by another, and says how long it took. Rejects with a `CallFailure`. */
  ask<Result>(method: string, params: object, by?: Ask): Promise<Timed<Result>>;
  /** Draws what is known so far. */
  show(measured: Measured): void;
}

interface Timed<Result> {
  readonly result: Result;
  readonly tookMs: number;
}

export interface StartedTrial extends Trial {
  stop(): void;
  readonly asked: number;
}

export function startTrial(show: (measured: Measured) => void): StartedTrial {
  const endsAt = browserClock.monotonic() + LONGEST_MS;
  let isStopped = false;
  let asked = 0;
  return {
    get isOver() {
      return isStopped || asked >= MOST_REQUESTS || browserClock.monotonic() >= endsAt;
    },
    get asked() {
      return asked;
    },
    async ask<Result>(method: string, params: object, by: Ask = call) {
      asked += 1;
      const began = browserClock.monotonic();
      const result = await by<Result>(method, params);
      return { result, tookMs: browserClock.monotonic() - began };
    },
    show,
    stop() {
      isStopped = true;
    },
  };
}

const MOST_BOOKS = 50;

/** The first books of the shelf. Rejects where there are none. */
export async function someBooks(trial: Trial): Promise<readonly number[]> {
  const { result } = await trial.ask<BooksAnswer>('books', { limit: MOST_BOOKS });
  if (result.books.length === 0) throw refusal('The shelf is empty: there is nothing to read.');
  return result.books.map(({ id }) => id);
}

export function refusal(message: string): CallFailure {
  return failure('refused', 'none', message);
}
