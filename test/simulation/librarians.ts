import type { GatewayService } from '../../gateway/service.ts';
import type { BookId } from '../../runtime/domain.ts';
import type { Random } from '../../runtime/random.ts';
import { Violation } from './invariants.ts';
import type { Acknowledged, Answer } from './workload.ts';
import type { World } from './world.ts';

/** Simulated milliseconds in which a whole list must be had once everything is healed. */
const PROGRESS_MS = 20_000;
/** Simulated milliseconds that a page may take, of which each can be filled by one book; the strong ones ask the leader first. */
const PAGE_MS = 150;
const TOPICS = ['shelf-1', 'Shelf-2', 'SHELF-3'];

/**
 * Clients that shelve books into topics and read everything by pages: topics, all books, all orders. What a gateway has
 * acknowledged stands in every list that it gives from then on, once and in order, however small pages and frames are.
 */
export interface Librarians {
  readonly operations: number;
  /** Simulated milliseconds that reading all lists through every gateway may take beyond what clients take who read none. */
  readonly listingMs: number;
  begin(isRunning: () => boolean): Promise<void>[];
  /** Every gateway gives every list, whole. */
  progress(): Promise<void>;
}

/** A book that was shelved, as the gateway that said so knows. */
interface Shelved {
  readonly id: BookId;
  readonly topic: string;
  readonly via: string;
}

interface Page<Key> {
  readonly keys: readonly Key[];
  readonly next: Key | null;
}

/** A list that could not be read to its end. */
const GAVE_UP = Symbol('gave up');

export function createLibrarians(options: {
  readonly world: World;
  readonly random: Random;
  readonly ask: <T>(via: string, request: (service: GatewayService) => Promise<T>) => Promise<Answer<T>>;
  /** Orders whose outcome some gateway has told. */
  readonly acknowledged: readonly Acknowledged[];
  /** Books that others have shelved, at most. */
  readonly supplied: () => number;
}): Librarians {
  const { world, random, ask, acknowledged } = options;
  const { plan, scheduler, outside, outsideClock } = world;
  const gateways = world.ofKind('gateway').map(({ id }) => id);
  const shelved: Shelved[] = [];
  let operations = 0;

  const pause = (ms: number) => new Promise<void>((resolve) => scheduler.after(ms, outside, resolve));
  const pick = <T>(choices: readonly T[]): T => choices[random.integer(choices.length)]!;

  /** Some books at once, sometimes with long titles. */
  async function shelve(): Promise<void> {
    const key = `shelving-${++operations}`;
    const via = pick(gateways);
    const topic = pick(TOPICS);
    const title = random.next() < 0.3 ? 'A long title. '.repeat(30) : 'A title';
    const count = 1 + random.integer(plan.mostDelivered);
    const books = Array.from({ length: count }, () => ({ title, topic, price: 700, stock: 3 }));
    const answer = await ask(via, (service) => service.addBooks(books, key));
    if (answer === 'silence' || 'error' in answer || answer.value.result.kind !== 'added') return;
    for (const id of answer.value.result.added) shelved.push({ id, topic, via });
    // At once, while followers may not have heard of it.
    await listTopic(via, false, topic);
  }

  /** All keys of a list, page by page; every page goes on behind the one before. */
  async function whole<Key extends string | number>(
    via: string,
    what: string,
    page: (service: GatewayService, after: Key | undefined, limit: number) => Promise<Page<Key>>,
  ): Promise<ReadonlySet<Key> | typeof GAVE_UP> {
    const keys = new Set<Key>();
    const limit = random.next() < 0.5 ? 1_000 : 1 + random.integer(50);
    let last: Key | undefined;
    for (;;) {
      operations++;
      const answer = await ask(via, (service) => page(service, last, limit));
      if (answer === 'silence' || 'error' in answer) return GAVE_UP;
      const { value } = answer;
      for (const key of value.keys) {
        if (last !== undefined && key <= last)
          throw new Violation(`${via} lists ${what} ${key} after ${last}`);
        last = key;
        keys.add(key);
      }
      if (value.next === null) return keys;
      if (value.next !== last)
        throw new Violation(`${via} goes on with ${what} after ${value.next}, not ${last}`);
    }
  }

  /** Books of the topic that were acknowledged before through this gateway (or, for a strong list, through any) are there. */
  async function listTopic(via: string, strong: boolean, topic: string): Promise<boolean> {
    const books = shelved.filter((one) => one.topic === topic && (strong || one.via === via));
    const byTopic = await whole<BookId>(via, 'book', async (service, after = 0, limit) => {
      const { value } = await service.search(topic.toLowerCase(), { after, limit, strong });
      return { keys: value.books.map(({ id }) => id), next: value.next };
    });
    if (byTopic === GAVE_UP) return false;
    for (const { id } of books) {
      if (!byTopic.has(id)) throw new Violation(`${via} does not list book ${id} under ${topic}`);
    }
    return true;
  }

  /** Every book and every order that was acknowledged before in this sense is there. */
  async function list(via: string, strong: boolean): Promise<boolean> {
    const told = (one: { readonly via: string }) => strong || one.via === via;
    if (!(await listTopic(via, strong, pick(TOPICS)))) return false;
    const books = shelved.filter(told);
    const orders = acknowledged.filter(told);
    const all = await whole<BookId>(via, 'book', async (service, after, limit) => {
      const { value } = await service.books({ after, limit }, { strong });
      return { keys: value.books.map(({ id }) => id), next: value.next };
    });
    if (all === GAVE_UP) return false;
    for (const { id } of books) if (!all.has(id)) throw new Violation(`${via} does not list book ${id}`);
    const table = await whole<string>(via, 'order', async (service, after, limit) => {
      const { value } = await service.orders({ after, limit }, { strong });
      return { keys: value.orders.map(({ orderId }) => orderId), next: value.next };
    });
    if (table === GAVE_UP) return false;
    for (const { key } of orders)
      if (!table.has(key)) throw new Violation(`${via} does not list order ${key}`);
    return true;
  }

  async function live(isRunning: () => boolean): Promise<void> {
    while (isRunning()) {
      await pause(random.next() * 4 * plan.thinkMs);
      if (shelved.length < plan.mostSupplied && random.next() < 0.4) await shelve();
      else await list(pick(gateways), random.next() < 0.3);
    }
  }

  return {
    get operations() {
      return operations;
    },
    get listingMs() {
      // Each book stands in two lists.
      const books = plan.books + options.supplied() + shelved.length;
      return gateways.length * (2 * books + acknowledged.length) * PAGE_MS;
    },
    begin: (isRunning) => Array.from({ length: plan.librarians }, () => live(isRunning)),
    async progress() {
      for (const via of gateways) {
        const deadline = outsideClock.monotonic() + PROGRESS_MS;
        while (!(await list(via, true))) {
          if (outsideClock.monotonic() > deadline) throw new Violation(`${via} never gives a whole list`);
          await pause(200);
        }
      }
    },
  };
}
