import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AuditAnswer } from '../../runtime/api.ts';
import type { Line, OrderLine } from '../checkers/history.ts';
import { checkLinearizability } from '../checkers/linearizability.ts';
import { book, bought, cached, order, soldOut, table, unsure } from '../checkers/report.ts';
import { checkWitness } from '../checkers/witness.ts';
import { createTally } from './tally.ts';
import { type Evidence, judge, tellVerdict, type Verdict } from './verdict.ts';

/** Two copies of book 1, one of which was sold. */
const HISTORY: readonly Line[] = [
  book(1, 2),
  bought('a', [1, 2], { version: 1 }),
  cached('r', [3, 4], 1, 1),
  ...table(order('a', 1)),
];

function audit(more: Partial<AuditAnswer['books'][number]> = {}, digests = ['d', 'd', 'd']): AuditAnswer {
  return {
    consistent: true,
    catalogs: digests.map((digest, at) => ({
      id: `catalog-${at + 1}`,
      state: 'present',
      applied: 9,
      digest,
    })),
    books: [{ id: 1, initial: 2, restocked: 0, returned: 0, sold: 1, held: 0, stock: 1, ...more }],
    next: null,
  };
}

async function judged(history: readonly Line[], more: Partial<Evidence> = {}): Promise<Verdict> {
  const tally = createTally();
  for (const line of history) tally.count(line, false);
  const orders = history.filter((line): line is OrderLine => line.kind === 'order');
  return judge({
    tally,
    faults: new Map([['kill leader', 1]]),
    afterChecks: { audit: audit(), orders, ordered: new Map([[1, 1]]), paid: [] },
    witness: await checkWitness(() => history),
    linearizability: await checkLinearizability(history),
    troubles: [],
    ...more,
  });
}

function wrongRows({ rows }: Verdict): readonly string[] {
  return rows.filter(({ isRight }) => isRight === false).map(({ name, value }) => `${name} ${value}`);
}

test('a history that is right, with equal digests, gets a clean verdict', async () => {
  const verdict = await judged(HISTORY);
  assert.equal([verdict.clean, verdict.findings], [true, []]);
  const text = tellVerdict(verdict);
  for (const part of ['every guarantee held', 'kill leader 1', 'lost', 'equal, d']) assert.match(text, part);
});

test('an acknowledged order that is not in the table is lost', async () => {
  const verdict = await judged([...HISTORY.slice(0, -2), ...table()]);
  assert.not(verdict.clean);
  assert.ok(wrongRows(verdict).includes('lost 1'));
  assert.match(tellVerdict(verdict), 'NOT every guarantee held');
});

test('an order in the table that no buyer asked for counts as duplicated', async () => {
  const verdict = await judged([...HISTORY.slice(0, -2), ...table(order('a', 1), order('b', 2))]);
  assert.ok(wrongRows(verdict).includes('duplicated 1'));
});

test('a sale of a copy that was not there is oversold', async () => {
  const history = [book(1, 0), bought('a', [1, 2], { version: 1 }), ...table(order('a', 1))];
  const verdict = await judged(history);
  assert.equal(wrongRows(verdict), ['oversold 1', 'linearizable violated, 1 operations']);
});

test('a read of what had been before what the gateway had answered is stale', async () => {
  const history = [
    book(1, 2),
    bought('a', [1, 2], { version: 1 }),
    cached('r', [3, 4], 2, 0),
    ...table(order('a', 1)),
  ];
  assert.equal(wrongRows(await judged(history)), ['stale 1']);
});

test('copies that are gone without an order, or ordered and not gone, are found in the ledger', async () => {
  const withLedger = (sold: number) => {
    const afterChecks = {
      audit: audit({ sold, stock: 2 - sold }),
      orders: [],
      ordered: new Map([[1, 1]]),
      paid: [],
    };
    return judged(HISTORY, { afterChecks });
  };
  assert.equal(wrongRows(await withLedger(2)), ['duplicated 1']);
  assert.equal(wrongRows(await withLedger(0)), ['lost 1']);
});

test('a payment without its order is no clean verdict', async () => {
  const paid = [{ orderId: 'a', status: 'confirmed', total: 5, payment: 'captured' }];
  const afterChecks = { audit: audit(), orders: [], ordered: new Map([[1, 1]]), paid };
  const entryOf = (orderId: string) => ({ key: orderId, orderId, amount: 5, status: 'captured' as const });
  const right = { afterChecks, payments: { entries: [entryOf('a')], deaths: 2 } };
  assert.equal(wrongRows(await judged(HISTORY, right)), []);
  const wrong = { afterChecks, payments: { entries: [entryOf('a'), entryOf('b')], deaths: 2 } };
  const verdict = await judged(HISTORY, wrong);
  assert.equal(wrongRows(verdict), [
    'payments 2 captured, 0 declined, 0 voided, 0 given back, 0 refused\nthe service died 2 times',
  ]);
  assert.match(verdict.findings.join(), '5 was captured for order b, which there is not');
});

test('different digests, catalogs that never become equal, and other troubles are no clean verdict', async () => {
  const orders = { orders: [], ordered: new Map([[1, 1]]), paid: [] };
  const different = await judged(HISTORY, { afterChecks: { audit: audit({}, ['d', 'e', 'd']), ...orders } });
  assert.equal(wrongRows(different), ['digests different']);
  assert.not((await judged(HISTORY, { afterChecks: undefined })).clean);
  const refusing = await judged(HISTORY, { troubles: ['catalog-1 refuses to start: damaged'] });
  assert.equal([refusing.clean, refusing.findings.length], [false, 1]);
});

test('an error that nobody who asks rightly should get is counted', async () => {
  const history = [
    book(1, 2),
    bought('a', [1, 2], { outcome: 'none', code: 'internal', total: undefined }),
    ...table(),
  ];
  assert.equal(wrongRows(await judged(history)), ['unexpected errors 1']);
});

test('the longest time without a purchase is measured with the faults in it, and replays do not end it', () => {
  const tally = createTally();
  tally.count(bought('a', [0, 1_000]), false);
  tally.faultBegan('pause leader');
  tally.count(bought('b', [1_000, 1_500]), true);
  tally.count(soldOut('c', [1_500, 2_000]), false);
  tally.faultEnded('pause leader');
  tally.count(bought('d', [2_000, 4_000]), false);
  tally.count(bought('e', [4_000, 4_100]), false);
  tally.end(5_000);
  assert.equal(tally.longestGap, { ms: 3_000, during: ['pause leader'] });
  const { operations, confirmed, refused } = tally.counts;
  assert.equal([operations, confirmed, refused], [5, 4, 1]);
});

test('a store that never sells again has a gap to the end', () => {
  const tally = createTally();
  tally.count(bought('a', [0, 1_000]), false);
  tally.count(unsure('b', 1_000), false);
  tally.end(9_000);
  assert.is(tally.longestGap.ms, 8_000);
});

test('after a leader was killed, the next purchase that was asked for later counts', () => {
  const tally = createTally();
  tally.leaderKilled(1_000);
  tally.count(bought('a', [900, 1_010]), false);
  tally.count(bought('b', [1_050, 1_400]), false);
  tally.count(bought('c', [1_400, 1_450]), false);
  tally.leaderKilled(2_000);
  tally.faultBegan('pause order');
  tally.count(bought('d', [2_100, 2_200]), false);
  assert.equal(tally.recoveriesMs, [400]);
});

test.run();
