import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Entry } from '../../runtime/messages.ts';
import { DamagedStoreError } from '../../storage/damage.ts';
import { logKey, OFFSET_KEY } from '../../storage/keys.ts';
import { ReplicaLog } from '../../storage/log.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import type { Position } from '../../storage/position.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import { failureOf } from './failure.ts';
import { purchaseEntry, purchases } from './log-support.ts';

const log = suite('log');

async function emptyLog(): Promise<{ store: Store; replica: ReplicaLog }> {
  const store = await openMemoryStore();
  return { store, replica: await ReplicaLog.load(store) };
}

const entriesOf = (replica: ReplicaLog) =>
  replica.slice(replica.offset.index + 1, replica.entryCount, Number.POSITIVE_INFINITY);

const summary = (operations: readonly StoreOperation[]) =>
  operations.map(({ type, key }) => `${type} ${key.startsWith('r/l/') ? Number(`0x${key.slice(4)}`) : key}`);

log('an empty log ends at index 0 in term 0', async () => {
  const { replica } = await emptyLog();
  assert.equal(replica.offset, { index: 0, term: 0, sum: 0 });
  assert.is(replica.lastIndex, 0);
  assert.is(replica.lastTerm, 0);
  assert.is(replica.termAt(0), 0);
  assert.is(replica.termAt(1), undefined);
  assert.equal(replica.takeOperations(), []);
});

log('entries get the next indexes, sizes and positions', async () => {
  const { replica } = await emptyLog();
  replica.append([purchaseEntry(1, 1), purchaseEntry(2, 3)]);
  assert.is(replica.lastIndex, 2);
  assert.is(replica.lastTerm, 3);
  assert.is(replica.termAt(1), 1);
  assert.is(replica.entryCount, 2);
  assert.is(replica.byteSize, replica.entry(1)!.bytes + replica.entry(2)!.bytes);
  assert.equal(replica.positionAt(2), { index: 2, term: 3, sum: replica.entry(2)!.sum });
  assert.is(replica.entry(0), undefined);
  assert.is(replica.entry(3), undefined);
});

log('what was taken and written is there after a restart, no-ops and all', async () => {
  const { store, replica } = await emptyLog();
  const entries: Entry[] = [{ term: 1, at: 5, command: null }, ...purchases(3)];
  replica.append(entries);
  await store.write(replica.takeOperations());
  const again = await ReplicaLog.load(store);
  assert.equal(entriesOf(again), entries);
  assert.equal(again.positionAt(4), replica.positionAt(4));
  assert.is(again.byteSize, replica.byteSize);
  assert.equal(again.takeOperations(), []);
});

log('equal entries make equal checksum chains on every replica, however they were batched', async () => {
  const { replica: one } = await emptyLog();
  const { replica: other } = await emptyLog();
  one.append(purchases(5));
  for (const entry of one.slice(1, 5, 1e6)) {
    other.append([JSON.parse(JSON.stringify(entry))]);
    other.takeOperations();
  }
  assert.equal(other.positionAt(5), one.positionAt(5));
});

log('the same entry has another sum after another history', async () => {
  const { replica: one } = await emptyLog();
  const { replica: other } = await emptyLog();
  one.append([purchaseEntry(1), purchaseEntry(3)]);
  other.append([purchaseEntry(2), purchaseEntry(3)]);
  assert.is.not(one.positionAt(2)!.sum, other.positionAt(2)!.sum);
});

log('only changes are taken, and each only once', async () => {
  const { replica } = await emptyLog();
  replica.append(purchases(2));
  assert.equal(summary(replica.takeOperations()), ['put 1', 'put 2']);
  replica.append([purchaseEntry(3)]);
  assert.equal(summary(replica.takeOperations()), ['put 3']);
  assert.equal(replica.takeOperations(), []);
});

log('a conflicting tail is deleted, or overwritten where new entries take its place', async () => {
  const { store, replica } = await emptyLog();
  replica.append(purchases(5));
  await store.write(replica.takeOperations());
  replica.truncateAfter(2);
  replica.append([purchaseEntry(9, 2)]);
  const operations = replica.takeOperations();
  assert.equal(summary(operations), ['del 4', 'del 5', 'put 3']);
  await store.write(operations);
  const again = await ReplicaLog.load(store);
  assert.equal(entriesOf(again), [...purchases(2), purchaseEntry(9, 2)]);
});

log('entries that were cut off before they were taken leave no trace', async () => {
  const { replica } = await emptyLog();
  replica.append(purchases(3));
  replica.truncateAfter(0);
  assert.equal(replica.takeOperations(), []);
  assert.is(replica.byteSize, 0);
});

log('compaction forgets entries but not the term and sum at its edge', async () => {
  const { store, replica } = await emptyLog();
  replica.append([...purchases(3, 1, 1), ...purchases(3, 4, 2)]);
  const edge = replica.positionAt(4)!;
  await store.write(replica.takeOperations());
  replica.compactTo(4);
  assert.equal(replica.offset, edge);
  assert.is(replica.termAt(4), 2);
  assert.is(replica.termAt(3), undefined);
  assert.is(replica.entry(4), undefined);
  assert.is(replica.entryCount, 2);
  const operations = replica.takeOperations();
  assert.equal(summary(operations), ['del 1', 'del 2', 'del 3', 'del 4', `put ${OFFSET_KEY}`]);
  await store.write(operations);
  const again = await ReplicaLog.load(store, edge);
  assert.equal(again.offset, edge);
  assert.equal(entriesOf(again), purchases(2, 5, 2));
  assert.is(again.byteSize, replica.byteSize);
});

log('a log that was compacted whole goes on where it was', async () => {
  const { store, replica } = await emptyLog();
  replica.append(purchases(3));
  replica.compactTo(3);
  assert.is(replica.lastIndex, 3);
  assert.is(replica.lastTerm, 1);
  assert.is(replica.byteSize, 0);
  replica.append([purchaseEntry(4, 2)]);
  await store.write(replica.takeOperations());
  const again = await ReplicaLog.load(store, replica.offset);
  assert.equal(entriesOf(again), [purchaseEntry(4, 2)]);
  assert.equal(again.positionAt(4), replica.positionAt(4));
});

log('compacting to where it was compacted already changes nothing', async () => {
  const { replica } = await emptyLog();
  replica.append(purchases(3));
  replica.compactTo(2);
  replica.takeOperations();
  replica.compactTo(2);
  replica.compactTo(1);
  assert.equal(replica.takeOperations(), []);
});

log('after a snapshot the log is empty and goes on from its position', async () => {
  const { store, replica } = await emptyLog();
  const position: Position = { index: 50, term: 7, sum: 12_345 };
  replica.append(purchases(3));
  await store.write(replica.takeOperations());
  replica.resetTo(position);
  assert.is(replica.lastIndex, 50);
  assert.is(replica.lastTerm, 7);
  assert.is(replica.entryCount, 0);
  replica.append([purchaseEntry(51, 8)]);
  const operations = replica.takeOperations();
  assert.equal(summary(operations), ['del 1', 'del 2', 'del 3', 'put 51', `put ${OFFSET_KEY}`]);
  await store.write(operations);
  const again = await ReplicaLog.load(store, position);
  assert.equal(again.offset, position);
  assert.equal(entriesOf(again), [purchaseEntry(51, 8)]);
});

log('a slice ends at the number or the size asked for, but has one entry at least', async () => {
  const { replica } = await emptyLog();
  replica.append(purchases(5));
  const size = replica.entry(1)!.bytes;
  assert.equal(replica.slice(2, 2, 1e6), purchases(2, 2));
  assert.is(replica.slice(1, 10, 3 * size).length, 3);
  assert.is(replica.slice(1, 10, 3 * size - 1).length, 2);
  assert.is(replica.slice(1, 10, 0).length, 1);
  assert.equal(replica.slice(6, 10, 1e6), []);
  assert.equal(replica.slice(1, 0, 1e6), []);
});

log('asking for a place outside of what is known is a fault, not a guess', async () => {
  const { replica } = await emptyLog();
  replica.append(purchases(5));
  replica.compactTo(2);
  assert.throws(() => replica.slice(2, 1, 1), /known from 2 to 5/);
  assert.throws(() => replica.slice(7, 1, 1), /known from 2 to 5/);
  assert.throws(() => replica.truncateAfter(1), /known from 2 to 5/);
  assert.throws(() => replica.truncateAfter(6), /known from 2 to 5/);
  assert.throws(() => replica.compactTo(6), /known from 2 to 5/);
});

log(
  'no more forgotten entries are deleted at once than asked for, and the others with the next calls',
  async () => {
    const { store, replica } = await emptyLog();
    replica.append(purchases(6));
    await store.write(replica.takeOperations(2));
    replica.compactTo(5);
    assert.equal(summary(replica.takeOperations(2)), ['del 1', 'del 2', `put ${OFFSET_KEY}`]);
    assert.equal(summary(replica.takeOperations(2)), ['del 3', 'del 4']);
    replica.append(purchases(1, 7));
    assert.equal(summary(replica.takeOperations(2)), ['del 5', 'put 7']);
    assert.equal(replica.takeOperations(2), []);
  },
);

log('a start passes over forgotten entries that are still there, and deletes them', async () => {
  const { store, replica } = await emptyLog();
  replica.append(purchases(6));
  replica.compactTo(5);
  replica.append(purchases(1, 7));
  await store.write(replica.takeOperations());
  await store.write([3, 4, 5].map((index) => ({ type: 'put', key: logKey(index), value: 'left over' })));
  const again = await ReplicaLog.load(store, replica.offset);
  assert.equal(again.offset, replica.offset);
  assert.is(again.lastIndex, 7);
  assert.equal(summary(again.takeOperations(2)), ['del 3', 'del 4']);
  assert.equal(summary(again.takeOperations(2)), ['del 5']);
});

log(
  'a snapshot over a log that conflicts deletes what is behind it at once, and what is before it bit by bit',
  async () => {
    const { store, replica } = await emptyLog();
    replica.append(purchases(9));
    await store.write(replica.takeOperations());
    replica.resetTo({ index: 6, term: 2, sum: 5 });
    replica.append(purchases(1, 7, 2));
    const operations = replica.takeOperations(2);
    assert.equal(summary(operations), ['del 8', 'del 9', 'del 1', 'del 2', 'put 7', `put ${OFFSET_KEY}`]);
    await store.write(operations);
    const again = await ReplicaLog.load(store, replica.offset);
    assert.is(again.lastIndex, 7);
    assert.is(again.lastTerm, 2);
  },
);

log.run();

const damage = suite('a damaged log');

/** Ten entries on a disk, the last eight kept; `change` then does its harm. */
async function harmed(change: readonly StoreOperation[]) {
  const { store, replica } = await emptyLog();
  replica.append([...purchases(4, 1, 1), ...purchases(6, 5, 2)]);
  replica.compactTo(2);
  await store.write(replica.takeOperations());
  const records = (index: number) => store.get(logKey(index))!;
  await store.write(change);
  return { store, replica, records };
}

const del = (index: number): StoreOperation => ({ type: 'del', key: logKey(index) });

async function refusal(store: Store, applied: Position): Promise<Error> {
  const error = await failureOf(ReplicaLog.load(store, applied));
  assert.instance(error, DamagedStoreError);
  assert.match(error.message, store.location);
  assert.match(error.message, /Delete that directory/);
  return error;
}

damage('an entry missing in the middle refuses the start, naming it', async () => {
  const { store, replica } = await harmed([del(6)]);
  assert.match((await refusal(store, replica.positionAt(4)!)).message, 'entry 6 is missing');
});

damage('the first entry missing refuses the start', async () => {
  const { store, replica } = await harmed([del(3)]);
  assert.match((await refusal(store, replica.offset)).message, 'entry 3 is missing');
});

damage('an altered entry refuses the start, also beyond the applied index', async () => {
  const { store, replica, records } = await harmed([]);
  await store.write([
    { type: 'put', key: logKey(8), value: records(8).replace('"quantity":1', '"quantity":9') },
  ]);
  assert.match((await refusal(store, replica.positionAt(4)!)).message, 'entry 8 does not continue');
});

damage('an entry that is whole but stands in the place of another refuses the start', async () => {
  const { store, replica, records } = await harmed([]);
  await store.write([{ type: 'put', key: logKey(8), value: records(7) }]);
  assert.match((await refusal(store, replica.positionAt(4)!)).message, 'entry 8 does not continue');
});

damage('records that are no records refuse the start', async () => {
  for (const value of ['', '[]', ',', 'null', '[1,2,null,0]', '\u0000']) {
    const { store, replica } = await harmed([{ type: 'put', key: logKey(10), value }]);
    assert.match((await refusal(store, replica.offset)).message, 'entry 10');
  }
});

damage('a key that is no index refuses the start', async () => {
  const { store, replica } = await harmed([{ type: 'put', key: 'r/l/zz', value: 'x' }]);
  assert.match((await refusal(store, replica.offset)).message, 'a record r/l/zz');
});

damage('an offset that was altered or lost refuses the start', async () => {
  const { store, replica } = await harmed([]);
  const offset = store.get(OFFSET_KEY)!;
  await store.write([{ type: 'put', key: OFFSET_KEY, value: offset.replace('"index":2', '"index":3') }]);
  assert.match((await refusal(store, replica.offset)).message, `the checksum of ${OFFSET_KEY}`);
  await store.write([{ type: 'del', key: OFFSET_KEY }]);
  await refusal(store, replica.offset);
});

damage('an end missing beyond the applied index is a torn write, and accepted', async () => {
  const { store, replica } = await harmed([del(8), del(9), del(10)]);
  const again = await ReplicaLog.load(store, replica.positionAt(7)!);
  assert.is(again.lastIndex, 7);
  again.append([purchaseEntry(8, 3)]);
  await store.write(again.takeOperations());
  assert.is((await ReplicaLog.load(store, replica.positionAt(7)!)).lastTerm, 3);
});

damage('an end missing before the applied index refuses the start', async () => {
  const { store, replica } = await harmed([del(8), del(9), del(10)]);
  assert.match(
    (await refusal(store, replica.positionAt(8)!)).message,
    'ends at entry 7, but entry 8 is applied',
  );
});

damage(
  'an applied state of before the log, of another term or another history refuses the start',
  async () => {
    const { store, replica } = await harmed([]);
    const seven = replica.positionAt(7)!;
    assert.match((await refusal(store, { ...seven, index: 1 })).message, 'starts after entry 2');
    assert.match((await refusal(store, { ...seven, term: 1 })).message, 'entry 7 is not the one');
    assert.match((await refusal(store, { ...seven, sum: seven.sum + 1 })).message, 'entry 7 is not the one');
    assert.match((await failureOf(ReplicaLog.load(store))).message, 'only entry 0 is applied');
  },
);

damage.run();
