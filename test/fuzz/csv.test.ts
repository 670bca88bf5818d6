import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NewBook } from '../../runtime/domain.ts';
import { isbnNumber, readBooks, refusalOf } from '../support/books-files.ts';
import { mutatedText } from './mutations.ts';
import { rounds } from './rounds.ts';

/** Whole files of books, as a companion to `test/client/books-file.test.ts`: every line end, cells over several lines. */

const ends = fc.constantFrom('\n', '\r\n', '\r');
const text = fc
  .string({ unit: fc.constantFrom('a', 'é', '源', '"', ',', '\n', '\r\n', ' b'), minLength: 1, maxLength: 8 })
  .map((inner) => `t${inner}t`);

interface Row {
  readonly cells: readonly string[];
  readonly blankLinesAfter: number;
}

const COLUMNS = ['id', 'title', 'topic', 'price', 'stock', 'isbn', 'ignored'];
const row = (id: number): fc.Arbitrary<Row> =>
  fc
    .tuple(text, text, fc.constantFrom('0', '9.99', '10000000.00'), fc.nat(9), text, fc.nat(2))
    .map(([title, topic, price, stock, ignored, blankLinesAfter]) => ({
      cells: [String(id), title, topic, price, String(stock), isbnNumber(id), ignored],
      blankLinesAfter,
    }));
const rows = fc
  .integer({ min: 1, max: 12 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, place) => row(place + 1))));

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const spelled = ({ cells, blankLinesAfter }: Row, end: string) =>
  cells.map(quoted).join() + end.repeat(1 + blankLinesAfter);
const fileOf = (list: readonly Row[], end: string) =>
  COLUMNS.join() + end + list.map((one) => spelled(one, end)).join('');
const linesIn = (part: string) => part.match(/\r\n|\n|\r/g)?.length ?? 0;

async function complaintOf(file: string | Uint8Array): Promise<string | undefined> {
  const refusal = await refusalOf(file);
  if (!refusal) for (const book of await readBooks(file)) NewBook.parse(book);
  return refusal?.message;
}

const flaws: readonly (readonly [column: string, cell: string])[] = [
  ['id', '0'],
  ['id', 'x'],
  ['id', '9007199254740993'],
  ['title', ''],
  ['title', ' '],
  ['topic', ''],
  ['topic', 'x'.repeat(201)],
  ['price', ''],
  ['price', '1,5'],
  ['price', '-1'],
  ['price', '1e3'],
  ['price', '10000000.01'],
  ['stock', ''],
  ['stock', '-1'],
  ['stock', '1.5'],
  ['isbn', '9.78031E+12'],
  ['isbn', '306406152'],
  ['stock', '1000000001'],
];

test('wherever a flawed row is, its first line is named, and no book comes out', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      fc.nat(),
      fc.constantFrom(...flaws),
      ends,
      async (list, at, [column, cell], end) => {
        const place = at % list.length;
        const bad = {
          ...list[place]!,
          cells: list[place]!.cells.map((was, of) => (COLUMNS[of] === column ? cell : was)),
        };
        const before = fileOf(list.slice(0, place), end);
        const after = list
          .slice(place + 1)
          .map((one) => spelled(one, end))
          .join('');
        assert.match(
          (await complaintOf(before + spelled(bad, end) + after)) ?? 'no complaint',
          `line ${linesIn(before) + 1}: `,
        );
      },
    ),
    rounds(500),
  );
});

test('a file that was damaged gives valid books or names a line that it has', async () => {
  const files = fc.tuple(rows, ends).map(([list, end]) => fileOf(list, end));
  const seen = { books: 0, complaints: 0 };
  await fc.assert(
    fc.asyncProperty(mutatedText(files), async (file) => {
      const complaint = await complaintOf(file);
      if (complaint === undefined) return void seen.books++;
      seen.complaints++;
      const [, line] = /^line (\d+): .+/s.exec(complaint) ?? [];
      assert.ok(Number(line) >= 1 && Number(line) <= linesIn(file) + 1, complaint);
    }),
    rounds(1_500),
  );
  assert.ok(seen.books > 0 && seen.complaints > 0);
});

test('a whole file is read as it was written, whatever its line ends and the order of its columns', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      ends,
      fc.shuffledSubarray(COLUMNS, { minLength: COLUMNS.length }),
      async (list, end, order) => {
        const cellsOf = ({ cells }: Row) =>
          order.map((column) => quoted(cells[COLUMNS.indexOf(column)]!)).join();
        const file = [order.map((name) => ` ${name.toUpperCase()} `).join(), ...list.map(cellsOf), ''].join(
          end,
        );
        const titles = (await readBooks(file)).map(({ id, title }) => [String(id), title]);
        assert.equal(
          titles,
          list.map(({ cells }) => [cells[0], cells[1]]),
        );
      },
    ),
    rounds(300),
  );
});

const DELIMITERS = [',', ';', '\t', '|'];
const apart = ({ cells }: Row, delimiter: string) =>
  cells
    .map((cell) => (cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : quoted(cell)))
    .join(delimiter);

test('a file is read the same whatever is between its cells and whatever Unicode it is written in', async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      ends,
      fc.constantFrom(...DELIMITERS),
      fc.constantFrom('utf8', 'utf16le', 'utf16be'),
      fc.boolean(),
      async (list, end, delimiter, encoding, hasMark) => {
        const lines = [COLUMNS.join(delimiter), ...list.map((one) => apart(one, delimiter)), ''];
        const text = `${hasMark ? '\uFEFF' : ''}${lines.join(end)}`;
        const file = Buffer.from(text, encoding === 'utf8' ? 'utf8' : 'utf16le');
        if (encoding === 'utf16be') file.swap16();
        assert.equal(await readBooks(file), await readBooks(fileOf(list, end)));
      },
    ),
    rounds(100),
  );
});

test('bytes of any kind give books or a sentence', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
      const header = Buffer.from('title;topic;price;stock\n', bytes.length % 2 === 0 ? 'utf8' : 'utf16le');
      const complaint = await complaintOf(Buffer.concat([header, bytes]));
      if (complaint !== undefined) assert.match(complaint, /^line \d+: .|^the text is not UTF-16LE; /s);
    }),
    rounds(200),
  );
});

test.run();
