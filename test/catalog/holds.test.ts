import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { auditCatalog } from '../../actors/catalog/audit.ts';
import { MAX_EXPIRED_PER_ENTRY } from '../../actors/catalog/holds.ts';
import { MAX_GAP_MS, MAX_STEP_MS } from '../../actors/catalog/log-time.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import type { BookChange, LogCommand, Order, Result } from '../../runtime/domain.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import {
  addBooks,
  confirm,
  hold,
  newBook,
  openReplica,
  orderIn,
  purchase,
  type Replica,
  release,
  snapshotOf,
  updateBook,
} from './support.ts';

const two = [{ id: 1, quantity: 2 }];
const one = [{ id: 1, quantity: 1 }];

/** A shop with ten copies of book 1, whose log takes holds; `at` is the wall time of the leader of `term`. */
async function openShop(stock = 10) {
  const replica = await openReplica(await openMemoryStore());
  let at = 1_000_000;
  let term = 1;
  const apply = (command: LogCommand | null, afterMs = 1) => {
    at += afterMs;
    return replica.apply(command, { at: command ? at : 0, term });
  };
  apply({ kind: 'raiseLevel', level: LEVEL });
  apply(addBooks('books', [newBook(1, { stock }), newBook(2)]));
  return {
    replica,
    apply,
    run: (command: LogCommand, afterMs = 1): Result => apply(command, afterMs).result!,
    tick: (afterMs: number) => apply({ kind: 'tick' }, afterMs),
    elect(clockAheadMs = 0) {
      term++;
      at += clockAheadMs;
      apply(null);
    },
    counts: (id = 1) => countsOf(replica, id),
    order: (key: string): Order => replica.state.order(key)!,
  };
}

function countsOf({ state }: Replica, id: number): string {
  const { stock, held = 0, sold } = state.book(id)!;
  assert.equal(auditCatalog(state, { limit: 0 }).unbalanced, []);
  return `${stock} to sell, ${held} held, ${sold} sold`;
}

const toldOf = (changes: readonly BookChange[]) => changes.map(({ id, stock }) => `${id}: ${stock}`).join();

const codeOf = (result: Result) => (result.kind === 'refused' ? result.code : result.kind);

test('a hold takes the copies of all lines off the shelf, and promises their prices', async () => {
  const { run, counts, order } = await openShop();
  const lines = [...two, { id: 2, quantity: 1 }];
  const held = orderIn(run(hold('h', lines, 60_000)));
  assert.equal(
    [held.status, held.total, held.lines.map(({ price }) => price)],
    ['held', 3_000, [1_000, 1_000]],
  );
  assert.is(held.expiresAt, held.at + 60_000);
  assert.equal([counts(), counts(2)], ['8 to sell, 2 held, 0 sold', '9 to sell, 1 held, 0 sold']);
  run(updateBook('p', { id: 1, price: 5 }));
  const confirmed = orderIn(run(confirm('h')));
  assert.equal([confirmed.status, confirmed.total], ['confirmed', 3_000]);
  assert.is(counts(), '8 to sell, 0 held, 2 sold');
  assert.equal(
    order('h').events!.map(({ what }) => what),
    ['held', 'confirmed'],
  );
});

test('a hold of which one line cannot be had holds nothing, and is refused as a purchase is', async () => {
  const { run, counts, order } = await openShop(1);
  const refused = orderIn(run(hold('h', [{ id: 2, quantity: 1 }, ...two])));
  assert.equal([refused.status, refused.code, refused.bookId], ['refused', 'sold-out', 1]);
  assert.is(counts(2), '10 to sell, 0 held, 0 sold');
  assert.is(order('h').status, 'refused');
  assert.is(codeOf(run(confirm('h'))), 'unknown-hold');
});

test('held copies cannot be bought, and a purchase under the key of a hold is another request', async () => {
  const { run } = await openShop(2);
  run(hold('h', two));
  assert.is(orderIn(run(purchase('o', one))).code, 'sold-out');
  assert.is(codeOf(run(purchase('h', two))), 'key-reused');
  assert.is(codeOf(run(hold('h', two, 61_000))), 'key-reused');
});

test('each step happens once, and its answer comes again', async () => {
  const { run, counts } = await openShop();
  const held = run(hold('h', two));
  assert.equal(run(hold('h', two)), held);
  assert.is(run(hold('h', two, 60_000, 'another request')).replayed, true);
  const confirmed = run(confirm('h'));
  assert.equal(run(confirm('h')), confirmed);
  assert.equal(run(confirm('h', 'another request')), { ...confirmed, replayed: true });
  assert.is(
    orderIn(run(hold('h', two))).status,
    'confirmed',
    'the hold asked for again shows what it has become',
  );
  run(hold('r', two));
  const released = run(release('r'));
  assert.equal(run(release('r')), released);
  assert.is(counts(), '8 to sell, 0 held, 2 sold');
});

test('what comes too late is told what has happened to the hold, and when', async () => {
  const { run, tick, counts, order } = await openShop();
  for (const key of ['released', 'confirmed', 'expired']) run(hold(key, one, 5_000));
  run(release('released'));
  run(confirm('confirmed'));
  tick(5_000);
  const told = (command: LogCommand) => {
    const result = run(command);
    return result.kind === 'refused' ? [result.code, result.since] : result.kind;
  };
  const since = (key: string) => ({ version: order(key).version, at: order(key).at });
  assert.equal(told(confirm('released')), ['hold-released', since('released')]);
  assert.equal(told(release('confirmed')), ['hold-confirmed', since('confirmed')]);
  assert.equal(told(confirm('expired')), ['hold-expired', since('expired')]);
  assert.equal(told(release('expired')), ['hold-expired', since('expired')]);
  assert.is(codeOf(run(confirm('nobody'))), 'unknown-hold');
  assert.is(counts(), '9 to sell, 0 held, 1 sold');
});

test('what is due ends while any entry is applied, before that is decided', async () => {
  const { run, counts } = await openShop(2);
  run(hold('h', two, 1_000));
  assert.is(orderIn(run(purchase('early', one), 998)).code, 'sold-out');
  assert.is(orderIn(run(purchase('right', one), 2)).status, 'confirmed');
  assert.is(counts(), '1 to sell, 0 held, 1 sold');
  run(hold('g', one, 1_000));
  assert.is(
    codeOf(run(confirm('g'), 1_000)),
    'hold-expired',
    'in the very entry whose time is that of its end',
  );
});

test('a no-op tells no time, and a book that one entry changes twice is told of once, in its last state', async () => {
  const { run, apply, elect } = await openShop();
  for (const key of ['a', 'b', 'c']) run(hold(key, one, 5_000));
  elect();
  apply(purchase('o', one), 10_000);
  assert.is(toldOf(apply(purchase('p', one), 10_000).changes), '1: 8');
});

test('a leader whose clock is an hour ahead ends no hold by that, nor does one whose clock is behind keep any', async () => {
  const { run, elect, tick, order } = await openShop();
  run(hold('h', one, 60_000));
  for (const aheadMs of [3_600_000, -7_200_000, 3_600_000]) {
    elect(aheadMs);
    tick(1);
    assert.is(order('h').status, 'held');
  }
  tick(60_000 - 3 * MAX_GAP_MS - 100);
  assert.is(order('h').status, 'held');
  tick(3 * MAX_GAP_MS);
  assert.is(order('h').status, 'expired');
});

test('a clock that is set forward moves the time by an hour at most, and one that is set back not at all', async () => {
  const { run, tick, replica } = await openShop();
  run(hold('h', one, 86_400_000));
  const before = replica.state.logTime.time;
  tick(10 * MAX_STEP_MS);
  assert.is(replica.state.logTime.time, before + MAX_STEP_MS);
  tick(-5 * MAX_STEP_MS);
  tick(10);
  assert.is(replica.state.logTime.time, before + MAX_STEP_MS + 10);
});

test('of many that are due one entry ends a bounded number, in the order of their ends; the others count as ended', async () => {
  const { run, tick, replica, counts } = await openShop(1_000);
  const count = MAX_EXPIRED_PER_ENTRY + 10;
  for (let at = 0; at < count; at++) run(hold(`h-${at}`, one, 30_000), 0);
  const { changes } = tick(30_000);
  assert.is(replica.state.openHolds, 10);
  assert.is(changes.length, 1);
  const [left] = [replica.state.firstHold!.key];
  assert.is(codeOf(run(confirm(left), 0)), 'hold-expired');
  tick(0);
  assert.is(replica.state.openHolds, 0);
  assert.is(counts(), '1000 to sell, 0 held, 0 sold');
});

test('copies that are held count for what the shelf can hold, since they may come back', async () => {
  const { run } = await openShop();
  run(hold('h', two));
  const most = 1_000_000_000;
  assert.is(codeOf(run(updateBook('a', { id: 1, stock: most }))), 'stock-limit');
  assert.is(codeOf(run(updateBook('b', { id: 1, stock: most - 2 }))), 'updated');
});

test('below its level a hold is refused for now, and leaves nothing', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply(addBooks('books', [newBook(1)]));
  const refused = replica.apply(hold('h', one)).result!;
  assert.equal(refused, { kind: 'refused', code: 'not-yet', version: 2, replayed: false, unrecorded: true });
  replica.apply({ kind: 'raiseLevel', level: LEVEL });
  assert.is(orderIn(replica.apply(hold('h', one)).result).status, 'held');
});

test('holds outlive a crash and a snapshot, and end there as they would have ended', async () => {
  const { run, replica, tick } = await openShop();
  run(hold('short', one, 5_000));
  run(hold('long', two, 50_000));
  await replica.flush();
  run(hold('unflushed', one, 5_000));
  await replica.restart();
  assert.is(replica.state.openHolds, 3);
  await replica.flush();
  const other = await openReplica(await openMemoryStore());
  await other.restoreFrom(replica);
  assert.equal(other.state.logTime, replica.state.logTime);
  assert.is(other.state.openHolds, 3);
  tick(6_000);
  other.apply({ kind: 'tick' }, { at: replica.log.at(-1)!.at, term: 1 });
  for (const { state } of [replica, other]) {
    assert.equal(
      ['short', 'unflushed', 'long'].map((key) => state.order(key)!.status),
      ['expired', 'expired', 'held'],
    );
  }
  assert.is(other.state.digest, replica.state.digest);
});

test('a hold whose record is read from the store ends as one that is remembered does, to the byte', async () => {
  const { run, replica } = await openShop();
  run(hold('confirmed', two, 5_000));
  run(hold('released', one, 5_000));
  await replica.flush();
  const other = await openReplica(await openMemoryStore());
  await other.restoreFrom(replica);
  for (const command of [confirm('confirmed'), release('released'), confirm('confirmed', 'another')]) {
    const result = run(command);
    assert.equal(other.apply(command, replica.log.at(-1)).result, result);
  }
  await Promise.all([replica.flush(), other.flush()]);
  assert.equal(await snapshotOf(other), await snapshotOf(replica));
  assert.is(other.state.digest, replica.state.digest);
});

test('a state without holds is stored as it was before there were any', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply(addBooks('books', [newBook(1)]));
  replica.apply(purchase('o', one));
  await replica.flush();
  const texts = await Promise.all(
    ['g1/applied', 'g1/b/0000000000000001'].map((key) => replica.store.get(key)!),
  );
  assert.not.match(texts.join(), /held|returned|time/);
});

test.run();
