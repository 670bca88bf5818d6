import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StoreStart } from '../../actors/catalog/disk.ts';
import { StartRefused } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import type { Store } from '../../storage/store.ts';
import { openWholeDisk } from '../support/whole-disk.ts';
import { addBooks, newBook } from './support.ts';

const CATALOGS = ['catalog-1', 'catalog-2', 'catalog-3', 'catalog-4'];
const FLOOR = { lastTerm: 3, lastIndex: 8 };

function open(
  store: Store,
  changes: { node?: string; cluster?: string; format?: boolean; random?: Random; start?: StoreStart } = {},
) {
  const options = { cluster: 'mine', node: 'catalog-2', format: false, random: seededRandom(1), ...changes };
  return openWholeDisk(store, options);
}

test('a new disk gets an identity, which it keeps', async () => {
  const store = await openMemoryStore();
  const first = await open(store, { format: true });
  assert.is(first.found, 'formatted');
  assert.is(first.identity.recovering, false);
  const again = await open(store, { random: seededRandom(2) });
  assert.is(again.found, 'present');
  assert.equal(again.identity, first.identity);
});

test('two disks are never taken for each other', async () => {
  const random = seededRandom(1);
  const one = await open(await openMemoryStore(), { random });
  const other = await open(await openMemoryStore(), { random });
  assert.is.not(one.identity.incarnation, other.identity.incarnation);
});

test('a disk without identity in a cluster that exists is a wiped one, until it has learnt its vote floor', async () => {
  const store = await openMemoryStore();
  assert.is((await open(store)).found, 'absent');
  const again = await open(store);
  assert.is(again.found, 'absent', 'a restart is no recovery');
  assert.ok(again.raft('catalog-2', CATALOGS, DEFAULT_LIMITS).wiped);
  await store.write(again.persist({ type: 'persist', term: 5, votedFor: 'catalog-2', voteFloor: FLOOR }));

  const recovered = await open(store);
  assert.is(recovered.found, 'present');
  const raft = recovered.raft('catalog-2', CATALOGS, DEFAULT_LIMITS);
  assert.not(raft.wiped);
  assert.equal([raft.term, raft.votedFor, raft.voteFloor], [5, 'catalog-2', FLOOR]);
});

test('a disk keeps the last start of the store that it took part in, through restarts and recovery', async () => {
  const store = await openMemoryStore();
  assert.is((await open(store, { format: true, start: { number: 5, attended: 0 } })).identity.start, 5);
  assert.is((await open(store, { start: { number: 5, attended: 5 } })).identity.start, 5);
  const left = await open(store, { start: { number: 8, attended: 5 } });
  assert.is(left.identity.start, 8, 'it was left out of those between');
  await store.write(left.persist({ type: 'persist', term: 5, votedFor: 'catalog-2', voteFloor: FLOOR }));
  assert.is((await open(store, { start: { number: 8, attended: 5 } })).identity.start, 8);
});

test('a disk of before there were numbers of starts is taken as it is', async () => {
  const store = await openMemoryStore();
  await open(store, { format: true });
  assert.is((await open(store, { start: { number: 3, attended: 0 } })).identity.start, 3);
});

test('a disk that was put back from an earlier copy is refused, whether the others or the record are later', async () => {
  const store = await openMemoryStore();
  await open(store, { format: true, start: { number: 5, attended: 0 } });
  const earlier = await open(store, { start: { number: 7, attended: 6 } }).catch((reason) => reason);
  assert.instance(earlier, StartRefused);
  assert.match(earlier.message, 'was put back from an earlier copy');
  const later = await open(store, { start: { number: 4, attended: 3 } }).catch((reason) => reason);
  assert.instance(later, StartRefused);
  assert.match(later.message, 'is newer than the store’s own record');
  assert.is((await open(store, { start: { number: 7, attended: 5 } })).found, 'present');
});

test('a disk of another cluster or another node is refused', async () => {
  const store = await openMemoryStore();
  await open(store, { format: true });
  for (const changes of [{ cluster: 'yours' }, { node: 'catalog-3' }]) {
    const error = await open(store, changes).catch((reason) => reason);
    assert.instance(error, StartRefused);
    assert.match(error.message, 'belongs to catalog-2 of cluster mine');
  }
});

test('term and vote are as they were written last', async () => {
  const store = await openMemoryStore();
  const disk = await open(store, { format: true });
  await store.write(disk.persist({ type: 'persist', term: 7, votedFor: 'catalog-4', voteFloor: null }));
  const raft = (await open(store)).raft('catalog-2', CATALOGS, DEFAULT_LIMITS);
  assert.equal([raft.term, raft.durableTerm, raft.votedFor, raft.voteFloor], [7, 7, 'catalog-4', null]);
});

test('the others are all catalogs but this one, and more than half of all decide', async () => {
  const disk = await open(await openMemoryStore(), { format: true });
  const quorums = [1, 2, 3, 4].map((count) => {
    const { peers, quorum } = disk.raft('catalog-2', CATALOGS.slice(0, count), DEFAULT_LIMITS);
    assert.not(peers.includes('catalog-2'));
    return quorum;
  });
  assert.equal(quorums, [1, 2, 2, 3]);
});

test('a replica starts at its applied index, with the log that follows', async () => {
  const store = await openMemoryStore();
  const disk = await open(store, { format: true });
  const { log } = disk.raft('catalog-2', CATALOGS, DEFAULT_LIMITS);
  const entries = ['a', 'b', 'c'].map((key) => ({
    term: 1,
    at: 1,
    command: addBooks(key, [newBook(undefined)]),
  }));
  log.append(entries);
  for (const index of [1, 2]) disk.state.apply(log.positionAt(index)!, log.entry(index)!);
  await store.write([
    ...disk.persist({ type: 'persist', term: 1, votedFor: null, voteFloor: null }),
    ...log.takeOperations(),
    ...disk.state.takeOperations(),
  ]);

  const reopened = await open(store);
  const raft = reopened.raft('catalog-2', CATALOGS, DEFAULT_LIMITS);
  assert.is(reopened.state.applied.index, 2);
  assert.is(raft.commit, 2);
  assert.equal([raft.log.lastIndex, raft.durableIndex], [3, 3]);
  assert.is(raft.leader, null);
});

test.run();
