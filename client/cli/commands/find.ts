import { readWhole, UsageError } from '../../../runtime/command-line.ts';
import { BookSort } from '../../../runtime/finding.ts';
import { plain } from '../../../runtime/plain.ts';
import type { FindRequest } from '../../client.ts';
import { type CliCommand, type CliContext, EXIT } from '../command.ts';
import { table } from '../table.ts';

const MOST = 1000;

export const find: CliCommand = {
  name: 'find',
  usage: '[WORDS...]',
  summary: 'books by words of title, authors, topic and ISBN',
  details: [
    'All words must be there, or the beginnings of words; accents and capitals do not count. Where no book has them all,',
    'words that are spelled a little differently count too. What fits best comes first.',
  ],
  options: {
    '--topic <TOPIC>': 'only of this topic',
    '--isbn <ISBN>': 'only with this ISBN, of ten or thirteen digits',
    '--in-stock': 'only books of which there are copies',
    '--sort <BY>': `one of ${BookSort.options.join(', ')}`,
    '--after <NEXT>': 'the page after the one that said so',
    '--limit <N>': `at most so many, 1 to ${MOST} (default: 20)`,
  },
  examples: [
    ['find xen undergrad', 'books with a word that begins so'],
    ['find --isbn 0-306-40615-2', 'the book with that ISBN'],
    ['find --in-stock --sort price', 'what there is, the cheapest first'],
  ],
  async run(context) {
    const request = readRequest(context);
    const page = await context.store().find(request);
    context.show(page, () => {
      if (page.books.length === 0) return 'No book fits.';
      const rows = page.books.map(({ id, title, authors, topic, price, stock }) => [
        id,
        title,
        authors,
        topic,
        price,
        stock,
      ]);
      const columns = [
        { number: 'id' },
        'title',
        'authors',
        'topic',
        { number: 'price' },
        { number: 'stock' },
      ];
      const shown = table(context.terminal, columns, rows);
      if (page.next === null) return shown;
      return `${shown}\nMore: ${context.commandLine(`${again(context)} --after=${page.next}`)}`;
    });
    return EXIT.done;
  },
};

function readRequest({ args, options }: CliContext): FindRequest {
  const { topic, isbn, sort, after, limit, inStock } = options;
  const q = args.join(' ').trim();
  const by = BookSort.safeParse(sort);
  if (sort !== undefined && !by.success) {
    throw new UsageError(`--sort must be one of ${BookSort.options.join(', ')}, not "${sort}"`);
  }
  return {
    ...(q !== '' && { q }),
    ...(topic !== undefined && { topic: String(topic) }),
    ...(isbn !== undefined && { isbn: String(isbn) }),
    ...(inStock === true && { inStock }),
    ...(by.success && { sort: by.data }),
    ...(after !== undefined && { after: String(after) }),
    limit: limit === undefined ? 20 : readWhole(String(limit), '--limit', 1, MOST),
  };
}

/** The same command line, without the page. */
function again({ args, options }: CliContext): string {
  const given = ['topic', 'isbn', 'sort', 'limit'].filter((name) => options[name] !== undefined);
  const parts = given.map((name) => `--${name}=${quoted(String(options[name]))}`);
  const inStock = options.inStock === true ? ['--in-stock'] : [];
  return ['find', ...args.map(quoted), ...parts, ...inStock].join(' ');
}

/** As one argument of a shell, whatever is in it. */
const quoted = (text: string) =>
  /^[\w.-]+$/.test(text) ? text : `'${plain(text).replaceAll("'", "'\\''")}'`;
