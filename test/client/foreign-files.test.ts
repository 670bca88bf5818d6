import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checked, complaintOf, readBooks, refusalOf } from '../support/books-files.ts';

/** Files as people have them: spreadsheets of other countries, other programs' exports, cells that were damaged. */

const HEADER = 'title,topic,price,stock';
const ISBN = '9780306406157';

const priceOf = async (file: string) => (await readBooks(file))[0]?.price;
const isbnOf = async (cell: string, header = 'isbn') =>
  (await readBooks(`${HEADER},${header}\nA,t,1,2,${cell}\n`))[0]?.isbn;

test('a file with semicolons has its decimal comma', async () => {
  assert.equal(await readBooks('title;topic;price;stock\nHerbst;Roman;12,99;5\n'), [
    { title: 'Herbst', topic: 'Roman', price: 1299, stock: 5 },
  ]);
  assert.is(await priceOf('title;topic;price;stock\nHerbst;Roman;12,9;5'), 1290);
  assert.is(await priceOf('title;topic;price;stock\nHerbst;Roman;12.99;5'), 1299);
  assert.is(await priceOf('title;topic;price;stock\nHerbst;Roman;1.299,00;5'), 129900);
  assert.is(await priceOf('title;topic;price;stock\n"Herbst; ein Roman";Roman;12;5'), 1200);
});

test('cells may be apart by tabs', async () => {
  const [book] = await readBooks('title\ttopic\tprice\tstock\nHerbst, spät\tRoman\t12,99\t5\n');
  assert.equal(book, { title: 'Herbst, spät', topic: 'Roman', price: 1299, stock: 5 });
});

test('a first line sep= says what is between cells, and lines go on counting', async () => {
  for (const first of ['sep=;', '"sep=;"', 'SEP=;;;;']) {
    assert.is(await priceOf(`\uFEFF${first}\r\ntitle;topic;price;stock\r\nHerbst;Roman;12,99;5\r\n`), 1299);
  }
  assert.match(
    await complaintOf('sep=;\ntitle;topic;price;stock\nHerbst;Roman;x;5\n'),
    /^line 3: the price "x"/,
  );
  // The names would have been read with commas, too.
  assert.match(await complaintOf('sep=;\ntitle,topic,price,stock\n'), /title, topic, price, stock missing/);
});

test('1.299 in a file with semicolons is refused as ambiguous, and 1,299 too', async () => {
  for (const price of ['1.299', '1,299']) {
    assert.is(
      await complaintOf(`title;topic;price;stock\nHerbst;Roman;${price};5\n`),
      `line 2: the price "${price}" is ambiguous: write 1299,00 or 1,29`,
    );
  }
});

test('a decimal comma in a file with commas stays refused', async () => {
  assert.match(
    await complaintOf(`${HEADER}\nHerbst,Roman,"12,99",5\n`),
    'line 2: the price "12,99" is not an amount',
  );
});

test('UTF-16 is recognised, with a byte order mark and without one', async () => {
  const text = 'title;topic;price;stock\r\nŻółw;Roman;12,99;5\r\n';
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  const files = [
    little,
    big,
    Buffer.concat([Buffer.of(0xff, 0xfe), little]),
    Buffer.concat([Buffer.of(0xfe, 0xff), big]),
  ];
  for (const file of files) assert.is((await readBooks(file))[0]?.title, 'Żółw');
});

test('Windows-1252 is refused by a sentence that names it and what to do, and read when it was named', async () => {
  const file = Buffer.concat([
    Buffer.from(`${HEADER}\nA,t,1,2\n`),
    Buffer.from('Caf\u00e9 \u0096 \u0080 5,t,1,2\n', 'latin1'),
  ]);
  const complaint = await complaintOf(file);
  assert.match(
    complaint,
    /^line 3: the text is not UTF-8; it looks like Windows-1252, in which it says "Café"/,
  );
  assert.match(complaint, '--encoding windows-1252');
  const titles = (await readBooks(file, { encoding: 'windows-1252' })).map(({ title }) => title);
  assert.equal(titles, ['A', 'Café – € 5']);
});

test('text that is neither UTF-8 nor fits the encoding that was named is refused', async () => {
  const japanese = Buffer.concat([
    Buffer.from(`${HEADER}\n`),
    Buffer.of(0x8c, 0xb9, 0x81),
    Buffer.from(',t,1,2\n'),
  ]);
  assert.match(
    await complaintOf(japanese),
    /^line 2: the text is not UTF-8; --encoding names another, such as/,
  );
  const broken = Buffer.concat([Buffer.from(`${HEADER}\n`, 'utf16le'), Buffer.of(0x00, 0xd8, 0x41, 0x00)]);
  assert.match(await complaintOf(broken), 'the text is not UTF-16LE');
});

test('a workbook is refused by what it is', async () => {
  assert.match(await complaintOf(Buffer.of(0x50, 0x4b, 3, 4, 20)), 'it is an Excel or OpenDocument workbook');
  assert.match(await complaintOf(Buffer.of(0xd0, 0xcf, 0x11, 0xe0, 1)), 'it is an old Excel workbook');
});

test('rows of separators only are empty rows', async () => {
  assert.is((await readBooks(`${HEADER}\nA,t,1,2\n,,,\n , ,,\nB,t,1,2\n,,,\n`)).length, 2);
  assert.match(await complaintOf(`${HEADER}\nA,t,1,2\n,,,\nB,t,x,2\n`), /^line 4: /);
});

test('5.0 copies are 5, and 5.5 are refused', async () => {
  const [book] = await readBooks(`id,year,${HEADER}\n7.0,1999.0,A,t,1,5.0\n`);
  assert.equal([book?.id, book?.year, book?.stock], [7, 1999, 5]);
  assert.is(await complaintOf(`${HEADER}\nA,t,1,5.5\n`), 'line 2: the stock "5.5" is not a whole number');
  assert.is((await readBooks('title;topic;price;stock\nA;t;1;5,0\n'))[0]?.stock, 5);
});

test('a quoting error says that quotes are doubled', async () => {
  assert.match(
    await complaintOf(`${HEADER}\nThe "big" one,t,1,2\n`),
    /^line 2: .*double the quotes inside it/,
  );
  assert.match(
    await complaintOf(`${HEADER}\n"The "big" one",t,1,2\n`),
    /^line 2: .*double the quotes inside it/,
  );
});

test('Author, ISBN13 and Year Published are taken, and columns that are not read are told', async () => {
  const file = await checked(
    `title,Author,topic,price,stock,ISBN13,Year Published,Binding,Shelf No\nA,B C,t,1,2,${ISBN},1999,x,y\n`,
  );
  assert.equal(file.ignored, ['Binding', 'Shelf No']);
  const books = [];
  for await (const book of file.books()) books.push(book);
  assert.equal(books, [
    { title: 'A', topic: 't', price: 100, stock: 2, authors: 'B C', year: 1999, isbn: ISBN },
  ]);
});

/** Other names than in the whole headers below, cut to what matters. */
const EXPORTS = {
  Goodreads: [
    'Book Id,Title,Author,Author l-f,ISBN,ISBN13,Publisher,Year Published,Original Publication Year,Bookshelves,Owned Copies\n' +
      '77,A,B C,"C, B","=""0306406152""","=""9780306406157""",P,1999,1950,novels,0\n',
    { map: { topic: 'Bookshelves' }, set: { price: '10.00', stock: '1' } },
    { title: 'A', topic: 'novels', price: 1000, stock: 1, authors: 'B C', year: 1999, isbn: ISBN },
  ],
  Shopify: [
    `Handle,Title,Vendor,Product Category,Type,Variant Inventory Qty,Variant Price,Variant Barcode\na,A,P,novels,x,3,12.50,'${ISBN}\n`,
    {},
    { title: 'A', topic: 'novels', price: 1250, stock: 3, isbn: ISBN },
  ],
} as const;

/** Whole headers as these programs write them today, with a value for each column that there is one for. */
const WHOLE_HEADERS = {
  Goodreads: [
    'Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,Binding,Number of Pages,Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,Bookshelves with positions,Exclusive Shelf,My Review,Spoiler,Private Notes,Read Count,Owned Copies',
    {
      Title: 'A',
      Author: 'B C',
      ISBN: '=""0306406152""',
      ISBN13: '=""9780306406157""',
      'Year Published': '1999',
      'Exclusive Shelf': 'read',
      'Owned Copies': '2',
    },
    { map: { topic: 'Exclusive Shelf' }, set: { price: '10.00' } },
    { title: 'A', topic: 'read', price: 1000, stock: 2, authors: 'B C', year: 1999, isbn: ISBN },
  ],
  LibraryThing: [
    'Book Id|Title|Sort Character|Primary Author|Primary Author Role|Secondary Author|Secondary Author Roles|Publication|Date|Review|Rating|Comment|Private Comment|Summary|Media|Physical Description|Weight|Height|Thickness|Length|Dimensions|Page Count|LCCN|Acquired|Date Started|Date Read|Barcode|BCID|Tags|Collections|Languages|Original Languages|LC Classification|ISBN|ISBNs|Subjects|Dewey Decimal|Dewey Wording|Other Call Number|Copies|Source|Entry Date|From Where|OCLC|Work id|Lending Patron|Lending Status|Lending Start|Lending End|List Price|Purchase Price|Value|Condition|ISSN'.replaceAll(
      '|',
      '\t',
    ),
    {
      'Book Id': '5',
      Title: 'A',
      'Primary Author': 'B C',
      Date: '1999',
      Barcode: '0042',
      Tags: 'novels',
      ISBN: '[0306406152]',
      ISBNs: '0306406152, 9780306406157',
      Copies: '3',
      'List Price': '12.50',
    },
    { map: { topic: 'tags' } },
    { title: 'A', topic: 'novels', price: 1250, stock: 3, authors: 'B C', year: 1999, isbn: ISBN },
  ],
  WooCommerce: [
    'ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,"Is featured?","Visibility in catalog","Short description",Description,"Date sale price starts","Date sale price ends","Tax status","Tax class","In stock?",Stock,"Low stock amount","Backorders allowed?","Sold individually?","Weight (kg)","Length (cm)","Width (cm)","Height (cm)","Allow customer reviews?","Purchase note","Sale price","Regular price",Categories,Tags,"Shipping class",Images,"Download limit","Download expiry days",Parent,"Grouped products",Upsells,Cross-sells,"External URL","Button text",Position,Brands,"Attribute 1 name","Attribute 1 value(s)","Attribute 1 visible","Attribute 1 global"',
    {
      ID: '44',
      Type: 'simple',
      SKU: 's-1',
      'GTIN, UPC, EAN, or ISBN': '978-0-306-40615-7',
      Name: 'A',
      Published: '1',
      'In stock?': '1',
      Stock: '3',
      'Low stock amount': '1',
      'Sale price': '9.50',
      'Regular price': '12.50',
      Categories: 'novels',
      Position: '0',
    },
    {},
    { id: 44, title: 'A', topic: 'novels', price: 1250, stock: 3, isbn: ISBN },
  ],
  Calibre: [
    'author_sort,authors,comments,cover,formats,id,identifiers,isbn,languages,library_name,pubdate,publisher,rating,series,series_index,size,tags,timestamp,title,title_sort,uuid',
    { id: '7', authors: 'B C', isbn: ISBN, pubdate: '1999-04-01T00:00:00+00:00', tags: 'novels', title: 'A' },
    { map: { topic: 'tags' }, set: { price: '5', stock: '1' } },
    { id: 7, title: 'A', topic: 'novels', price: 500, stock: 1, authors: 'B C', year: 1999, isbn: ISBN },
  ],
  Shopify: [
    'Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Option2 name,Option2 value,Option3 name,Option3 value,Price,Compare-at price,Cost per item,Charge tax,Tax code,Inventory tracker,Inventory quantity,Continue selling when out of stock,Weight value (grams),Weight unit for display,Requires shipping,Fulfillment service,Product image URL,Image position,Image alt text,Variant image URL,Gift card,SEO title,SEO description',
    { Title: 'A', 'Product category': 'novels', Barcode: ISBN, Price: '12.50', 'Inventory quantity': '3' },
    {},
    { title: 'A', topic: 'novels', price: 1250, stock: 3, isbn: ISBN },
  ],
  Square: [
    'Token,Item Name,Variation Name,SKU,Description,Category,GTIN,Square Online Item Visibility,Weight (lb),Price,Sellable,Stockable,Option Name 1,Option Value 1,Current Quantity Main Street,New Quantity Main Street,Stock Alert Enabled Main Street,Stock Alert Count Main Street,Tax - Sales (8%)',
    { 'Item Name': 'A', Category: 'novels', GTIN: ISBN, Price: '12.50', 'Current Quantity Main Street': '3' },
    {},
    { title: 'A', topic: 'novels', price: 1250, stock: 3, isbn: ISBN },
  ],
} as const;

for (const [program, [header, cells, wishes, book]] of Object.entries(WHOLE_HEADERS)) {
  test(`the whole header of an export of ${program} is read, and no column of it for another`, async () => {
    const between = header.includes('\t') ? '\t' : ',';
    const names = Array.from(header.matchAll(/"([^"]*)"|[^,\t]+/g), ([cell, quoted]) => quoted ?? cell);
    const row = names.map((name) => `"${(cells as Record<string, string>)[name] ?? ''}"`);
    assert.equal(await readBooks(`${header}\n${row.join(between)}\n`, wishes), [book]);
  });
}

for (const [program, [file, wishes, book]] of Object.entries(EXPORTS)) {
  test(`the columns of an export of ${program} are known`, async () => {
    assert.equal(await readBooks(file, wishes), [book]);
  });
}

test('two places of one shop are not taken for one', async () => {
  const header = 'Item Name,Category,Price,Current Quantity North,Current Quantity South';
  assert.is(
    await complaintOf(`${header}\nA,t,1,2,3\n`),
    'line 1: there are several columns for the stock: Current Quantity North, Current Quantity South; ' +
      '--map stock=COLUMN says which',
  );
  const books = await readBooks(`${header}\nA,t,1,2,3\n`, { map: { stock: 'current quantity south' } });
  assert.is(books[0]?.stock, 3);
});

test('a column that a map names and the file has not is told with those that there are', async () => {
  assert.is(
    await complaintOf(`${HEADER}\nA,t,1,2\n`, { map: { topic: 'Shelves' } }),
    'line 1: there is no column "Shelves"; there are title, topic, price, stock',
  );
});

test('what is set holds for all rows, whatever the file says', async () => {
  const books = await readBooks(`${HEADER}\nA,t,,2\nB,t,x,3\n`, { set: { price: '10.00' } });
  assert.equal(
    books.map(({ price, stock }) => [price, stock]),
    [
      [1000, 2],
      [1000, 3],
    ],
  );
});

test('isbn cells are unwrapped, hyphens dropped, and ten digits made thirteen', async () => {
  const cells = [
    '="0306406152"',
    '"=""0306406152"""',
    "'9780306406157",
    '0-306-40615-2',
    '978-0-306-40615-7',
    'ISBN 978 0 306 40615 7',
    '[0306406152]',
    '9780306406157.0',
  ];
  for (const cell of cells) assert.is(await isbnOf(cell), ISBN, cell);
  assert.is(await isbnOf('043942089x'), '9780439420891');
  assert.is(await isbnOf('"="""""'), undefined);
});

test('identifiers that a spreadsheet has destroyed are refused by line', async () => {
  const cases: [cell: string, why: RegExp][] = [
    ['9.78031E+12', /rounded/],
    ['"9,78031E+12"', /rounded/],
    ['9780310000000', /rounded/],
    ['306406152', /has taken the zeros before it \(0306406152\)/],
    ['="306406152"', /has taken the zeros/],
  ];
  for (const [cell, why] of cases) {
    const complaint = await complaintOf(`${HEADER},isbn\nA,t,1,2,\nB,t,1,2,${cell}\n`);
    assert.match(complaint, /^line 3: the isbn ".*" is destroyed: a spreadsheet/, cell);
    assert.match(complaint, why);
  }
});

test('an isbn that is none is left out and told, and the book taken', async () => {
  const file = await checked(`${HEADER},isbn\nA,t,1,2,0306406153\nB,t,1,2,B00ABCDEF1\n`);
  assert.equal(file.isbnsLeftOut, {
    total: 2,
    first: ['line 2: "0306406153": a digit of it is wrong', 'line 3: "B00ABCDEF1": it is no ISBN'],
  });
  for await (const book of file.books()) assert.not('isbn' in book);
});

test('of several columns the first with an ISBN counts, whatever was done to the others', async () => {
  const [book] = await readBooks(`${HEADER},ISBN13,ISBN\nA,t,1,2,9.78031E+12,0306406152\n`);
  assert.is(book?.isbn, ISBN);
});

test('one ISBN on two lines is named with both', async () => {
  const file = `${HEADER},isbn\nA,t,1,2,0306406152\nB,t,1,2,978-0-306-40615-7\n`;
  assert.is(await complaintOf(file), `line 3: the isbn ${ISBN} is on line 2 already`);
});

test('bad rows are told all at once, the first twenty and how many more', async () => {
  const rows = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? 'A,t,x,2' : 'B,t,1,2'));
  const error = await refusalOf([HEADER, ...rows].join('\n'));
  assert.is(error?.details.badRows, 30);
  const told = error?.details.rows as string[];
  assert.is(told.length, 20);
  assert.match(told[0]!, /^line 2: the price "x"/);
  assert.match(told[19]!, /^line 40: /);
  assert.match(error!.message, /; and 10 more$/);
});

test('bad rows before one that ends the reading are told with it', async () => {
  const error = await refusalOf(`${HEADER}\nA,t,x,2\nB,t,1,2\nC "c",t,1,2\n`);
  const told = error?.details.rows as string[];
  assert.equal(
    told.map((sentence) => sentence.slice(0, 7)),
    ['line 2:', 'line 4:'],
  );
});

test('JSON is read with one object a line, as an array laid out in any way, and as a page of the store', async () => {
  const rows = [
    { id: 1, title: 'A', topic: 't', price: '1.50', stock: 2, isbn: '0306406152', version: 7 },
    { id: 2, title: 'B', topic: 't', price: 2, stock: 0, authors: ['C D', 'E F'], year: null },
  ];
  const files = [
    `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`,
    rows.map((row) => JSON.stringify(row)).join('\n'),
    JSON.stringify(rows),
    JSON.stringify(rows, null, 2),
    JSON.stringify({ books: rows, next: null }),
  ];
  for (const file of files) {
    assert.equal(await readBooks(file, { format: 'json' }), [
      { id: 1, title: 'A', topic: 't', price: 150, stock: 2, isbn: ISBN },
      { id: 2, title: 'B', topic: 't', price: 200, stock: 0, authors: 'C D, E F' },
    ]);
  }
  assert.equal((await checked(files[0]!, { format: 'json' })).ignored, ['version']);
});

test('what is wrong in JSON is named by line, or by book where several share one', async () => {
  const bad = { title: 'A', topic: 't', price: 'x', stock: 2 };
  const json = (file: string) => complaintOf(file, { format: 'json' });
  assert.match(
    await json(`{"title":"B","topic":"t","price":1,"stock":2}\n${JSON.stringify(bad)}\n`),
    /^line 2: the price/,
  );
  assert.match(await json(JSON.stringify([bad], null, 2)), /^book 1: the price/);
  assert.match(
    await json('{"title":"B","topic":"t","price":1,"stock":2}\n{oops\n'),
    'line 2: it is no JSON object',
  );
  assert.match(await json('not JSON'), 'line 1: it is no JSON array of books');
});

test.run();
