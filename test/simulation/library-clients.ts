import { type Client, connect } from '../../client/client.ts';
import type { StockAnswer } from '../../runtime/api.ts';
import { sleep } from '../../runtime/clock.ts';
import type { BookId, CartLine } from '../../runtime/domain.ts';
import { asBazarError } from '../../runtime/errors.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import type { Line, WriteLine } from '../checkers/history.ts';
import { ADMIN_TOKEN, simulatedDial } from './client-door.ts';
import { createFollowers } from './followers.ts';
import { Violation } from './invariants.ts';
import { createProcess, processClock } from './scheduler.ts';
import type { World } from './world.ts';

/** Simulated milliseconds that the calls of a client may take, all their tries together: from this up to twice that. */
const CALL_MS = 2_000;
/** Simulated milliseconds in which a library client must get a definite answer once everything is healed. */
const PROGRESS_MS = 20_000;
/** Times a client asks again under the same key when the library does not know the outcome. */
const MAX_ASKS = 3;
const TOPIC = 'simulated';

/**
 * Clients that use the client library: through its real connections, retries and subscriptions, and the gateway's real
 * JSON-RPC. What the library says of a call is what the history says of the operation: an outcome `none` that did
 * happen, a second sale by its own retry or a state shown twice would be a violation.
 */
export interface LibraryClients {
  readonly operations: number;
  /** Starts the clients; each resolves when it has come to its end after `isRunning` turned false. */
  begin(isRunning: () => boolean): Promise<void>[];
  /** Every client gets a definite answer. */
  progress(): Promise<void>;
  /** Resolves when every client has been told the newest state of every book. */
  told(): Promise<void>;
  close(): void;
}

interface LibraryClient {
  readonly name: string;
  readonly via: string;
  readonly client: Client;
  /** What subscriptions have shown last. */
  readonly shown: Map<BookId, StockAnswer>;
  asked: number;
}

export function createLibraryClients(
  world: World,
  random: Random,
  record: (line: Line) => void,
): LibraryClients {
  const { plan, scheduler, network, outsideClock } = world;
  const gateways = world.ofKind('gateway');
  const pause = (ms: number) => sleep(outsideClock, ms);
  const book = () => 1 + random.integer(plan.books);
  const clients = Array.from({ length: plan.libraryClients }, (_, at) => join(at, 'library'));
  const pageReaders = Array.from({ length: plan.pageReaders }, (_, at) => join(at, 'library-reader'));
  const followers = plan.follows ? createFollowers(world) : undefined;
  let operations = 0;

  function join(at: number, kind: string): LibraryClient {
    const name = `${kind}-${at + 1}`;
    const via = gateways[at % gateways.length]!.id;
    const process = createProcess(name);
    const skew = { offsetMs: random.integer(600_000), rate: 0.95 + random.next() * 0.1 };
    const clock = processClock(scheduler, process, skew);
    const client = connect({
      url: `ws://${via}/ws`,
      token: ADMIN_TOKEN,
      clock,
      random: seededRandom(random.integer(2 ** 32)),
      limits: { callTimeoutMs: CALL_MS + random.integer(CALL_MS) },
      dial: simulatedDial(network, process, clock),
    });
    const joined: LibraryClient = { name, via, client, shown: new Map(), asked: 0 };
    const since = scheduler.now;
    client.onStock((state) => notice(joined, state, since));
    return joined;
  }

  /** A listener sees the states of a book in the order of their versions, none twice, and none that never was. */
  function notice({ name, shown }: LibraryClient, state: StockAnswer, since: number): void {
    const { id, version, stock } = state;
    const before = shown.get(id)?.version ?? 0;
    if (version <= before) {
      world.complaints.push(`${name} is told version ${version} of book ${id} after ${before}`);
    }
    shown.set(id, state);
    record({
      kind: 'read',
      op: `${name} hears of book ${id} at ${version}`,
      client: name,
      via: `${name}'s subscription`,
      start: since,
      end: scheduler.now,
      outcome: 'ok',
      consistency: 'default',
      book: id,
      version,
      stock,
      price: cents(state.price),
    });
  }

  function asked(of: LibraryClient) {
    operations++;
    return {
      op: `${of.name}/${++of.asked}`,
      client: of.name,
      via: of.via,
      start: scheduler.now,
      end: null,
      outcome: 'unknown' as const,
    };
  }

  /** The write as the library tells it; it has asked again by itself while its time lasted. */
  async function write(
    line: WriteLine,
    call: () => Promise<{ version: number; stock?: number; total?: string }>,
  ): Promise<WriteLine> {
    const told = await call().then(
      ({ version, stock, total }) => ({
        outcome: 'ok' as const,
        version,
        ...(line.kind === 'purchase' ? { total: cents(total!) } : {}),
        ...(line.kind === 'restock' ? { stock } : {}),
      }),
      (error) => refusal(line.op, error),
    );
    const ended = { ...line, ...told, end: scheduler.now } as WriteLine;
    record(ended);
    return ended;
  }

  function refusal(op: string, thrown: unknown) {
    const { outcome, code, details } = asBazarError(thrown);
    if (code === 'internal') throw new Violation(`${op} failed without a reason: ${(thrown as Error).stack}`);
    const version = details.version as number | undefined;
    return outcome === 'refused' ? { outcome, code, version } : { outcome, code };
  }

  function cart(): CartLine[] {
    const count = random.next() < 0.8 ? 1 : 2 + random.integer(2);
    return Array.from({ length: count }, () => ({ id: book(), quantity: 1 + random.integer(3) }));
  }

  /** Whether it was decided. */
  async function buy(of: LibraryClient, lines = cart()): Promise<boolean> {
    const key = `${of.name}-${of.asked}`;
    for (let asks = 0; asks < MAX_ASKS; asks++) {
      const line = {
        kind: 'purchase' as const,
        ...asked(of),
        key,
        lines: lines.map(({ id, quantity }) => ({ book: id, quantity })),
      };
      const { outcome } = await write(line, () => of.client.purchase({ lines, orderId: key }));
      if (outcome === 'ok' || outcome === 'refused') {
        if (random.next() < 0.3) await recall(of, key);
        return true;
      }
      // What did not happen is taken at its word; the next purchase has a key of its own.
      if (outcome === 'none' || random.next() < 0.2) return false;
    }
    return false;
  }

  /** An order that was decided is found by its id, whatever became of the connection since. */
  async function recall(of: LibraryClient, key: string): Promise<void> {
    try {
      await of.client.order(key);
    } catch (error) {
      if (asBazarError(error).code === 'not-found') {
        throw new Violation(`${of.name} does not find order ${key}, which was decided`);
      }
    }
  }

  async function edit(of: LibraryClient): Promise<void> {
    const key = `${of.name}-${of.asked}`;
    if (random.next() < 0.6) {
      const line = {
        kind: 'restock' as const,
        ...asked(of),
        key,
        book: book(),
        amount: 1 + random.integer(5),
      };
      await write(line, () => of.client.updateBook(line.book, { restock: line.amount }, { key }));
    } else {
      const line = {
        kind: 'price' as const,
        ...asked(of),
        key,
        book: book(),
        price: 100 + random.integer(900),
      };
      const price = (line.price / 100).toFixed(2);
      await write(line, () => of.client.updateBook(line.book, { price }, { key }));
    }
  }

  async function read(of: LibraryClient): Promise<void> {
    const strong = random.next() < 0.3;
    const consistency = strong ? ('strong' as const) : ('default' as const);
    const line = { kind: 'read' as const, ...asked(of), book: book(), consistency };
    try {
      const { version, stock, price } = await of.client.info(line.book, { strong });
      record({ ...line, end: scheduler.now, outcome: 'ok', version, stock, price: cents(price) });
    } catch (thrown) {
      if (asBazarError(thrown).code === 'not-found') {
        throw new Violation(`${line.op}: ${of.via} does not find book ${line.book}`);
      }
      record({ ...line, end: scheduler.now, outcome: 'none' });
    }
  }

  /** Watches every book of the topic; the library goes on with it over every reconnection. */
  async function watch({ client, shown }: LibraryClient): Promise<void> {
    const filter = { topic: TOPIC };
    for (;;) {
      try {
        for (const state of await client.subscribe(filter)) {
          const before = shown.get(state.id);
          if (!before || before.version < state.version) shown.set(state.id, state);
        }
        return;
      } catch (error) {
        if (asBazarError(error).code === 'internal') throw error;
        await pause(200);
      }
    }
  }

  async function live(of: LibraryClient, isRunning: () => boolean): Promise<void> {
    followers?.begin(of);
    await watch(of);
    while (isRunning()) {
      await pause(random.next() * 2 * plan.thinkMs);
      const dice = random.next();
      if (dice < 0.6) await buy(of);
      else if (dice < 0.75) await edit(of);
      else await read(of);
    }
  }

  /** Whoever reads the largest pages as fast as they come may be told to wait, and costs nobody else anything. */
  async function readPages({ client }: LibraryClient, isRunning: () => boolean): Promise<void> {
    while (isRunning()) {
      operations++;
      const page = { limit: 1_000 };
      const read = random.next() < 0.5 ? client.orders(page) : client.books(page);
      const failed = await read.then(
        () => false,
        () => true,
      );
      if (failed) await pause(100);
    }
  }

  async function decided(of: LibraryClient): Promise<void> {
    const deadline = outsideClock.monotonic() + PROGRESS_MS;
    while (!(await buy(of, [{ id: 1, quantity: 1 }]))) {
      if (outsideClock.monotonic() > deadline) {
        throw new Violation(`no purchase of ${of.name} gets through ${of.via} although all is healed`);
      }
    }
  }

  /** Of books that are on sale: one that was retired when the watching began is of no topic's list. */
  function isTold({ shown }: LibraryClient): boolean {
    const { state } = world.node('catalog-1').catalog!;
    return Array.from({ length: plan.books }, (_, at) => state.book(at + 1)).every(
      (book) => !book || book.retired || shown.get(book.id)?.version === book.version,
    );
  }

  return {
    get operations() {
      return operations;
    },
    begin: (isRunning) => [
      ...clients.map((client) => live(client, isRunning)),
      ...pageReaders.map((reader) => readPages(reader, isRunning)),
    ],
    async progress() {
      await Promise.all(clients.map(decided));
    },
    async told() {
      while (!clients.every(isTold) || (followers && !(await followers.haveAll()))) await pause(100);
    },
    close() {
      for (const { client } of [...clients, ...pageReaders]) client.close();
    },
  };
}

const cents = (money: string): number => Math.round(Number(money) * 100);
