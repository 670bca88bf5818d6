import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openBooksFile } from '../../client/files/open-books-file.ts';
import { DEFAULT_CLIENT_LIMITS } from '../../client/limits.ts';
import { formatMoney } from '../../runtime/money.ts';
import { complaintOf as complaint, isbnNumber, readBooks as read } from '../support/books-files.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

/** What a CSV file is made of: cells, rows, lines, bounds. What people put into the cells: `people-s-files.test.ts`. */

const HEADER = 'title,topic,price,stock';

test('books are read with their columns in any order and unknown ones ignored', async () => {
  const [book] = await read(
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
    isbn: '9780439023481',
  });
});

test('a byte order mark, quotes, commas, doubled quotes and line breaks inside quotes are understood', async () => {
  const books = await read(`\uFEFF${HEADER}\r\n"A ""B"", C","t\r\nu",1,2\r\nD,t,3,4\r\n`);
  assert.equal(
    books.map(({ title }) => title),
    ['A "B", C', 'D'],
  );
  assert.is(books[0]?.topic, 't\r\nu');
});

test('every kind of line ending ends a row, and empty lines count as lines but not as rows', async () => {
  for (const end of ['\n', '\r\n', '\r']) {
    assert.is((await read([HEADER, 'A,t,1,2', '', 'B,t,1,2', ''].join(end))).length, 2);
    assert.match(await complaint([HEADER, 'A,t,1,2', '', 'B,t,x,2'].join(end)), 'line 4: the price "x"');
  }
});

test('letters of any script are kept', async () => {
  const title = 'الخيميائي · 源氏物語 · Преступление · Ζορμπάς · J.K. Rowling, Mary GrandPré';
  assert.is((await read(`${HEADER}\n"${title}",t,1,2\n`))[0]?.title, title);
});

test('empty optional cells are left out, and an ISBN wins over an ISBN-10', async () => {
  const header = `id,authors,year,isbn,isbn10,${HEADER}`;
  assert.equal(await read(`${header}\n,,,,,A,t,0,0\n`), [{ title: 'A', topic: 't', price: 0, stock: 0 }]);
  const [book] = await read(`${header}\n1,,,978-0-306-40615-7,0439023483,A,t,0,0\n`);
  assert.is(book?.isbn, '9780306406157');
});

test('a bad row is named by the line it begins on, with the reason', async () => {
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
    ['A,t,1', 'it has 3 cells where the first row names 4'],
    ['A,t,1,2,3', 'it has 5 cells where the first row names 4'],
  ];
  for (const [row, reason] of cases) {
    assert.is(await complaint(`${HEADER}\n"two\nlines",t,1,2\n${row}\n`), `line 4: ${reason}`);
  }
});

test('line ends inside quotes count once, whatever they are', async () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const rows = [HEADER, `"two${end}lines","and${end}three${end}",1,2`, 'A,t,1,x', ''];
    assert.match(await complaint(rows.join(end)), 'line 6: the stock "x"');
  }
});

test('an unclosed quote and a stray quote are named', async () => {
  assert.match(await complaint(`${HEADER}\nA,t,"1,2\n`), /^line \d: .*quote/i);
  assert.match(await complaint(`${HEADER}\nA"B,t,1,2\n`), /^line 2: .*quote/i);
  assert.match(await complaint(`${HEADER}\nA,t,1,2\n"B,t,1,2\nC,t,1,2\nD,t,1,2\n`), /^line 3: .*quote/i);
});

test('an id that the file has already is named with both lines', async () => {
  const file = `id,${HEADER}\n5,A,t,1,2\n6,B,t,1,2\n5,C,t,1,2\n`;
  assert.is(await complaint(file), 'line 4: the id 5 is on line 2 already');
  assert.match(await complaint(`id,${HEADER}\n0,A,t,1,2\n`), /^line 2: the id does not fit/);
});

test('a header is required, with each needed column once', async () => {
  assert.is(await complaint(''), 'line 1: the first row must name the columns title, topic, price, stock');
  assert.is(
    await complaint('id,title\n'),
    'line 1: the first row must name the columns; topic, price, stock missing among id, title: ' +
      '--map topic=COLUMN or --set topic=VALUE says what it is',
  );
  assert.is(await complaint(`title,${HEADER}\n`), 'line 1: the column title is there twice');
  assert.equal(await read(`${HEADER}\n`), []);
});

test('rows and numbers of books above the bounds are refused', async () => {
  const limits = { maxFileBooks: 2, maxRowBytes: 60, maxJsonCharacters: 60, maxToldRows: 20 };
  const row = 'A,t,1,2\n';
  assert.is(
    await complaint(`${HEADER}\n${row}${row}${row}`, { limits }),
    'line 4: there are more than 2 books',
  );
  assert.match(await complaint(`${HEADER}\n${'x'.repeat(70)}`, { limits }), /^line 2: .*record/i);
});

test('whatever the bytes, the answer is books or a complaint', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => Buffer.from(`${HEADER}\n${text}`)),
    fc
      .array(fc.constantFrom('"', ',', '\n', '\r', 'A', '1', '.5', ' ', '\uFEFF', '""', 'é'), {
        maxLength: 60,
      })
      .map((parts) => Buffer.from(`${HEADER}\n${parts.join('')}`)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (file) => {
      const text = await complaint(file);
      return (
        text === 'no complaint' || /^line \d+: ./.test(text) || /^(it is|the text is not UTF-16)/.test(text)
      );
    }),
    { numRuns: 2_000 },
  );
});

test('books that are written as CSV are read back as they were', async () => {
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
    },
    { noNullPrototype: true },
  );
  const books = fc
    .uniqueArray(book, { selector: ({ id }) => id, maxLength: 20 })
    .map((list) => list.map((one, at) => ({ ...one, isbn: isbnNumber(at) })));
  const cell = (text: string | number) => `"${String(text).replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(books, fc.constantFrom('\n', '\r\n'), async (list, end) => {
      const names = ['id', 'title', 'topic', 'price', 'stock', 'authors', 'year', 'isbn'] as const;
      const rows = list.map((one) =>
        names.map((name) => cell(name === 'price' ? formatMoney(one.price) : one[name])).join(),
      );
      assert.equal(await read([names.join(), ...rows, ''].join(end)), list);
    }),
    { numRuns: 300 },
  );
});

test('a file above what is allowed is refused before it is read, and a pipe as soon as more has come', () =>
  inTemporaryFolder(async (folder) => {
    const limits = { ...DEFAULT_CLIENT_LIMITS, maxFileBytes: 1_000_000 };
    const path = join(folder, 'large.csv');
    // Nothing but zeros, of which the reading would complain.
    await writeFile(path, '');
    await truncate(path, limits.maxFileBytes + 1);
    const refusal = (from: string) => openBooksFile(from, { limits }).then(String, (error) => error.message);
    assert.is(await refusal(path), 'it has 1000001 bytes; 1 MB are allowed. Import it in parts');
    const endless = spawn('sh', ['-c', 'while echo title,topic; do :; done'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = createWriteStream(pipe);
    writer.on('error', () => {});
    endless.stdout.pipe(writer);
    assert.is(await refusal(pipe), 'it has more; 1 MB are allowed. Import it in parts');
    endless.kill();
  }));

test.run();
