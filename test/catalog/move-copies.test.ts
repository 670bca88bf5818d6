import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { moveCopies } from '../../actors/catalog/move-copies.ts';
import type { Book } from '../../runtime/domain.ts';

const SHELVED = { id: 1, title: 'A', topic: 't', price: 1, stock: 5, version: 1, added: 1, initial: 5 };
const BOOK: Book = { ...SHELVED, restocked: 0, sold: 0 };

test('the stored text is the same whatever came between: what comes and goes stands last, returned before held', () => {
  const held = moveCopies({ ...BOOK, changes: 1 }, { stock: -2, held: 2 }, 2);
  const changedMeanwhile: Book = { ...moveCopies(BOOK, { stock: -2, held: 2 }, 2), changes: 1 };
  const fields = (book: Book) => Object.keys(moveCopies(book, { stock: 1, returned: 1, sold: -1 }, 3)).join();
  assert.is(fields(changedMeanwhile), fields(held));
  assert.ok(fields(held).endsWith('changes,returned,held'));
});

test('a count that is back at none is not there, and the book before is as it was', () => {
  const held = moveCopies(BOOK, { stock: -2, held: 2 }, 2);
  const sold = moveCopies(held, { held: -2, sold: 2 }, 3);
  assert.is(JSON.stringify(sold), JSON.stringify({ ...BOOK, stock: 3, sold: 2, version: 3 }));
  assert.is(held.held, 2);
});

test.run();
