import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { auditCatalog } from '../../actors/catalog/audit.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import {
  type LogCommand,
  MAX_CANCELLED_LINES,
  MAX_ORDER_EVENTS,
  MAX_STOCK,
  type Order,
  type Result,
} from '../../runtime/domain.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import {
  addBooks,
  cancel,
  confirm,
  hold,
  newBook,
  openReplica,
  orderIn,
  purchase,
  release,
  updateBook,
} from './support.ts';

const two = [{ id: 1, quantity: 2 }];
const one = [{ id: 1, quantity: 1 }];

/** A shop with ten copies each of books 1 at 10.00 and 2 at 5.00. */
async function openShop(facts = {}) {
  const replica = await openReplica(await openMemoryStore());
  const run = (command: LogCommand, at = 1_000): Result => replica.apply(command, { at }).result!;
  run({ kind: 'raiseLevel', level: LEVEL });
  run(addBooks('books', [newBook(1, facts), newBook(2, { price: 500 })]));
  return {
    replica,
    run,
    counts(id = 1): string {
      const { stock, sold, returned = 0 } = replica.state.book(id)!;
      assert.equal(auditCatalog(replica.state, { limit: 0 }).unbalanced, []);
      return `${stock} to sell, ${sold} sold, ${returned} returned`;
    },
    order: (key: string): Order => replica.state.order(key)!,
  };
}

const codeOf = (result: Result) => (result.kind === 'refused' ? result.code : result.kind);

function cancellationIn(result: Result) {
  if (result.kind !== 'cancelled') throw new Error(`not cancelled: ${JSON.stringify(result)}`);
  return result.cancellation;
}

test('an order is cancelled as a whole: its copies are on the shelf again, and all that was paid is given back', async () => {
  const { run, counts, order } = await openShop();
  run(purchase('o', [...two, { id: 2, quantity: 3 }]));
  const { lines, refund, status, restocked } = cancellationIn(run(cancel('c', 'o'), 2_000));
  assert.equal(
    [lines, refund, status, restocked],
    [[...two, { id: 2, quantity: 3 }], 3_500, 'cancelled', true],
  );
  assert.equal([counts(), counts(2)], ['10 to sell, 2 sold, 2 returned', '10 to sell, 3 sold, 3 returned']);
  assert.equal(order('o').events, [
    { what: 'confirmed', version: 3, at: 1_000 },
    { what: 'cancelled', version: 4, at: 2_000, key: 'c', by: 'admin', lines, refund, restocked },
  ]);
  assert.equal([order('o').status, order('o').total, order('o').refunded], ['cancelled', 3_500, 3_500]);
});

test('a part after a part is cancelled until nothing is left, and then no more', async () => {
  const { run, counts, order } = await openShop();
  run(purchase('o', [...two, { id: 2, quantity: 1 }]));
  assert.is(cancellationIn(run(cancel('c1', 'o', { lines: one }))).status, 'partly-cancelled');
  assert.is(cancellationIn(run(cancel('c2', 'o', { lines: one }))).refund, 1_000);
  assert.equal(run(cancel('c3', 'o', { lines: one })), {
    ...{ kind: 'refused', code: 'over-cancelled', version: 6, replayed: false, bookId: 1, available: 0 },
  });
  assert.equal(cancellationIn(run(cancel('c4', 'o'))).lines, [{ id: 2, quantity: 1 }]);
  assert.is(codeOf(run(cancel('c5', 'o'))), 'over-cancelled');
  assert.equal([counts(), order('o').refunded], ['10 to sell, 2 sold, 2 returned', 2_500]);
});

test('what is written off is given back for, and stays off the shelf', async () => {
  const { run, counts, replica } = await openShop();
  run(purchase('o', two));
  const { version } = replica.state.book(1)!;
  assert.is(cancellationIn(run(cancel('c', 'o', { restock: false }))).refund, 2_000);
  assert.is(counts(), '8 to sell, 2 sold, 0 returned');
  assert.is(replica.state.book(1)!.version, version);
});

test('a cancellation happens once under its key, and tells the same again', async () => {
  const { run, counts } = await openShop();
  run(purchase('o', two));
  const first = run(cancel('c', 'o', { lines: one }));
  assert.equal(run(cancel('c', 'o', { lines: one })), first);
  assert.equal(run(cancel('c', 'o', { lines: one }, 'another')), { ...first, replayed: true });
  for (const other of [{ lines: two }, {}, { lines: one, restock: false }, { lines: one, refund: 1 }]) {
    assert.is(codeOf(run(cancel('c', 'o', other))), 'key-reused');
  }
  assert.is(codeOf(run(cancel('c', 'another-order', { lines: one }))), 'key-reused');
  assert.is(counts(), '9 to sell, 2 sold, 1 returned');
});

test('less may be given back than was paid for the copies, and never more', async () => {
  const { run, order } = await openShop();
  run(purchase('o', two));
  const refused = run(cancel('c1', 'o', { lines: one, refund: 1_001 }));
  assert.equal(refused.kind === 'refused' && [refused.code, refused.paid], ['over-refunded', 1_000]);
  run(cancel('c2', 'o', { lines: one, refund: 1 }));
  run(cancel('c3', 'o', { lines: one, refund: 0 }));
  assert.equal([order('o').status, order('o').refunded], ['cancelled', 1]);
});

test('the key of a cancelled order shows what has become of it, and never sells again', async () => {
  const { run, counts } = await openShop();
  run(purchase('o', two));
  run(cancel('c', 'o'));
  const again = run(purchase('o', two, 'another'));
  assert.equal([orderIn(again).status, again.replayed], ['cancelled', true]);
  assert.is(codeOf(run(purchase('o', one))), 'key-reused');
  assert.is(counts(), '10 to sell, 2 sold, 2 returned');
});

test('a hold is cancelled once it is confirmed; confirmed again, it shows that', async () => {
  const { run, counts, order } = await openShop();
  run(hold('h', two));
  const early = run(cancel('c1', 'h'));
  assert.equal(early.kind === 'refused' && [early.code, early.status], ['not-confirmed', 'held']);
  run(confirm('h'));
  run(cancel('c2', 'h'));
  assert.is(orderIn(run(confirm('h'))).status, 'cancelled');
  assert.is(codeOf(run(release('h'))), 'hold-confirmed');
  assert.is(counts(), '10 to sell, 2 sold, 2 returned');
  assert.equal(
    order('h').events!.map(({ what }) => what),
    ['held', 'confirmed', 'cancelled'],
  );
});

test('what was not sold is not cancelled, and the refusal says what happened; an order that is not there may still come', async () => {
  const { run } = await openShop();
  run(hold('h', two), 5_000);
  run(release('h'), 6_000);
  run(purchase('r', [{ id: 1, quantity: 99 }]));
  const released = run(cancel('c1', 'h'));
  assert.equal(released.kind === 'refused' && [released.status, released.since?.at], ['released', 6_000]);
  const refused = run(cancel('c2', 'r'));
  assert.equal(refused.kind === 'refused' && [refused.code, refused.status], ['not-confirmed', 'refused']);
  const unknown = run(cancel('c3', 'o'));
  assert.equal(unknown.kind === 'refused' && [unknown.code, unknown.unrecorded], ['unknown-order', true]);
  run(purchase('o', one));
  assert.is(codeOf(run(cancel('c3', 'o'))), 'cancelled');
});

test('copies that the shelf cannot hold do not come back, unless they are written off', async () => {
  const { run, counts } = await openShop({ stock: MAX_STOCK });
  run(purchase('o', one));
  run(updateBook('u', { id: 1, restock: 1 }));
  assert.is(codeOf(run(cancel('c1', 'o'))), 'stock-limit');
  assert.is(codeOf(run(cancel('c2', 'o', { restock: false }))), 'cancelled');
  assert.is(counts(), `${MAX_STOCK} to sell, 1 sold, 0 returned`);
});

test('an order remembers a bounded number of events, and can always be cancelled to its end', async () => {
  const { run, order, counts } = await openShop({ stock: 200 });
  run(purchase('o', [{ id: 1, quantity: 200 }]));
  let done = 0;
  while (codeOf(run(cancel(`c${done}`, 'o', { lines: one }))) === 'cancelled') done++;
  assert.is(done, MAX_ORDER_EVENTS - 2);
  assert.is(codeOf(run(cancel('again', 'o', { lines: one }))), 'too-many-cancellations');
  assert.is(cancellationIn(run(cancel('rest', 'o'))).lines[0]!.quantity, 200 - done);
  assert.equal(
    [order('o').events!.length, counts()],
    [MAX_ORDER_EVENTS, '200 to sell, 200 sold, 200 returned'],
  );
});

test('the cancellations of an order have a bounded number of lines together, and the last one is always taken', async () => {
  const { run, order } = await openShop();
  const ids = Array.from({ length: 100 }, (_, at) => at + 11);
  run(
    addBooks(
      'more',
      ids.map((id) => newBook(id, { stock: 20 })),
    ),
  );
  const each = (quantity: number) => ids.map((id) => ({ id, quantity }));
  run(purchase('o', each(20)));
  const codes = ids.slice(0, 12).map((id) => codeOf(run(cancel(`c${id}`, 'o', { lines: each(1) }))));
  assert.equal(codes, [...Array(10).fill('cancelled'), ...Array(2).fill('too-many-cancellations')]);
  assert.is(codeOf(run(cancel('rest', 'o'))), 'cancelled');
  const remembered = order('o').events!.flatMap((event) => event.lines ?? []);
  assert.is(remembered.length, MAX_CANCELLED_LINES + ids.length);
});

test('cancelled orders come through restarts and snapshots, with the digest of everybody', async () => {
  const { replica, run } = await openShop({ perCustomer: 5 });
  run({ ...purchase('o', two), customer: 'Ada' });
  run(cancel('c1', 'o', { lines: one }));
  await replica.flush();
  run(cancel('c2', 'o', { restock: false }));
  const { digest } = replica.state;
  await replica.restart();
  assert.is(replica.state.digest, digest);
  await replica.flush();
  const other = await openReplica(await openMemoryStore());
  await other.restoreFrom(replica);
  assert.is(other.state.digest, digest);
  assert.equal(other.state.order('o'), replica.state.order('o'));
});

test('below its level a cancellation is refused for now', async () => {
  const replica = await openReplica(await openMemoryStore());
  replica.apply({ kind: 'raiseLevel', level: 2 });
  assert.is(codeOf(replica.apply(cancel('c', 'o')).result!), 'not-yet');
});

test.run();
