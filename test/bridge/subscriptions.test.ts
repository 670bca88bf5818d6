import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createAllBooks, createAllBooksWatcher } from '../../gateway/bridge/rpc/all-books.ts';
import { createSubscriptions, createWatcher } from '../../gateway/bridge/rpc/subscriptions.ts';
import { createViews } from '../../gateway/bridge/views.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { NO_CURRENCY } from '../../runtime/money.ts';
import { eventually } from '../support/eventually.ts';
import { manualClock } from '../support/manual-clock.ts';
import { createMemoryService } from '../support/memory-service.ts';
import { ask, BOOKS, type Body, openRpc, post, TOKEN, withBridge } from './support.ts';

const stock = (id: number, left: number, version: number, price = '10.00') => ({
  jsonrpc: '2.0',
  method: 'stock',
  params: { id, stock: left, price, version, at: '2026-01-02T03:04:05.000Z' },
});

/** Subscriptions over three books, with an outlet that takes frames only while `open`. */
async function setUp(maxSubscriptions = 10, maxSubscriptionsInAll = 1_000) {
  const service = await createMemoryService(BOOKS);
  const outlet = { open: true, cut: 0, sent: [] as [id: number, version: number][] };
  const watcher = createWatcher({
    send(text) {
      const { params } = JSON.parse(text) as { params: { id: number; version: number } };
      outlet.sent.push([params.id, params.version]);
    },
    isReady: () => outlet.open,
    cut: () => {
      outlet.cut += 1;
    },
  });
  let due: (() => void)[] = [];
  const subscriptions = createSubscriptions({
    views: createViews(NO_CURRENCY),
    service,
    limits: { ...DEFAULT_LIMITS, maxSubscriptions, maxSubscriptionsInAll },
    endOfTurn: (run) => void due.push(run),
  });
  const endTurn = () => {
    const now = due;
    due = [];
    for (const run of now) run();
  };
  const change = (id: number, version: number, topic?: string) =>
    service.publish({ id, version, stock: version, price: 1000, ...(topic ? { topic } : {}) });
  return { service, subscriptions, watcher, outlet, change, endTurn };
}

test('a book that moves is told once more to those who watch the topic it leaves, and then to those of its new one', () =>
  withBridge(async ({ url }) => {
    const [old, fresh] = [await openRpc(url), await openRpc(url)];
    await old.call('subscribe', { topic: 'distributed systems' });
    await fresh.call('subscribe', { topic: 'Networks' });
    const admin = { authorization: 'Bearer the-admin-token', 'content-type': 'application/json' };
    await ask(`${url}/books/2`, { method: 'PATCH', headers: admin, body: '{"topic":"networks"}' });
    const moved = { id: 2, stock: 3, price: '19.99', version: 3, topic: 'networks' };
    for (const client of [old, fresh]) {
      const { params } = (await client.message(1)) as unknown as { params: object };
      assert.equal({ ...params, at: undefined }, { ...moved, at: undefined });
    }
    await post(`${url}/purchase`, { id: 2 });
    await post(`${url}/purchase`, { id: 1 });
    assert.equal(await fresh.message(2), stock(2, 2, 4, '19.99'));
    assert.equal(await old.message(2), stock(1, 99, 5), 'nothing more of the book that has left');
    for (const client of [old, fresh]) client.close();
  }));

test('subscribe returns the present state, and every later change is sent', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const { result } = await client.call('subscribe', { ids: [1, 3, 99] });
    assert.equal(result!.books, [
      { id: 1, stock: 100, price: '10.00', version: 1 },
      { id: 3, stock: 0, price: '0.05', version: 1 },
    ]);
    await post(`${url}/purchase`, { id: 2, quantity: 1 });
    await post(`${url}/purchase`, { id: 1, quantity: 4 });
    assert.equal(await client.message(1), stock(1, 96, 3));
    client.close();
  }));

test('a topic subscription includes its books, whatever the case, and those added later', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const { result } = await client.call('subscribe', { topic: 'DISTRIBUTED systems' });
    assert.equal(
      result!.books!.map(({ id }) => id),
      [1, 2],
    );
    const admin = { authorization: 'Bearer the-admin-token' };
    const book = { title: 'T', topic: 'Distributed Systems', price: '10', stock: 7 };
    await post(`${url}/books`, [{ ...book, topic: 'other' }, book], admin);
    assert.equal(await client.message(1), stock(5, 7, 2));
    await post(`${url}/purchase`, { id: 5, quantity: 1 });
    assert.equal(await client.message(2), stock(5, 6, 3));
    client.close();
  }));

test('an unsubscribed book sends no more notifications', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    await client.call('subscribe', { ids: [1, 2] });
    await client.call('subscribe', { topic: 'distributed systems' });
    assert.equal((await client.call('unsubscribe', { ids: [1] })).result, { ids: 1, topics: 1 });
    await post(`${url}/purchase`, { id: 1, quantity: 1 });
    assert.is((await client.message(3)).params!.id, 1, 'the topic still has it');
    assert.equal((await client.call('unsubscribe')).result, { ids: 0, topics: 0 });
    await post(`${url}/purchase`, { id: 1, quantity: 1 });
    await client.call('info', { id: 1 });
    assert.is(client.received.length, 6);
    client.close();
  }));

test('in a batch too, the state comes before its changes', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    client.sendText(
      JSON.stringify([
        { jsonrpc: '2.0', id: 1, method: 'subscribe', params: { ids: [1] } },
        ...[2, 3, 4].map((id) => ({
          jsonrpc: '2.0',
          id,
          method: 'purchase',
          params: { id: 1, quantity: 1 },
        })),
      ]),
    );
    const answers = (await client.message(0)) as unknown as Body[];
    const shown = answers.find(({ id }) => id === 1)!.result!.books![0]!.version!;
    if (shown < 4) assert.is((await client.message(1)).params!.version, 4, 'the newest state, and only that');
    await client.call('status');
    assert.is(client.received.length, shown < 4 ? 3 : 2);
    client.close();
  }));

test('a change while the states are being read is sent after the answer, if it is newer', async () => {
  const { service, subscriptions, watcher, outlet, change, endTurn } = await setUp();
  let release = () => {};
  service.before = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  const subscribing = subscriptions.subscribe(watcher, { ids: [1] });
  change(1, 5);
  endTurn();
  change(1, 6);
  release();
  const { books, sent } = await subscribing;
  assert.is(books[0]!.version, 1);
  endTurn();
  assert.equal(outlet.sent, [], 'held back until the answer is out');
  sent();
  assert.equal(outlet.sent, [[1, 6]]);
  change(1, 7);
  endTurn();
  assert.equal(outlet.sent.at(-1), [1, 7]);
});

test('a change that the answer includes, or that is older, is not sent', async () => {
  const { service, subscriptions, watcher, outlet, change, endTurn } = await setUp();
  await service.updateBook(1, { restock: 1 });
  await service.updateBook(1, { restock: 1 });
  const { books, sent } = await subscriptions.subscribe(watcher, { ids: [1] });
  assert.is(books[0]!.version, 3);
  change(1, 2);
  sent();
  change(1, 3);
  endTurn();
  assert.equal(outlet.sent, []);
  change(1, 4);
  endTurn();
  assert.equal(outlet.sent, [[1, 4]]);
});

test('versions are sent in rising order even when the feed repeats itself', async () => {
  const { subscriptions, watcher, outlet, change, endTurn } = await setUp();
  (await subscriptions.subscribe(watcher, { ids: [1] })).sent();
  for (const version of [2, 4, 3, 4, 2, 6, 5]) {
    change(1, version);
    endTurn();
  }
  assert.equal(outlet.sent, [
    [1, 2],
    [1, 4],
    [1, 6],
  ]);
});

test('a slow client gets the latest state of each book once it reads again, not a queue', async () => {
  const { subscriptions, watcher, outlet, change, endTurn } = await setUp();
  (await subscriptions.subscribe(watcher, { ids: [1, 2, 3] })).sent();
  outlet.open = false;
  for (let version = 2; version < 10_000; version++) {
    change((version % 2) + 1, version);
    if (version % 7 === 0) endTurn();
  }
  assert.is(watcher.pending.size, 2, 'one state per changed book waits');
  assert.equal(outlet.sent, []);
  outlet.open = true;
  subscriptions.flush(watcher);
  assert.equal(outlet.sent.sort(), [
    [1, 9998],
    [2, 9999],
  ]);
});

test('several changes of one book in one turn are one notification', async () => {
  const { subscriptions, watcher, outlet, change, endTurn } = await setUp();
  (await subscriptions.subscribe(watcher, { ids: [1] })).sent();
  change(1, 2);
  change(1, 3);
  endTurn();
  assert.equal(outlet.sent, [[1, 3]]);
});

test('a book watched by id and by topic is sent once', async () => {
  const { subscriptions, watcher, outlet, change, endTurn } = await setUp();
  (await subscriptions.subscribe(watcher, { ids: [1] })).sent();
  (await subscriptions.subscribe(watcher, { topic: 'distributed systems' })).sent();
  change(1, 2);
  endTurn();
  assert.equal(outlet.sent, [[1, 2]]);
});

test('a subscription whose states cannot be read leaves nothing behind', async () => {
  const { service, subscriptions, watcher, outlet, change, endTurn } = await setUp();
  (await subscriptions.subscribe(watcher, { ids: [1] })).sent();
  service.before = () => {
    throw new Error('no catalog');
  };
  for (const filter of [{ ids: [1, 2] }, { topic: 'distributed systems' }]) {
    const failed = await subscriptions.subscribe(watcher, filter).catch((error: Error) => error.message);
    assert.is(failed, 'no catalog');
  }
  change(2, 5);
  change(1, 6);
  endTurn();
  assert.equal(outlet.sent, [[1, 6]], 'what was watched before still is');
  assert.equal([watcher.ids.size, watcher.topics.size], [1, 0]);
});

test('a connection watches a bounded number of books and topics', async () => {
  const { subscriptions, watcher } = await setUp(3);
  (await subscriptions.subscribe(watcher, { ids: [1, 2] })).sent();
  (await subscriptions.subscribe(watcher, { ids: [1, 2, 2, 1] })).sent();
  (await subscriptions.subscribe(watcher, { topic: 'x' })).sent();
  for (const filter of [{ ids: [3] }, { topic: 'y' }]) {
    const code = await subscriptions
      .subscribe(watcher, filter)
      .catch((error: { code: string }) => error.code);
    assert.is(code, 'too-many-requests');
  }
  subscriptions.unsubscribe(watcher, { topic: 'X' });
  (await subscriptions.subscribe(watcher, { ids: [3] })).sent();
});

test('all connections together watch a bounded number of books and topics, and room comes back', async () => {
  const { subscriptions, watcher, outlet, change, endTurn } = await setUp(10, 6);
  const ignored = { send() {}, isReady: () => true, cut() {} };
  const other = createWatcher(ignored);
  const refused = (filter: Parameters<typeof subscriptions.subscribe>[1]) =>
    subscriptions.subscribe(watcher, filter).then(
      ({ sent }) => sent(),
      (error: { code: string }) => error.code,
    );
  (await subscriptions.subscribe(other, { ids: [1, 2, 3, 4] })).sent();
  assert.is(await refused({ ids: [1, 2, 3] }), 'overloaded');
  assert.is(await refused({ topic: 'distributed systems' }), 'overloaded', 'its two books count as well');
  assert.is(await refused({ ids: [1, 2] }), undefined);
  assert.is(await refused({ ids: [3] }), 'overloaded');
  subscriptions.forget(other);
  assert.is(await refused({ topic: 'distributed systems' }), undefined);
  for (let id = 100; id < 110; id++) change(id, 5, 'distributed systems');
  endTurn();
  assert.is(outlet.cut, 1, 'a topic that has grown too large');
  subscriptions.forget(watcher);
  assert.is(await refused({ ids: [1, 2, 3, 4, 5, 6] }), undefined);
});

test('a client that is gone is forgotten, and a closed bridge listens no more', () =>
  withBridge(async ({ url, bridge, service }) => {
    const client = await openRpc(url);
    await client.call('subscribe', { ids: [1] });
    assert.is(service.listeners, 1);
    client.close();
    await client.closed();
    await post(`${url}/purchase`, { id: 1, quantity: 1 });
    await bridge.close();
    assert.is(service.listeners, 0);
  }));

test('a subscriber that stops reading costs bounded memory and sees the newest state in the end', () =>
  withBridge(async ({ url, service }) => {
    const client = await openRpc(url);
    await client.call('subscribe', { ids: [1, 2, 3] });
    client.socket.pause();
    // More than the kernel's buffers of both ends take.
    for (let version = 2; version < 200_000; version++) {
      service.publish({ id: (version % 3) + 1, stock: 1, price: 1000, version });
      if (version % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
    }
    client.socket.resume();
    const last = new Map<unknown, number>();
    let isRising = true;
    await eventually('the newest states are seen', () => {
      for (const { params } of client.received.splice(0)) {
        if (!params) continue;
        isRising &&= params.version! > (last.get(params.id) ?? 1);
        last.set(params.id, params.version!);
      }
      return Math.max(...last.values()) === 199_999 && last.get(2) === 199_999;
    });
    assert.ok(isRising);
    assert.equal([...last.values()].sort(), [199_997, 199_998, 199_999]);
    client.close();
  }));

test('a topic is the same for search, subscriptions and notifications, however it is written', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    await client.call('authenticate', { token: TOKEN });
    await client.call('subscribe', { topic: 'CAFE\u0301  noir' });
    const book = { title: 'Espresso', topic: ' Café Noir', price: '1', stock: 1 };
    const { result } = await client.call('addBooks', { books: book });
    const id = result!.added![0]!;
    await eventually('the news is told', () =>
      client.received.some(({ params }) => (params?.id as unknown) === id),
    );
    const found = await client.call('search', { topic: 'cafe\u0301 noir' });
    assert.equal(found.result, [{ id, title: 'Espresso' }]);
    assert.is((await client.call('info', { id })).result!.topic, 'Café Noir');
    client.close();
  }));

test('a subscription whose answer a batch has no room for holds back no news of others', () =>
  withBridge(
    async ({ url, service }) => {
      const client = await openRpc(url);
      await client.call('subscribe', { ids: [1] });
      const calls = ['subscribe', 'info', 'info', 'info', 'info'].map((method, id) => {
        return { jsonrpc: '2.0', id, method, params: method === 'info' ? { id: 1 } : { ids: [2] } };
      });
      client.sendText(JSON.stringify(calls));
      const answers = (await client.message(1)) as unknown as Body[];
      assert.is(answers.find(({ id }) => id === 0)!.error!.data!.code, 'too-large');
      service.publish({ id: 1, version: 50, stock: 7, price: 1000 });
      assert.is((await client.message(2)).params!.stock, 7);
      client.close();
    },
    { maxClientBacklogBytes: 300 },
  ));

test('what is gathered waits for its time, also when the client could take more, and for nobody who asks for each change', async () => {
  const service = await createMemoryService(BOOKS);
  const clock = manualClock();
  const sent: string[] = [];
  const outlet = {
    send: (text: string) => void sent.push(text),
    isReady: () => true,
    cut: assert.unreachable,
  };
  const watcher = createAllBooksWatcher(outlet);
  const allBooks = createAllBooks({
    ...{ service, clock, views: createViews(NO_CURRENCY), limits: DEFAULT_LIMITS },
    endOfTurn: (run) => run(),
  });
  const start = { limit: 10, deadline: clock.monotonic() + 1_000 };
  (await allBooks.subscribe(watcher, { ...start, everyMs: 100 })).sent();
  const change = (version: number) => service.publish({ id: 1, version, stock: version, price: 1000 });
  change(901);
  change(902);
  clock.advance(99);
  allBooks.flush(watcher);
  assert.equal(sent, []);
  clock.advance(1);
  assert.is(sent.length, 1);
  assert.match(sent[0]!, /"method":"stocks".*"version":902/);
  change(903);
  (await allBooks.subscribe(watcher, start)).sent();
  assert.match(sent[1]!, /"method":"stock".*"version":903/);
  change(904);
  assert.match(sent[2]!, /"method":"stock".*"version":904/);
  clock.advance(1_000);
  assert.is(sent.length, 3);
  allBooks.close();
});

test.run();
