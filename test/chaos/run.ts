import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../runtime/clock.ts';
import { StartRefused } from '../../runtime/errors.ts';
import { parseMoney } from '../../runtime/money.ts';
import { fileHistory, type HistoryWriter, openHistory } from '../checkers/history.ts';
import { checkLinearizability } from '../checkers/linearizability.ts';
import { checkWitness } from '../checkers/witness.ts';
import { startPaymentProcess } from '../support/payment-process.ts';
import { type AfterChecks, becomesWhole, runAfterChecks } from './after-checks.ts';
import { createBuyers } from './buyers.ts';
import { openHttpClient, openSocketClient } from './clients.ts';
import { createFaults } from './faults.ts';
import { createObserver, type Observer } from './observer.ts';
import type { PlannedFault } from './plan.ts';
import { startPrivateStore } from './private-store.ts';
import { createRecorder } from './recorder.ts';
import { createTally, type Tally } from './tally.ts';
import { type Evidence, judge, type Verdict } from './verdict.ts';

export interface ChaosOptions {
  /** Where everything of the run goes: the store's data, the history, the faults and the processes' log. */
  readonly folder: string;
  /** Of the buyers. */
  readonly seed: number;
  readonly plan: readonly PlannedFault[];
  /** Milliseconds with faults; the plan is not longer. */
  readonly durationMs: number;
  readonly catalogs: number;
  readonly orders: number;
  readonly buyers: number;
  readonly redis: boolean;
  readonly links: 'unix' | 'tcp';
  /** What orders the log instead of the catalogs. */
  readonly log?: 'etcd' | undefined;
  /** Purchases are paid for, through a service that fails and dies. */
  readonly payments?: boolean;
  /** Milliseconds that the service takes for each payment, one after the other. */
  readonly paymentMs?: number;
  readonly onTally?: (tally: Tally) => void;
  readonly onPhase?: (name: string) => void;
  /** Ends the run early, without a verdict. */
  readonly signal?: AbortSignal;
}

/** Milliseconds for the store to be whole again once everything is healed, and for every buyer to be served. */
const HEAL_LIMIT_MS = 60_000;
/** Milliseconds for the last writes to be resolved, and for the catalogs to be seen to be equal. */
const SETTLE_LIMIT_MS = 30_000;
/** Milliseconds after which nothing that was asked for can still happen: a purchase's deadline, and some. */
const ZOMBIE_MS = 4_000;
/** Milliseconds until a buyer gives up; the steady one does so sooner. */
const PATIENCE_MS = 8_000;
const STEADY_PATIENCE_MS = 5_000;
/** Every so many buyers, one comes by HTTP. */
const HTTP_EVERY = 4;

/** Holds end at moments that nobody was told, so that there are many ways to explain a history, and each takes room. */
const PAID_CONFIGURATIONS = 5_000;
/** What the payment service does until all is healed. */
const BAD_SERVICE = {
  most: 15_000,
  mostBack: 5_000,
  delayMs: 5,
  drop: 0.1,
  die: 0.003,
  hang: 0.05,
  fail: 0.1,
  mixUp: 0.02,
};

/** Runs a store, breaks it by plan while buyers buy, heals it, and judges what they were told. */
export async function runChaos(options: ChaosOptions): Promise<Verdict> {
  const tally = createTally();
  options.onTally?.(tally);
  const file = join(options.folder, 'history.jsonl');
  const lived = await live(options, tally, file);
  options.onPhase?.('checking the history');
  const history = fileHistory(file);
  const witness = await checkWitness(history);
  const bounds = options.payments ? { maxConfigurations: PAID_CONFIGURATIONS } : {};
  const linearizability = await checkLinearizability(history(), bounds);
  return judge({ ...lived, tally, witness, linearizability });
}

interface Lived extends Pick<Evidence, 'payments'> {
  readonly faults: ReadonlyMap<string, number>;
  readonly afterChecks: AfterChecks | undefined;
  readonly troubles: readonly string[];
}

/** From the store's start to its end; leaves a history. */
async function live(options: ChaosOptions, tally: Tally, file: string): Promise<Lived> {
  const { folder, seed, catalogs, orders, redis, links, log, onPhase = () => {} } = options;
  onPhase('starting the store');
  const calledOff = interruption(options.signal);
  const service = options.payments
    ? await startPaymentProcess({
        ledger: join(folder, 'payments'),
        rules: { ...BAD_SERVICE, writeMs: options.paymentMs ?? 0 },
        comesBack: true,
      })
    : undefined;
  const target = await startPrivateStore({
    ...{ folder, catalogs, orders, redis, links, log, calledOff },
    payments: service?.url,
  }).catch(async (error) => {
    await service?.kill();
    throw error;
  });
  const { store, directUrl } = target;
  const observer = createObserver(directUrl, store.adminToken);
  const history = openHistory(file);
  const diary = createWriteStream(join(folder, 'faults.log'));
  const note = (says: string) => void diary.write(`${systemClock.monotonic().toFixed(0)} ${says}\n`);
  const faults = createFaults({ target, observer, tally, note });
  const place = { url: target.url, adminToken: store.adminToken };
  const storeClients = Array.from({ length: options.buyers }, (_, at) =>
    (at % HTTP_EVERY === HTTP_EVERY - 1 ? openHttpClient : openSocketClient)({
      ...place,
      patienceMs: PATIENCE_MS,
    }),
  );
  const steadyClient = openSocketClient({ ...place, patienceMs: STEADY_PATIENCE_MS });
  const recorder = createRecorder((line, isReplay) => {
    tally.count(line, isReplay);
    return history.write(line);
  }, options.payments);
  const buyers = createBuyers({ storeClients, steadyClient, seed, recorder });
  const troubles: string[] = [];

  async function work(): Promise<AfterChecks | undefined> {
    await writeShelf(history, observer);
    buyers.begin();
    onPhase('faults');
    const endAt = systemClock.monotonic() + options.durationMs;
    await faults.carryOut(options.plan);
    await sleep(Math.max(0, endAt - systemClock.monotonic()));

    onPhase('healing');
    faults.heal();
    await service?.rule({ drop: 0, die: 0, hang: 0, fail: 0, mixUp: 0 });
    if (!(await becomesWhole(target, observer, HEAL_LIMIT_MS))) {
      troubles.push('not every process became ready although all was healed');
    }
    if (!(await buyers.progress(HEAL_LIMIT_MS))) {
      troubles.push('not every buyer was served although all was healed');
    }
    tally.end(systemClock.monotonic());
    await buyers.stop();

    onPhase('settling');
    await buyers.resolve(SETTLE_LIMIT_MS);
    await sleep(Math.max(0, recorder.doubtfulAt + ZOMBIE_MS - systemClock.monotonic()));
    await buyers.lookAtAll();
    return runAfterChecks(observer, SETTLE_LIMIT_MS);
  }

  try {
    const afterChecks = await Promise.race([work(), store.broken, calledOff]).catch((error) => {
      if (!(error instanceof StartRefused)) throw error;
      troubles.push(error.message);
      return undefined;
    });
    for (const { id, refused } of store.supervisor.nodes) {
      if (refused !== undefined) troubles.push(`${id} refuses to start: ${refused}`);
    }
    if (afterChecks) await writeTable(history, afterChecks);
    const payments = service && { entries: service.entries(), deaths: service.deaths };
    return { faults: faults.happened, afterChecks, payments, troubles };
  } finally {
    faults.heal();
    for (const storeClient of [...storeClients, steadyClient]) storeClient.close();
    await target.stop();
    await service?.kill();
    await buyers.stop().catch(() => {});
    await history.close();
    diary.end();
  }
}

async function writeShelf(history: HistoryWriter, observer: Observer): Promise<void> {
  for (const { id, stock, price, version } of (await observer.books()).books) {
    const cents = parseMoney(price);
    if (cents === undefined) throw new Error(`"${price}" is not an amount of money`);
    await history.write({ kind: 'book', book: id, stock, price: cents, version });
  }
}

async function writeTable(history: HistoryWriter, { orders }: AfterChecks): Promise<void> {
  for (const order of orders) await history.write(order);
  await history.write({ kind: 'table', orders: orders.length });
}

/** Rejects once the run is called off. */
function interruption(signal: AbortSignal | undefined): Promise<never> {
  const calledOff = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  calledOff.catch(() => {});
  return calledOff;
}
