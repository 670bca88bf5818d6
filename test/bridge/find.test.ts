import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { silentLogger } from '../../runtime/logger.ts';
import { ask, post, withBridge } from './support.ts';

const idsOf = ({ body }: Awaited<ReturnType<typeof ask>>) => body.books?.map(({ id }) => id);

test('GET /books finds books by words, and says where it goes on', () =>
  withBridge(async ({ url, service }) => {
    const found = await ask(`${url}/books?q=noob`);
    assert.is(found.status, 200);
    assert.equal(found.body, {
      books: [
        {
          ...{ id: 2, title: 'RPCs for Noobs', topic: 'distributed systems' },
          ...{ price: '19.99', stock: 3, held: 0, version: 1, year: 2001 },
        },
      ],
      next: null,
    });
    assert.is(found.headers.get('etag'), '"1"');
    assert.equal(idsOf(await ask(`${url}/books?inStock=true&sort=-price`)), [2, 1]);
    assert.equal(idsOf(await ask(`${url}/books?inStock=false`)), [1, 2, 3]);
    assert.equal(idsOf(await ask(`${url}/books?topic=undergraduate%20school&q=xen`)), [3]);
    await ask(`${url}/books?q=x&consistency=strong`);
    assert.is(service.strongReads, 1);
  }));

test('its pages go on after the next of the one before, in the same sort only', () =>
  withBridge(async ({ url }) => {
    const ids: unknown[] = [];
    for (let after = ''; ; ) {
      const page = await ask(`${url}/books?sort=title&limit=1&after=${after}`);
      ids.push(...idsOf(page)!);
      if (page.body.next === null) break;
      after = String(page.body.next);
      const other = await ask(`${url}/books?sort=price&after=${after}`);
      assert.is(other.status, 422);
      assert.match(other.body.detail!, /after is the `next` of a page with the sort title/);
    }
    assert.equal(ids, [1, 2, 3]);
  }));

test('what does not fit is refused with the name of the field', () =>
  withBridge(async ({ url }) => {
    const cases: [query: string, complaint: RegExp][] = [
      ['isbn=123', /isbn.*ISBN of 10 or 13 digits/],
      ['isbn=0306406153', /isbn/],
      ['sort=colour', /sort/],
      ['after=nonsense', /after.*`next` of the page before/],
      ['inStock=maybe', /inStock.*true or false/],
      ['limit=0', /limit/],
      [`q=${'x'.repeat(201)}`, /q/],
    ];
    for (const [query, complaint] of cases) {
      const { status, body } = await ask(`${url}/books?${query}`);
      assert.is(status, 422, query);
      assert.match(body.detail!, complaint);
    }
  }));

test('every answer with a price tells the currency of the store, and amounts have its decimals', () =>
  withBridge(
    async ({ url }) => {
      const { body } = await ask(`${url}/info/2`);
      assert.equal([body.price, body.currency], ['1999', 'JPY']);
      assert.equal((await ask(`${url}/status`)).body.money, { currency: 'JPY', decimals: 0 });
      const order = await post(`${url}/purchase`, { id: 2, price: 1999 });
      assert.equal([order.body.total, order.body.currency], ['1999', 'JPY']);
      assert.equal((await ask(`${url}/books?q=noobs`)).body.books![0]!.currency, 'JPY');
      const wrong = await post(`${url}/purchase`, { id: 2, price: '19.99' });
      assert.match(wrong.body.detail!, /price must be an amount like "1999", from 0 to 1000000000/);
      const changed = await post(`${url}/purchase`, { id: 2, price: '1998' });
      assert.match(changed.body.detail!, /is 1999, and not the one/);
    },
    {},
    silentLogger,
    { currency: { code: 'JPY', decimals: 0 } },
  ));

test.run();
