import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommittedBatch } from '../../actors/log/command-log.ts';
import type { LogCommand } from '../../runtime/domain.ts';
import { addBooks, newBook, orderIn, purchase, updateBook } from '../catalog/support.ts';
import { createProcess } from '../simulation/scheduler.ts';
import { startOuterCatalogs } from '../support/outer-catalogs.ts';

test('a purchase that was refused stays refused when the log carries its batch once more', async () => {
  const catalogs = await startOuterCatalogs();
  const engine = catalogs.log.connect<LogCommand>(createProcess('onlooker'));
  const batches: CommittedBatch<LogCommand>[] = [];
  engine.follow({ cursor: 0, ordinal: 0 }, { batch: (batch) => void batches.push(batch), broken() {} });
  await catalogs.propose('catalog-1', addBooks('stock', [newBook(1, { stock: 0 })]));
  const wanted = { ...purchase('wanted', [{ id: 1, quantity: 1 }]), once: true as const };
  const refused = orderIn(await catalogs.propose('catalog-1', wanted));
  assert.is(refused.status, 'refused');
  await catalogs.propose('catalog-1', updateBook('more', { id: 1, restock: 5 }));
  const again = batches.find(({ commands }) => commands.some(({ kind }) => kind === 'purchase'))!;
  await catalogs.settled(engine.append(again, catalogs.clock.monotonic() + 1_000));
  await catalogs.until(() => batches.filter(({ id }) => id === again.id).length === 2);
  await catalogs.level();
  for (const { catalog } of catalogs.running) assert.is(catalog.state.book(1)!.stock, 5);
  assert.equal(catalogs.failures, []);
});

test.run();
