import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_EXPIRED_PER_ENTRY } from '../../actors/catalog/holds.ts';
import { CatalogState } from '../../actors/catalog/state.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import type { LogCommand } from '../../runtime/domain.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { type Catalogs, startCatalogs } from '../support/catalogs.ts';
import { addBooks, confirm, hold, newBook, orderIn } from './support.ts';

const two = [{ id: 1, quantity: 2 }];

async function openStore(): Promise<Catalogs> {
  const ids = ['catalog-1', 'catalog-2', 'catalog-3'];
  const catalogs = await startCatalogs(3, {}, new Map(ids.map((id) => [id, LEVEL])));
  await catalogs.until(() => catalogs.running.every(({ catalog }) => catalog.state.level === LEVEL));
  const { id } = await catalogs.leader();
  await catalogs.propose(id, addBooks('books', [newBook(1)]));
  return catalogs;
}

const stocks = (catalogs: Catalogs) => catalogs.running.map(({ catalog }) => catalog.state.book(1)!.stock);

test('a hold that is due ends in every catalog although nothing else comes, by one entry, and there is none before', async () => {
  const catalogs = await openStore();
  const { id, catalog } = await catalogs.leader();
  await catalogs.propose(id, hold('h', two, 5_000));
  await catalogs.level();
  const { index } = catalog.state.applied;
  await catalogs.clock.elapse(4_800);
  assert.is(catalog.state.applied.index, index);
  await catalogs.until(() => stocks(catalogs).every((stock) => stock === 10));
  assert.is(catalog.state.applied.index, index + 1);
  await catalogs.clock.elapse(60_000);
  assert.is(catalog.state.applied.index, index + 1, 'with no open hold nothing is told');
});

test('the next leader ends what was held under one that is gone', async () => {
  const catalogs = await openStore();
  const first = await catalogs.leader();
  await catalogs.propose(first.id, hold('h', two, 5_000));
  await catalogs.level();
  await catalogs.kill(first.id);
  const next = await catalogs.leader();
  assert.is(next.catalog.state.book(1)!.stock, 8);
  await catalogs.until(() => next.catalog.state.book(1)!.stock === 10);
  const late = await catalogs.propose(next.id, confirm('h'));
  assert.is(late.kind === 'refused' && late.code, 'hold-expired');
});

test('a store that was away for long has kept its holds, and ends them when their time has passed in it', async () => {
  const catalogs = await openStore();
  const { id } = await catalogs.leader();
  await catalogs.propose(id, hold('h', two, 20_000));
  await catalogs.level();
  const ids = catalogs.running.map(({ id: each }) => each);
  for (const each of ids) await catalogs.kill(each);
  await catalogs.clock.elapse(120_000);
  for (const each of ids) await catalogs.start(each);
  const leader = await catalogs.leader();
  await catalogs.clock.elapse(5_000);
  assert.is(orderIn(await catalogs.propose(leader.id, confirm('h'))).status, 'confirmed');
});

test('tens of thousands of holds that are due at once end in short turns', async () => {
  const count = 20_000;
  const state = await CatalogState.load(await openMemoryStore());
  let at = 1_000;
  const apply = (command: LogCommand) => {
    const index = state.applied.index + 1;
    return state.apply({ index, term: 1, sum: 0 }, { term: 1, at, command });
  };
  apply({ kind: 'raiseLevel', level: LEVEL });
  apply(addBooks('books', [newBook(1, { stock: count })]));
  for (let n = 0; n < count; n++) apply(hold(`h-${n}`, [{ id: 1, quantity: 1 }]));
  at += 60_000;
  const tookMs: number[] = [];
  for (let ticks = 0; state.openHolds > 0; ticks++) {
    const from = process.cpuUsage();
    apply({ kind: 'tick' });
    const { user, system } = process.cpuUsage(from);
    tookMs.push((user + system) / 1_000);
    assert.ok(ticks <= count / MAX_EXPIRED_PER_ENTRY);
  }
  assert.is(state.book(1)!.stock, count);
  // The first is compiled on its way, and one or another has a collection of garbage in it.
  const mostMs = tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.95)]!;
  const told = `19 of 20 entries took ${mostMs.toFixed(1)} ms of processor time at most, the longest ${tookMs.at(-1)!.toFixed(1)}`;
  console.log(`\n${count} holds ended; ${told}`);
  assert.ok(mostMs < 50, told);
});

test.run();
