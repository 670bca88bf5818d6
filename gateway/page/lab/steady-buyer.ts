import { browserClock, randomName } from '../browser-clock.ts';
import { type CallFailure, call } from '../store-socket.ts';

/** A buyer that goes on buying while something is broken: how long it waited, and whether all came to an end. */
export interface SteadyBuyer {
  /** Stops buying; resolves once every purchase has ended, or after `SETTLE_MS`. */
  stop(): Promise<BoughtMeanwhile>;
}

export interface BoughtMeanwhile {
  readonly bought: number;
  /** Neither bought nor refused, however often it was asked for under its order id. */
  readonly open: number;
  /** The longest time from a purchase's beginning to its answer, all its tries together. */
  readonly longestMs: number;
}

const EVERY_MS = 200;
const AGAIN_MS = 100;
const SETTLE_MS = 15_000;

/** Buys one copy of `book` five times a second. */
export function startSteadyBuyer(book: number): SteadyBuyer {
  const open = new Set<string>();
  let bought = 0;
  let longestMs = 0;
  let stopsAt = Number.POSITIVE_INFINITY;
  let timer = 0;

  async function buy(): Promise<void> {
    const orderId = `lab-${randomName()}`;
    const began = browserClock.monotonic();
    open.add(orderId);
    while (open.has(orderId) && browserClock.monotonic() < stopsAt) {
      try {
        await call('purchase', { orderId, id: book });
        bought += 1;
        open.delete(orderId);
      } catch (failure) {
        if ((failure as CallFailure).outcome === 'refused') open.delete(orderId);
        else await pause(AGAIN_MS);
      }
    }
    if (!open.has(orderId)) longestMs = Math.max(longestMs, browserClock.monotonic() - began);
  }

  function next(): void {
    void buy();
    timer = browserClock.setTimeout(next, EVERY_MS);
  }
  next();

  return {
    async stop() {
      browserClock.clearTimeout(timer);
      stopsAt = browserClock.monotonic() + SETTLE_MS;
      while (open.size > 0 && browserClock.monotonic() < stopsAt) await pause(AGAIN_MS);
      return { bought, open: open.size, longestMs: Math.round(longestMs) };
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => browserClock.setTimeout(resolve, ms));
}
