import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventNotice } from '../../runtime/event-answers.ts';
import { eventually } from '../support/eventually.ts';
import { openRpc, post, READER_TOKEN, type RpcClient, withBridge } from './support.ts';

const buy = (url: string, orderId: string) =>
  post(`${url}/purchase`, { id: 1 }, { 'idempotency-key': orderId });

/** A connection that has shown its token. */
async function openReader(url: string): Promise<RpcClient> {
  const client = await openRpc(url);
  await client.call('authenticate', { token: READER_TOKEN });
  return client;
}

const noticesOf = ({ received }: RpcClient) =>
  received.filter(({ method }) => method === 'event').map(({ params }) => params as unknown as EventNotice);

const namesOf = (client: RpcClient) =>
  noticesOf(client).map((notice) => {
    if ('ended' in notice) return `${notice.subscription} ended: ${notice.ended.code}`;
    const { event } = notice;
    const of = event.type === 'order' ? event.order.orderId : event.book.id;
    return `${notice.subscription} ${event.type} ${of}`;
  });

const until = (client: RpcClient, count: number) =>
  eventually(`${count} notifications`, () => noticesOf(client).length >= count);

test('events are pushed from a place on, each once, and under the name that was asked for', () =>
  withBridge(async ({ url }) => {
    await buy(url, 'one');
    const client = await openReader(url);
    const { result } = await client.call('subscribe', { orders: true, since: 0 });
    assert.equal(result as unknown, { subscription: 'events', cursor: '0' });
    await until(client, 1);
    await client.call('subscribe', { orders: true, types: ['order', 'stock'], subscription: 'both' });
    await buy(url, 'two');
    await until(client, 4);
    assert.equal(namesOf(client).sort(), [
      'both order two',
      'both stock 1',
      'events order one',
      'events order two',
    ]);
    const notices = noticesOf(client).filter((notice) => 'event' in notice);
    const { id } = notices.find(({ event }) => event.type === 'order')!.event;
    const later = await openReader(url);
    await later.call('subscribe', { orders: true, since: id });
    await until(later, 1);
    assert.equal(namesOf(later), ['events order two']);
    for (const one of [client, later]) one.close();
  }));

test('a name that is taken again stands for what was asked last, and one that is given up for nothing', () =>
  withBridge(async ({ url }) => {
    const client = await openReader(url);
    await buy(url, 'one');
    await client.call('subscribe', { orders: true });
    await client.call('subscribe', { orders: true, since: 0, customer: 'nobody' });
    await client.call('subscribe', { orders: true, since: 0, subscription: 'other' });
    await until(client, 1);
    const { result } = await client.call('unsubscribe', { orders: true, subscription: 'other' });
    assert.equal(result as unknown, { ids: 0, topics: 0, events: 1 });
    await client.call('subscribe', { orders: true, subscription: 'last' });
    await buy(url, 'two');
    await until(client, 2);
    assert.equal(namesOf(client), ['other order one', 'last order two']);
    await client.call('unsubscribe');
    await buy(url, 'three');
    const again = await openReader(url);
    await again.call('subscribe', { orders: true, since: 0 });
    await until(again, 3);
    assert.is(noticesOf(client).length, 2);
    for (const one of [client, again]) one.close();
  }));

test('who shows no token is told no events, nor who shows a wrong one later', () =>
  withBridge(async ({ url }) => {
    const stranger = await openRpc(url);
    const refused = await stranger.call('subscribe', { orders: true });
    assert.is(refused.error?.data?.code, 'unauthorized');
    const client = await openReader(url);
    await client.call('subscribe', { orders: true });
    await client.call('authenticate', { token: 'a wrong one' });
    await buy(url, 'one');
    await until(client, 1);
    assert.equal(namesOf(client), ['events ended: unauthorized']);
    for (const one of [stranger, client]) one.close();
  }));

test('a place above the present version is refused, and a connection may follow so much', () =>
  withBridge(async ({ url }) => {
    const client = await openReader(url);
    const codeOf = async (params: object) => {
      const { error } = await client.call('subscribe', { orders: true, ...params });
      return error?.data?.code;
    };
    assert.is(await codeOf({ since: 999 }), 'invalid-request');
    for (let number = 0; number < 16; number++)
      assert.is(await codeOf({ subscription: `${number}` }), undefined);
    assert.is(await codeOf({ subscription: '16' }), 'too-many-requests');
    assert.is(await codeOf({ subscription: '3' }), undefined);
    client.close();
  }));

test.run();
