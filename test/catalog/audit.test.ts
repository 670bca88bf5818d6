import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { auditCatalog } from '../../actors/catalog/audit.ts';
import type { CatalogState } from '../../actors/catalog/state.ts';
import type { Book } from '../../runtime/domain.ts';
import { MESSAGES } from '../../runtime/messages.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { addBooks, newBook, openReplica, purchase, updateBook } from './support.ts';

async function tradedState(): Promise<CatalogState> {
  const { state, apply } = await openReplica(await openMemoryStore());
  apply(addBooks('books', [newBook(1), newBook(2, { stock: 5 }), newBook(3, { stock: 0 })]));
  apply(
    purchase('o-1', [
      { id: 1, quantity: 4 },
      { id: 2, quantity: 1 },
    ]),
  );
  apply(updateBook('a-1', { id: 1, stock: 2 }));
  apply(updateBook('a-2', { id: 3, restock: 7 }));
  return state;
}

test('an audit tells index, digest, totals and one page of the ledger, and every book balances', async () => {
  const state = await tradedState();
  const audit = auditCatalog(state, { after: 1, limit: 1 });
  assert.equal(audit, {
    applied: 4,
    digest: state.digest,
    books: 3,
    totals: { initial: 15, restocked: 3, returned: 0, sold: 5, held: 0, stock: 13 },
    unbalanced: [],
    ledger: [{ id: 2, initial: 5, restocked: 0, returned: 0, sold: 1, held: 0, stock: 4 }],
  });
  MESSAGES.audit.reply.parse(audit);
});

test('an audit without a page tells the totals alone', async () => {
  const { books, ledger } = auditCatalog(await tradedState(), { limit: 0 });
  assert.is(books, 3);
  assert.equal(ledger, []);
});

test('books that do not balance are named, a hundred of them at most', () => {
  const fine: Book = {
    ...{ id: 1, title: 'Xen', topic: 'xen', price: 1, stock: 3 },
    ...{ version: 1, added: 1, initial: 4, restocked: 1, sold: 2 },
  };
  const audit = (books: Book[]) => auditCatalog(stateOf(books), { limit: 0 }).unbalanced;
  assert.equal(audit([fine, { ...fine, id: 2, stock: 4 }, { ...fine, id: 3, stock: -1, sold: 6 }]), [2, 3]);
  const many = Array.from({ length: 150 }, (_, place) => ({ ...fine, id: place + 1, sold: 0 }));
  assert.is(audit(many).length, 100);
});

/** As much of a state as an audit looks at, with books that no state would come to. */
function stateOf(books: Book[]) {
  const page = { books: [], next: null, bytes: 0 };
  const applied = { index: 1, term: 1, sum: 0 };
  return { applied, digest: '', size: books.length, books: () => books, booksAfter: () => page };
}

test.run();
