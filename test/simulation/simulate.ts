import { sleep } from '../../runtime/clock.ts';
import type { Order } from '../../runtime/domain.ts';
import { seededRandom } from '../../runtime/random.ts';
import { type Line, orderLine } from '../checkers/history.ts';
import { checkLinearizability } from '../checkers/linearizability.ts';
import { checkWitness } from '../checkers/witness.ts';
import { createInvariants, type Invariants, Violation } from './invariants.ts';
import { checkDroughts, createLiveness } from './liveness.ts';
import { createNemesis, type Nemesis } from './nemesis.ts';
import type { Observer } from './observer.ts';
import { drawPlan, type Plan } from './plan.ts';
import { createWorkload, type Workload } from './workload.ts';
import { createWorld, type SimNode, type World } from './world.ts';

/** Simulated milliseconds for the first election, the stocking of the shelf and nothing else. */
const OPENING_MS = 15_000;
/** Simulated milliseconds for what clients have asked for, and for an answer to each of them, once everything is healed. */
const ANSWERS_MS = 30_000;

/** Simulated milliseconds that a store may decide wrongly in, before the catalog that knows better is started. */
const LATE_START_MS = 3_000;

/** What became of one seed. */
export interface Outcome {
  readonly plan: Plan;
  readonly traceHash: string;
  readonly events: number;
  readonly operations: number;
  readonly simulatedMs: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly terms: number;
  readonly committed: number;
  /** How long purchases were owed beside faults, over all parts of the store that were well. */
  readonly owedMs: number;
  /** Folders that were refused since they were put back from an earlier copy. */
  readonly refusedFolders: number;
  readonly history: readonly Line[];
  /** What was broken; undefined if nothing was. */
  readonly failure?: string;
  /** The last events in readable form. */
  readonly lines: readonly string[];
}

/**
 * Runs one seed: opens the store, breaks things under load, heals them, and judges what was seen. `change` alters
 * the drawn plan, for runs that look for one thing; `observer` looks on.
 */
export async function simulate(
  seed: number,
  change: (plan: Plan) => Plan = (plan) => plan,
  observer?: Observer,
): Promise<Outcome> {
  const random = seededRandom(seed);
  const plan = change(drawPlan(seed, random));
  const world = createWorld(plan, random, observer);
  let invariants = createInvariants(world);
  let workload = createWorkload(world, invariants, random);
  let nemesis: Nemesis | undefined;
  const liveness = createLiveness(world);
  let failure: string | undefined;
  const rejected = (error: unknown) =>
    world.complaints.push(`unhandled rejection: ${(error as Error)?.stack ?? error}`);
  process.on('unhandledRejection', rejected);
  observer?.begun(world, invariants, workload);
  try {
    for (const node of world.nodes) world.start(node);
    await until(world, invariants, workload.stock(), OPENING_MS, 'the store does not open');
    if (plan.lostFolder) {
      await putOneFolderBack(world, invariants, workload);
    } else if (plan.lostMs > 0) {
      await liveInVain(world, invariants, workload);
      invariants = createInvariants(world);
      workload = createWorkload(world, invariants, random, workload.history.filter(isShelf));
      observer?.begun(world, invariants, workload);
      await until(world, invariants, workload.progress(), OPENING_MS, 'a store put back does not open');
    }
    nemesis = createNemesis(world, invariants, random);
    const termsAtFirst = invariants.leaders.size;
    const faultsFrom = world.scheduler.now;
    workload.begin();
    nemesis.begin();
    liveness.begin();
    await world.scheduler.run(world.scheduler.now + plan.faultsMs, invariants.check);
    const isCalm = plan.roughness === 'calm' && !observer?.disturbed;
    if (isCalm && invariants.leaders.size !== termsAtFirst) {
      throw new Violation(`the leader changed although nothing had happened`);
    }
    checkDroughts(plan, workload.history, faultsFrom, invariants.leaders.size - termsAtFirst);
    liveness.check(workload.history);
    nemesis.heal();
    world.payments?.heal();
    await world.scheduler.run(world.scheduler.now + plan.healedMs, invariants.check);
    const patienceMs = ANSWERS_MS + workload.listingMs;
    await until(world, invariants, workload.stop(), patienceMs, 'a client does not come to an end');
    await until(
      world,
      invariants,
      workload.progress(),
      ANSWERS_MS + workload.listingMs,
      'the clients get no answers after the healing',
    );
    await until(world, invariants, paymentsEnded(world), 60_000, 'a payment stays open');
    await until(world, invariants, replicasEqual(world, invariants), 60_000, 'a replica does not catch up');
    if (workload.library) {
      await until(
        world,
        invariants,
        workload.library.told(),
        10_000,
        'a watcher is not told the newest state',
      );
      workload.library.close();
    }
    await judge(world, workload.history);
  } catch (error) {
    failure = error instanceof Violation ? error.message : String((error as Error)?.stack ?? error);
  } finally {
    process.off('unhandledRejection', rejected);
  }
  return {
    plan,
    traceHash: world.trace.hash,
    events: world.scheduler.taken,
    operations: workload.operations,
    simulatedMs: world.scheduler.now,
    faults: nemesis?.faults ?? new Map(),
    terms: invariants.leaders.size,
    committed: invariants.committed,
    owedMs: liveness.owedMs,
    refusedFolders: world.refusedFolders,
    history: workload.history,
    failure,
    lines: failure === undefined ? [] : world.trace.lines(),
  };
}

const isShelf = ({ kind }: Line) => kind === 'book';

/** The store lives for a while and is put back to where it was before; what Redis has of that life is of no past. */
async function liveInVain(world: World, invariants: Invariants, workload: Workload): Promise<void> {
  const copies = new Map(world.ofKind('catalog').map((node) => [node, new Map(node.disk!.records)]));
  workload.begin();
  await world.scheduler.run(world.scheduler.now + world.plan.lostMs, invariants.check);
  await until(world, invariants, workload.stop(), 30_000, 'a client does not come to an end');
  workload.library?.close();
  world.putBack(copies);
}

/**
 * One catalog's disk is put back to a copy from before the store's last start; nothing may be lost by it. Where the only
 * other one that is up is behind, the two would agree on a past.
 */
async function putOneFolderBack(world: World, invariants: Invariants, workload: Workload): Promise<void> {
  const { plan, scheduler, outside } = world;
  const node = world.node('catalog-1');
  const upToDate = world.node('catalog-2');
  const behind = plan.lostFolder === 'beside one behind' ? world.node('catalog-3') : undefined;
  world.putBack(new Map());
  const copy = new Map(node.disk!.records);
  workload.begin();
  await scheduler.run(scheduler.now + plan.lostMs / 4, invariants.check);
  if (behind) world.kill(behind);
  await scheduler.run(scheduler.now + plan.lostMs, invariants.check);
  await until(world, invariants, workload.stop(), 30_000, 'a client does not come to an end');
  if (!behind) {
    await until(world, invariants, replicasEqual(world, invariants), 30_000, 'a replica does not catch up');
  }
  await scheduler.run(scheduler.now + 1_000, invariants.check);
  world.putBack(new Map([[node, copy]]), behind && [upToDate]);
  if (behind) scheduler.after(LATE_START_MS, outside, () => world.start(upToDate));
}

/** Runs the simulation until `work` has settled, for at most `patienceMs`. */
async function until(
  world: World,
  invariants: Invariants,
  work: Promise<void>,
  patienceMs: number,
  complaint: string,
): Promise<void> {
  let settled = false;
  let failed: unknown;
  work.then(
    () => {
      settled = true;
    },
    (error) => {
      settled = true;
      failed = error;
    },
  );
  const deadline = world.scheduler.now + patienceMs;
  while (!settled) {
    if (world.scheduler.now >= deadline) throw new Violation(complaint);
    await world.scheduler.run(world.scheduler.now + 50, invariants.check);
  }
  if (failed !== undefined) throw failed;
}

/** Resolves when every catalog has applied everything that is committed. */
async function replicasEqual({ ofKind, outsideClock }: World, invariants: Invariants): Promise<void> {
  const isBehind = ({ catalog }: SimNode) => catalog?.state.applied.index !== invariants.committed;
  while (ofKind('catalog').some(isBehind)) await sleep(outsideClock, 100);
}

/** Resolves when it is known what has become of every payment and refund. */
async function paymentsEnded({ ofKind, outsideClock }: World): Promise<void> {
  const isOpen = ({ catalog }: SimNode) => {
    const { payments, refunds } = catalog?.state.asked ?? {};
    return payments?.size !== 0 || refunds?.size !== 0;
  };
  while (ofKind('catalog').some(isOpen)) await sleep(outsideClock, 100);
}

/** When all is over: every acknowledged purchase there once, and a history that can be explained. */
async function judge(world: World, history: readonly Line[]): Promise<void> {
  const { state } = world.node('catalog-1').catalog!;
  const table: Line[] = [];
  const all: Order[] = [];
  let after = '';
  for (;;) {
    const { orders, next } = await state.ordersAfter(after, 100);
    for (const order of orders) table.push(orderLine(order));
    all.push(...orders);
    if (next === null) break;
    after = next;
  }
  const fault = world.payments?.faultOf(all);
  if (fault !== undefined) throw new Violation(fault);
  const whole: Line[] = [...history, ...table, { kind: 'table', orders: table.length }];
  const witness = await checkWitness(() => whole);
  const [first] = witness.violations;
  if (first) throw new Violation(`${first.op} breaks "${first.rule}": ${first.says}`);
  const { verdict, violations } = await checkLinearizability(whole, { maxConfigurations: 2_000 });
  if (verdict === 'violated') {
    throw new Violation(`not linearizable: ${violations.map(({ op, says }) => `${op} ${says}`).join('; ')}`);
  }
}
