import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError } from '../../runtime/errors.ts';
import { AS_READER, ask, post, withBridge } from './support.ts';

test('a search answers ids and titles, whatever the case and the spaces around', () =>
  withBridge(async ({ url }) => {
    const { status, body, headers } = await ask(`${url}/search/%20Distributed%20SYSTEMS%20`);
    assert.is(status, 200);
    assert.equal(body, [
      { id: 1, title: 'How to get a good grade' },
      { id: 2, title: 'RPCs for Noobs' },
    ]);
    assert.is(headers.get('content-type'), 'application/json; charset=utf-8');
  }));

test('a search for a topic that nobody wrote about answers an empty list', () =>
  withBridge(async ({ url }) => {
    const { status, body } = await ask(`${url}/search/gardening`);
    assert.is(status, 200);
    assert.equal(body, []);
  }));

test('the topics come page by page, each with the number of its books', () =>
  withBridge(async ({ url, service }) => {
    const whole = await ask(`${url}/topics`);
    assert.is(whole.status, 200);
    const { topics } = whole.body as unknown as { topics: { topic: string; books: number }[] };
    assert.equal(topics[0], { topic: 'distributed systems', books: 2 });
    const found: object[] = [];
    for (let after: unknown = ''; after !== null; ) {
      const { body } = await ask(
        `${url}/topics?limit=1${after && `&after=${encodeURIComponent(String(after))}`}`,
      );
      found.push(...(body as unknown as { topics: object[] }).topics);
      after = body.next;
    }
    assert.equal(found, topics);
    assert.equal((await ask(`${url}/topics?after=zzz`)).body, { topics: [], next: null });
    await ask(`${url}/topics?consistency=strong`);
    assert.is(service.strongReads, 1);
    assert.is((await ask(`${url}/topics?limit=0`)).status, 422);
  }));

test('a book comes with its price as a decimal string and only the facts it has', () =>
  withBridge(async ({ url }) => {
    const two = await ask(`${url}/info/2`);
    assert.is(two.status, 200);
    assert.equal(two.body, {
      id: 2,
      title: 'RPCs for Noobs',
      topic: 'distributed systems',
      price: '19.99',
      stock: 3,
      held: 0,
      version: 1,
      year: 2001,
    });
    assert.is((await ask(`${url}/info/3`)).body.price, '0.05');
  }));

test('a read says who served it, how the cache did, its version and its age', () =>
  withBridge(async ({ url, service }) => {
    const miss = (await ask(`${url}/info/1`)).headers;
    assert.is(miss.get('x-served-by'), 'catalog-2');
    assert.is(miss.get('x-cache'), 'miss');
    assert.is(miss.get('etag'), '"1"');
    assert.is(miss.get('age'), '4');
    service.cache = 'hit';
    const hit = (await ask(`${url}/search/x`)).headers;
    assert.is(hit.get('x-served-by'), 'gateway-1');
    assert.is(hit.get('x-cache'), 'hit');
  }));

test('a client that has the version is told so with 304 and no body', () =>
  withBridge(async ({ url }) => {
    for (const tag of ['"1"', 'W/"1"', '"7", "1"', '*']) {
      const { status, body, headers } = await ask(`${url}/info/1`, { headers: { 'if-none-match': tag } });
      assert.is(status, 304, tag);
      assert.is(body, '');
      assert.is(headers.get('etag'), '"1"');
    }
    const other = await ask(`${url}/info/1`, { headers: { 'if-none-match': '"11"' } });
    assert.is(other.status, 200);
  }));

test('consistency=strong asks for a linearizable read', () =>
  withBridge(async ({ url, service }) => {
    for (const path of ['/info/1', '/search/x', '/info', '/orders', '/orders/none']) {
      const before = service.strongReads;
      const { headers } = await ask(`${url}${path}?consistency=strong`, { headers: AS_READER });
      assert.is(headers.get('x-cache'), 'bypass', path);
      assert.is(service.strongReads, before + 1);
    }
    assert.is((await ask(`${url}/info/1?consistency=default`)).headers.get('x-cache'), 'miss');
  }));

test('all books come page by page', () =>
  withBridge(async ({ url }) => {
    const first = (await ask(`${url}/info?limit=2`)).body;
    assert.equal(
      first.books!.map((book) => book.id),
      [1, 2],
    );
    assert.is(first.next, 2);
    const last = (await ask(`${url}/info?after=2&limit=2`)).body;
    assert.is(last.books!.length, 1);
    assert.is(last.next, null);
    const all = await ask(`${url}/info?after=&limit=`);
    assert.is(all.body.books!.length, 3);
    assert.is(all.headers.get('x-served-by'), 'catalog-2');
  }));

test('an order is found as it was recorded, confirmed or refused', () =>
  withBridge(async ({ url }) => {
    await post(`${url}/purchase`, { id: 2, quantity: 2 }, { 'idempotency-key': 'yes' });
    await post(`${url}/purchase`, { id: 2, quantity: 2 }, { 'idempotency-key': 'no' });
    const confirmed = await ask(`${url}/orders/yes`);
    assert.is(confirmed.status, 200);
    assert.equal(confirmed.body, {
      orderId: 'yes',
      status: 'confirmed',
      lines: [{ id: 2, title: 'RPCs for Noobs', quantity: 2, price: '19.99' }],
      total: '39.98',
      version: 2,
      at: '2026-01-02T03:04:05.000Z',
    });
    const refused = (await ask(`${url}/orders/no`)).body;
    assert.is(refused.status, 'refused');
    assert.is(refused.code, 'sold-out');
    assert.is(refused.bookId, 2);
    const page = (await ask(`${url}/orders?limit=1`, { headers: AS_READER })).body;
    assert.is(page.orders![0]!.orderId, 'no');
    assert.is(page.next, 'no');
    const rest = await ask(`${url}/orders?after=no`, { headers: AS_READER });
    assert.is(rest.body.orders![0]!.orderId, 'yes');
  }));

test('what does not exist is a problem that names it, with where the answer came from', () =>
  withBridge(async ({ url }) => {
    const book = await ask(`${url}/info/99`);
    assert.is(book.status, 404);
    assert.is(book.headers.get('content-type'), 'application/problem+json');
    assert.is(book.headers.get('x-served-by'), 'catalog-2');
    assert.is(book.headers.get('etag'), null);
    assert.equal(book.body, {
      bookId: 99,
      type: 'urn:bazar:error:unknown-book',
      title: 'No such book',
      status: 404,
      detail: 'There is no book 99.',
      code: 'unknown-book',
      outcome: 'refused',
    });
    const order = await ask(`${url}/orders/nobody`);
    assert.is(order.status, 404);
    assert.is(order.body.code, 'unknown-order');
    assert.is(order.body.orderId, 'nobody');
  }));

test('a request that does not fit is refused with a sentence that names the field', () =>
  withBridge(async ({ url }) => {
    const cases: [path: string, detail: string][] = [
      ['/info/abc', 'id must be a whole number'],
      ['/info/0', 'id must be at least 1'],
      ['/info/-1', 'id must be a whole number'],
      ['/info/1.5', 'id must be a whole number'],
      ['/info/9007199254740993', 'id must be at most 9007199254740991'],
      ['/info/1?consistency=weak', 'consistency must be one of "default", "strong"'],
      ['/info?limit=0', 'limit must be at least 1'],
      ['/info?limit=1001', 'limit must be at most 1000'],
      ['/info?limit=1&limit=2', 'limit must be a string'],
      ['/info?after=x', 'after must be a whole number'],
      ['/orders?limit=x', 'limit must be a whole number'],
      ['/orders/a%20b', 'orderId must be 1 to 128 of A-Z a-z 0-9 . _ ~ -'],
      [`/search/${'x'.repeat(201)}`, 'topic must have at most 200 characters'],
      ['/search/%20', 'topic must have at least 1 characters'],
      ['/audit?limit=-1', 'limit must be a whole number'],
    ];
    for (const [path, detail] of cases) {
      const { status, body } = await ask(`${url}${path}`, { headers: AS_READER });
      assert.is(status, 422, path);
      assert.is(body.detail, detail);
      assert.is(body.code, 'invalid-request');
      assert.is(body.outcome, 'none');
    }
  }));

test('a read ignores query fields that it does not know, and a write refuses them', () =>
  withBridge(async ({ url }) => {
    for (const path of ['/info/1?utm_source=x', '/search/distributed%20systems?_=1', '/audit?callback=f']) {
      assert.is((await ask(`${url}${path}`)).status, 200, path);
    }
    const { status, body } = await post(`${url}/purchase?id=2`, { id: 1 });
    assert.is(status, 422);
    assert.is(body.detail, 'the query has no field "id"');
  }));

test('an address that is not well-formed is refused', () =>
  withBridge(async ({ url }) => {
    const { status, body } = await ask(`${url}/search/%ZZ`);
    assert.is(status, 422);
    assert.is(body.code, 'invalid-request');
  }));

test('a failed read never claims that anything may have happened', () =>
  withBridge(async ({ url, service }) => {
    service.before = () => {
      throw new BazarError('timeout');
    };
    const { status, body, headers } = await ask(`${url}/info/1`);
    assert.is(status, 503);
    assert.is(body.outcome, 'none');
    assert.is(headers.get('retry-after'), '1');
  }));

test('HEAD answers as GET does, without a body', () =>
  withBridge(async ({ url }) => {
    const { status, body, headers } = await ask(`${url}/info/1`, { method: 'HEAD' });
    assert.is(status, 200);
    assert.is(headers.get('etag'), '"1"');
    assert.is(body, '');
  }));

test.run();
