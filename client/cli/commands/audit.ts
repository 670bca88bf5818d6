import type { AuditAnswer } from '../../../runtime/api.ts';
import type { Client } from '../../client.ts';
import { type CliCommand, EXIT } from '../command.ts';
import { table } from '../table.ts';

export const audit: CliCommand = {
  name: 'audit',
  usage: '',
  summary: 'do all catalogs agree, and does every book balance?',
  details: [
    'A book balances when initial + restocked + returned - sold - held = stock. Catalogs that are away are listed; they do not count',
    'against the store. The exit code is 1 where the audit found a fault.',
  ],
  options: {
    '--ledger': 'every book with its numbers, not the totals alone',
  },
  examples: [
    ['audit', 'the verdict, and each catalog with its totals'],
    ['audit --ledger --json', 'the books of all books, for a program'],
  ],
  async run(context) {
    const whole = context.options.ledger === true;
    const found = whole ? await everyPage(context.store()) : await context.store().audit({ limit: 1 });
    const { catalogs, consistent } = found;
    context.show(whole ? found : { consistent, catalogs }, () => {
      const verdict = consistent
        ? 'Consistent: the catalogs agree and every book balances.'
        : 'NOT CONSISTENT.';
      const parts = [verdict, table(context.terminal, CATALOG_COLUMNS, catalogs.map(catalogRow))];
      if (whole) parts.push(table(context.terminal, LEDGER_COLUMNS, found.books.map(ledgerRow)));
      return parts.join('\n\n');
    });
    return consistent ? EXIT.done : EXIT.refused;
  },
};

/** The ledger from its first page to its last. Consistent only if every page said so. */
async function everyPage(store: Client): Promise<AuditAnswer> {
  let page = await store.audit({});
  let { consistent } = page;
  const books = [...page.books];
  while (page.next !== null) {
    page = await store.audit({ after: page.next });
    consistent &&= page.consistent;
    for (const book of page.books) books.push(book);
  }
  return { ...page, consistent, books };
}

const COUNTS = ['initial', 'restocked', 'returned', 'sold', 'held', 'stock'] as const;
const NUMBERS = COUNTS.map((number) => ({ number }));
const CATALOG_COLUMNS = [
  'catalog',
  'state',
  { number: 'applied' },
  'digest',
  { number: 'books' },
  ...NUMBERS,
  'unbalanced',
];
const LEDGER_COLUMNS = [{ number: 'id' }, ...NUMBERS];

function catalogRow(catalog: AuditAnswer['catalogs'][number]) {
  const { id, state, applied, digest, books, totals, unbalanced = [] } = catalog;
  const faults = unbalanced.join(' ') || (state === 'present' ? 'none' : '');
  return [id, state, applied, digest?.slice(0, 12), books, ...COUNTS.map((count) => totals?.[count]), faults];
}

function ledgerRow(line: AuditAnswer['books'][number]) {
  return [line.id, ...COUNTS.map((count) => line[count])];
}
