import type { Book, BookId } from '../../runtime/domain.ts';
import type { CatalogAudit } from '../../runtime/messages.ts';
import type { CatalogState } from './state.ts';

/** Unbalanced books that an audit names at most. */
const MAX_NAMED = 100;

/** What an audit looks at. */
type Audited = Pick<CatalogState, 'applied' | 'digest' | 'size' | 'books' | 'booksAfter'>;

/** The totals of all books, those that do not balance, and the ledger of `limit` books after the id `after`. */
export function auditCatalog(
  state: Audited,
  { after = 0, limit }: { readonly after?: BookId; readonly limit: number },
): CatalogAudit {
  const totals = { initial: 0, restocked: 0, sold: 0, stock: 0 };
  const unbalanced: BookId[] = [];
  for (const book of state.books()) {
    totals.initial += book.initial;
    totals.restocked += book.restocked;
    totals.sold += book.sold;
    totals.stock += book.stock;
    if (!balances(book) && unbalanced.length < MAX_NAMED) unbalanced.push(book.id);
  }
  return {
    applied: state.applied.index,
    digest: state.digest,
    books: state.size,
    totals,
    unbalanced,
    ledger: limit === 0 ? [] : state.booksAfter(after, limit).books.map(ledgerLine),
  };
}

/** `initial + restocked - sold = stock`, and no copy sold that was not there. */
function balances({ initial, restocked, sold, stock }: Book): boolean {
  return initial + restocked - sold === stock && stock >= 0;
}

function ledgerLine({ id, initial, restocked, sold, stock }: Book): CatalogAudit['ledger'][number] {
  return { id, initial, restocked, sold, stock };
}
