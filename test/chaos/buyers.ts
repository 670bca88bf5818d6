import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../runtime/clock.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import { BOOKS, PROBED, wantedBook, wantedLines } from './books.ts';
import { isDecided, type StoreClient, type Told, type WriteRequest } from './clients.ts';
import type { Recorder } from './recorder.ts';

/** Milliseconds between two operations of one buyer, at most. */
const THINK_MS = 30;
/** Milliseconds before the same is asked again, at most. */
const PAUSE_MS = 400;
/** Milliseconds between two purchases of the steady buyer, whatever has become of those before. */
const STEADY_MS = 50;
/** Purchases of his without an answer; more are left out. */
const MAX_STEADY = 100;
/** Of the purchases with an unknown outcome, those whose buyer leaves it at that. */
const SHARE_OF_ABANDONED = 0.05;
/** Of the writes that were decided, those that are asked for once more. */
const SHARE_OF_REPEATED = 0.05;
/** Of what was bought, how much is taken back. */
const SHARE_OF_CANCELLED = 0.1;
/** Of the purchases, those that go out by two clients at once. */
const SHARE_OF_DOUBLE_CLICKS = 0.03;

/** Clients of the store: some who live as people do, and one who buys steadily, to see when purchases work. */
export interface Buyers {
  begin(): void;
  /** No new operations; resolves once every buyer has an answer to his last one, or has given it up. */
  stop(): Promise<void>;
  /** True once each buyer has had a decision on a write that he asked for from now on; false if `limitMs` is over. */
  progress(limitMs: number): Promise<boolean>;
  /** Asks again for every restock and price change of which nobody knows, for `limitMs` at most. */
  resolve(limitMs: number): Promise<void>;
  /** A strong read of every book. */
  lookAtAll(): Promise<void>;
}

interface Buyer {
  readonly name: string;
  readonly storeClient: StoreClient;
  readonly random: Random;
  /** When he asked for the latest write that was decided. */
  decidedAt: number;
}

/** One buyer a client; the steady buyer has a client of its own. */
export function createBuyers(options: {
  readonly storeClients: readonly StoreClient[];
  readonly steadyClient: StoreClient;
  readonly seed: number;
  readonly recorder: Recorder;
}): Buyers {
  const { storeClients, steadyClient, seed, recorder } = options;
  const buyer = (name: string, storeClient: StoreClient, at: number): Buyer => {
    return { name, storeClient, random: seededRandom(seed * 1_000 + at), decidedAt: 0 };
  };
  const people = storeClients.map((storeClient, at) => buyer(`buyer-${at + 1}`, storeClient, at + 1));
  const steady = buyer('steady', steadyClient, 0);
  const doubtful: WriteRequest[] = [];
  const lives: Promise<void>[] = [];
  const probes = new Set<Promise<void>>();
  let keys = 0;
  let running = false;
  let failure: Error | undefined;

  async function ask(who: Buyer, request: WriteRequest, storeClient = who.storeClient): Promise<Told> {
    const askedAt = systemClock.monotonic();
    const told = await recorder.write(who.name, storeClient, request);
    if (isDecided(told)) who.decidedAt = Math.max(askedAt, who.decidedAt);
    return told;
  }

  /** Asks under one key until there is a decision, and at times once more. Resolves to the last answer. */
  async function insist(who: Buyer, request: WriteRequest): Promise<Told> {
    const { random } = who;
    for (let asks = 1; ; asks++) {
      const told = await ask(who, request);
      const decided = isDecided(told);
      const isEnough = decided && (asks > 1 || random.next() > SHARE_OF_REPEATED);
      if (isEnough) return told;
      if (!decided && request.kind === 'purchase' && random.next() < SHARE_OF_ABANDONED) return told;
      if (!running) {
        if (!decided && request.kind !== 'purchase') doubtful.push(request);
        return told;
      }
      await sleep(random.next() * PAUSE_MS);
    }
  }

  async function doubleClick(who: Buyer, request: WriteRequest): Promise<Told> {
    const other = storeClients[who.random.integer(storeClients.length)]!;
    const told = await Promise.all([ask(who, request), ask(who, request, other)]);
    return told.find(isDecided) ?? insist(who, request);
  }

  async function live(who: Buyer): Promise<void> {
    const { name, storeClient, random } = who;
    const prices = new Map<number, number>();
    const freshKey = () => `${name}-${seed}-${++keys}`;
    const look = async (strong: boolean) => {
      const book = random.next() < 0.1 ? PROBED : wantedBook(random);
      const price = await recorder.read(name, storeClient, book, strong);
      if (price !== undefined) prices.set(book, price);
    };
    const buy = async () => {
      const lines = wantedLines(random).map((line) => {
        const price = prices.get(line.book);
        return price !== undefined && random.next() < 0.1 ? { ...line, price } : line;
      });
      const request = { kind: 'purchase' as const, key: freshKey(), lines };
      const isDouble = random.next() < SHARE_OF_DOUBLE_CLICKS;
      const { outcome, total } = await (isDouble ? doubleClick(who, request) : insist(who, request));
      if (outcome !== 'ok' || total === undefined || random.next() > SHARE_OF_CANCELLED) return;
      const back = { kind: 'cancel' as const, key: `${request.key}-back`, order: request.key };
      await insist(who, {
        ...back,
        lines: lines.map(({ book, quantity }) => ({ book, quantity })),
        restock: random.next() < 0.7,
      });
    };

    while (running) {
      const chance = random.next();
      const book = wantedBook(random);
      if (chance < 0.45) await buy();
      else if (chance < 0.55) {
        await insist(who, { kind: 'restock', key: freshKey(), book, amount: 1 + random.integer(10) });
      } else if (chance < 0.6) {
        await insist(who, { kind: 'price', key: freshKey(), book, price: 100 + random.integer(9_900) });
      } else await look(chance > 0.85);
      await sleep(random.next() * THINK_MS);
    }
  }

  async function buySteadily(): Promise<void> {
    while (running) {
      if (probes.size < MAX_STEADY) {
        const lines = [{ book: PROBED, quantity: 1 }];
        const request = { kind: 'purchase' as const, key: `steady-${seed}-${++keys}`, lines };
        const probe = insist(steady, request).then(() => {});
        probes.add(probe);
        probe.finally(() => probes.delete(probe)).catch(fail);
      }
      await sleep(STEADY_MS);
    }
  }

  function fail(error: Error): void {
    failure ??= error;
    running = false;
  }

  return {
    begin() {
      running = true;
      for (const life of [buySteadily(), ...people.map(live)]) lives.push(life.catch(fail));
    },
    async stop() {
      running = false;
      await Promise.all(lives);
      await Promise.allSettled(probes);
      if (failure) throw failure;
    },
    async progress(limitMs) {
      const since = systemClock.monotonic();
      while (running && systemClock.monotonic() < since + limitMs) {
        if ([steady, ...people].every(({ decidedAt }) => decidedAt >= since)) return true;
        await sleep(STEADY_MS);
      }
      return false;
    },
    async resolve(limitMs) {
      const deadline = systemClock.monotonic() + limitMs;
      for (const request of doubtful) {
        while (systemClock.monotonic() < deadline && !isDecided(await ask(steady, request)))
          await sleep(PAUSE_MS);
      }
    },
    async lookAtAll() {
      for (const { id } of BOOKS) await recorder.read('last look', steadyClient, id, true);
    },
  };
}
