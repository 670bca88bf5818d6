import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LEVEL } from '../../runtime/command-levels.ts';
import type { LogCommand } from '../../runtime/domain.ts';
import { bookKey, HOLD_PREFIX, orderKey } from '../../storage/keys.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { addBooks, confirm, hold, newBook, openReplica, purchase, release, snapshotOf } from './support.ts';

/** What one batch takes that is gathered from several entries, and what each entry alone would have written. */

const TTL_MS = 1_000;
const one = [{ id: 1, quantity: 1 }];

/** The entries by which each comes about, with the ms that have passed before. */
const ENDS: Readonly<Record<string, readonly (readonly [LogCommand, number])[]>> = {
  confirmed: [[confirm('a'), 1]],
  released: [[release('a'), 1]],
  expired: Array.from({ length: 10 }, () => [{ kind: 'tick' }, TTL_MS]),
};

async function openShop() {
  const replica = await openReplica(await openMemoryStore());
  let at = 1_000_000;
  const apply = (command: LogCommand | null, afterMs = 1) => {
    at += afterMs;
    return replica.apply(command, { at });
  };
  apply({ kind: 'raiseLevel', level: LEVEL });
  apply(addBooks('books', [newBook(1, { stock: 10 })]));
  await replica.flush();
  return { replica, apply };
}

for (const [end, entries] of Object.entries(ENDS)) {
  test(`a hold that is ${end} before a batch takes it leaves one record, and the state is as if each had been taken`, async () => {
    const gathered = await openShop();
    const each = await openShop();
    for (const [what, ms] of [[hold('a', one, TTL_MS), 1] as const, ...entries]) {
      gathered.apply(what, ms);
      each.apply(what, ms);
      await each.replica.flush();
    }
    const { state } = gathered.replica;
    assert.is(state.order('a')!.status, end);
    const promised = state.untaken;
    const operations = state.takeOperations();
    assert.ok(operations.length <= promised.operations + 1, 'with the applied position');
    const keys = operations.map(({ key }) => key.slice(state.prefix.length));
    assert.is(keys.filter((key) => key.startsWith(HOLD_PREFIX)).length, 0, 'its place was never written');
    assert.is(keys.filter((key) => key === orderKey('a')).length, 1);
    assert.is(keys.filter((key) => key === bookKey(1)).length, 1);
    await gathered.replica.store.write(operations);
    state.persisted();
    assert.is(state.digest, each.replica.state.digest);
    assert.equal(await snapshotOf(gathered.replica), await snapshotOf(each.replica));
    await gathered.replica.restart();
    assert.is(gathered.replica.state.order('a')!.status, end);
  });
}

test('a hold that no batch has taken is read, listed and in the digest as one that is written', async () => {
  const gathered = await openShop();
  const each = await openShop();
  for (const { apply } of [gathered, each]) {
    apply(purchase('p', one));
    apply(hold('a', one));
  }
  await each.replica.flush();
  const listed = async ({ replica }: typeof each) => (await replica.state.ordersAfter('', 10)).orders;
  assert.equal(gathered.replica.state.order('a'), each.replica.state.order('a'));
  assert.equal(await listed(gathered), await listed(each));
  assert.is((await listed(gathered)).length, 2);
  assert.is(gathered.replica.state.digest, each.replica.state.digest);
});

test('what waits is told at least as long as what is written of it, whatever the lengths of ids and titles', async () => {
  const { replica, apply } = await openShop();
  apply(addBooks('long', [newBook(2, { title: 'T'.repeat(500), stock: 1_000 })]));
  await replica.flush();
  for (let count = 0; count < 50; count++) {
    const lines = [1, 2].map((id) => ({ id, quantity: 1 }));
    apply({
      ...hold(`${count}`.padStart(128, 'x'), count < 8 ? lines : [lines[1]!]),
      customer: 'c'.repeat(128),
    });
  }
  const { bytes, operations } = replica.state.untaken;
  const written = replica.state.takeOperations().slice(0, -1);
  assert.is(operations, written.length);
  const length = written.reduce(
    (sum, operation) =>
      sum +
      operation.key.length -
      replica.state.prefix.length +
      (operation.type === 'put' ? operation.value.length : 0),
    0,
  );
  assert.ok(bytes >= length, `${bytes} told, ${length} written`);
});

test.run();
