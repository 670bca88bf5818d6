import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Replica } from '../../actors/replica/replica.ts';
import type { Limits } from '../../runtime/limits.ts';
import { createSpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { addBooks, newBook, orderIn, purchase } from '../catalog/support.ts';
import type { Catalogs } from '../support/catalogs.ts';

/** Three catalogs over an engine under test. */
export interface ReplicaFixture<R extends Replica> {
  start(limits?: Partial<Limits>): Promise<Catalogs<R>>;
  /** The first of the catalogs, through which commands go, is without the engine. */
  cutOff(catalogs: Catalogs<R>): Promise<void>;
  mend(catalogs: Catalogs<R>): Promise<void>;
}

const stock = addBooks('stock', [newBook(1, { stock: 1_000 })]);
const buy = (key: string) => purchase(key, [{ id: 1, quantity: 1 }]);
const outcomeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    ({ outcome }) => outcome as string,
  );

/** Steps of a trace that each engine has to tell. */
const TOLD = {
  raft: ['queue', 'append', 'batch', 'commit'],
  log: ['gather', 'log', 'delivered'],
};

/** Every promise of the port that a catalog rests on. */
export function replicaSuite<R extends Replica>(
  engine: keyof typeof TOLD,
  { start, cutOff, mend }: ReplicaFixture<R>,
) {
  const test = suite(`replica over ${engine}`);

  async function startStocked(limits?: Partial<Limits>) {
    const catalogs = await start(limits);
    const first = await catalogs.leader();
    await catalogs.propose(first.id, stock);
    return { catalogs, first, ids: catalogs.running.map(({ id }) => id) };
  }

  /** Asks the replica itself, within so many ms. */
  function propose({ clock }: Catalogs<R>, replica: Replica, key: string, withinMs = 1_000) {
    return replica.propose(buy(key), false, { deadline: clock.monotonic() + withinMs, trace: undefined });
  }

  test('a command is answered once it is applied, whichever replica is asked', async () => {
    const { catalogs, first, ids } = await startStocked();
    for (const id of ids) {
      const { leader } = await catalogs.settled(propose(catalogs, catalogs.get(id).catalog.replica, id));
      assert.is(catalogs.get(leader).catalog.state.order(id)?.status, 'confirmed');
    }
    await catalogs.level();
    assert.is(first.catalog.state.book(1)!.sold, 3);
  });

  test('a traced command tells its way up to the entry that it became', async () => {
    const { catalogs, first } = await startStocked();
    const { clock } = catalogs;
    const trace = createSpanRecorder(first.id, 'propose', clock, 100);
    const deadline = clock.monotonic() + 1_000;
    await catalogs.settled(first.catalog.replica.propose(buy('traced'), false, { deadline, trace }));
    const { steps, tookUs } = trace.span();
    const { index } = first.catalog.state.applied;
    assert.equal(
      steps.filter(({ what }) => what === 'apply').map(({ facts }) => facts),
      [{ index }],
    );
    for (const step of steps) assert.ok(step.atUs + (step.tookUs ?? 0) <= tookUs, JSON.stringify(step));
    for (const what of TOLD[engine])
      assert.ok(
        steps.some((step) => step.what === what),
        what,
      );
  });

  test('a command that is proposed again is not done again, whichever replica is asked', async () => {
    const { catalogs, ids } = await startStocked();
    const orders = [];
    for (const id of ids) orders.push(orderIn(await catalogs.propose(id, buy('once'))));
    assert.equal(orders, [orders[0], orders[0], orders[0]]);
    await catalogs.level();
    for (const { catalog } of catalogs.running) assert.is(catalog.state.book(1)!.sold, 1);
  });

  test('states are equal where as much is applied', async () => {
    const { catalogs, ids } = await startStocked();
    for (let number = 0; number < 12; number++) await catalogs.propose(ids[number % 3]!, buy(`${number}`));
    await catalogs.level();
    assert.is(new Set(catalogs.running.map(({ catalog }) => catalog.state.digest)).size, 1);
    assert.is(new Set(catalogs.running.map(({ catalog }) => catalog.state.applied.sum)).size, 1);
    assert.equal(catalogs.failures, []);
  });

  test('an index that is read covers what was acknowledged before by another replica', async () => {
    const { catalogs, first, ids } = await startStocked();
    for (const id of ids) {
      await catalogs.propose(first.id, buy(id));
      const { index } = first.catalog.state.applied;
      const { replica } = catalogs.get(id).catalog;
      assert.ok((await catalogs.settled(replica.readIndex(catalogs.clock.monotonic() + 1_000))) >= index);
    }
  });

  test('without the engine a command ends no later than its deadline, and is never said to be done', async () => {
    const { catalogs, first } = await startStocked();
    await cutOff(catalogs);
    const { replica } = first.catalog;
    const from = catalogs.clock.monotonic();
    const told = await catalogs.settled(outcomeOf(propose(catalogs, replica, 'doubtful', 150)));
    assert.match(told, /^(none|unknown)$/);
    assert.ok(catalogs.clock.monotonic() - from < 1_000);
    await mend(catalogs);
    await catalogs.leader();
    const sold = first.catalog.state.book(1)?.sold ?? 0;
    if (told === 'none') assert.is(sold, 0);
    // Asked again, it is done once, whatever had become of it.
    await catalogs.propose((await catalogs.leader()).id, buy('doubtful'));
    await catalogs.level();
    for (const { catalog } of catalogs.running) assert.is(catalog.state.book(1)!.sold, 1);
  });

  test('without the engine no index is read, and nothing has happened by asking', async () => {
    const { catalogs, first } = await startStocked();
    await cutOff(catalogs);
    const read = first.catalog.replica.readIndex(catalogs.clock.monotonic() + 150);
    assert.is(await catalogs.settled(outcomeOf(read)), 'none');
  });

  test('it says which engine orders its log, and whether it is up to date with it', async () => {
    const { catalogs } = await startStocked();
    await catalogs.level();
    await catalogs.until(() => catalogs.running.every(({ catalog }) => catalog.replica.caughtUp));
    for (const { catalog } of catalogs.running) {
      const { standing, behind, unapplied, diskFull } = catalog.replica;
      assert.is(standing.engine, engine);
      assert.equal([behind, unapplied, diskFull], [0, 0, null]);
      assert.type(catalog.replica.silentMs(), 'number');
    }
  });

  test('what is in hand is bounded, and what is beyond has not happened', async () => {
    const { catalogs, first } = await startStocked({ maxUncommittedEntries: 5 });
    const { replica } = first.catalog;
    const told = Array.from({ length: 12 }, (_, number) =>
      outcomeOf(propose(catalogs, replica, `${number}`)),
    );
    const outcomes = await catalogs.settled(Promise.all(told));
    const done = outcomes.filter((outcome) => outcome === 'done').length;
    assert.equal(new Set(outcomes), new Set(['done', 'none']));
    assert.is(first.catalog.state.book(1)!.sold, done);
  });

  test('what was synced and acknowledged is there after all have crashed', async () => {
    const { catalogs, first, ids } = await startStocked();
    for (let number = 0; number < 10; number++) await catalogs.propose(first.id, buy(`${number}`));
    await catalogs.settled(first.catalog.replica.synced());
    for (const id of ids) await catalogs.kill(id);
    for (const id of ids) await catalogs.start(id);
    await catalogs.leader();
    await catalogs.level();
    for (const { catalog } of catalogs.running) assert.is(catalog.state.book(1)!.sold, 10);
    assert.equal(catalogs.failures, []);
  });

  test('at its end nobody is left waiting, and nobody is told of what may not be', async () => {
    const { catalogs, first } = await startStocked();
    const { replica } = first.catalog;
    const waiting = [outcomeOf(propose(catalogs, replica, 'sent'))];
    await catalogs.clock.elapse(0);
    waiting.push(outcomeOf(propose(catalogs, replica, 'unsent')));
    replica.stop();
    for (const told of await catalogs.settled(Promise.all(waiting))) assert.match(told, /^(none|unknown)$/);
    assert.is(await catalogs.settled(outcomeOf(propose(catalogs, replica, 'later', 100))), 'none');
  });

  return test;
}
