import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decide } from '../../actors/catalog/decide.ts';
import { TIME_START } from '../../actors/catalog/log-time.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import { MAX_NEW_BOOK_ID, MAX_STOCK } from '../../runtime/domain.ts';
import { MAX_PRICE_CENTS } from '../../runtime/money.ts';
import { addBooks, createLedger, newBook, orderIn, purchase, updateBook } from './support.ts';

test('a purchase takes the copies and records the order with titles, prices, total and index', () => {
  const ledger = createLedger(newBook(1, { title: 'Xen', price: 1999 }), newBook(2, { price: 50 }));
  const result = ledger.run(
    purchase('o-1', [
      { id: 2, quantity: 3 },
      { id: 1, quantity: 1 },
    ]),
  );
  assert.equal(result, {
    kind: 'order',
    order: {
      orderId: 'o-1',
      status: 'confirmed',
      lines: [
        { id: 2, title: 'Book 2', quantity: 3, price: 50 },
        { id: 1, title: 'Xen', quantity: 1, price: 1999 },
      ],
      total: 2149,
      version: 2,
      at: 2000,
    },
    version: 2,
    replayed: false,
  });
  assert.is(ledger.book(2)?.stock, 7);
  assert.is(ledger.book(2)?.sold, 3);
  assert.is(ledger.book(2)?.version, 2);
  assert.is(ledger.book(2)?.added, 1);
});

test('the last copy can be sold, and the next buyer is refused as sold out', () => {
  const ledger = createLedger(newBook(1, { stock: 1 }));
  assert.is(orderIn(ledger.run(purchase('o-1', [{ id: 1, quantity: 1 }]))).status, 'confirmed');
  const refused = orderIn(ledger.run(purchase('o-2', [{ id: 1, quantity: 1 }])));
  assert.is(refused.status, 'refused');
  assert.is(refused.code, 'sold-out');
  assert.is(refused.bookId, 1);
  assert.is(refused.total, 0);
  assert.is(ledger.book(1)?.stock, 0);
});

test('a cart of which one line cannot be had changes nothing', () => {
  const ledger = createLedger(newBook(1), newBook(2, { stock: 1 }));
  const lines = [
    { id: 1, quantity: 2 },
    { id: 2, quantity: 2 },
  ];
  const refused = orderIn(ledger.run(purchase('o-1', lines)));
  assert.is(refused.bookId, 2);
  assert.is(ledger.book(1)?.stock, 10);
  assert.is(ledger.book(1)?.version, 1);
});

test('the same book twice in one cart is summed before the stock is checked', () => {
  const ledger = createLedger(newBook(1, { stock: 3 }));
  const twice = [
    { id: 1, quantity: 2 },
    { id: 1, quantity: 2 },
  ];
  assert.is(orderIn(ledger.run(purchase('o-1', twice))).code, 'sold-out');
  const fits = [
    { id: 1, quantity: 2 },
    { id: 1, quantity: 1 },
  ];
  const { lines } = orderIn(ledger.run(purchase('o-2', fits)));
  assert.equal(lines, [{ id: 1, title: 'Book 1', quantity: 3, price: 1000 }]);
  assert.is(ledger.book(1)?.stock, 0);
});

test('a line that expects another price is refused as price-changed', () => {
  const ledger = createLedger(newBook(1, { price: 1000 }));
  assert.is(orderIn(ledger.run(purchase('o-1', [{ id: 1, quantity: 1, price: 999 }]))).code, 'price-changed');
  assert.is(orderIn(ledger.run(purchase('o-2', [{ id: 1, quantity: 1, price: 1000 }]))).status, 'confirmed');
});

test('two lines of a book that expect two prices cannot both be right, and a line without a price expects none', () => {
  const ledger = createLedger(newBook(1, { price: 1000 }));
  const differing = [
    { id: 1, quantity: 1, price: 1000 },
    { id: 1, quantity: 1, price: 900 },
  ];
  assert.is(orderIn(ledger.run(purchase('o-1', differing))).code, 'price-changed');
  const silent = [
    { id: 1, quantity: 1, price: 1000 },
    { id: 1, quantity: 1 },
  ];
  assert.is(orderIn(ledger.run(purchase('o-2', silent))).status, 'confirmed');
});

test('unknown-book comes before price-changed before sold-out, wherever in the cart they are', () => {
  const ledger = createLedger(newBook(1, { stock: 0 }), newBook(2, { price: 1 }));
  const soldOut = { id: 1, quantity: 1 };
  const repriced = { id: 2, quantity: 1, price: 2 };
  const unknown = { id: 3, quantity: 1 };
  const refusal = (key: string, lines: Parameters<typeof purchase>[1]) => {
    const { code, bookId } = orderIn(ledger.run(purchase(key, lines)));
    return `${code} ${bookId}`;
  };
  assert.is(refusal('o-1', [soldOut, repriced, unknown]), 'unknown-book 3');
  assert.is(refusal('o-2', [soldOut, repriced]), 'price-changed 2');
  assert.is(refusal('o-3', [soldOut]), 'sold-out 1');
});

test('a cart that comes to more cents than a number can count exactly is refused as a whole', () => {
  const dear = { price: MAX_PRICE_CENTS, stock: MAX_STOCK };
  const ledger = createLedger(newBook(1, dear), newBook(2, dear));
  const most = Math.floor(Number.MAX_SAFE_INTEGER / MAX_PRICE_CENTS);
  const tooMuch = orderIn(ledger.run(purchase('o-1', [{ id: 1, quantity: most + 1 }])));
  assert.is(tooMuch.code, 'total-limit');
  assert.is(tooMuch.bookId, undefined);
  const exact = orderIn(ledger.run(purchase('o-2', [{ id: 1, quantity: most }])));
  assert.is(exact.status, 'confirmed');
  assert.is(exact.total, most * MAX_PRICE_CENTS);
  assert.ok(Number.isSafeInteger(exact.total));
});

test('a recorded key gets its first answer again, whatever has changed since', () => {
  const ledger = createLedger(newBook(1, { stock: 1 }));
  const first = ledger.run(purchase('o-1', [{ id: 1, quantity: 1 }]));
  ledger.run(updateBook('a-1', { id: 1, price: 5, stock: 0 }));
  const again = ledger.run(purchase('o-1', [{ id: 1, quantity: 1 }]));
  assert.equal(again, first);
  assert.is(ledger.book(1)?.sold, 1);
});

test('a refusal is recorded too: the copies that came later do not turn it into a sale', () => {
  const ledger = createLedger(newBook(1, { stock: 0 }));
  const first = ledger.run(purchase('o-1', [{ id: 1, quantity: 1 }]));
  ledger.run(updateBook('a-1', { id: 1, restock: 5 }));
  const again = ledger.run(purchase('o-1', [{ id: 1, quantity: 1 }]));
  assert.equal(again, first);
  assert.is(ledger.book(1)?.stock, 5);
});

test('an answer counts as replayed for another request, not for the second proposal of the same one', () => {
  const ledger = createLedger(newBook(1));
  const lines = [{ id: 1, quantity: 1 }];
  ledger.run(purchase('o-1', lines, 'request-1'));
  assert.is(ledger.run(purchase('o-1', lines, 'request-1')).replayed, false);
  assert.is(ledger.run(purchase('o-1', lines, 'request-2')).replayed, true);
});

test('neither the order of lines nor how copies are spread over them makes another cart', () => {
  const ledger = createLedger(newBook(1), newBook(2));
  ledger.run(
    purchase('o-1', [
      { id: 1, quantity: 2, price: 1000 },
      { id: 2, quantity: 1 },
    ]),
  );
  const same = ledger.run(
    purchase('o-1', [
      { id: 2, quantity: 1 },
      { id: 1, quantity: 1, price: 1000 },
      { id: 1, quantity: 1, price: 1000 },
    ]),
  );
  assert.is(same.kind, 'order');
  assert.is(ledger.book(1)?.sold, 2);
});

test('another cart under a recorded key is key-reused, and the record stays as it was', () => {
  const ledger = createLedger(newBook(1));
  const first = ledger.run(purchase('o-1', [{ id: 1, quantity: 1 }]));
  const others = [
    [{ id: 1, quantity: 2 }],
    [{ id: 2, quantity: 1 }],
    [{ id: 1, quantity: 1, price: 1000 }],
    [
      { id: 1, quantity: 1 },
      { id: 2, quantity: 1 },
    ],
  ];
  for (const lines of others) {
    const reused = ledger.run(purchase('o-1', lines));
    assert.equal(reused, { kind: 'refused', code: 'key-reused', version: ledger.index, replayed: false });
  }
  assert.equal(ledger.run(purchase('o-1', [{ id: 1, quantity: 1 }])), first);
});

test('an order and an admin request may have the same key; two different admin requests may not', () => {
  const ledger = createLedger(newBook(1));
  ledger.run(purchase('k', [{ id: 1, quantity: 1 }]));
  assert.is(ledger.run(updateBook('k', { id: 1, price: 5 })).kind, 'updated');
  const reused = ledger.run(addBooks('k', [newBook(2)]));
  assert.is(reused.kind === 'refused' && reused.code, 'key-reused');
  assert.is(ledger.book(2), undefined);
});

test('books without an id get the ids after the greatest, also after the greatest of their own batch', () => {
  const ledger = createLedger(newBook(7));
  const result = ledger.run(addBooks('a-1', [newBook(undefined), newBook(9), newBook(undefined)]));
  assert.equal(result, { kind: 'added', added: [10, 9, 11], skipped: [], version: 2, replayed: false });
});

test('a book that exists is left as it is; of two in a batch with one id the first is added', () => {
  const ledger = createLedger(newBook(1, { title: 'old' }));
  const batch = [
    newBook(1, { title: 'new' }),
    newBook(2, { title: 'first' }),
    newBook(2, { title: 'second' }),
  ];
  const result = ledger.run(addBooks('a-1', batch));
  assert.equal(result, { kind: 'added', added: [2], skipped: [1, 2], version: 2, replayed: false });
  assert.is(ledger.book(1)?.title, 'old');
  assert.is(ledger.book(2)?.title, 'first');
});

test('adding is exactly once: a retry adds nothing and tells the ids of the first time', () => {
  const ledger = createLedger();
  const first = ledger.run(addBooks('a-1', [newBook(undefined)], 'request-1'));
  const again = ledger.run(addBooks('a-1', [newBook(undefined)], 'request-2'));
  assert.equal(again, { ...first, replayed: true });
  assert.is(ledger.books.size, 1);
});

test('a book with the greatest id of all takes no id from those without, which get the next after the others', () => {
  const ledger = createLedger(newBook(Number.MAX_SAFE_INTEGER), newBook(3));
  const result = ledger.run(addBooks('a-1', [newBook(undefined), newBook(7), newBook(undefined)]));
  assert.equal(result.kind === 'added' && [...result.added].sort(), [7, 8, 9]);
});

test('where the last id is taken, books without one get those between, and none twice', () => {
  const ledger = createLedger(newBook(1), newBook(4), newBook(MAX_NEW_BOOK_ID));
  const first = ledger.run(addBooks('a-1', [newBook(undefined), newBook(3), newBook(undefined)]));
  assert.equal(first.kind === 'added' && [...first.added].sort(), [2, 3, 5]);
  const second = ledger.run(addBooks('a-2', [newBook(undefined)]));
  assert.equal(second.kind === 'added' && second.added, [6]);
});

test('where no id is left the whole batch is refused', () => {
  const view = {
    level: LEVEL,
    logTime: TIME_START,
    openHolds: 0,
    book: () => undefined,
    withIsbn: () => undefined,
    copiesOf: () => 0,
    recorded: () => undefined,
  };
  const full = { ...view, lastId: MAX_NEW_BOOK_ID, firstFreeId: MAX_NEW_BOOK_ID + 1 };
  const { result, books } = decide(full, addBooks('a-1', [newBook(undefined)]), { index: 9, at: 9 });
  assert.is(result.kind === 'refused' && result.code, 'stock-limit');
  assert.is(books.length, 0);
});

test('a price, a restock and a stock are set; the stock is booked as a signed restock', () => {
  const ledger = createLedger(newBook(1, { stock: 10 }));
  ledger.run(purchase('o-1', [{ id: 1, quantity: 4 }]));
  ledger.run(updateBook('a-1', { id: 1, restock: 5, price: 7 }));
  const restocked = ledger.book(1)!;
  assert.equal([restocked.stock, restocked.restocked, restocked.price], [11, 5, 7]);

  const result = ledger.run(updateBook('a-2', { id: 1, stock: 2 }));
  const book = ledger.book(1)!;
  assert.equal([book.initial, book.restocked, book.sold, book.stock], [10, -4, 4, 2]);
  assert.equal(result, { kind: 'updated', book, version: 4, replayed: false });
});

test('an update of an unknown book is refused, and stays refused under that key', () => {
  const ledger = createLedger();
  const first = ledger.run(updateBook('a-1', { id: 1, price: 5 }));
  assert.equal(first, { kind: 'refused', code: 'unknown-book', version: 1, replayed: false });
  ledger.run(addBooks('a-2', [newBook(1)]));
  assert.equal(ledger.run(updateBook('a-1', { id: 1, price: 5 })), first);
  assert.is(ledger.book(1)?.price, 1000);
});

test('a change that expects another version is refused as the log stands, and stays refused under its key', () => {
  const ledger = createLedger(newBook(1));
  const { version } = ledger.book(1)!;
  ledger.run(purchase('o-1', [{ id: 1, quantity: 1 }]));
  const stale = updateBook('a-1', { id: 1, stock: 100, expectVersion: version });
  const refused = ledger.run(stale);
  const { version: bookVersion } = ledger.book(1)!;
  assert.equal(refused, {
    kind: 'refused',
    code: 'version-changed',
    version: 3,
    bookVersion,
    replayed: false,
  });
  assert.is(ledger.book(1)!.stock, 9);
  assert.equal(ledger.run(stale), refused);
  ledger.run(updateBook('a-2', { id: 1, stock: 100, expectVersion: bookVersion }));
  assert.is(ledger.book(1)!.stock, 100);
  const other = ledger.run(updateBook('a-2', { id: 1, stock: 100 }));
  assert.is(other.kind === 'refused' && other.code, 'key-reused');
});

test('more copies than are in stock are refused, and the price in the same request with them', () => {
  const ledger = createLedger(newBook(1, { stock: MAX_STOCK }));
  const result = ledger.run(updateBook('a-1', { id: 1, restock: 1, price: 5 }));
  assert.is(result.kind === 'refused' && result.code, 'stock-limit');
  assert.is(ledger.book(1)?.price, 1000);
});

test('a decision changes nothing that it was given', () => {
  const ledger = createLedger(newBook(1));
  const before = structuredClone(ledger.book(1));
  const command = purchase('o-1', [{ id: 1, quantity: 1 }]);
  const frozen = structuredClone(command);
  const first = decide(ledger, command, { index: 2, at: 5 });
  const second = decide(ledger, command, { index: 2, at: 5 });
  assert.equal(first, second);
  assert.equal(ledger.book(1), before);
  assert.equal(command, frozen);
});

test.run();
