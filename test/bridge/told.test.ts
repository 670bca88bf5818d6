import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answered, AS_ADMIN, ask, openRpc, post, send, TOKEN, withBridge } from './support.ts';

/** What answers tell beside what was asked: who served them, and what a refused buyer wants to know. */

const SERVED = ['order-1', 'catalog-1'];
const SERVED_BY = SERVED.join(', ');
const servedBy = ({ headers }: Answered) => headers.get('x-served-by');
const FOUR_OF_THREE = { id: 2, quantity: 4 };
const CHEAPER = { id: 2, price: '15.00' };

test('by HTTP each write says who served it: sold, replayed, refused, added and changed ones', () =>
  withBridge(async ({ url }) => {
    const keyed = { 'idempotency-key': 'k' };
    const answers = [
      await post(`${url}/purchase`, { id: 1 }, keyed),
      await post(`${url}/purchase`, { id: 1 }, keyed),
      await post(`${url}/purchase/1`, {}),
      await post(`${url}/purchase`, FOUR_OF_THREE),
      await post(`${url}/purchase`, { id: 99 }),
      await post(`${url}/books`, { title: 'T', topic: 't', price: '1', stock: 1 }, AS_ADMIN),
      await send('PATCH', `${url}/books/1`, { restock: 1 }, AS_ADMIN),
      await send('PATCH', `${url}/books/99`, { restock: 1 }, AS_ADMIN),
    ];
    assert.equal(
      answers.map(({ status }) => status),
      [201, 200, 201, 409, 404, 201, 200, 404],
    );
    for (const answer of answers) assert.is(servedBy(answer), SERVED_BY, JSON.stringify(answer.body));
    const undecided = await post(`${url}/purchase`, { quantity: 1 });
    assert.equal([undecided.status, servedBy(undecided)], [422, null], 'nobody served what was not asked on');
  }));

test('by JSON-RPC a write says it where it is asked to explain, in results and in refusals, and not otherwise', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    await client.call('authenticate', { token: TOKEN });
    const writes = [
      ['purchase', { id: 1, orderId: 'k' }],
      ['purchase', { id: 1, orderId: 'k' }],
      ['purchase', FOUR_OF_THREE],
      ['addBooks', { books: { title: 'T', topic: 't', price: '1', stock: 1 } }],
      ['updateBook', { id: 1, restock: 1 }],
      ['updateBook', { id: 99, restock: 1 }],
    ] as const;
    for (const explain of [true, false, undefined]) {
      for (const [method, params] of writes) {
        const { result, error } = await client.call(method, {
          ...params,
          ...(explain !== undefined && { explain }),
        });
        const told = (result ?? error!.data) as { via?: string[] };
        assert.equal(
          told.via,
          explain ? SERVED : undefined,
          `${method} ${JSON.stringify(params)} ${explain}`,
        );
      }
    }
    client.close();
  }));

test('by JSON-RPC a read says it too: the catalog, or the gateway where a cache had it; also of what is missing', () =>
  withBridge(async ({ url, service }) => {
    const client = await openRpc(url);
    await client.call('authenticate', { token: TOKEN });
    await client.call('purchase', { id: 1, orderId: 'k' });
    const reads = [
      ['info', { id: 1 }],
      ['info', { id: 99 }],
      ['search', { topic: 'distributed systems' }],
      ['search', { topic: 'distributed systems', limit: 1 }],
      ['topics', {}],
      ['books', { limit: 1 }],
      ['order', { orderId: 'k' }],
      ['order', { orderId: 'never' }],
      ['orders', {}],
    ] as const;
    for (const cache of ['miss', 'hit'] as const) {
      service.cache = cache;
      const server = cache === 'hit' ? 'gateway-1' : 'catalog-2';
      for (const [method, params] of reads) {
        for (const explain of [true, false, undefined]) {
          const { result, error } = await client.call(method, { ...params, explain });
          const told = (result ?? error!.data) as { via?: string[] };
          const what = `${method} ${JSON.stringify(params)} ${explain}, ${cache}`;
          assert.equal(told.via, explain ? [server] : undefined, what);
        }
      }
    }
    const strong = await client.call('info', { id: 1, consistency: 'strong', explain: true });
    assert.equal((strong.result as { via?: string[] }).via, ['catalog-2'], 'past the cache');
    const explained = (await client.call('search', { topic: 'distributed systems', explain: true })).result;
    const bare = (await client.call('search', { topic: 'distributed systems' })).result;
    assert.equal(explained, { books: bare, next: null, via: ['gateway-1'] });
    client.close();
  }));

test('who is refused for want of copies is told how many there are, by HTTP and by JSON-RPC', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const byHttp = (await post(`${url}/purchase`, FOUR_OF_THREE)).body as { available?: number };
    const { error } = await client.call('purchase', FOUR_OF_THREE);
    const byRpc = error!.data as { available?: number };
    assert.equal([byHttp.available, byRpc.available], [3, 3]);
    const sentence = 'There are 4 copies wanted and 3 left of book 2, “RPCs for Noobs”.';
    assert.equal([(byHttp as { detail?: string }).detail, error!.message], [sentence, sentence]);
    client.close();
  }));

test('who expected another price is told the present one, by HTTP and by JSON-RPC', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const { body } = await post(`${url}/purchase`, CHEAPER);
    const { error } = await client.call('purchase', CHEAPER);
    assert.equal([body.code, error!.data!.code], ['price-changed', 'price-changed']);
    assert.equal([body.price, error!.data!.price], ['19.99', '19.99']);
    assert.match(body.detail!, 'The price of book 2, “RPCs for Noobs” is 19.99');
    client.close();
  }));

test('a recorded refusal tells the same again, and the order that was recorded only why', () =>
  withBridge(async ({ url }) => {
    for (const [key, wanted, told] of [
      ['few', FOUR_OF_THREE, { available: 3 }],
      ['cheap', CHEAPER, { price: '19.99' }],
    ] as const) {
      const first = await post(`${url}/purchase`, wanted, { 'idempotency-key': key });
      const again = await post(`${url}/purchase`, wanted, { 'idempotency-key': key });
      assert.is(again.headers.get('idempotent-replayed'), 'true');
      for (const { body } of [first, again]) {
        const { available, price } = body as { available?: number; price?: string };
        assert.equal({ available, price }, { available: undefined, price: undefined, ...told });
      }
      const order = (await ask(`${url}/orders/${key}`)).body;
      assert.equal([order.status, order.code, 'available' in order], ['refused', first.body.code, false]);
    }
  }));

test.run();
