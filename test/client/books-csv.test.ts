import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBooksCsv } from '../../client/books-csv.ts';
import { BazarError } from '../../runtime/errors.ts';
import { formatMoney } from '../../runtime/money.ts';

const HEADER = 'title,topic,price,stock';
const read = (text: string) => parseBooksCsv(Buffer.from(text));

function complaint(file: string | Uint8Array, limits?: Parameters<typeof parseBooksCsv>[1]): string {
  try {
    parseBooksCsv(Buffer.from(file), limits);
  } catch (error) {
    if (error instanceof BazarError) return error.message;
    throw error;
  }
  return 'no complaint';
}

test('books are read with their columns in any order and unknown ones ignored', () => {
  const [book] = read(
    'popularity,stock,price,topic,title,authors,ID,year,isbn10\n9,5,9.5,t,A,B C,7,-750,0439023483\n',
  );
  assert.equal(book, {
    id: 7,
    title: 'A',
    topic: 't',
    price: 950,
    stock: 5,
    authors: 'B C',
    year: -750,
    isbn: '0439023483',
  });
});

test('a byte order mark, quotes, commas, doubled quotes and line breaks inside quotes are understood', () => {
  const books = read(`\uFEFF${HEADER}\r\n"A ""B"", C","t\r\nu",1,2\r\nD,t,3,4\r\n`);
  assert.equal(
    books.map(({ title }) => title),
    ['A "B", C', 'D'],
  );
  assert.is(books[0]?.topic, 't\r\nu');
});

test('every kind of line ending ends a row, and empty lines count as lines but not as rows', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    assert.is(read([HEADER, 'A,t,1,2', '', 'B,t,1,2', ''].join(end)).length, 2);
    assert.match(complaint([HEADER, 'A,t,1,2', '', 'B,t,x,2'].join(end)), 'line 4: the price "x"');
  }
});

test('letters of any script are kept', () => {
  const title = 'الخيميائي · 源氏物語 · Преступление · Ζορμπάς · J.K. Rowling, Mary GrandPré';
  assert.is(read(`${HEADER}\n"${title}",t,1,2\n`)[0]?.title, title);
});

test('empty optional cells are left out, and an ISBN wins over an ISBN-10', () => {
  const header = `id,authors,year,isbn,isbn10,${HEADER}`;
  assert.equal(read(`${header}\n,,,,,A,t,0,0\n`), [{ title: 'A', topic: 't', price: 0, stock: 0 }]);
  assert.is(read(`${header}\n1,,,978,043,A,t,0,0\n`)[0]?.isbn, '978');
});

test('a bad row is named by the line it begins on, with the reason', () => {
  const cases: [row: string, reason: string][] = [
    [',t,1,2', 'there is no title'],
    ['A, ,1,2', 'there is no topic'],
    ['A,t,,2', 'there is no price'],
    ['A,t,1,', 'there is no stock'],
    ['A,t,1.999,2', 'the price "1.999" is not an amount like 19.99, from 0 to 10000000.00'],
    ['A,t,-1,2', 'the price "-1" is not an amount like 19.99, from 0 to 10000000.00'],
    ['A,t,1,2.5', 'the stock "2.5" is not a whole number'],
    ['A,t,1,-2', 'the stock does not fit: Too small: expected number to be >=0'],
    ['A,t,1,NaN', 'the stock "NaN" is not a whole number'],
    ['A,t,1', 'expect 4, got 3'],
    ['A,t,1,2,3', 'expect 4, got 5'],
  ];
  for (const [row, reason] of cases) {
    assert.is(complaint(`${HEADER}\n"two\nlines",t,1,2\n${row}\n`), `line 4: ${reason}`);
  }
});

test('line ends inside quotes count once, whatever they are', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const rows = [HEADER, `"two${end}lines","and${end}three${end}",1,2`, 'A,t,1,x', ''];
    assert.match(complaint(rows.join(end)), 'line 6: the stock "x"');
  }
});

test('an unclosed quote and a stray quote are named', () => {
  assert.match(complaint(`${HEADER}\nA,t,"1,2\n`), /^line \d: .*quote/i);
  assert.match(complaint(`${HEADER}\nA"B,t,1,2\n`), /^line 2: .*quote/i);
  assert.match(complaint(`${HEADER}\nA,t,1,2\n"B,t,1,2\nC,t,1,2\nD,t,1,2\n`), /^line 3: .*quote/i);
});

test('an id that the file has already is named with both lines', () => {
  const file = `id,${HEADER}\n5,A,t,1,2\n6,B,t,1,2\n5,C,t,1,2\n`;
  assert.is(complaint(file), 'line 4: the id 5 is on line 2 already');
  assert.match(complaint(`id,${HEADER}\n0,A,t,1,2\n`), /^line 2: the id does not fit/);
});

test('a header is required, with each needed column once', () => {
  assert.is(complaint(''), 'line 1: the first row must name the columns title, topic, price, stock');
  assert.is(
    complaint('id,title\n'),
    'line 1: the first row must name the columns; topic, price, stock missing',
  );
  assert.is(complaint(`title,${HEADER}\n`), 'line 1: the column title is there twice');
  assert.equal(read(`${HEADER}\n`), []);
});

test('text that is not UTF-8 is named by its line instead of becoming another title', () => {
  const file = Buffer.concat([
    Buffer.from(`${HEADER}\nA,t,1,2\n`),
    Buffer.from('Caf\u00e9,t,1,2\n', 'latin1'),
  ]);
  assert.is(complaint(file), 'line 3: the text is not UTF-8');
});

test('files, rows and numbers of books above the bounds are refused', () => {
  const limits = { maxCsvBytes: 100, maxCsvBooks: 2, maxCsvRowBytes: 60 };
  const row = 'A,t,1,2\n';
  assert.is(complaint('x'.repeat(101), limits), 'the file has more than 100 bytes');
  assert.is(complaint(`${HEADER}\n${row}${row}${row}`, limits), 'line 4: there are more than 2 books');
  assert.match(complaint(`${HEADER}\n${'x'.repeat(70)}`, limits), /^line 2: .*record/i);
});

test('whatever the bytes, the answer is books or a complaint', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => Buffer.from(`${HEADER}\n${text}`)),
    fc
      .array(fc.constantFrom('"', ',', '\n', '\r', 'A', '1', '.5', ' ', '\uFEFF', '""', 'é'), {
        maxLength: 60,
      })
      .map((parts) => Buffer.from(`${HEADER}\n${parts.join('')}`)),
  );
  fc.assert(
    fc.property(bytes, (file) => {
      const text = complaint(file);
      return text === 'no complaint' || /^line \d+: ./.test(text);
    }),
    { numRuns: 2_000 },
  );
});

test('books that are written as CSV are read back as they were', () => {
  const words = (maxLength: number) =>
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength })
      .map((text) => text.trim())
      .filter((text) => text !== '' && text.length <= maxLength);
  const book = fc.record(
    {
      id: fc.integer({ min: 1, max: 1e12 }),
      title: words(100),
      topic: words(50),
      price: fc.integer({ min: 0, max: 1_000_000_000 }),
      stock: fc.integer({ min: 0, max: 1_000_000_000 }),
      authors: words(100),
      year: fc.integer({ min: -5000, max: 9999 }),
      isbn: words(20),
    },
    { noNullPrototype: true },
  );
  const books = fc.uniqueArray(book, { selector: ({ id }) => id, maxLength: 20 });
  const cell = (text: string | number) => `"${String(text).replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(books, fc.constantFrom('\n', '\r\n'), (list, end) => {
      const names = ['id', 'title', 'topic', 'price', 'stock', 'authors', 'year', 'isbn'] as const;
      const rows = list.map((one) =>
        names.map((name) => cell(name === 'price' ? formatMoney(one.price) : one[name])).join(),
      );
      assert.equal(read([names.join(), ...rows, ''].join(end)), list);
    }),
    { numRuns: 300 },
  );
});

test.run();
