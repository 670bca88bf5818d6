import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { joinGeneration } from '../../actors/catalog/engine.ts';
import { readIdentity } from '../../storage/identity.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { addBooks, newBook, openReplica } from './support.ts';

test('a catalog follows the log that its state is of, an empty one any', async () => {
  const identity = { cluster: 'books', node: 'catalog-1', incarnation: 'i', recovering: false };
  const second = { generation: 2, index: 40 };
  const replica = await openReplica(await openMemoryStore());
  const { store } = replica;
  await joinGeneration({ store, identity, state: replica.state }, second);
  const own = readIdentity(store)!;
  assert.is(own.generation, 2);
  replica.apply(addBooks('books', [newBook(1)]));
  const filled = { store, identity: own, state: replica.state };
  await joinGeneration(filled, second);
  const words = await joinGeneration(filled, { generation: 3, index: 40 }).then(String, String);
  assert.match(words, 'has a state of log 2, and the store was begun anew from a backup with log 3');
});

test.run();
