import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decide } from '../../actors/catalog/decide.ts';
import { type Command, isUnrecorded, MAX_STOCK, type Result } from '../../runtime/domain.ts';
import { orderKey } from '../../storage/keys.ts';
import { commandLog } from './commands.ts';
import { createLedger, type Ledger } from './support.ts';

/** Runs a random log, and `check` after each command with what it was decided on. */
function forEachDecision(check: (ledger: Ledger, command: Command, before: Ledger['books']) => void): void {
  const property = fc.property(commandLog, (commands) => {
    const ledger = createLedger();
    for (const command of commands) {
      const before = new Map(ledger.books);
      ledger.run(command);
      check(ledger, command, before);
    }
  });
  fc.assert(property, { numRuns: 300 });
}

test('no stock is ever negative or past the limit, and every book balances', () => {
  forEachDecision(({ books }) => {
    for (const { stock, initial, restocked, returned = 0, sold, held = 0 } of books.values()) {
      assert.ok(stock >= 0 && held >= 0 && stock + held <= MAX_STOCK);
      assert.ok(returned >= 0 && returned <= sold);
      assert.is(initial + restocked + returned - sold - held, stock);
    }
  });
});

test('a book changes exactly where its version becomes the index of the entry', () => {
  forEachDecision((ledger, _, before) => {
    for (const book of ledger.books.values()) {
      if (book.version === ledger.index) assert.is.not(before.get(book.id), book);
      else assert.is(before.get(book.id), book);
    }
  });
});

test('an order takes all of its lines the first time it is confirmed, and otherwise nothing', () => {
  const property = fc.property(commandLog, (commands) => {
    const ledger = createLedger();
    const orders = new Set<string>();
    for (const command of commands) {
      const before = new Map(ledger.books);
      const result = ledger.run(command);
      if (command.kind !== 'purchase') continue;
      const isSale =
        result.kind === 'order' && result.order.status === 'confirmed' && !orders.has(command.key);
      for (const [id, book] of ledger.books) {
        const wanted = command.lines.filter((line) => line.id === id);
        const quantity = wanted.reduce((sum, line) => sum + line.quantity, 0);
        assert.is(before.get(id)!.stock - book.stock, isSale ? quantity : 0);
      }
      orders.add(command.key);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test('copies sold are those of the confirmed orders, each counted once', () => {
  const property = fc.property(commandLog, (commands) => {
    const ledger = createLedger();
    const confirmed = new Map<string, readonly { id: number; quantity: number }[]>();
    for (const command of commands) {
      const result = ledger.run(command);
      if (result.kind !== 'order' || result.order.status !== 'confirmed') continue;
      confirmed.set(result.order.orderId, result.order.lines);
    }
    for (const book of ledger.books.values()) {
      const lines = [...confirmed.values()].flat().filter((line) => line.id === book.id);
      assert.is(
        lines.reduce((sum, line) => sum + line.quantity, 0),
        book.sold,
      );
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test('once decided, a command has the same answer for ever and changes nothing any more', () => {
  const property = fc.property(commandLog, (commands) => {
    const ledger = createLedger();
    const decided = commands.map((command) => ({ command, result: ledger.run(command) }));
    for (const { command, result } of decided) {
      // A hold and a cancelled order show what has become of them meanwhile, and an order may come late.
      if (isOfHold(command) || isCancelled(ledger, command) || isUnrecorded(result)) continue;
      const again = decide(ledger, command, { index: 1_000_000, at: 0 });
      assert.equal([again.books, again.record], [[], null]);
      if (result.kind === 'refused' && result.code === 'key-reused') {
        assert.equal(again.result, { ...result, version: 1_000_000 });
      } else {
        assert.equal(again.result, { ...result, replayed: again.result.replayed });
      }
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test('copies come back as often as cancellations put them back, never more than an order had, for no more than was paid', () => {
  const property = fc.property(commandLog, (commands) => {
    const ledger = createLedger();
    const back = new Map<number, number>();
    const ofOrders = new Map<string, number>();
    for (const command of commands) {
      const result = ledger.run(command);
      if (result.kind !== 'cancelled' || result.replayed || result.version !== ledger.index) continue;
      const { orderId, lines, restocked, refund } = result.cancellation;
      ofOrders.set(orderId, (ofOrders.get(orderId) ?? 0) + refund);
      for (const { id, quantity } of lines) if (restocked) back.set(id, (back.get(id) ?? 0) + quantity);
    }
    for (const { id, returned = 0 } of ledger.books.values()) assert.is(returned, back.get(id) ?? 0);
    for (const [orderId, refunded] of ofOrders) {
      const { order } = ledger.recorded(orderKey(orderId))!.result as Extract<Result, { kind: 'order' }>;
      assert.is(order.refunded, refunded);
      assert.ok(refunded <= order.total);
      for (const { quantity, cancelled = 0 } of order.lines) assert.ok(cancelled <= quantity);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

function isCancelled(ledger: Ledger, { kind, key }: Command): boolean {
  const result = kind === 'purchase' ? ledger.recorded(orderKey(key))?.result : undefined;
  return result?.kind === 'order' && result.order.refunded !== undefined;
}

const isOfHold = ({ kind }: Command) => kind === 'hold' || kind === 'confirm' || kind === 'release';

test.run();
