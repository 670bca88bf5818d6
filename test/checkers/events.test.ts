import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventAnswer } from '../../runtime/event-answers.ts';
import { createEventsChecker, lineOf } from './events.ts';

const order = (version: number, orderId: string) =>
  ({ type: 'order', version, what: 'confirmed', order: { orderId } }) as EventAnswer;
const change = (version: number, id: number, number: number) =>
  ({ type: 'book', version, book: { id }, change: { number } }) as EventAnswer;
const stock = (version: number, id: number) => ({ type: 'stock', version, book: { id } }) as EventAnswer;

function judge(events: readonly EventAnswer[], happened: readonly EventAnswer[]) {
  const checker = createEventsChecker();
  const faults = events.map(checker.next).filter((fault) => fault !== undefined);
  const lines = happened.map(lineOf);
  return { faults, missing: checker.missing(lines), invented: checker.invented(lines) };
}

const LOG = [order(1, 'a'), order(2, 'b'), change(2, 7, 1), stock(2, 7), order(3, 'c'), stock(3, 8)];

test('what was told once and in the order of the log is right, and so is a state of a book that has passed', () => {
  const right = { faults: [], missing: [], invented: [] };
  assert.equal(judge(LOG, LOG), right);
  assert.equal(judge([stock(1, 8), ...LOG.slice(1)], LOG.slice(1)), right);
});

test('what is missing, told twice, out of order or made up is found', () => {
  assert.equal(judge(LOG.slice(1), LOG).missing, ['1: order a confirmed']);
  assert.equal(judge([...LOG.slice(0, 2), ...LOG.slice(1)], LOG).faults, [
    'is told twice that 2: order b confirmed',
  ]);
  assert.equal(judge([LOG[1]!, LOG[0]!, ...LOG.slice(2)], LOG).faults, [
    'is told that 1: order a confirmed after 2: order b confirmed',
  ]);
  assert.equal(judge([LOG[0]!, LOG[3]!, LOG[2]!], LOG).faults, [
    'is told that 2: change 1 of 7 after 2: stock of 7',
  ]);
  assert.equal(judge([...LOG, order(4, 'd')], LOG).invented, ['4: order d confirmed']);
});

test.run();
