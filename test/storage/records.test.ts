import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { DamagedStoreError } from '../../storage/damage.ts';
import { readHardState, writeHardState } from '../../storage/hard-state.ts';
import { type Identity, readIdentity, writeIdentity } from '../../storage/identity.ts';
import {
  bookKey,
  generationPrefix,
  HARD_STATE_KEY,
  keysUnder,
  logIndex,
  logKey,
} from '../../storage/keys.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { putSealed, readSealed } from '../../storage/sealed.ts';

const number = fc.oneof(fc.nat(300), fc.maxSafeNat());
const order = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);

test('the order of log keys and of book keys is that of their numbers', () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      assert.is(order(logKey(a), logKey(b)), order(a, b));
      assert.is(order(bookKey(a), bookKey(b)), order(a, b));
    }),
  );
});

test('a log key tells its index, and nothing else tells one', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (index) => logIndex(logKey(index)) === index));
  assert.is(logKey(255), 'r/l/00000000000000ff');
  for (const key of ['r/l/', 'r/l/ff', 'r/l/00000000000000FF', 'r/l/00000000000000f ', 'r/hs']) {
    assert.ok(Number.isNaN(logIndex(key)), key);
  }
});

test('the keys under a prefix are all those that start with it', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), fc.string({ unit: 'binary-ascii' }), (own, other, rest) => {
      const { gte, lt } = keysUnder(generationPrefix(own));
      const key = generationPrefix(other) + rest;
      assert.is(key >= gte && key < lt, own === other);
    }),
  );
});

test('a sealed record comes back as it was, and any altered character is found', async () => {
  const store = await openMemoryStore();
  const value = { title: 'Xen and the Art', copies: [1, 2, 3] };
  const operation = putSealed('key', value);
  await store.write([operation]);
  const schema = z.object({ title: z.string(), copies: z.array(z.int()) });
  assert.equal(readSealed(store, 'key', schema), value);
  assert.is(readSealed(store, 'other', schema), undefined);
  const sealed = store.get('key')!;
  for (let at = 0; at < sealed.length; at++) {
    const flipped = String.fromCharCode(sealed.charCodeAt(at) ^ 1);
    await store.write([
      { type: 'put', key: 'key', value: sealed.slice(0, at) + flipped + sealed.slice(at + 1) },
    ]);
    assert.throws(
      () => readSealed(store, 'key', schema),
      (error: unknown) => error instanceof DamagedStoreError,
    );
  }
});

test('a new disk remembers term 0 and no vote', async () => {
  assert.equal(readHardState(await openMemoryStore()), { term: 0, votedFor: null });
});

test('term and vote come back together', async () => {
  const store = await openMemoryStore();
  await store.write([writeHardState({ term: 4, votedFor: 'catalog-2' })]);
  assert.equal(readHardState(store, 4), { term: 4, votedFor: 'catalog-2' });
  await store.write([writeHardState({ term: 5, votedFor: null })]);
  assert.equal(readHardState(store), { term: 5, votedFor: null });
});

test('a log that is newer than the remembered term refuses the start', async () => {
  const store = await openMemoryStore();
  await store.write([writeHardState({ term: 4, votedFor: null })]);
  assert.throws(() => readHardState(store, 5), /an entry of term 5, but the term it remembers is 4/);
  await store.write([{ type: 'del', key: HARD_STATE_KEY }]);
  assert.throws(() => readHardState(store, 1), /the term it remembers is 0/);
});

test('an identity of the first version calls its vote floor a vow, and is read', async () => {
  const store = await openMemoryStore();
  const floor = { lastTerm: 2, lastIndex: 9 };
  const old = { cluster: 'c', node: 'catalog-1', incarnation: 'i', recovering: false, vow: floor };
  await store.write([putSealed('m/identity', old)]);
  const { vow: _, ...rest } = old;
  assert.equal(readIdentity(store), { ...rest, voteFloor: floor });
});

test('an identity comes back as it was, with its vote floor and without', async () => {
  const store = await openMemoryStore();
  assert.is(readIdentity(store), undefined);
  const identity: Identity = { cluster: 'c', node: 'catalog-1', incarnation: 'x', recovering: true };
  await store.write([writeIdentity(identity)]);
  assert.equal(readIdentity(store), identity);
  const recovered = { ...identity, recovering: false, voteFloor: { lastTerm: 2, lastIndex: 9 } };
  await store.write([writeIdentity(recovered)]);
  assert.equal(readIdentity(store), recovered);
});

test.run();
