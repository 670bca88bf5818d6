import type { BazarError } from '../../runtime/errors.ts';

/** Who waits for what is yet to come, by a number. Each is answered once. */
export interface Waiters<T> {
  readonly size: number;
  wait(number: number, waiter: Waiter<T>): void;
  resolve(number: number, value: T): void;
  rejectAll(error: BazarError): void;
}

export interface Waiter<T> {
  resolve(value: T): void;
  reject(error: BazarError): void;
}

export function createWaiters<T>(): Waiters<T> {
  const waiting = new Map<number, Waiter<T>>();
  return {
    get size() {
      return waiting.size;
    },
    wait(number, waiter) {
      waiting.set(number, waiter);
    },
    resolve(number, value) {
      const waiter = waiting.get(number);
      waiting.delete(number);
      waiter?.resolve(value);
    },
    rejectAll(error) {
      const all = [...waiting.values()];
      waiting.clear();
      for (const waiter of all) waiter.reject(error);
    },
  };
}
