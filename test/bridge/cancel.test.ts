import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answered, AS_ADMIN, AS_READER, ask, post, withBridge } from './support.ts';

const refusal = ({ status, body }: Answered) => [status, body.code, body.outcome];

async function sell(url: string, orderId: string, body: object): Promise<Answered> {
  return post(`${url}/purchase`, body, { 'idempotency-key': orderId });
}

const cancel = (url: string, orderId: string, body: object = {}, headers: object = {}) =>
  post(`${url}/orders/${orderId}/cancel`, body, { ...AS_ADMIN, ...headers });

test('POST /orders/:id/cancel takes copies back and tells of it, once under its key', () =>
  withBridge(async ({ url }) => {
    await sell(url, 'o', { lines: [{ id: 1, quantity: 2 }, { id: 2 }] });
    const wish = { lines: [{ id: 1 }], restock: false, refund: '4.5' };
    const key = { 'idempotency-key': 'c' };
    const first = await cancel(url, 'o', wish, key);
    assert.is(first.status, 200);
    const { at: _, ...told } = first.body as Answered['body'] & { at: string };
    assert.equal(told, {
      ...{ orderId: 'o', key: 'c', by: 'admin', lines: [{ id: 1, quantity: 1 }], restocked: false },
      ...{ refund: '4.50', refunded: '4.50', status: 'partly-cancelled', version: told.version },
    });
    assert.is(first.headers.get('etag'), `"${told.version}"`);
    const again = await cancel(url, 'o', wish, key);
    assert.equal([again.body, again.headers.get('idempotent-replayed')], [first.body, 'true']);
    assert.equal(refusal(await cancel(url, 'o', {}, key)), [422, 'key-reused', 'refused']);

    await cancel(url, 'o');
    assert.equal((await ask(`${url}/info/1`)).body.stock, 99);
    const order = (await ask(`${url}/orders/o`)).body as unknown as Record<string, unknown>;
    assert.equal([order.status, order.total, order.refunded], ['cancelled', '39.99', '34.49']);
    const events = order.events as { what: string; refund?: string }[];
    assert.equal(
      events.map(({ what, refund }) => [what, refund]),
      [
        ['confirmed', undefined],
        ['cancelled', '4.50'],
        ['cancelled', '29.99'],
      ],
    );
  }));

test('what cannot be cancelled is refused with what is left, was paid, or happened', () =>
  withBridge(async ({ url }) => {
    await sell(url, 'o', { id: 1, quantity: 2 });
    const over = await cancel(url, 'o', { lines: [{ id: 1, quantity: 3 }] });
    assert.equal(
      [...refusal(over), (over.body as { available?: number }).available],
      [...[409, 'over-cancelled', 'refused', 2]],
    );
    assert.match(over.body.detail!, 'Order o has no more than 2 of book 1 left to cancel.');
    const dear = await cancel(url, 'o', { lines: [{ id: 1 }], refund: 10.01 });
    assert.equal(
      [...refusal(dear), (dear.body as { paid?: string }).paid],
      [409, 'over-refunded', 'refused', '10.00'],
    );
    assert.equal(refusal(await cancel(url, 'p')), [404, 'unknown-order', 'none']);
    await post(`${url}/holds`, { id: 1 }, { 'idempotency-key': 'h' });
    const held = await cancel(url, 'h');
    assert.equal(refusal(held), [409, 'not-confirmed', 'refused']);
    assert.match(held.body.detail!, 'Order h is only held and not sold; release it.');
    await post(`${url}/holds/h/release`, {});
    assert.match(
      (await cancel(url, 'h')).body.detail!,
      /Order h was released at 2026-.*; nothing was sold\./,
    );
    await sell(url, 'r', { id: 3 });
    assert.match((await cancel(url, 'r')).body.detail!, /Order r was refused at 2026-/);
    for (const body of [
      { lines: [] },
      { lines: [{ id: 1, quantity: 0 }] },
      { refund: '-1' },
      { refund: 'x' },
      { line: 1 },
    ])
      assert.equal(refusal(await cancel(url, 'o', body)), [422, 'invalid-request', 'none']);
    assert.is((await ask(`${url}/info/1`)).body.stock, 98);
  }));

test('only an admin may cancel, and whose an order is only those with a token are told', () =>
  withBridge(async ({ url }) => {
    await sell(url, 'o', { id: 1, customer: 'Ada' });
    for (const headers of [{}, AS_READER]) {
      const refused = await post(`${url}/orders/o/cancel`, {}, headers as Record<string, string>);
      assert.equal(refusal(refused), [401, 'unauthorized', 'none']);
    }
    const customerOf = async (path: string, headers: object) => {
      const { body } = await ask(`${url}${path}`, { headers: { ...headers } });
      return ((body.orders?.[0] ?? body) as { customer?: string }).customer;
    };
    assert.is(await customerOf('/orders/o', {}), undefined);
    assert.is(await customerOf('/orders/o', AS_READER), 'Ada');
    assert.is(await customerOf('/orders', AS_READER), 'Ada');
    assert.is(await customerOf('/orders', AS_ADMIN), 'Ada');
  }));

test('a limit for each customer is set and shown, asked for by name, and refused with what is left of it', () =>
  withBridge(async ({ url }) => {
    const limit = (perCustomer: unknown) =>
      ask(`${url}/books/1`, {
        method: 'PATCH',
        body: JSON.stringify({ perCustomer }),
        headers: { ...AS_ADMIN, 'content-type': 'application/json' },
      });
    assert.is((await limit(2)).status, 200);
    const shown = async () => ((await ask(`${url}/info/1`)).body as { perCustomer?: number }).perCustomer;
    assert.is(await shown(), 2);
    assert.equal(refusal(await sell(url, 'a', { id: 1 })), [422, 'customer-needed', 'refused']);
    assert.is((await sell(url, 'b', { id: 1, customer: 'Ada' })).status, 201);
    const refused = await sell(url, 'c', { id: 1, quantity: 2, customer: 'Ada' });
    assert.equal(refusal(refused), [409, 'limit-reached', 'refused']);
    assert.is((refused.body as { available?: number }).available, 1);
    assert.match(refused.body.detail!, /the customer may have 1 more, and not 2\./);
    const held = await post(`${url}/holds`, { id: 1, quantity: 2, customer: 'Ada' });
    await sell(url, 'b-2', { id: 1, customer: 'Ada' });
    assert.match((await sell(url, 'e', { id: 1, customer: 'Ada' })).body.detail!, /may have no more\./);
    assert.equal(refusal(held), [409, 'limit-reached', 'refused']);
    assert.equal(refusal(await sell(url, 'b', { id: 1, customer: 'Bob' })), [422, 'key-reused', 'refused']);
    for (const wrong of [0, -1, 1.5, '2']) assert.is((await limit(wrong)).status, 422);
    await limit(null);
    assert.is(await shown(), undefined);
    assert.is((await sell(url, 'd', { id: 1, quantity: 5 })).status, 201);
  }));

test('a name of a customer has 1 to 128 characters, and no controls or halves of characters', () =>
  withBridge(async ({ url }) => {
    for (const customer of ['', 'x'.repeat(129), 'a\u0000b', 'a\nb', '\u009f', 'a\ud800', 7, null]) {
      const { status, body } = await post(`${url}/purchase`, { id: 1, customer });
      assert.equal([status, body.code], [422, 'invalid-request'], JSON.stringify(customer));
    }
    for (const customer of ['x'.repeat(128), '😀'.repeat(128), 'Ada Lovelace <ada@example.org>'])
      assert.is((await post(`${url}/purchase`, { id: 1, customer })).status, 201);
  }));

test.run();
