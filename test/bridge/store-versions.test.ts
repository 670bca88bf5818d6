import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AS_READER, ask, openRpc, post, withBridge } from './support.ts';

const VERSION = 'x-bazar-version';
const carrying = (version: string) => ({ headers: { [VERSION]: version } });

test('every answer says how new the store is', () =>
  withBridge(async ({ url, service }) => {
    const told = async (answer: ReturnType<typeof ask>) => (await answer).headers.get(VERSION);
    for (const cache of ['miss', 'hit'] as const) {
      service.cache = cache;
      assert.is(await told(ask(`${url}/info/1`)), 'shop.1');
      assert.is(await told(ask(`${url}/info/1`, { headers: AS_READER })), 'shop.1', 'by the router');
    }
    assert.is(await told(ask(`${url}/info/999`)), 'shop.1', 'of what is not there');
    assert.is(await told(ask(`${url}/search/nothing`)), 'shop.1');
    assert.is(await told(ask(`${url}/info?limit=x`)), 'shop.1', 'of what does not fit');
    assert.is(await told(post(`${url}/purchase`, { id: 1 })), 'shop.2');
    assert.is(await told(post(`${url}/purchase`, { id: 3 })), 'shop.3', 'of what was refused');
    const client = await openRpc(url);
    assert.is((await client.call('info', { id: 1 })).version, 'shop.3', 'from the memory');
    assert.is((await client.call('info', { id: 1, explain: true })).version, 'shop.3');
    assert.is((await client.call('info', { id: 999 })).version, 'shop.3');
    assert.is((await client.call('purchase', { id: 2 })).version, 'shop.4');
    client.close();
  }));

test('a read that brings a version along waits until the gateway has come to it, by all doors', () =>
  withBridge(async ({ url, service }) => {
    await post(`${url}/purchase`, { id: 1 });
    service.cache = 'hit';
    const waited: string[] = [];
    service.before = (operation) => void waited.push(operation);
    const client = await openRpc(url);
    const ways = {
      plainly: () => ask(`${url}/info/1`, carrying('shop.2')),
      'by the router': () => ask(`${url}/info/1?x`, { headers: { [VERSION]: 'shop.2', accept: '*/*' } }),
      'as a page': () => ask(`${url}/info`, carrying('shop.2')),
      'by JSON-RPC': () => client.call('info', { id: 1, minVersion: 'shop.2' }),
      'by its bare index': () => client.call('info', { id: 1, minVersion: 2 }),
    };
    for (const [name, read] of Object.entries(ways)) {
      service.heard = 1;
      waited.length = 0;
      await read();
      assert.is(waited[0], 'reach', name);
      service.heard = 2;
      waited.length = 0;
      await read();
      assert.not.ok(waited.includes('reach'), name);
    }
    client.close();
  }));

test('a version that is not of this store, or that it has not come to, is refused and nothing waits', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    for (const version of ['shop.9', 'other.1']) {
      const { status, body } = await ask(`${url}/info/1`, carrying(version));
      assert.equal([status, body.code, body.outcome], [422, 'version-unknown', 'none'], version);
      const { error } = await client.call('info', { id: 1, minVersion: version });
      assert.equal([error?.data?.code, error?.data?.outcome], ['version-unknown', 'none'], version);
    }
    for (const version of ['shop', '7', 'shop.x', `${'s'.repeat(99)}.1`]) {
      const { status, body } = await ask(`${url}/info/1`, carrying(version));
      assert.equal([status, body.code], [422, 'invalid-request'], version);
      assert.match(String(body.detail), /X-Bazar-Version must be a version as an answer told it/);
    }
    assert.is(
      (await post(`${url}/purchase`, { id: 1 }, { [VERSION]: 'other.1' })).status,
      201,
      'a write needs none',
    );
    client.close();
  }));

test('a stream of events waits for the version that it brings along, and is refused with one that is not of this store', () =>
  withBridge(async ({ url, service }) => {
    const stream = async (version: string) => {
      const abort = new AbortController();
      const headers = { ...AS_READER, accept: 'text/event-stream', [VERSION]: version };
      const { status } = await fetch(`${url}/events`, { headers, signal: abort.signal });
      abort.abort();
      return status;
    };
    assert.is(await stream('shop.9'), 422);
    assert.is(await stream('other.1'), 422);
    const waited: string[] = [];
    service.before = (operation) => void waited.push(operation);
    service.heard = 0;
    assert.is(await stream('shop.1'), 200);
    assert.is(waited[0], 'reach');
  }));

test.run();
