import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CatalogState } from '../actors/catalog/state.ts';
import { MAX_STOCK, type Purchase } from '../runtime/domain.ts';
import { openLevelStore } from '../storage/leveldb/level-store.ts';

/**
 * What one purchase costs a catalog beside the log: deciding it, recording it, and its share of the operations of
 * a batch. The writing itself happens on LevelDB's own thread and is told apart.
 *
 *     node --import tsx bench/apply.ts
 */
const BOOKS = 1_000;
const PURCHASES_PER_BATCH = 200;
const BATCHES_PER_ROUND = 500;
const ROUNDS = 5;

const directory = await mkdtemp(join(tmpdir(), 'bazar-bench-'));
const store = await openLevelStore(directory);
try {
  const state = await CatalogState.load(store);
  const books = Array.from({ length: BOOKS }, (_, place) => {
    const title = `How to get a good grade in DOS in ${place} minutes a day`;
    return { id: place + 1, title, topic: 'distributed systems', price: 1000, stock: MAX_STOCK };
  });
  const at = Date.now();
  const apply = (command: Parameters<CatalogState['apply']>[1]['command']) =>
    state.apply({ index: state.applied.index + 1, term: 1, sum: 0 }, { term: 1, at, command });
  apply({ kind: 'addBooks', key: 'books', requestId: 'books', books });

  for (let round = 0; round < ROUNDS; round++) {
    let applyMs = 0;
    let takeMs = 0;
    let writeMs = 0;
    for (let batch = 0; batch < BATCHES_PER_ROUND; batch++) {
      const purchases = Array.from({ length: PURCHASES_PER_BATCH }, () => randomPurchase());
      const began = performance.now();
      for (const purchase of purchases) apply(purchase);
      const applied = performance.now();
      const operations = state.takeOperations();
      const taken = performance.now();
      await store.write(operations);
      state.persisted();
      applyMs += applied - began;
      takeMs += taken - applied;
      writeMs += performance.now() - taken;
    }
    const count = BATCHES_PER_ROUND * PURCHASES_PER_BATCH;
    const each = (ms: number) => `${((ms * 1000) / count).toFixed(2)} µs`;
    console.log(
      `${count} purchases: apply ${each(applyMs)}, take ${each(takeMs)}, write ${each(writeMs)} each; ` +
        `${Math.round(count / ((applyMs + takeMs) / 1000))} applied and taken per second`,
    );
  }
} finally {
  await store.close();
  await rm(directory, { recursive: true });
}

function randomPurchase(): Purchase {
  const key = Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
  const id = 1 + Math.floor(Math.random() * BOOKS);
  return { kind: 'purchase', key, requestId: `of-${key}`, lines: [{ id, quantity: 1 }] };
}
