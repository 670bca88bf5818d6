import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LEVEL } from '../../runtime/command-levels.ts';
import type { LogCommand, Result } from '../../runtime/domain.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import {
  addBooks,
  cancel,
  changeBooks,
  confirm,
  hold,
  newBook,
  openReplica,
  purchase,
  release,
  snapshotOf,
} from './support.ts';

const copies = (quantity: number, id = 1) => [{ id, quantity }];

/** A shop in which a customer may have two copies of book 1, and any number of book 2. */
async function openShop(level = LEVEL) {
  const replica = await openReplica(await openMemoryStore());
  let at = 1_000;
  const run = (command: LogCommand, afterMs = 1): Result => {
    at += afterMs;
    return replica.apply(command, { at }).result!;
  };
  run({ kind: 'raiseLevel', level });
  run(
    addBooks('books', [newBook(1, { stock: 100, ...(level === LEVEL && { perCustomer: 2 }) }), newBook(2)]),
  );
  let made = 0;
  return {
    replica,
    run,
    /** What a purchase comes to, and how many more there could have been. */
    buy(quantity: number, customer?: string, id = 1): string {
      const command = purchase(`o${++made}`, copies(quantity, id));
      return toldOf(run(customer === undefined ? command : { ...command, customer }));
    },
    countOf: (customer: string, id = 1) => replica.state.copiesOf(id, customer),
  };
}

function toldOf(result: Result): string {
  if (result.kind === 'refused') return result.code;
  if (result.kind !== 'order') return result.kind;
  const { order, available } = result;
  return [order.code ?? order.status, available].filter((part) => part !== undefined).join(', ');
}

test('a customer has as many copies as the limit allows, whoever else buys, and the refusal says how many are left', async () => {
  const { buy } = await openShop();
  assert.is(buy(3, 'Ada'), 'limit-reached, 2');
  assert.is(buy(1, 'Ada'), 'confirmed');
  assert.is(buy(2, 'Ada'), 'limit-reached, 1');
  assert.is(buy(1, 'Ada'), 'confirmed');
  assert.is(buy(1, 'Ada'), 'limit-reached, 0');
  assert.is(buy(2, 'ada'), 'confirmed');
});

test('a book with a limit is sold to nobody without a name, another one is', async () => {
  const { buy } = await openShop();
  assert.equal([buy(1), buy(1, undefined, 2)], ['customer-needed', 'confirmed']);
});

test('lines of one book count together, and what is refused counts for nothing', async () => {
  const { run, countOf } = await openShop();
  const lines = [...copies(1), ...copies(1, 2), ...copies(2)];
  assert.is(toldOf(run({ ...purchase('o1', lines), customer: 'Ada' })), 'limit-reached, 2');
  assert.is(
    toldOf(run({ ...purchase('o2', [...copies(1), ...copies(99, 2)]), customer: 'Ada' })),
    'sold-out, 10',
  );
  assert.is(countOf('Ada'), 0);
});

test('held copies count, and are given back by release, by the end of the time and by cancellation, each once', async () => {
  const { run, countOf } = await openShop();
  const held = (key: string, customer: string) => run({ ...hold(key, copies(2), 10_000), customer });
  for (const name of ['a', 'b', 'c']) held(name, name);
  assert.is(toldOf(held('a2', 'a')), 'limit-reached, 0');
  run(release('a'));
  run(release('a', 'again'));
  run(confirm('b'));
  run({ kind: 'tick' }, 20_000);
  assert.equal(
    ['a', 'b', 'c'].map((name) => countOf(name)),
    [0, 2, 0],
  );
  run(cancel('x', 'b', { lines: copies(1), restock: false }));
  run(cancel('x', 'b', { lines: copies(1), restock: false }));
  assert.is(countOf('b'), 1);
  run(cancel('y', 'b'));
  assert.is(countOf('b'), 0);
});

test('who buys is a part of what is asked for under a key', async () => {
  const { run, countOf } = await openShop();
  const asked = { ...purchase('o', copies(1)), customer: 'Ada' };
  assert.is(toldOf(run(asked)), 'confirmed');
  assert.is(run({ ...asked, requestId: 'again' }).replayed, true);
  assert.is(toldOf(run({ ...asked, customer: 'Bob' })), 'key-reused');
  assert.is(toldOf(run(purchase('o', copies(1)))), 'key-reused');
  assert.equal([countOf('Ada'), countOf('Bob')], [1, 0]);
});

test('a limit is set, changed and taken away; what was bought without one does not count, then or when it comes back', async () => {
  const { run, buy, countOf } = await openShop();
  const limit = (perCustomer: number | null) => run(changeBooks(`l${perCustomer}`, [{ id: 1, perCustomer }]));
  buy(2, 'Ada');
  limit(null);
  assert.is(buy(5, 'Ada'), 'confirmed');
  run(cancel('c', 'o2'));
  limit(3);
  assert.equal([countOf('Ada'), buy(2, 'Ada'), buy(1, 'Ada')], [2, 'limit-reached, 1', 'confirmed']);
  limit(1);
  assert.is(buy(1, 'Ada'), 'limit-reached, 0');
});

test('two hundred buyers of twenty customers get forty copies', async () => {
  const { buy, replica } = await openShop();
  const told = Array.from({ length: 200 }, (_, number) => buy(1, `customer ${number % 20}`));
  assert.is(told.filter((one) => one === 'confirmed').length, 40);
  assert.is(replica.state.book(1)!.sold, 40);
});

test('nothing is read or kept for books without a limit', async () => {
  const { buy, replica } = await openShop();
  buy(1, 'Ada', 2);
  await replica.flush();
  const counts = async () => (await snapshotOf(replica)).filter(([key]) => key.startsWith('q/')).length;
  assert.is(await counts(), 0);
  buy(1, 'Ada');
  await replica.flush();
  assert.is(await counts(), 1);
});

test('below its level neither a customer nor a limit gets into the log', async () => {
  const { run } = await openShop(2);
  assert.is(toldOf(run({ ...purchase('o', copies(1)), customer: 'Ada' })), 'not-yet');
  assert.is(toldOf(run({ ...hold('h', copies(1)), customer: 'Ada' })), 'not-yet');
  assert.is(toldOf(run(changeBooks('l', [{ id: 1, perCustomer: 2 }]))), 'not-yet');
  assert.is(toldOf(run(addBooks('b', [newBook(9, { perCustomer: 2 })]))), 'not-yet');
  assert.is(toldOf(run(purchase('o', copies(1)))), 'confirmed');
});

test.run();
