import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventsAnswer } from '../../runtime/event-answers.ts';
import type { OrdersAnswer } from '../../runtime/order-answers.ts';
import { AS_ADMIN, AS_READER, ask, openRpc, post, READER_TOKEN, withBridge } from './support.ts';

const list = async <T>(url: string) => (await ask(url, { headers: AS_READER })).body as unknown as T;

async function buy(url: string, orderId: string, more: object = {}): Promise<void> {
  await post(`${url}/purchase`, { id: 1, ...more }, { 'idempotency-key': orderId });
}

test('GET /orders?since= lists orders where they changed last, and goes on from its cursor', () =>
  withBridge(async ({ url }) => {
    for (const orderId of ['z', 'a', 'm']) await buy(url, orderId);
    await post(`${url}/orders/z/cancel`, {}, AS_ADMIN);
    const ids = ({ orders }: OrdersAnswer) => orders.map(({ orderId }) => orderId);
    const first = await list<OrdersAnswer>(`${url}/orders?since=0&limit=2`);
    assert.equal(ids(first), ['a', 'm']);
    const rest = await list<OrdersAnswer>(`${url}/orders?since=${first.next}`);
    assert.equal([ids(rest), rest.next], [['z'], null]);
    assert.equal(ids(await list(`${url}/orders?since=${rest.cursor}`)), []);
    await buy(url, 'b', { customer: 'alice' });
    assert.equal(ids(await list(`${url}/orders?since=${rest.cursor}`)), ['b']);
    assert.equal(ids(await list(`${url}/orders?status=cancelled`)), ['z']);
    assert.equal(ids(await list(`${url}/orders?customer=alice`)), ['b']);
  }));

test('GET /events tells every change of an order once, to those with a token', () =>
  withBridge(async ({ url }) => {
    await buy(url, 'o');
    await post(`${url}/orders/o/cancel`, {}, AS_ADMIN);
    assert.is((await ask(`${url}/events?since=0`)).status, 401);
    const { events, cursor, more } = await list<EventsAnswer>(`${url}/events?since=0`);
    assert.equal(
      events.map((event) => event.type === 'order' && `${event.what} ${event.order.orderId}`),
      ['confirmed o', 'cancelled o'],
    );
    assert.is(more, false);
    assert.equal((await list<EventsAnswer>(`${url}/events?since=${events[0]!.id}`)).events.length, 1);
    const client = await openRpc(url);
    await client.call('authenticate', { token: READER_TOKEN });
    assert.equal((await client.call('events', { since: cursor })).result as unknown, {
      events: [],
      cursor,
      more,
    });
    client.close();
  }));

test('GET /events tells of books too where it is asked: what was changed of them, and how they are', () =>
  withBridge(async ({ url }) => {
    await buy(url, 'o');
    const patch = { method: 'PATCH', headers: { ...AS_ADMIN, 'content-type': 'application/json' } };
    await ask(`${url}/books/1`, { ...patch, body: JSON.stringify({ price: '12.50', title: 'Anew' }) });
    await post(`${url}/books/2/retire`, {}, AS_ADMIN);
    const all = await list<EventsAnswer>(`${url}/events?since=0&types=order,book,stock&limit=1000`);
    const { version } = all.events.find(({ type }) => type === 'order')!;
    const later = all.events.filter((event) => event.version >= version);
    assert.equal(
      later.map((event) => [event.type, event.type === 'stock' ? event.book.id : event.what]),
      [
        ['order', 'confirmed'],
        ['book', 'changed'],
        ['stock', 1],
        ['book', 'retired'],
        ['stock', 2],
      ],
    );
    const changed = later[1] as Extract<(typeof later)[number], { type: 'book' }>;
    assert.equal(changed.change?.changes.find(({ fact }) => fact === 'price')?.to, changed.book.price);
    for (const [place, { id }] of later.entries()) {
      const rest = await list<EventsAnswer>(`${url}/events?since=${id}&types=order&types=book&types=stock`);
      assert.equal(rest.events, later.slice(place + 1));
    }
    for (const types of ['orders', 'order,', ',']) {
      assert.is((await ask(`${url}/events?types=${types}`, { headers: AS_READER })).status, 422);
    }
  }));

test('a place above the present version, and one that is none, is refused at once', () =>
  withBridge(async ({ url }) => {
    for (const path of ['orders?since=999', 'events?since=999', 'events?since=x', 'orders?since=1&after=a']) {
      const { status, body } = await ask(`${url}/${path}`, { headers: AS_READER });
      assert.equal([path, status, body.code], [path, 422, 'invalid-request']);
    }
  }));

test('a place that one catalog told is none above the present version because the next is behind', () =>
  withBridge(async ({ url, service }) => {
    await buy(url, 'o');
    const { cursor } = await list<EventsAnswer>(`${url}/events?since=0`);
    const { changes } = service;
    service.changes = async (query, options) => {
      const served = await changes(query, options);
      return options?.strong ? served : { ...served, asOf: served.asOf - 1 };
    };
    assert.equal((await list<EventsAnswer>(`${url}/events?since=${cursor}`)).events, []);
    assert.is((await ask(`${url}/events?since=999`, { headers: AS_READER })).status, 422);
  }));

test('GET /events streams what comes, and goes on after the last event that was taken', () =>
  withBridge(async ({ url }) => {
    await buy(url, 'one');
    const follow = async (headers: object, until: string, query = '') => {
      const abort = new AbortController();
      const init = {
        headers: { ...AS_READER, accept: 'text/event-stream', ...headers },
        signal: abort.signal,
      };
      const answer = await fetch(`${url}/events?since=0${query}`, init);
      assert.is(answer.headers.get('content-type'), 'text/event-stream');
      let text = '';
      const decoder = new TextDecoder();
      for await (const piece of answer.body!) {
        text += decoder.decode(piece);
        if (text.includes(until)) break;
      }
      abort.abort();
      const found = text.matchAll(/^(?:event: (.*)\n)?id: (\d+(?::(.*)|\/.*))$/gm);
      return Array.from(found, ([, type, id, orderId]) => ({ type, id: id!, orderId }));
    };
    const followed = follow({}, '"orderId":"two"');
    await buy(url, 'two');
    const events = await followed;
    assert.equal(
      events.map(({ orderId }) => orderId),
      ['one', 'two'],
    );
    await buy(url, 'three');
    const later = await follow({ 'last-event-id': events[0]!.id }, '"orderId":"three"');
    assert.equal(
      later.map(({ orderId }) => orderId),
      ['two', 'three'],
    );
    // Only who asks for types gets names, which are not told to listeners for messages.
    assert.equal(later[0]!.type, undefined);
    const named = await follow({ 'last-event-id': later[0]!.id }, '/stock/1', '&types=order,stock');
    assert.equal(
      named,
      [
        { type: 'order', ...later[1] },
        { type: 'stock', id: `${Number.parseInt(later[1]!.id, 10)}/stock/1`, orderId: undefined },
      ].map((event, place) => ({ ...event, type: ['order', 'stock'][place] })),
    );
  }));

test('streams of events are bounded, and one that ends leaves its place', () =>
  withBridge(
    async ({ url }) => {
      const open = async () => {
        const abort = new AbortController();
        const headers = { ...AS_READER, accept: 'text/event-stream' };
        const { status } = await fetch(`${url}/events`, { headers, signal: abort.signal });
        return { status, abort };
      };
      const first = await open();
      assert.is(first.status, 200);
      assert.is((await open()).status, 429);
      first.abort.abort();
      let next = await open();
      for (let tries = 0; next.status !== 200 && tries < 100; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        next = await open();
      }
      assert.is(next.status, 200);
      next.abort.abort();
      const headers = { ...AS_READER, accept: 'text/event-stream' };
      const signal = AbortSignal.timeout(5_000);
      const head = await fetch(`${url}/events`, { method: 'HEAD', headers, signal });
      assert.match(head.headers.get('content-type')!, 'application/json');
    },
    { maxEventStreams: 1 },
  ));

test.run();
