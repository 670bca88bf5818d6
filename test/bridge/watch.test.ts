import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRates } from '../../gateway/bridge/rates.ts';
import type { ToldHappening } from '../../runtime/watch-answers.ts';
import { eventually } from '../support/eventually.ts';
import { openRpc, post, TOKEN, withBridge } from './support.ts';

const happening = (seq: number): ToldHappening => ({
  node: 'catalog-1',
  run: 'r',
  seq,
  at: 1,
  kind: 'role',
  text: 'leads',
  facts: {},
});

test('who watches is told happenings and figures, and nothing more after unwatch', () =>
  withBridge(async ({ url, service }) => {
    const client = await openRpc(url);
    assert.is(service.observers.size, 0);
    const { result } = await client.call('watch', { what: ['happenings', 'figures'] });
    assert.equal(Object.keys(result!).sort(), ['figures', 'happenings']);
    assert.is(service.observers.size, 1);
    const [observer] = service.observers;
    observer!.happened([happening(1)]);
    observer!.beat();
    assert.is((await client.message(1)).method, 'happenings');
    assert.is((await client.message(2)).method, 'figures');
    assert.equal((await client.call('unwatch', { what: ['figures'] })).result as object, {
      what: ['happenings'],
    });
    const before = client.received.length;
    observer!.beat();
    observer!.happened([happening(2)]);
    assert.is((await client.message(before)).method, 'happenings');
    await client.call('unwatch');
    assert.is(service.observers.size, 0);
    client.close();
  }));

test('a connection that closes watches no more; of several the last one counts', () =>
  withBridge(async ({ url, service }) => {
    const one = await openRpc(url);
    const two = await openRpc(url);
    await one.call('watch', { what: ['figures'] });
    await two.call('watch', { what: ['figures'] });
    assert.is(service.observers.size, 1);
    one.close();
    two.socket.terminate();
    await eventually('nobody watches', () => service.observers.size === 0);
  }));

test('watching is answered while this connection waits for a page', () =>
  withBridge(async ({ url, service }) => {
    let release = () => {};
    service.before = (operation) =>
      operation === 'books' ? new Promise<void>((resolve) => (release = resolve)) : undefined;
    const client = await openRpc(url);
    const page = client.call('books');
    const { result } = await client.call('watch', { what: ['happenings'] });
    assert.ok(result);
    release();
    await page;
    client.close();
  }));

test('more watchers than there may be are refused', () =>
  withBridge(
    async ({ url }) => {
      const one = await openRpc(url);
      const two = await openRpc(url);
      await one.call('watch', { what: ['figures'] });
      await one.call('watch', { what: ['happenings'] });
      assert.is((await two.call('watch', { what: ['figures'] })).error!.data!.code, 'too-many-requests');
      one.close();
      two.close();
    },
    { maxSpectators: 1 },
  ));

test('subscribe to all begins with pages of whole books, and tells every change, of new books too', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const first = (await client.call('subscribe', { all: true, limit: 2 })).result!;
    assert.equal(
      first.books!.map(({ id, title }) => [id, title]),
      [
        [1, 'How to get a good grade'],
        [2, 'RPCs for Noobs'],
      ],
    );
    assert.is(first.next, 2);
    const second = (await client.call('subscribe', { all: true, limit: 2, after: 2 })).result!;
    assert.is(second.next, null);
    await post(`${url}/purchase`, { id: 3, quantity: 1 });
    await post(`${url}/purchase`, { id: 1, quantity: 4 });
    const sold = await client.message(2);
    assert.equal([sold.method, sold.params!.id, sold.params!.stock], ['stock', 1, 96]);
    assert.is((sold.params as { at?: string }).at, '2026-01-02T03:04:05.000Z');
    const admin = { authorization: `Bearer ${TOKEN}` };
    await post(`${url}/books`, { title: 'T', topic: 'New', price: '10', stock: 7 }, admin);
    const added = await client.message(3);
    assert.equal([added.params!.id, added.params!.stock], [4, 7]);
    await client.call('unsubscribe', { all: true });
    const before = client.received.length;
    await post(`${url}/purchase`, { id: 1, quantity: 1 });
    await client.call('status');
    assert.is(client.received.length, before + 1);
    client.close();
  }));

test('changes of all books come gathered to whoever asks so: the newest state of each, in one message', () =>
  withBridge(async ({ url, service }) => {
    const [gathered, each] = [await openRpc(url), await openRpc(url)];
    assert.ok((await gathered.call('subscribe', { all: true, everyMs: 50 })).result);
    assert.ok((await each.call('subscribe', { all: true })).result);
    for (let version = 901; version <= 910; version++) {
      service.publish({ id: 1 + (version % 2), stock: 1000 - version, price: 1000, version });
    }
    const booksOf = ({ method, params }: Awaited<ReturnType<typeof gathered.message>>) => {
      assert.is(method, 'stocks');
      return (params as unknown as { books: { id: number; stock: number; version: number }[] }).books;
    };
    assert.equal(
      booksOf(await gathered.message(1))
        .map(({ id, stock, version }) => [id, stock, version])
        .sort(),
      [
        [1, 90, 910],
        [2, 91, 909],
      ],
    );
    assert.is((await each.message(1)).method, 'stock');
    service.publish({ id: 3, stock: 5, price: 1000, version: 911 });
    await gathered.call('unsubscribe', { all: true });
    const answered = gathered.received.length + 1;
    assert.ok((await gathered.call('subscribe', { all: true, everyMs: 20 })).result);
    service.publish({ id: 2, stock: 7, price: 1000, version: 912 });
    const afterwards = booksOf(await gathered.message(answered));
    assert.equal(
      afterwards.map(({ id }) => id),
      [2],
      'what waited before the end is not told',
    );
    assert.ok((await gathered.call('subscribe', { all: true, everyMs: 19 })).error);
    gathered.close();
    each.close();
  }));

test('what changes while the first page is read is told once, after it', () =>
  withBridge(async ({ url, service }) => {
    const client = await openRpc(url);
    let reading = false;
    service.before = async (operation) => {
      if (operation !== 'books' || reading) return;
      reading = true;
      service.publish({ id: 1, stock: 50, price: 1000, version: 1 });
      service.publish({ id: 1, stock: 49, price: 1000, version: 900 });
    };
    const page = client.call('subscribe', { all: true });
    assert.ok((await page).result);
    const news = await client.message(1);
    assert.equal([news.params!.version, news.params!.stock], [900, 49]);
    client.close();
  }));

test('rates are those of the time between two looks', () => {
  const rates = createRates();
  const route = (count: number, fast: number) => ({
    count,
    within: [
      [0.001, fast],
      [0.01, count],
    ] as const,
  });
  assert.is(rates.look(new Map([['POST /purchase', route(10, 10)]]), 1_000), null);
  const now = rates.look(
    new Map([
      ['POST /purchase', route(110, 60)],
      ['GET /info/:id', route(100, 100)],
    ]),
    2_000,
  );
  assert.equal([now!.requests, now!.purchases], [200, 100]);
  assert.is(now!.p50Ms, 0.67);
  assert.ok(now!.p99Ms! > 9 && now!.p99Ms! <= 10);
  assert.equal(
    now!.routes.map(({ route: name }) => name),
    ['POST /purchase', 'GET /info/:id'],
  );
});

test.run();
