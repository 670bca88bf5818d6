import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../runtime/random.ts';
import { generate } from './generate.ts';
import type { Line } from './history.ts';
import { checkLinearizability } from './linearizability.ts';
import { book, bought, order, read, repriced, restocked, soldOut, table, unsure } from './report.ts';

async function is(verdict: string, lines: readonly Line[]): Promise<void> {
  const report = await checkLinearizability(lines);
  assert.is(report.verdict, verdict, JSON.stringify(report.violations));
}
const isRight = (...lines: readonly Line[]) => is('linearizable', lines);
const isWrong = (...lines: readonly Line[]) => is('violated', lines);

const CART = [
  { book: 1, quantity: 1 },
  { book: 2, quantity: 1 },
];

test('the empty history is right', () => isRight());

test('purchases one after the other down to the last copy are right', () =>
  isRight(book(1, 2), bought('a', [1, 2]), bought('b', [3, 4]), soldOut('c', [5, 6]), read('r', [7, 8], 0)));

test('one purchase more than there were copies is oversold', () =>
  isWrong(book(1, 1), bought('a', [1, 2]), bought('b', [1, 2])));

test('a refusal while copies were left is wrong', () =>
  isWrong(book(1, 2), bought('a', [1, 2]), soldOut('b', [3, 4])));

test('of two overlapping buyers of the last copy either may get it', async () => {
  await isRight(book(1, 1), bought('a', [1, 4]), soldOut('b', [2, 3]));
  await isRight(book(1, 1), soldOut('a', [1, 4]), bought('b', [2, 3]));
});

test('a refusal that ended before the last copy was asked for is wrong', () =>
  isWrong(book(1, 1), soldOut('a', [1, 2]), bought('b', [3, 4])));

test('operations that meet in one moment overlap', () =>
  isRight(book(1, 1), soldOut('a', [1, 3]), bought('b', [3, 4])));

test('a strong read that misses an acknowledged purchase is stale', () =>
  isWrong(book(1, 5), bought('a', [1, 2]), read('r', [3, 4], 5)));

test('a strong read beside a purchase may show the stock before or after', async () => {
  await isRight(book(1, 5), bought('a', [1, 4]), read('r', [2, 3], 5));
  await isRight(book(1, 5), bought('a', [1, 4]), read('r', [2, 3], 4));
});

test('two strong reads beside a purchase never go back', () =>
  isWrong(book(1, 5), bought('a', [1, 8]), read('r', [2, 3], 4), read('s', [4, 5], 5)));

test('a strong read of a price that was never set is wrong', async () => {
  await isRight(book(1, 5), repriced('p', [1, 2], 700), read('r', [3, 4], 5, { price: 700 }));
  await isWrong(book(1, 5), repriced('p', [1, 2], 700), read('r', [3, 4], 5));
});

test('a price that is set to what it is may overwrite another beside it', () =>
  isRight(
    book(1, 2),
    repriced('a', [1, 3], 7),
    repriced('b', [4, 8], 9),
    repriced('c', [5, 9], 7),
    read('r', [10, 11], 2, { price: 7 }),
  ));

test('a total is made of the prices at one moment', async () => {
  await isRight(book(1, 5), repriced('p', [1, 4], 700), bought('a', [2, 3], { total: 1000 }));
  await isWrong(book(1, 5), repriced('p', [1, 2], 700), bought('a', [3, 4], { total: 1000 }));
});

test('a restock makes room for a purchase after it and not before it', async () => {
  await isRight(book(1, 0), restocked('s', [1, 2], 1), bought('a', [3, 4]));
  await isWrong(book(1, 0), bought('a', [1, 2]), restocked('s', [3, 4], 1));
});

test('an unknown purchase may have taken effect', () =>
  isRight(book(1, 1), unsure('a', 1), read('r', [3, 4], 0), soldOut('b', [5, 6])));

test('an unknown purchase may not have taken effect', () =>
  isRight(book(1, 1), unsure('a', 1), read('r', [3, 4], 1), bought('b', [5, 6])));

test('an unknown purchase may take effect long after', () =>
  isRight(book(1, 1), unsure('a', 1), read('r', [3, 4], 1), read('s', [5, 6], 0)));

test('an unknown purchase takes effect once', () =>
  isWrong(book(1, 5), unsure('a', 1), read('r', [3, 4], 4), read('s', [5, 6], 3)));

test('an unknown purchase that the whole order table lacks did not happen', async () => {
  await isRight(book(1, 1), unsure('a', 1), read('r', [3, 4], 1), ...table());
  await isWrong(book(1, 1), unsure('a', 1), read('r', [3, 4], 0), ...table());
});

test('an unknown purchase that the order table has did happen', async () => {
  await isRight(book(1, 1), unsure('a', 1), read('r', [3, 4], 0), ...table(order('a', 1)));
  await isWrong(book(1, 1), unsure('a', 1), bought('b', [3, 4]), ...table(order('a', 1), order('b', 2)));
});

test('an acknowledged purchase that the whole order table lacks is lost', () =>
  isWrong(book(1, 5), bought('a', [1, 2]), ...table()));

test('an order that nobody asked for, or that was said not to exist, is wrong', async () => {
  await isWrong(book(1, 5), ...table(order('a', 1)));
  await isWrong(book(1, 5), bought('a', [1, 2], { outcome: 'none' }), ...table(order('a', 1)));
});

test('the same order asked for again is one purchase', async () => {
  const again = bought('b', [3, 4], { key: 'a' });
  await isRight(book(1, 5), unsure('a', 1), again, read('r', [5, 6], 4));
  await isRight(book(1, 5), bought('a', [1, 2]), again, read('r', [5, 6], 4));
  await isWrong(book(1, 5), bought('a', [1, 2]), again, read('r', [5, 6], 3));
});

test('the same order answered in two ways is wrong', () =>
  isWrong(book(1, 1), bought('a', [1, 2]), soldOut('b', [3, 4], { key: 'a' })));

test('another cart under a used key is refused without a trace', () =>
  isRight(book(1, 5), bought('a', [1, 2]), soldOut('b', [3, 4], { key: 'a', code: 'key-reused' })));

test('a cart of several books is sold as one', async () => {
  const books = [book(1, 1), book(2, 1)];
  const cart = bought('a', [1, 2], { lines: CART });
  const seen = (stock: number) => read('r', [3, 4], stock, { book: 2 });
  await isRight(...books, cart, seen(0));
  await isWrong(...books, cart, seen(1));
});

test('a half-sold cart is seen through two books', () => {
  const cart = bought('a', [1, 9], { lines: CART });
  const reads = [read('r', [2, 3], 0), read('s', [4, 5], 1, { book: 2 })];
  return isWrong(book(1, 1), book(2, 1), cart, ...reads);
});

test('the same book twice in a cart is summed', async () => {
  const lines = [CART[0]!, CART[0]!];
  await isRight(book(1, 2), bought('a', [1, 2], { lines }), read('r', [3, 4], 0));
  await isWrong(book(1, 1), bought('a', [1, 2], { lines }));
});

test('books that share no cart are checked apart', async () => {
  const report = await checkLinearizability([
    book(1, 1),
    book(2, 1),
    bought('a', [1, 2]),
    bought('b', [1, 2], { lines: [CART[1]!] }),
  ]);
  assert.is(report.groups, 2);
});

test('two hundred buyers at once are explained, and one sale too many among them is found', async () => {
  const crowd = (sold: number) =>
    Array.from({ length: 200 }, (_, n) =>
      (n < sold ? bought : soldOut)(`${n}`, [1 + n / 1000, 5 - n / 1000]),
    );
  await isRight(book(1, 50), ...crowd(50));
  await isWrong(book(1, 50), ...crowd(51));
  await isWrong(book(1, 50), ...crowd(49));
});

test('a group that needs too many configurations is undecided, never called right', async () => {
  const many = Array.from({ length: 30 }, (_, n) => restocked(`${n}`, [1, 9], 2 ** n));
  const report = await checkLinearizability([book(1, 0), ...many], { maxConfigurations: 1_000 });
  assert.is(report.verdict, 'undecided');
});

test('generated histories are right, with unknown outcomes and carts too', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = seededRandom(seed);
    const options = { operations: 300, clients: 6, books: 3, random, unknown: 0.04, carts: 0.2 };
    await is('linearizable', [...generate(options)]);
  }
});

test('a generated history with one strong read changed is wrong', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const lines = [...generate({ operations: 300, clients: 6, books: 3, random: seededRandom(seed) })];
    const place = lines.findLastIndex((line) => line.kind === 'read' && line.consistency === 'strong');
    const line = lines[place];
    if (line?.kind === 'read' && line.outcome === 'ok') lines[place] = { ...line, stock: line.stock + 100 };
    await is('violated', lines);
  }
});

test.run();
