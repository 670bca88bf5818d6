import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError } from '../../runtime/errors.ts';
import { AS_ADMIN, AS_READER, ask, openRpc, post, send, TOKEN, withBridge } from './support.ts';

test('a purchase answers 201 with the order as it was confirmed', () =>
  withBridge(async ({ url }) => {
    const lines = [
      { id: 1, quantity: 2 },
      { id: 2, quantity: 1, price: '19.99' },
    ];
    const { status, body, headers } = await post(`${url}/purchase`, { lines });
    assert.is(status, 201);
    assert.equal(body, {
      orderId: 'made-1',
      status: 'confirmed',
      lines: [
        { id: 1, title: 'How to get a good grade', quantity: 2, price: '10.00' },
        { id: 2, title: 'RPCs for Noobs', quantity: 1, price: '19.99' },
      ],
      total: '39.99',
      version: 2,
      at: '2026-01-02T03:04:05.000Z',
    });
    assert.is(headers.get('idempotent-replayed'), null);
    assert.is((await ask(`${url}/info/1`)).body.stock, 98);
  }));

test('one copy is bought where no quantity is named, also on a line of a cart', () =>
  withBridge(async ({ url }) => {
    assert.is((await post(`${url}/purchase`, { id: 1 })).status, 201);
    assert.is((await post(`${url}/purchase`, { lines: [{ id: 1 }, { id: 2 }] })).status, 201);
    assert.is((await ask(`${url}/info/1`)).body.stock, 98);
  }));

test('one book is bought by its address, one copy unless the body says more', () =>
  withBridge(async ({ url }) => {
    const one = await ask(`${url}/purchase/1`, { method: 'POST' });
    assert.is(one.status, 201);
    assert.equal(
      one.body.lines!.map((line) => line.id),
      [1],
    );
    assert.is((await post(`${url}/purchase/1`, '')).status, 201);
    assert.is((await post(`${url}/purchase/1`, { quantity: 3, price: 10 })).status, 201);
    assert.is((await ask(`${url}/info/1`)).body.stock, 95);
  }));

test('the same key again gets the same order with 200, and nothing is sold twice', () =>
  withBridge(async ({ url }) => {
    const key = { 'idempotency-key': 'k1' };
    const first = await post(`${url}/purchase`, { id: 1, quantity: 1 }, key);
    const again = await post(`${url}/purchase`, { id: 1, quantity: 1 }, key);
    assert.is(first.status, 201);
    assert.is(first.body.orderId, 'k1');
    assert.is(again.status, 200);
    assert.is(again.headers.get('idempotent-replayed'), 'true');
    assert.equal(again.body, first.body);
    assert.is((await ask(`${url}/info/1`)).body.stock, 99);
  }));

test('a key in quotes is the same key without them', () =>
  withBridge(async ({ url }) => {
    const first = await post(`${url}/purchase`, { id: 1 }, { 'idempotency-key': '"k-quoted"' });
    assert.is(first.body.orderId, 'k-quoted');
    const again = await post(`${url}/purchase`, { id: 1 }, { 'idempotency-key': 'k-quoted' });
    assert.is(again.headers.get('idempotent-replayed'), 'true');
    assert.is((await post(`${url}/purchase`, { id: 1 }, { 'idempotency-key': '"half' })).status, 422);
  }));

test('a refusal is recorded under its key and replayed with the same status and body', () =>
  withBridge(async ({ url }) => {
    const cases = [
      { cart: { id: 2, quantity: 9 }, status: 409, code: 'sold-out' },
      { cart: { lines: [{ id: 2, quantity: 1, price: '19.98' }] }, status: 409, code: 'price-changed' },
      { cart: { id: 77, quantity: 1 }, status: 404, code: 'unknown-book' },
    ];
    for (const { cart, status, code } of cases) {
      const key = { 'idempotency-key': `refuse-${code}` };
      const first = await post(`${url}/purchase`, cart, key);
      const again = await post(`${url}/purchase`, cart, key);
      assert.is(first.status, status);
      assert.is(first.body.code, code);
      assert.is(first.body.outcome, 'refused');
      assert.is(first.body.orderId, `refuse-${code}`);
      assert.is(first.body.bookId, code === 'unknown-book' ? 77 : 2);
      assert.is(first.headers.get('content-type'), 'application/problem+json');
      assert.is(first.headers.get('idempotent-replayed'), null);
      assert.is(again.status, status);
      assert.is(again.headers.get('idempotent-replayed'), 'true');
      const { detail, ...same } = first.body;
      const recorded =
        ' This is the answer that was recorded at 2026-01-02T03:04:05.000Z; to ask anew take another key.';
      assert.equal(again.body, { ...same, detail: `${detail}${recorded}` });
    }
    const { detail, title } = (await post(`${url}/purchase`, { id: 2, quantity: 9 })).body;
    assert.is(detail, 'There are 9 copies wanted and 3 left of book 2, “RPCs for Noobs”.');
    assert.is(title, 'Not enough copies left');
  }));

test('the same key with another body is refused as reused', () =>
  withBridge(async ({ url }) => {
    const key = { 'idempotency-key': 'k2' };
    await post(`${url}/purchase`, { id: 1, quantity: 1 }, key);
    const { status, body } = await post(`${url}/purchase`, { id: 1, quantity: 2 }, key);
    assert.is(status, 422);
    assert.is(body.code, 'key-reused');
    assert.is(body.outcome, 'refused');
    assert.is(body.orderId, 'k2');
  }));

test('a key that is none is refused before anything is sold', () =>
  withBridge(async ({ url }) => {
    for (const key of ['a b', 'x'.repeat(129), 'ü', '']) {
      const { status, body } = await post(
        `${url}/purchase`,
        { id: 1, quantity: 1 },
        { 'idempotency-key': encodeURI(key) },
      );
      assert.is(status, 422, key);
      assert.is(body.outcome, 'none');
      assert.match(body.detail!, 'Idempotency-Key must be 1 to 128 of A-Z a-z 0-9 . _ ~ -');
    }
    assert.is((await ask(`${url}/info/1`)).body.stock, 100);
  }));

test('a body of the wrong shape is refused with a sentence that names the field', () =>
  withBridge(async ({ url }) => {
    const line = { id: 1, quantity: 1 };
    const cases: [path: string, body: unknown, detail: string][] = [
      ['/purchase', '', 'the body is required'],
      ['/purchase', '[]', 'the body must be an object'],
      ['/purchase', '7', 'the body must be an object'],
      ['/purchase', { id: 1, quantity: 0 }, 'quantity must be at least 1'],
      ['/purchase', { id: 1, quantity: -3 }, 'quantity must be at least 1'],
      ['/purchase', { id: 1, quantity: 1.5 }, 'quantity must be a whole number'],
      ['/purchase', { id: 1, quantity: '1' }, 'quantity must be a number'],
      ['/purchase', { id: 1, quantity: null }, 'quantity must be a number'],
      ['/purchase', { id: 1, quantity: 1_000_001 }, 'quantity must be at most 1000000'],
      ['/purchase', '{"id":1,"quantity":1e999}', 'quantity must be a number'],
      ['/purchase', { id: 2 ** 53, quantity: 1 }, 'id must be at most 9007199254740991'],
      ['/purchase', { ...line, orderId: 'x' }, 'the body has no field "orderId"'],
      ['/purchase', { lines: [] }, 'lines must have at least 1 elements'],
      ['/purchase', { lines: Array(101).fill(line) }, 'lines must have at most 100 elements'],
      ['/purchase', { lines: [line, { id: 1, quantity: 0 }] }, 'lines[1].quantity must be at least 1'],
      [
        '/purchase',
        { ...line, price: '1.999' },
        'price must be an amount like "19.99", from 0 to 10000000.00',
      ],
      ['/purchase', { ...line, price: -1 }, 'price must be an amount like "19.99", from 0 to 10000000.00'],
      ['/purchase/1', { quantity: 'x' }, 'quantity must be a number'],
      ['/purchase/1', { id: 2 }, 'the body has no field "id"'],
      ['/purchase/x', {}, 'id must be a whole number'],
    ];
    for (const [path, body, detail] of cases) {
      const answer = await post(`${url}${path}`, body);
      assert.is(answer.status, 422, JSON.stringify(body));
      assert.is(answer.body.detail, detail);
      assert.is(answer.body.code, 'invalid-request');
      assert.is(answer.body.outcome, 'none');
    }
    assert.is((await ask(`${url}/orders`, { headers: AS_READER })).body.orders!.length, 0);
  }));

test('books are added one or many at a time, and those that exist are skipped', () =>
  withBridge(async ({ url }) => {
    const book = { title: 'New', topic: 'gardening', price: '12.5', stock: 4, authors: 'A. B.', year: 1999 };
    const one = await post(`${url}/books`, book, AS_ADMIN);
    assert.is(one.status, 201);
    assert.equal(one.body.added, [4]);
    assert.equal(one.body.skipped, []);
    const tooGreat = await post(`${url}/books`, { ...book, id: 1e12 + 1 }, AS_ADMIN);
    assert.equal([tooGreat.status, tooGreat.body.detail], [422, 'id must be at most 1000000000000']);
    const many = [
      { ...book, id: 1 },
      { ...book, id: 9, price: 7 },
    ];
    const key = { ...AS_ADMIN, 'idempotency-key': 'import-1' };
    const first = await post(`${url}/books`, many, key);
    const again = await post(`${url}/books`, many, key);
    assert.equal([first.body.added, first.body.skipped], [[9], [1]]);
    assert.is(again.status, 200);
    assert.is(again.headers.get('idempotent-replayed'), 'true');
    assert.equal(again.body, first.body);
    assert.is((await ask(`${url}/info/9`)).body.price, '7.00');
    assert.is((await ask(`${url}/info/4`)).body.price, '12.50');
  }));

test('a book gets a price, more copies, or a stock', () =>
  withBridge(async ({ url }) => {
    const change = (body: object, headers = {}) =>
      send('PATCH', `${url}/books/2`, body, { ...AS_ADMIN, ...headers });
    assert.is((await change({ price: '3' })).body.price, '3.00');
    const key = { 'idempotency-key': 'more' };
    assert.is((await change({ restock: 5 }, key)).body.stock, 8);
    const again = await change({ restock: 5 }, key);
    assert.is(again.status, 200);
    assert.is(again.headers.get('idempotent-replayed'), 'true');
    assert.is(again.body.stock, 8);
    assert.is((await change({ stock: 1, price: 4.5 })).body.stock, 1);
    const full = await change({ restock: 1_000_000_000 });
    assert.is(full.status, 409);
    assert.is(full.body.code, 'stock-limit');
    const unknown = await send('PATCH', `${url}/books/50`, { stock: 1 }, AS_ADMIN);
    assert.is(unknown.status, 404);
    assert.is(unknown.body.code, 'unknown-book');
    assert.is(unknown.body.bookId, 50);
    const same = await send(
      'PATCH',
      `${url}/books/50`,
      { stock: 1 },
      { ...AS_ADMIN, 'idempotency-key': 'no-50' },
    );
    const replayed = await send(
      'PATCH',
      `${url}/books/50`,
      { stock: 1 },
      { ...AS_ADMIN, 'idempotency-key': 'no-50' },
    );
    const when = `This is the answer that was recorded at version ${same.body.version}; to ask anew take another key.`;
    assert.is(replayed.body.detail, `${same.body.detail} ${when}`);
  }));

test('a change of a book that has changed since is refused, and changes nothing', () =>
  withBridge(async ({ url }) => {
    const change = (body: object, headers: Record<string, string>) =>
      send('PATCH', `${url}/books/2`, body, { ...AS_ADMIN, ...headers });
    const seen = (await ask(`${url}/info/2`)).headers.get('etag')!;
    const bought = await post(`${url}/purchase`, { id: 2 });
    assert.is(bought.headers.get('etag'), `"${bought.body.version}"`);

    const key = { 'idempotency-key': 'stale' };
    const stale = await change({ stock: 100 }, { 'if-match': seen, ...key });
    assert.is(stale.status, 412);
    assert.is(stale.body.code, 'version-changed');
    assert.is(stale.body.outcome, 'refused');
    assert.is(stale.body.bookVersion, bought.body.version);
    assert.is((await ask(`${url}/info/2`)).body.stock, 2);
    assert.is((await change({ stock: 100 }, key)).body.code, 'key-reused', 'another request without it');

    const fresh = await change({ stock: 100 }, { 'if-match': `W/"${bought.body.version}"` });
    assert.is(fresh.body.stock, 100);
    assert.is(fresh.headers.get('etag'), `"${fresh.body.version}"`);
    assert.is((await change({ stock: 50 }, { 'if-match': '*' })).body.stock, 50);
    assert.is(
      (await send('PATCH', `${url}/books/50`, { stock: 1 }, { ...AS_ADMIN, 'if-match': '*' })).status,
      404,
    );
    const { status, body } = await change({ stock: 1 }, { 'if-match': '"soon"' });
    assert.is(status, 422);
    assert.is(body.detail, 'If-Match must be a version as an ETag has it, like "17"');

    const client = await openRpc(url);
    await client.call('authenticate', { token: TOKEN });
    const { error } = await client.call('updateBook', { id: 2, stock: 1, expectVersion: 1 });
    assert.is(error!.data!.code, 'version-changed');
    assert.is((await ask(`${url}/info/2`)).body.stock, 50);
    client.close();
  }));

test('a change or a book that does not fit is refused', () =>
  withBridge(async ({ url }) => {
    const oneOf = 'the body must say what to change, and at most one of restock, stock and adjust';
    const changes: [unknown, string][] = [
      [{}, oneOf],
      [{ restock: 1, stock: 1 }, oneOf],
      [{ restock: 0 }, 'restock must be at least 1'],
      [{ stock: -1 }, 'stock must be at least 0'],
      [{ name: 'x' }, 'the body has no field "name"'],
    ];
    for (const [body, detail] of changes) {
      const answer = await send('PATCH', `${url}/books/2`, body, AS_ADMIN);
      assert.is(answer.status, 422);
      assert.is(answer.body.detail, detail);
    }
    const book = { title: 'T', topic: 't', price: '1', stock: 1 };
    const books: [unknown, string][] = [
      [[], 'the body must have at least 1 elements'],
      [[book, { ...book, title: ' ' }], '[1].title must have at least 1 characters'],
      [{ ...book, price: '1e3' }, 'price must be an amount like "19.99", from 0 to 10000000.00'],
      [{ ...book, version: 3 }, 'the body has no field "version"'],
      [Array(1001).fill(book), 'the body must have at most 1000 elements'],
      [{ ...book, title: 'half \uD83D' }, 'the body must be well-formed Unicode'],
      [[book, { ...book, authors: '\uDE00' }], '[1] must be well-formed Unicode'],
      [{ ...book, title: '\u200B\u202E\u0007' }, 'title must have a character that can be seen'],
      [{ ...book, topic: '\u3164 \uFE0F' }, 'topic must have a character that can be seen'],
      [[book, { ...book, authors: '\u2800' }], '[1].authors must have a character that can be seen'],
    ];
    for (const [body, detail] of books) {
      const answer = await post(`${url}/books`, body, AS_ADMIN);
      assert.is(answer.status, 422);
      assert.is(answer.body.detail, detail);
    }
  }));

test('the shop is changed only with the admin token', () =>
  withBridge(async ({ url }) => {
    const tokens = [undefined, 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, TOKEN];
    for (const authorization of tokens) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const calls = [
        await post(`${url}/books`, '{not json', headers),
        await send('PATCH', `${url}/books/1`, { price: '1' }, headers),
      ];
      for (const { status, body, headers: answered } of calls) {
        assert.is(status, 401);
        assert.is(body.code, 'unauthorized');
        assert.is(answered.get('www-authenticate'), 'Bearer');
      }
    }
    assert.is((await ask(`${url}/info/1`)).body.price, '10.00');
  }));

test('an error of the store keeps its code, its outcome and its details, and says when to come back', () =>
  withBridge(async ({ url, service }) => {
    const cases = [
      {
        error: new BazarError('outcome-unknown', undefined, { orderId: 'k' }),
        status: 503,
        outcome: 'unknown',
      },
      { error: new BazarError('outcome-unknown', undefined, { key: 'k' }), status: 503, outcome: 'unknown' },
      { error: new BazarError('unavailable'), status: 503, outcome: 'none' },
      { error: new BazarError('overloaded'), status: 429, outcome: 'none' },
      { error: new BazarError('unavailable', 'x', {}, 'unknown'), status: 503, outcome: 'unknown' },
    ];
    for (const { error, status, outcome } of cases) {
      service.before = () => {
        throw error;
      };
      const { status: answered, body, headers } = await post(`${url}/purchase`, { id: 1, quantity: 1 });
      assert.is(answered, status);
      assert.is(body.code, error.code);
      assert.is(body.outcome, outcome);
      assert.is(body.orderId, error.code === 'outcome-unknown' ? 'k' : undefined);
      assert.is(headers.get('retry-after'), '1');
    }
  }));

test('an unexpected fault is unknown to the buyer and its message stays inside', () =>
  withBridge(async ({ url, service }) => {
    service.before = () => {
      throw new TypeError('secret path /etc/x');
    };
    const { status, body } = await post(`${url}/purchase`, { id: 1, quantity: 1 });
    assert.is(status, 500);
    assert.is(body.code, 'internal');
    assert.is(body.outcome, 'unknown');
    assert.not.match(JSON.stringify(body), 'secret');
  }));

test.run();
