import type { Clock, Timer } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import { createTurnstile, type Entrant, type Leave } from '../../runtime/turnstile.ts';

/**
 * The heavy reads of all clients: pages, audits, strong and large searches. Each has its turn, and keeps a place
 * until its answer has left to the socket, so that answers that nobody reads do not gather in memory: a connection
 * with such an answer gets no other, few connections may have one, and each is cut after a while.
 */
export interface Pages {
  /**
   * Waits for the turn of a heavy read, until `deadline` (monotonic ms). Rejects with `overloaded`, or with
   * `unavailable` where the client has gone.
   */
  take(reader: Reader, deadline: number): Promise<Place>;
  /** The client has gone: what it waits for is given up, its places are free. */
  gone(reader: Reader): void;
  stop(): void;
}

export type Made = (bytes: number, busyMs?: number) => void;

/** One heavy read from its turn until its answer has left. */
export interface Place {
  /**
   * The answer is made, with so many bytes and in so many milliseconds of processor time, and has `unreadAnswerMs` to
   * leave. Only the first call counts.
   */
  made: Made;
  /** The answer has left, or there is none. */
  left(): void;
}

/** One client connection. */
export interface Reader {
  readonly address: string;
  /**
   * True where the next answer may be made before the last has left, up to `maxClientBacklogBytes`: those of a
   * JSON-RPC batch leave together.
   */
  readonly gathers: boolean;
  /** Ends the connection. */
  cut(): void;
  readonly places: Set<Place>;
  readonly waiting: Set<Entrant>;
  /** Bytes of its answers that have not left. */
  heldBytes: number;
}

export function createReader(
  address: string,
  { gathers, cut }: { readonly gathers: boolean; readonly cut: () => void },
): Reader {
  return { address, gathers, cut, places: new Set(), waiting: new Set(), heldBytes: 0 };
}

export function createPages(limits: Limits, clock: Clock): Pages {
  const turnstile = createTurnstile({
    clock,
    inWork: limits.maxPagesInWork,
    waiting: limits.maxPagesWaiting,
    bytesPerSecond: limits.pageBytesPerSecond,
  });
  const waitingOf = new Map<string, number>();
  /** Connections that hold a place, by address. */
  const holding = new Map<string, number>();
  let holders = 0;

  const perAddress = Math.ceil(limits.maxUnreadAnswers / 2);

  function mayHold({ address, gathers, places, heldBytes }: Reader): boolean {
    if (places.size > 0) return gathers && heldBytes <= limits.maxClientBacklogBytes;
    return holders < limits.maxUnreadAnswers && (holding.get(address) ?? 0) < perAddress;
  }

  function hold(reader: Reader, place: Place): void {
    if (reader.places.size === 0) {
      holders += 1;
      add(holding, reader.address, 1);
    }
    reader.places.add(place);
  }

  function release(reader: Reader, place: Place): void {
    if (!reader.places.delete(place) || reader.places.size > 0) return;
    holders -= 1;
    add(holding, reader.address, -1);
  }

  return {
    async take(reader, deadline) {
      const { address, waiting } = reader;
      if (waiting.size >= limits.maxPagesPerConnection)
        throw tooMany('connection', limits.maxPagesPerConnection);
      if ((waitingOf.get(address) ?? 0) >= limits.maxPagesPerAddress)
        throw tooMany('address', limits.maxPagesPerAddress);

      let leave: Leave | undefined;
      let over = false;
      let held = 0;
      let timer: Timer | undefined;
      const place: Place = {
        made(bytes, busyMs) {
          leave?.(bytes, busyMs);
          if (over || timer) return;
          held = bytes;
          reader.heldBytes += held;
          timer = clock.setTimeout(reader.cut, limits.unreadAnswerMs);
        },
        left() {
          if (over) return;
          over = true;
          reader.heldBytes -= held;
          clock.clearTimeout(timer);
          release(reader, place);
          leave?.(0);
          turnstile.turn();
        },
      };
      const entrant: Entrant = {
        group: address,
        mayEnter: () => mayHold(reader),
        entered() {
          waitsNoMore();
          hold(reader, place);
        },
      };
      const waitsNoMore = () => {
        if (waiting.delete(entrant)) add(waitingOf, address, -1);
      };
      waiting.add(entrant);
      add(waitingOf, address, 1);
      try {
        leave = await turnstile.enter(entrant, deadline);
      } finally {
        waitsNoMore();
      }
      if (!over) return place;
      leave(0);
      throw new BazarError('unavailable', 'The client has gone.');
    },
    gone(reader) {
      for (const entrant of reader.waiting) turnstile.withdraw(entrant);
      for (const place of [...reader.places]) place.left();
    },
    stop: turnstile.stop,
  };
}

/** Audits, which look at every book of every catalog: one at a time, each followed by a rest. */
export function createAuditPages(limits: Limits, clock: Clock): Pages {
  return createPages({ ...limits, maxPagesInWork: 1 }, clock);
}

/** The busy time that an audit counts for, so that the rest after it is three times as long, as far as any rest goes. */
export const busyMsOfAudit = (elapsedMs: number): number => elapsedMs / 3;

/** The busy time that an answer counts for: reading it from the link costs several times what writing it does. */
export const busyMsOfAnswer = (writingMs: number): number => writingMs * 6;

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

function tooMany(whose: string, limit: number): BazarError {
  return new BazarError('overloaded', `${limit} large reads of this ${whose} are waiting already.`);
}
