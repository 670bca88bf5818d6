import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AS_READER, ask, openRpc, withBridge } from './support.ts';

/** Pages, audits and searches that are too large to be answered at once, and clients that do not read their answers. */

function pipelined(url: string, path: string, count: number): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () =>
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(count)),
  );
  socket.on('error', () => {});
  return socket;
}

/** What a socket has received, once it holds so many answers. */
async function answersOf(socket: Socket, count: number): Promise<string[]> {
  let text = '';
  const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!);
  while (statuses().length < count) {
    const [data] = await once(socket, 'data');
    text += data;
  }
  return statuses();
}

test('a search that has no room for all says where it goes on, and its link leads through the topic', () =>
  withBridge(async ({ url, service }) => {
    const whole = await ask(`${url}/search/distributed%20systems`);
    assert.is(whole.headers.get('link'), null);
    service.roomForTitles = 1;
    const ids: number[] = [];
    for (let path: string | undefined = '/search/distributed%20systems'; path; ) {
      const { status, body, headers } = await ask(`${url}${path}`);
      assert.is(status, 200);
      ids.push(...(body as unknown as { id: number }[]).map(({ id }) => id));
      path = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    }
    assert.equal(ids, [1, 2]);
    const { headers } = await ask(`${url}/search/distributed%20systems?limit=1&consistency=strong`);
    const next = '/search/distributed%20systems?limit=1&consistency=strong&after=1';
    assert.is(headers.get('link'), `<${next}>; rel="next"`);
  }));

test('by JSON-RPC a search is a bare list where it is whole, and a page with next where one was asked for', () =>
  withBridge(async ({ url, service }) => {
    const client = await openRpc(url);
    const topic = 'distributed systems';
    const first = { id: 1, title: 'How to get a good grade' };
    const second = { id: 2, title: 'RPCs for Noobs' };
    assert.equal((await client.call('search', { topic })).result as unknown, [first, second]);
    const page = await client.call('search', { topic, after: 0, limit: 1 });
    assert.equal(page.result as unknown, { books: [first], next: 1 });
    assert.equal((await client.call('search', { topic, after: 1 })).result as unknown, {
      books: [second],
      next: null,
    });
    service.roomForTitles = 1;
    const { error } = await client.call('search', { topic });
    assert.match(error!.message!, '{"after":0}');
    client.close();
  }));

test('pipelined pages of one connection are worked on one after the other, and too many are refused', () =>
  withBridge(
    async ({ url, service }) => {
      let atWork = 0;
      let most = 0;
      service.before = async () => {
        atWork += 1;
        most = Math.max(most, atWork);
        await new Promise((resolve) => setTimeout(resolve, 20));
        atWork -= 1;
      };
      const socket = pipelined(url, '/info?limit=10', 8);
      assert.equal(await answersOf(socket, 8), ['200', '200', '200', '200', '429', '429', '429', '429']);
      assert.is(most, 1);
      socket.destroy();
    },
    { maxPagesPerConnection: 3 },
  ));

test('a refused page says that nothing has happened and when to come back, by both doors', () =>
  withBridge(
    async ({ url, service }) => {
      let go = () => {};
      let first: ReturnType<typeof ask> | undefined;
      await new Promise<void>((begun) => {
        service.before = () => {
          begun();
          return new Promise((resolve) => (go = resolve));
        };
        first = ask(`${url}/info`);
      });
      const { status, body, headers } = await ask(`${url}/orders`, { headers: AS_READER });
      assert.equal(
        [status, body.code, body.outcome, headers.get('retry-after')],
        [429, 'overloaded', 'none', '1'],
      );
      const client = await openRpc(url);
      const { error } = await client.call('books', {});
      assert.equal([error!.data!.code, error!.data!.outcome], ['overloaded', 'none']);
      client.close();
      go();
      assert.is((await first)!.status, 200);
    },
    { maxPagesInWork: 1, maxPagesWaiting: 0 },
  ));

test('a client that does not read its page is cut off in time, and one that has gone makes room', () =>
  withBridge(
    async ({ url, service }) => {
      const { books } = service;
      const begun = new Promise<void>((resolve) => {
        service.books = async (page, options) => {
          resolve();
          service.books = books;
          const served = await books(page, options);
          const [book] = served.value.books;
          const many = Array(4_000).fill({ ...book!, title: 'x'.repeat(8_000) });
          return { ...served, value: { books: many, next: null } };
        };
      });
      const deaf = pipelined(url, '/info', 1);
      deaf.pause();
      const closed = new Promise((resolve) => deaf.on('close', resolve));
      await begun;
      assert.is((await ask(`${url}/info`)).status, 200, 'the only place for an unread answer is free again');
      deaf.resume();
      await closed;
    },
    { maxUnreadAnswers: 1, unreadAnswerMs: 500, readDeadlineMs: 60_000, httpRequestTimeoutMs: 60_000 },
  ));

test('a topic that was found to be large is not even read before its turn', () =>
  withBridge(
    async ({ url, service }) => {
      const path = `${url}/search/distributed%20systems`;
      assert.is((await ask(path)).status, 200);
      let searches = 0;
      let go = () => {};
      const held = new Promise<void>((resolve) => {
        go = resolve;
      });
      let first: ReturnType<typeof ask> | undefined;
      await new Promise<void>((begun) => {
        service.before = (operation) => {
          if (operation === 'search') searches += 1;
          if (operation !== 'orders') return undefined;
          begun();
          return held;
        };
        first = ask(`${url}/orders`, { headers: AS_READER });
      });
      const client = await openRpc(url);
      assert.is(
        (await ask(path.toUpperCase().replace('HTTP', 'http').replace('/SEARCH', '/search'))).status,
        429,
      );
      assert.is(
        (await client.call('search', { topic: 'distributed systems' })).error!.data!.code,
        'overloaded',
      );
      assert.is(searches, 0);
      client.close();
      go();
      assert.is((await first)!.status, 200);
    },
    { maxPagesInWork: 1, maxPagesWaiting: 0, lightAnswerBytes: 10 },
  ));

test('a JSON-RPC client gets pages as fast as it takes them, in a batch too', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const call = (id: number) => ({ jsonrpc: '2.0', id, method: 'books', params: {} });
    client.sendText(JSON.stringify(Array.from({ length: 20 }, (_, id) => call(id))));
    const batch = (await client.message(0)) as unknown as { result: { books: object[] } }[];
    assert.ok(batch.every(({ result }) => result.books.length === 3));
    const singles = await Promise.all(Array.from({ length: 20 }, () => client.call('books', {})));
    assert.ok(singles.every(({ result }) => result!.books!.length === 3));
    client.close();
  }));

test.run();
