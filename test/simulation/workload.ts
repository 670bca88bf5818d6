import type { GatewayService, Submitted } from '../../gateway/service.ts';
import type { BookId, CartLine } from '../../runtime/domain.ts';
import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { Random } from '../../runtime/random.ts';
import type { Line, WriteLine } from '../checkers/history.ts';
import { type Bought, createCancellers } from './cancellers.ts';
import { createCarriedVersions } from './carried-versions.ts';
import { createHolders } from './holders.ts';
import { createInsist } from './insist.ts';
import { type Invariants, Violation } from './invariants.ts';
import { createKeepers } from './keepers.ts';
import { createLibrarians } from './librarians.ts';
import { createLibraryClients, type LibraryClients } from './library-clients.ts';
import type { World } from './world.ts';

/** Simulated milliseconds after which a client stops waiting for an answer. */
const CLIENT_PATIENCE_MS = 5_000;
/** Simulated milliseconds in which a client must get a definite answer once everything is healed. */
const PROGRESS_MS = 12_000;
/**
 * Simulated milliseconds by which an answer may be older than its `Age` says, beside the second that is rounded
 * away: a leader's word may have been on its way, or its hearer may have slept, for so long.
 */
const AGE_SLACK_MS = 1_000;
/** Lines of a cart at most, in plans that do not ask for more. */
export const USUAL_CART = 3;
/** The most copies that one customer may have, where there are customers. */
const PER_CUSTOMER = 8;
/** How much faster than true time a process's clock may run. */
const FASTEST_CLOCK = 1.06;
/** Times a client asks again under the same key when it does not know the outcome. */
const MAX_ASKS = 4;

/**
 * Clients of the store: they buy, ask again under the same key, restock, change prices and read, and write down
 * what they asked and what they were told.
 */
export interface Workload {
  readonly history: readonly Line[];
  readonly operations: number;
  /** Simulated milliseconds by which the end of what is read now may be later for the length of the lists. */
  readonly listingMs: number;
  /** Puts the books on the shelf; resolves when they are there. */
  stock(): Promise<void>;
  /** Starts the clients; they go on until `stop`. */
  begin(): void;
  /** Resolves when every client has the answers to what it had asked, or has given up. */
  stop(): Promise<void>;
  /** One more client buys one copy of a book, through this gateway. */
  buy(client: string, via: string): Promise<void>;
  /** Every client gets a definite answer to a purchase through every gateway; rejects if that takes too long. */
  progress(): Promise<void>;
  /** Those that use the client library; none in most plans. */
  readonly library: LibraryClients | undefined;
}

/** An order whose outcome a gateway has told. */
export interface Acknowledged {
  readonly key: string;
  readonly via: string;
  readonly version: number;
}

/** An answer, or that there was none in time. */
export type Answer<T> = { readonly value: T } | { readonly error: unknown } | 'silence';

export function createWorkload(
  world: World,
  invariants: Invariants,
  random: Random,
  shelf: readonly Line[] = [],
): Workload {
  const { plan, scheduler, outside, outsideClock } = world;
  const history: Line[] = [...shelf];
  const gateways = world.ofKind('gateway');
  const acknowledged: Acknowledged[] = [];
  const carried = plan.carriesVersions ? createCarriedVersions(world, invariants) : undefined;
  let operations = 0;
  let running = false;

  const usesLibrary = plan.libraryClients + plan.pageReaders > 0;
  const library = usesLibrary ? createLibraryClients(world, random, record) : undefined;

  function record(line: Line): void {
    history.push(line);
    world.trace.note(scheduler.now, () => `    ${JSON.stringify(line)}`);
    world.trace.mix(JSON.stringify(line));
  }

  const pause = (ms: number) => new Promise<void>((resolve) => scheduler.after(ms, outside, resolve));
  const latency = () => 0.1 + random.next() * plan.latencyMs;
  const book = () => 1 + random.integer(plan.books);

  /** One request to a gateway's process and its answer, either of which its death swallows. */
  function ask<T>(via: string, request: (service: GatewayService) => Promise<T>): Promise<Answer<T>> {
    return new Promise((resolve) => {
      scheduler.after(CLIENT_PATIENCE_MS, outside, () => resolve('silence'));
      const answer = (told: Answer<T>) => void scheduler.after(latency(), outside, () => resolve(told));
      const node = world.node(via);
      const { process } = node;
      scheduler.after(latency(), process, () => {
        if (!node.gateway) {
          answer({ error: new BazarError('unreachable') });
          return;
        }
        request(node.gateway).then(
          (value) => process.alive && answer({ value }),
          (error) => process.alive && answer({ error }),
        );
      });
    });
  }

  function write(
    line: WriteLine,
    request: (service: GatewayService) => Promise<Submitted>,
  ): Promise<WriteLine> {
    operations++;
    return ask(
      line.via,
      (service) => carried?.noting(line.client, service, request(service)) ?? request(service),
    ).then((answer) => {
      const end = answer === 'silence' ? null : scheduler.now;
      const told = { ...line, ...outcomeOf(answer, line.kind), end } as WriteLine;
      record(told);
      return told;
    });
  }

  function asked(client: string, via = gateways[random.integer(gateways.length)]!.id) {
    return {
      op: `${client}/${operations}`,
      client,
      via,
      start: scheduler.now,
      end: null,
      outcome: 'unknown' as const,
    };
  }

  function cart(): CartLine[] {
    const isLarge = plan.largestCart > USUAL_CART && random.next() < 0.2;
    const usual = () => (random.next() < 0.8 ? 1 : 2 + random.integer(USUAL_CART - 1));
    const count = isLarge ? 1 + random.integer(plan.largestCart) : usual();
    return Array.from({ length: count }, () => ({ id: book(), quantity: 1 + random.integer(3) }));
  }

  const customer = () => (plan.customers > 0 ? `customer-${random.integer(plan.customers)}` : undefined);

  /** Buys, and while the outcome is not known asks again under the same key, maybe through another gateway. */
  async function buy(client: string, lines = cart(), via = plan.writeVia): Promise<boolean> {
    const key = `${client}-${operations}`;
    const who = customer();
    for (let asks = 0; asks < MAX_ASKS; asks++) {
      const line = {
        // One that is paid for is held first, and the table tells how it ended.
        ...(plan.payments ? { kind: 'hold' as const, paid: true } : { kind: 'purchase' as const }),
        ...asked(client, via),
        key,
        lines: lines.map(({ id, quantity }) => ({ book: id, quantity })),
        customer: who,
      };
      const told = await write(line, (service) => service.purchase(lines, key, { customer: who }));
      if (told.outcome === 'ok' || told.outcome === 'refused') {
        if (told.version !== undefined) acknowledged.push({ key, via: told.via, version: told.version });
        // Now and then the answer gets lost on the client's side, and it asks once more.
        if (random.next() > 0.05) {
          if (told.outcome === 'ok') await maybeCancel(client, { key, lines, customer: who });
          return true;
        }
      } else if (random.next() < 0.2) return false;
      await pause(random.next() * 500);
    }
    return false;
  }

  async function maybeCancel(client: string, bought: Bought): Promise<void> {
    if (plan.cancellations > 0 && random.next() < plan.cancellations) await cancel(client, bought);
  }

  const insist = createInsist({ plan, random, pause, asked, write });
  const holders = createHolders({ plan, random, pause, asked, insist, cart, leaders: invariants.leaders });
  const cancel = createCancellers({ random, insist });

  async function restock(client: string): Promise<void> {
    const line = {
      kind: 'restock' as const,
      ...asked(client, plan.writeVia),
      key: `${client}-${operations}`,
      book: book(),
      amount: 1 + random.integer(5),
    };
    await write(line, (service) => service.updateBook(line.book, { restock: line.amount }, line.key));
  }

  async function reprice(client: string): Promise<void> {
    const line = {
      kind: 'price' as const,
      ...asked(client, plan.writeVia),
      key: `${client}-${operations}`,
      book: book(),
      price: 100 + random.integer(900),
    };
    await write(line, (service) => service.updateBook(line.book, { price: line.price }, line.key));
  }

  async function read(client: string, strong: boolean): Promise<void> {
    operations++;
    const line = {
      kind: 'read' as const,
      ...asked(client),
      book: book(),
      consistency: strong ? ('strong' as const) : ('default' as const),
    };
    const look = (service: GatewayService) => service.book(line.book, { strong });
    const answer = await ask(line.via, (service) => carried?.read(line, service, look) ?? look(service));
    const end = scheduler.now;
    if (answer === 'silence' || 'error' in answer) {
      history.push({ ...line, end: answer === 'silence' ? null : end, outcome: 'none' });
      return;
    }
    const { value, version, asOf, ageSeconds } = answer.value;
    if (value === null) throw new Violation(`${line.op}: ${line.via} does not find book ${line.book}`);
    const ageMs = (ageSeconds + 1) * 1_000 * FASTEST_CLOCK + AGE_SLACK_MS;
    checkAge(line, line.book, version, Math.min(ageMs, plan.freshWithinMs ?? ageMs));
    const { stock, price } = value;
    const told = { ...line, end, outcome: 'ok' as const, version, asOf, stock, price };
    history.push(told);
    world.trace.note(
      end,
      () => `    ${JSON.stringify(told)} (${answer.value.cache}, ${answer.value.servedBy})`,
    );
    world.trace.mix(JSON.stringify(told));
  }

  /** What is shown is no older than it may be, whoever made the changes. */
  function checkAge(asks: ReturnType<typeof asked>, id: BookId, version: number, ageMs: number): void {
    const { op, via, start } = asks;
    const newest = invariants.versionAt(id, start - ageMs);
    if (version >= newest) return;
    throw new Violation(
      `${op}: ${via} shows version ${version} of book ${id}, but ${newest} was there ${Math.round(ageMs)} ms before`,
    );
  }

  /** An order that was acknowledged through a gateway is found there from then on, as it was acknowledged. */
  async function recall(client: string): Promise<void> {
    const known = acknowledged[random.integer(acknowledged.length)];
    if (known === undefined) return;
    operations++;
    const answer = await ask(known.via, (service) => service.order(known.key));
    if (answer === 'silence' || 'error' in answer) return;
    const order = answer.value.value;
    // What was bought keeps the version of that among its events.
    const version = order?.events?.[0]?.version ?? order?.version;
    if (version === known.version) return;
    throw new Violation(
      `${client}: ${known.via} knows order ${known.key} as of ${version}, but had acknowledged ${known.version}`,
    );
  }

  /** A topic's list and an order must be findable wherever their books and orders are. */
  async function browse(client: string): Promise<void> {
    operations++;
    const { via } = asked(client);
    const answer = await ask(via, (service) => service.search('simulated'));
    if (answer === 'silence' || 'error' in answer) return;
    // What keepers have retired is in no list.
    if (plan.keepers === 0 && answer.value.value.books.length !== plan.books) {
      throw new Violation(
        `${client}: ${via} lists ${answer.value.value.books.length} of ${plan.books} books`,
      );
    }
  }

  async function live(client: string): Promise<void> {
    while (running) {
      await pause(random.next() * 2 * plan.thinkMs);
      const dice = random.next();
      if (random.next() < plan.strongReads) await read(client, true);
      else if (dice < 0.5) {
        const isHeld = plan.holds > 0 && random.next() < plan.holds;
        const bought = isHeld ? await holders.hold(client, customer()) : await buy(client);
        if (typeof bought === 'object') await maybeCancel(client, bought);
      } else if (dice < 0.61) await restock(client);
      else if (dice < 0.67) await reprice(client);
      else if (dice < 0.94) await read(client, false);
      else if (dice < 0.98) await recall(client);
      else await browse(client);
    }
  }

  /** Books of all deliveries, those that came to nothing among them. */
  let supplied = 0;

  /** Shelves many books at once: entries whose effects alone fill a batch, and a turn. Nobody buys them. */
  async function supply(): Promise<void> {
    const { supplyEveryMs } = plan;
    if (!Number.isFinite(supplyEveryMs)) return;
    while (running && supplied < plan.mostSupplied) {
      await pause(random.next() * 2 * supplyEveryMs);
      const key = `delivery-${++operations}`;
      const count = 1 + random.integer(plan.mostDelivered);
      const books = Array.from({ length: count }, (_, at) => ({
        title: `${key}, ${at}`,
        topic: 'delivered',
        price: 500,
        stock: 1,
      }));
      supplied += count;
      await ask(gateways[random.integer(gateways.length)]!.id, (service) => service.addBooks(books, key));
    }
  }

  const librarians =
    plan.librarians > 0
      ? createLibrarians({ world, random, ask, acknowledged, supplied: () => supplied })
      : undefined;
  const keepers = plan.keepers > 0 ? createKeepers({ world, ask, write, asked }) : undefined;
  const lives: Promise<void>[] = [];

  return {
    history,
    library,
    get operations() {
      return operations + (library?.operations ?? 0) + (librarians?.operations ?? 0);
    },
    get listingMs() {
      return librarians?.listingMs ?? 0;
    },
    async stock() {
      const books = Array.from({ length: plan.books }, (_, at) => ({
        id: at + 1,
        title: `Book ${at + 1}`,
        topic: 'simulated',
        price: 1_000,
        stock: plan.stock,
        ...(plan.customers > 0 && { perCustomer: PER_CUSTOMER }),
      }));
      for (;;) {
        const answer = await ask('gateway-1', (service) => service.addBooks(books, 'stock'));
        if (answer === 'silence' || 'error' in answer) {
          await pause(200);
          continue;
        }
        const { kind, version } = answer.value.result;
        // Limits need a level to which the log has not been raised at first.
        if (kind === 'refused') {
          await pause(200);
          continue;
        }
        for (const { id, stock, price, perCustomer } of books)
          history.push({ kind: 'book', book: id, stock, price, version, perCustomer });
        return;
      }
    },
    begin() {
      running = true;
      const complain = (error: unknown) => {
        world.complaints.push(error instanceof Error ? error.message : String(error));
      };
      for (let number = 1; number <= plan.clients; number++) {
        lives.push(live(`client-${number}`).catch(complain));
      }
      lives.push(supply().catch(complain));
      for (const life of librarians?.begin(() => running) ?? []) lives.push(life.catch(complain));
      for (const life of keepers?.begin(() => running) ?? []) lives.push(life.catch(complain));
      for (const life of library?.begin(() => running) ?? []) lives.push(life.catch(complain));
    },
    async stop() {
      running = false;
      await Promise.all(lives);
    },
    async buy(client, via) {
      await buy(client, [{ id: book(), quantity: 1 }], via);
    },
    async progress() {
      const deadline = outsideClock.monotonic() + PROGRESS_MS;
      for (const { id } of gateways) {
        for (;;) {
          if (await buy('last', [{ id: 1, quantity: 1 }], id)) break;
          if (outsideClock.monotonic() > deadline)
            throw new Violation(`no purchase gets through ${id} although all is healed`);
        }
      }
      await library?.progress();
      await librarians?.progress();
    },
  };
}

/** What the event of an order is called that a write makes. */
const DONE_BY: Partial<Record<WriteLine['kind'], string>> = {
  purchase: 'confirmed',
  hold: 'held',
  confirm: 'confirmed',
  release: 'released',
};

function outcomeOf(answer: Answer<Submitted>, kind: WriteLine['kind']): Partial<WriteLine> {
  if (answer === 'silence') return { outcome: 'unknown' };
  if ('error' in answer) {
    const { outcome, code } = asBazarError(answer.error);
    if (code === 'internal')
      throw new Violation(`a request failed without a reason: ${(answer.error as Error).stack}`);
    return { outcome, code };
  }
  const { result } = answer.value;
  if (result.kind === 'order') {
    const { status, code, total, version } = result.order;
    if (status === 'refused') return { outcome: 'refused', code, version };
    // What is asked for again shows what has become of the order since.
    const was = result.order.events?.find(({ what }) => what === DONE_BY[kind])?.version;
    return { outcome: 'ok', total, version: was ?? version };
  }
  if (result.kind === 'cancelled')
    return { outcome: 'ok', version: result.version, refund: result.cancellation.refund };
  // Of a hold or an order that has not come yet nothing is decided, and what has ended tells the same at any later index.
  if (result.kind === 'refused' && (result.code === 'unknown-hold' || result.code === 'unknown-order'))
    return { outcome: 'none' };
  if (result.kind === 'refused' && result.since && kind !== 'cancel')
    return { outcome: 'refused', code: result.code };
  if (result.kind === 'refused') return { outcome: 'refused', code: result.code, version: result.version };
  const stock = result.kind === 'updated' ? { stock: result.book.stock } : {};
  return { outcome: 'ok', version: result.version, ...stock };
}
