import type { Clock } from '../../runtime/clock.ts';

/**
 * Bytes of one kind that all clients together make the gateway hold. Beyond the bound those are cut off, the oldest
 * first, who hold at least half of what a holder has on average, until a quarter of the bound is free: together they
 * have at least half of everything, so one look over the holders is enough, and it is paid for by the bytes that
 * filled that quarter. Who holds little is never cut off for what others hold.
 */
export interface SharedBytes {
  readonly total: number;
  /** Opens an account of no bytes. `cut` has to give back what is held; it is called once at most. */
  open(cut: (reason: string) => void): Account;
  /** Cuts off who has held something for longer than `ageMs` without a pause. */
  expire(ageMs: number): void;
}

export interface Account {
  /** What is held now. Nothing once it was closed or cut off. */
  hold(bytes: number): void;
  close(): void;
}

interface Holder {
  bytes: number;
  /** Monotonic time since which there were some. */
  since: number;
  readonly cut: (reason: string) => void;
  over: boolean;
}

/** Buffers of sockets up to this size are part of what a connection costs, and are not counted. */
export const UNCOUNTED_BYTES = 16 * 1024;

/** What a small piece of data costs beyond its bytes, about. */
export const PIECE_BYTES = 256;

export function createSharedBytes(what: string, maxBytes: number, clock: Clock): SharedBytes {
  /** Those with bytes, in the order in which they came to have some. */
  const holders = new Set<Holder>();
  let total = 0;

  function hold(holder: Holder, bytes: number): void {
    if (holder.over || bytes === holder.bytes) return;
    if (holder.bytes === 0) {
      holder.since = clock.monotonic();
      holders.add(holder);
    }
    total += bytes - holder.bytes;
    holder.bytes = bytes;
    if (bytes === 0) holders.delete(holder);
    else if (total > maxBytes) relieve();
  }

  function relieve(): void {
    const much = total / holders.size / 2;
    for (const holder of holders) {
      if (total <= maxBytes * 0.75) return;
      if (holder.bytes >= much) cut(holder, `all clients together have too many bytes of ${what}`);
    }
  }

  function close(holder: Holder): void {
    hold(holder, 0);
    holder.over = true;
  }

  function cut(holder: Holder, reason: string): void {
    close(holder);
    holder.cut(reason);
  }

  return {
    get total() {
      return total;
    },
    open(cut) {
      const holder: Holder = { bytes: 0, since: 0, cut, over: false };
      return { hold: (bytes) => hold(holder, bytes), close: () => close(holder) };
    },
    expire(ageMs) {
      for (const holder of holders) {
        if (clock.monotonic() - holder.since < ageMs) return;
        cut(holder, `it has had ${what} for longer than ${ageMs} ms`);
      }
    },
  };
}
