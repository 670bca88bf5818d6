import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBooksCsv } from '../../client/books-csv.ts';
import { NewBook } from '../../runtime/domain.ts';
import { BazarError } from '../../runtime/errors.ts';
import { mutatedText } from './mutations.ts';
import { rounds } from './rounds.ts';

/** Whole files of books, as a companion to `test/client/books-csv.test.ts`: every line end, cells over several lines. */

const ends = fc.constantFrom('\n', '\r\n', '\r');
const text = fc
  .string({ unit: fc.constantFrom('a', 'é', '源', '"', ',', '\n', '\r\n', ' b'), minLength: 1, maxLength: 8 })
  .map((inner) => `t${inner}t`);

interface Row {
  readonly cells: readonly string[];
  readonly blankLinesAfter: number;
}

const COLUMNS = ['id', 'title', 'topic', 'price', 'stock', 'ignored'];
const row = (id: number): fc.Arbitrary<Row> =>
  fc
    .tuple(text, text, fc.constantFrom('0', '9.99', '10000000.00'), fc.nat(9), text, fc.nat(2))
    .map(([title, topic, price, stock, ignored, blankLinesAfter]) => ({
      cells: [String(id), title, topic, price, String(stock), ignored],
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

function complaintOf(file: string): string | undefined {
  try {
    for (const book of parseBooksCsv(Buffer.from(file))) NewBook.parse(book);
    return undefined;
  } catch (error) {
    assert.instance(error, BazarError);
    return (error as BazarError).message;
  }
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
  ['stock', '1.0'],
  ['stock', '1000000001'],
];

test('wherever a flawed row is, its first line is named, and no book comes out', () => {
  fc.assert(
    fc.property(rows, fc.nat(), fc.constantFrom(...flaws), ends, (list, at, [column, cell], end) => {
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
        complaintOf(before + spelled(bad, end) + after) ?? 'no complaint',
        `line ${linesIn(before) + 1}: `,
      );
    }),
    rounds(500),
  );
});

test('a file that was damaged gives valid books or names a line that it has', () => {
  const files = fc.tuple(rows, ends).map(([list, end]) => fileOf(list, end));
  const seen = { books: 0, complaints: 0 };
  fc.assert(
    fc.property(mutatedText(files), (file) => {
      const complaint = complaintOf(file);
      if (complaint === undefined) return void seen.books++;
      seen.complaints++;
      const [, line] = /^line (\d+): .+/s.exec(complaint) ?? [];
      assert.ok(Number(line) >= 1 && Number(line) <= linesIn(file) + 1, complaint);
    }),
    rounds(1_500),
  );
  assert.ok(seen.books > 0 && seen.complaints > 0);
});

test('a whole file is read as it was written, whatever its line ends and the order of its columns', () => {
  fc.assert(
    fc.property(
      rows,
      ends,
      fc.shuffledSubarray(COLUMNS, { minLength: COLUMNS.length }),
      (list, end, order) => {
        const cellsOf = ({ cells }: Row) =>
          order.map((column) => quoted(cells[COLUMNS.indexOf(column)]!)).join();
        const file = [order.map((name) => ` ${name.toUpperCase()} `).join(), ...list.map(cellsOf), ''].join(
          end,
        );
        const titles = parseBooksCsv(Buffer.from(file)).map(({ id, title }) => [String(id), title]);
        assert.equal(
          titles,
          list.map(({ cells }) => [cells[0], cells[1]]),
        );
      },
    ),
    rounds(300),
  );
});

test.run();
