import type { CatalogAudit } from '../../runtime/catalog-audit.ts';
import type { Book, BookId } from '../../runtime/domain.ts';
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
  const totals = { initial: 0, restocked: 0, returned: 0, sold: 0, held: 0, stock: 0 };
  const unbalanced: BookId[] = [];
  for (const book of state.books()) {
    totals.initial += book.initial;
    totals.restocked += book.restocked;
    totals.returned += book.returned ?? 0;
    totals.sold += book.sold;
    totals.held += book.held ?? 0;
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

/** `initial + restocked + returned - sold - held = stock`, and no copy sold, held or returned that was not there. */
function balances({ initial, restocked, returned = 0, sold, held = 0, stock }: Book): boolean {
  const isSound = stock >= 0 && held >= 0 && returned >= 0 && returned <= sold;
  return isSound && initial + restocked + returned - sold - held === stock;
}

function ledgerLine(book: Book): CatalogAudit['ledger'][number] {
  const { id, initial, restocked, returned = 0, sold, held = 0, stock } = book;
  return { id, initial, restocked, returned, sold, held, stock };
}
