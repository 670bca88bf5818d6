import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Client, connect } from '../../client/client.ts';
import type { EventsRequest, StoreEvent } from '../../client/events.ts';
import type { ClientLimits } from '../../client/limits.ts';
import { BazarError } from '../../runtime/errors.ts';
import { seededRandom } from '../../runtime/random.ts';
import { manualClock } from '../support/manual-clock.ts';
import { memoryNetwork } from '../support/memory-transport.ts';
import { notification, type Received, serveInMemory } from './rpc-server.ts';

const order = (version: number) => ({
  ...{ orderId: `o${version}`, status: 'confirmed', lines: [], total: '1.00', version },
  at: '2026-01-02T03:04:05.000Z',
});

const eventAt = (version: number) => ({
  ...{ type: 'order', id: `${version}:o${version}`, version, what: 'confirmed' },
  ...{ at: '2026-01-02T03:04:05.000Z', order: order(version) },
});

/** A store whose event at each version up to `latest` is an order, as far as a subscription has been told of them. */
async function stage(limits: Partial<ClientLimits> = {}) {
  const clock = manualClock();
  const network = memoryNetwork(clock, 1, { maxStrangerBytes: Number.POSITIVE_INFINITY });
  const calls: Received[] = [];
  const open = new Map<string, { readonly call: Received; told: number }>();
  const store = {
    latest: 0,
    calls,
    open,
    faults: [] as BazarError[],
    tell() {
      for (const [name, one] of open) {
        while (one.told < store.latest) {
          const event = eventAt(++one.told);
          one.call.from.send(notification('event', { subscription: name, event }));
        }
      }
    },
    end(code: string) {
      for (const [subscription, { call }] of open) {
        call.from.send(notification('event', { subscription, ended: { code, message: 'so it is' } }));
      }
      open.clear();
    },
  };
  const { dial } = await serveInMemory(network, (call) => {
    calls.push(call);
    const name = String(call.params.subscription);
    if (call.method === 'unsubscribe') {
      open.delete(name);
      return { ids: 0, topics: 0, events: open.size };
    }
    const fault = store.faults.shift();
    if (fault) throw fault;
    open.set(name, { call, told: Number.parseInt(String(call.params.since), 10) });
    clock.defer(store.tell);
    return { subscription: name, cursor: String(call.params.since) };
  });
  const client = connect({ url: 'http://store', clock, random: seededRandom(1), dial, limits });
  return { clock, store, client };
}

/** Follows, and has what came there to look at. */
function follow(client: Client, request: EventsRequest<'order'> = {}, most = Number.POSITIVE_INFINITY) {
  const seen = { versions: [] as number[], end: undefined as unknown };
  (async () => {
    for await (const { version } of client.events(request)) if (seen.versions.push(version) >= most) return;
  })().then(
    () => {
      seen.end = 'ended';
    },
    (error) => {
      seen.end = error;
    },
  );
  return seen;
}

const upTo = (latest: number, from = 1) => Array.from({ length: latest - from + 1 }, (_, at) => from + at);

test('events are pushed: nothing is asked for while none come', async () => {
  const { clock, store, client } = await stage();
  const seen = follow(client, { since: '2:o2', customer: 'alice' });
  store.latest = 4;
  await clock.elapse(60_000);
  assert.equal(seen.versions, [3, 4]);
  store.latest = 6;
  store.tell();
  await clock.elapse(100);
  assert.equal(seen.versions, [3, 4, 5, 6]);
  assert.equal(
    store.calls.map(({ method, params }) => [method, params.orders, params.since, params.customer]),
    [['subscribe', true, '2:o2', 'alice']],
  );
  client.close();
  await clock.elapse(100);
  assert.is(seen.end, 'ended');
});

test('a connection that is lost, and a stream that ends, go on behind the last event that was taken', async () => {
  const { clock, store, client } = await stage();
  const seen = follow(client);
  store.latest = 3;
  await clock.elapse(100);
  const [first] = store.calls;
  store.open.clear();
  first!.from.close();
  store.latest = 5;
  await clock.elapse(10_000);
  assert.equal(seen.versions, upTo(5));
  store.end('unavailable');
  store.latest = 7;
  await clock.elapse(10_000);
  assert.equal(seen.versions, upTo(7));
  assert.equal(
    store.calls.map(({ params }) => params.since),
    [0, '3:o3', '5:o5'],
  );
  store.end('unauthorized');
  await clock.elapse(10_000);
  assert.is((seen.end as BazarError).code, 'unauthorized');
  client.close();
});

test('events go on through a store that is busy or away for longer than a call may take', async () => {
  // One try a call, so that each fault reaches the stream.
  const { clock, store, client } = await stage({
    callTimeoutMs: 40,
    backoffBaseMs: 60_000,
    backoffCapMs: 60_000,
  });
  store.faults = [new BazarError('overloaded'), new BazarError('draining'), new BazarError('unavailable')];
  const seen = follow(client);
  store.latest = 2;
  await clock.elapse(10_000);
  assert.equal(seen.versions, [1, 2]);
  client.close();
});

test('who leaves the loop, or aborts, is told nothing more', async () => {
  const { clock, store, client } = await stage();
  const abort = new AbortController();
  const [left, aborted] = [follow(client, {}, 2), follow(client, { signal: abort.signal })];
  store.latest = 3;
  await clock.elapse(100);
  assert.equal([left.versions, left.end, aborted.versions], [[1, 2], 'ended', [1, 2, 3]]);
  assert.is(store.open.size, 1);
  abort.abort();
  await clock.elapse(100);
  assert.equal([aborted.end, store.open.size], ['ended', 0]);
  client.close();
});

test('one that takes them slowly has so many waiting, and goes on behind them', async () => {
  const { clock, store, client } = await stage({ maxWaitingEvents: 10 });
  const events = client.events()[Symbol.asyncIterator]();
  store.latest = 25;
  const versions: number[] = [];
  const next = async () => {
    const taken = events.next();
    await clock.elapse(1_000);
    versions.push(((await taken).value as StoreEvent).version);
  };
  await next();
  // The store is asked to tell no more until the ten are taken.
  assert.equal([store.open.size, store.calls.map(({ method }) => method)], [0, ['subscribe', 'unsubscribe']]);
  while (versions.length < 25) await next();
  assert.equal(versions, upTo(25));
  assert.equal(
    store.calls.filter(({ method }) => method === 'subscribe').map(({ params }) => params.since),
    [0, '11:o11', '22:o22'],
  );
  client.close();
});

test.run();
