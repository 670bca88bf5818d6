import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StartRefused } from '../../runtime/errors.ts';
import { addBooks, newBook, purchase } from '../catalog/support.ts';
import { type OuterCatalogs, startOuterCatalogs } from '../support/outer-catalogs.ts';

/** The engine loses what it had acknowledged: it was put back to an older copy, or its disks did not keep what they said. */

const stock = addBooks('stock', [newBook(1, { stock: 1_000 })]);
const buy = (key: string) => purchase(key, [{ id: 1, quantity: 1 }]);

async function startWithSales(): Promise<OuterCatalogs> {
  const catalogs = await startOuterCatalogs();
  await catalogs.propose('catalog-1', stock);
  for (let number = 0; number < 5; number++) await catalogs.propose('catalog-1', buy(`order-${number}`));
  await catalogs.level();
  return catalogs;
}

/** What the only failures say: each is one line that names the engine, the place and what to do. */
function wordsOf({ failures }: OuterCatalogs): string[] {
  return failures.map((failure) => {
    assert.instance(failure, StartRefused);
    const { message } = failure as StartRefused;
    assert.not.match(message, '\n');
    return message;
  });
}

test('every catalog ends that has applied more than an engine which went back still has', async () => {
  const catalogs = await startWithSales();
  const had = catalogs.log.end;
  catalogs.log.forget(2);
  await catalogs.clock.elapse(3_000);
  const words = `simulated log: it ends with batch ${had - 2}, and batch ${had} was applied before: stop all catalogs, and put the engine back as it was, or restore a backup with --begin-anew`;
  assert.equal(wordsOf(catalogs), [words, words, words]);
});

test('who lacks what the engine forgot ends at the first batch of a sender who had applied it', async () => {
  const catalogs = await startWithSales();
  await catalogs.kill('catalog-3');
  await catalogs.propose('catalog-1', buy('forgotten'));
  const had = catalogs.log.end;
  catalogs.log.forget(1);
  const answer = catalogs.gateway.ask(
    'catalog-1',
    'propose',
    { command: buy('anew'), forwarded: false },
    1_000,
  );
  const told = answer.then(
    ({ result }) => result.kind,
    ({ outcome }) => outcome,
  );
  await catalogs.until(() => catalogs.log.end === had);
  catalogs.failures.length = 0;
  const { catalog } = await catalogs.start('catalog-3');
  await catalogs.until(() => catalogs.failures.length > 0);
  assert.ok(catalog.state.book(1)!.sold <= 5, 'the batch itself is not applied');
  assert.is(await catalogs.settled(told), 'unknown');
  const words = wordsOf(catalogs).find((message) => message.includes('who sent'));
  assert.match(
    words ?? '',
    `simulated log: who sent batch ${had} had applied ${had} of them before: stop all catalogs`,
  );
});

test.run();
