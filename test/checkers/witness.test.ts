import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../runtime/random.ts';
import { generate } from './generate.ts';
import { isAnsweredRead, type Line, type WriteLine } from './history.ts';
import { book, bought, cached, order, read, repriced, restocked, soldOut, table, unsure } from './report.ts';
import { checkWitness } from './witness.ts';

async function rulesBroken(lines: readonly Line[]): Promise<string[]> {
  const { violations } = await checkWitness(() => lines);
  return [...new Set(violations.map(({ rule }) => rule))];
}
async function isRight(...lines: readonly Line[]) {
  const { violations } = await checkWitness(() => lines);
  assert.equal(violations, []);
}
async function breaks(rule: string, ...lines: readonly Line[]) {
  assert.ok((await rulesBroken(lines)).includes(rule), `not found: ${rule}`);
}

const CART = [
  { book: 1, quantity: 1 },
  { book: 2, quantity: 1 },
];
const v = (version: number) => ({ version });

test('the empty history is right', () => isRight());

test('purchases in the order of their versions down to the last copy are right', () =>
  isRight(
    book(1, 2),
    bought('a', [1, 2], v(1)),
    bought('b', [3, 4], v(2)),
    soldOut('c', [5, 6], v(3)),
    read('r', [7, 8], 0, { version: 2, asOf: 3 }),
    ...table(order('a', 1), order('b', 2), order('c', 3, { status: 'refused', code: 'sold-out' })),
  ));

test('one purchase more than there were copies is oversold', () =>
  breaks('the model agrees', book(1, 1), bought('a', [1, 2], v(1)), bought('b', [1, 2], v(2))));

test('a refusal at a version that had copies left is wrong', () =>
  breaks('the model agrees', book(1, 2), bought('a', [1, 2], v(1)), soldOut('b', [3, 4], v(2))));

test('an acknowledged order that the table lacks is lost', () =>
  breaks('nothing acknowledged is lost', book(1, 2), bought('a', [1, 2], v(1)), ...table()));

test('an order recorded at another version than it was answered with is wrong', () =>
  breaks('one answer per key', book(1, 2), bought('a', [1, 2], v(1)), ...table(order('a', 2))));

test('the same order decided twice is wrong', () =>
  breaks(
    'one answer per key',
    book(1, 5),
    bought('a', [1, 2], v(1)),
    bought('b', [3, 4], { key: 'a', version: 2 }),
  ));

test('the same order replayed with its first version is right', () =>
  isRight(
    book(1, 5),
    bought('a', [1, 2], v(1)),
    bought('c', [3, 4], v(2)),
    bought('b', [5, 6], { key: 'a', version: 1 }),
  ));

test('an order that the table has twice is wrong', () =>
  breaks('one order per key', book(1, 5), bought('a', [1, 2], v(1)), ...table(order('a', 1), order('a', 1))));

test('two writes cannot have one version', () =>
  breaks('one write per version', book(1, 5), bought('a', [1, 4], v(1)), bought('b', [2, 4], v(1))));

test('a write that ended before another began has the smaller version', () =>
  breaks('real-time order', book(1, 5), bought('a', [1, 2], v(2)), bought('b', [3, 4], v(1))));

test('an order that nobody asked for, or that was said not to exist, is wrong', async () => {
  await breaks('nothing happens unasked', book(1, 5), ...table(order('a', 1)));
  await breaks(
    'none means none',
    book(1, 5),
    bought('a', [1, 2], { outcome: 'none' }),
    ...table(order('a', 1)),
  );
});

test('an unknown purchase that took effect is found in the table and explains what is read', async () => {
  const lines = [book(1, 5), unsure('a', 1), read('r', [3, 4], 4, v(1))];
  await isRight(...lines, ...table(order('a', 1)));
  await breaks('reads show what was', ...lines, ...table());
});

test('an unknown purchase may take effect after later ones', () =>
  isRight(
    book(1, 5),
    unsure('a', 1),
    bought('b', [3, 4], v(1)),
    read('r', [5, 6], 3, v(2)),
    ...table(order('a', 2), order('b', 1)),
  ));

test('an unknown write is resolved by the same key asked again', () =>
  isRight(
    book(1, 5),
    { ...restocked('s', [1, 1], 5), end: null, outcome: 'unknown' },
    restocked('t', [3, 4], 5, { key: 's', version: 1 }),
    read('r', [5, 6], 10, v(1)),
  ));

test('a book with an unresolved write is checked for order alone, and the report says so', async () => {
  const lines: Line[] = [
    book(1, 5),
    { ...restocked('s', [1, 1], 5), end: null, outcome: 'unknown' },
    cached('r', [3, 4], 10, 1),
  ];
  assert.is((await checkWitness(() => lines)).looseReads, 1);
  await isRight(...lines);
  await breaks('a gateway never goes back', ...lines, cached('q', [5, 6], 5, 0));
});

test('a strong read that misses an acknowledged purchase is stale, whatever gateway had it', () =>
  breaks(
    'strong reads are fresh',
    book(1, 5),
    bought('a', [1, 2], v(1)),
    read('r', [3, 4], 5, { version: 0, via: 'gateway-2' }),
  ));

test('a strong read as of an index that had been passed is stale although its book did not change', () =>
  breaks(
    'strong reads are fresh',
    book(1, 5),
    book(2, 5),
    bought('a', [1, 2], { ...v(1), lines: [CART[1]!] }),
    read('r', [3, 4], 5, { version: 0, asOf: 0 }),
  ));

test('strong reads one after the other never go back', () =>
  breaks(
    'strong reads are fresh',
    book(1, 5),
    read('r', [2, 3], 4, v(1)),
    read('s', [4, 5], 5, v(0)),
    bought('a', [1, 8], v(1)),
  ));

test('strong reads of two books see one half-sold cart as wrong', () =>
  breaks(
    'strong reads are fresh',
    book(1, 1),
    book(2, 1),
    read('r', [2, 3], 0, v(1)),
    read('s', [4, 5], 1, { book: 2, version: 0 }),
    bought('a', [1, 9], { lines: CART, version: 1 }),
  ));

test('a read that shows a write before it was asked for is wrong', () =>
  breaks('reads show what was', book(1, 5), cached('r', [1, 2], 4, 1), bought('a', [3, 4], v(1))));

test('a read with the right version and the wrong stock or price is wrong', async () => {
  const sale = bought('a', [1, 2], v(1));
  await breaks('reads show what was', book(1, 5), sale, cached('r', [3, 4], 5, 1));
  await breaks(
    'reads show what was',
    book(1, 5),
    repriced('p', [1, 2], 700, v(1)),
    cached('r', [3, 4], 5, 1),
  );
});

test('a read of a version that the book never had is wrong', () =>
  breaks('reads show what was', book(1, 5), cached('r', [3, 4], 5, 7)));

test('a read as of an index at which the book had changed again is wrong', () =>
  breaks('reads show what was', book(1, 5), bought('a', [1, 2], v(1)), cached('q', [3, 4], 4, 1), {
    ...cached('r', [3, 5], 5, 0, 'gateway-2'),
    asOf: 1,
  }));

test('a default read may be old through a gateway that knows no better', () =>
  isRight(book(1, 5), bought('a', [1, 2], v(1)), cached('r', [3, 4], 5, 0, 'gateway-2')));

test('a default read is never older than what its gateway has acknowledged', () =>
  breaks('a gateway never goes back', book(1, 5), bought('a', [1, 2], v(1)), cached('r', [3, 4], 5, 0)));

test('a default read is never older than the refusal that its gateway has passed on', () =>
  breaks(
    'a gateway never goes back',
    book(1, 1),
    { ...bought('a', [1, 2], v(1)), via: 'gateway-2' },
    soldOut('b', [3, 4], v(2)),
    cached('r', [5, 6], 1, 0),
  ));

for (const [kind, code] of [
  ['cancel', 'over-cancelled'],
  ['confirm', 'hold-expired'],
  ['release', 'hold-confirmed'],
] as const) {
  test(`a default read may be older than a refused ${kind}, which tells of an order and of no shelf`, () => {
    const ofAnOrder = { kind, order: 'a', restock: true, lines: [{ book: 1, quantity: 1 }] };
    const refused = { ...soldOut('d', [7, 8], v(3)), ...ofAnOrder, code } as WriteLine;
    return isRight(
      book(1, 5),
      bought('a', [1, 2], v(1)),
      { ...bought('b', [3, 4], v(2)), via: 'gateway-2' },
      cached('q', [5, 6], 4, 1),
      refused,
      cached('r', [9, 10], 4, 1),
    );
  });
}

test('a default read never goes back in version', () =>
  breaks(
    'a gateway never goes back',
    book(1, 5),
    cached('q', [2, 3], 4, 1),
    cached('r', [4, 5], 5, 0),
    bought('a', [1, 6], v(1)),
  ));

test('reads that overlap may come in either order', () =>
  isRight(book(1, 5), cached('q', [2, 4], 4, 1), cached('r', [3, 5], 5, 0), bought('a', [1, 6], v(1))));

test('a history whose answers are not in the order of their ends is no history', async () => {
  const lines = [book(1, 5), bought('a', [3, 4], v(1)), bought('b', [1, 2], v(2))];
  await checkWitness(() => lines).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, 'b is not in the order of its end'),
  );
});

test('an order table of which a part is missing is no history', async () => {
  const lines: Line[] = [book(1, 5), { kind: 'table', orders: 1 }];
  await checkWitness(() => lines).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, 'the order table has 0 orders'),
  );
});

test('more violations than the report holds are still counted', async () => {
  const wrong = Array.from({ length: 150 }, (_, n) => cached(`r${n}`, [3, 4], 9, 0));
  const report = await checkWitness(() => [book(1, 5), ...wrong]);
  assert.is(report.violated, 150);
  assert.is(report.violations.length, 100);
});

test('generated histories are right, with unknown outcomes and carts too', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = seededRandom(seed);
    const options = { operations: 2_000, clients: 20, books: 5, random, unknown: 0.02, carts: 0.1 };
    await isRight(...generate(options));
  }
});

test('a generated history with one answer changed is wrong', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const lines = [...generate({ operations: 500, clients: 6, books: 3, random: seededRandom(seed) })];
    const changed = (test: (line: Line) => boolean, change: object) => {
      const place = lines.findLastIndex(test);
      return lines.map((line, at) => (at === place ? ({ ...line, ...change } as Line) : line));
    };
    const isStrong = (line: Line) => isAnsweredRead(line) && line.consistency === 'strong';
    await breaks('reads show what was', ...changed(isAnsweredRead, { stock: 9_999 }));
    await breaks(
      'strong reads are fresh',
      ...changed(isStrong, { version: 0, asOf: 0, stock: 50, price: 1000 }),
    );
    const withoutTable = lines.filter((line) => line.kind !== 'order' && line.kind !== 'table');
    await breaks('nothing acknowledged is lost', ...withoutTable, ...table());
  }
});

test.run();
