import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { BazarError } from '../../runtime/errors.ts';
import { eventually } from '../support/eventually.ts';
import {
  AS_READER,
  ask,
  type Body,
  openRpc,
  post,
  READER_TOKEN,
  type RpcClient,
  raw,
  TOKEN,
  withBridge,
} from './support.ts';

const batchOf = (message: Body) => message as unknown as Body[];

test('each method answers with the body that HTTP answers with', () =>
  withBridge(async ({ url }) => {
    await post(`${url}/purchase`, { id: 1, quantity: 1 }, { 'idempotency-key': 'o1' });
    const client = await openRpc(url);
    await client.call('authenticate', { token: READER_TOKEN });
    const pairs: [method: string, params: object | undefined, path: string][] = [
      ['search', { topic: ' Distributed Systems ' }, '/search/distributed%20systems'],
      ['info', { id: 1 }, '/info/1'],
      ['info', { id: 1, consistency: 'strong' }, '/info/1?consistency=strong'],
      ['books', { after: 1, limit: 1 }, '/info?after=1&limit=1'],
      ['books', undefined, '/info'],
      ['topics', undefined, '/topics'],
      ['topics', { after: 'Distributed systems', limit: 1 }, '/topics?after=Distributed%20systems&limit=1'],
      ['order', { orderId: 'o1' }, '/orders/o1'],
      ['orders', undefined, '/orders'],
      ['orders', { limit: 1 }, '/orders?limit=1'],
      ['status', undefined, '/status'],
      ['audit', { limit: 2 }, '/audit?limit=2'],
    ];
    for (const [method, params, path] of pairs) {
      const answer = await ask(`${url}${path}`, { headers: AS_READER });
      assert.equal((await client.call(method, params)).result, answer.body, method);
    }
    client.close();
  }));

test('a purchase is made once per order id, and the repeated answer says so', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const first = await client.call('purchase', { id: 1, quantity: 2, orderId: 'o1' });
    assert.is(first.result!.orderId, 'o1');
    assert.is(first.result!.status, 'confirmed');
    assert.is(first.result!.replayed, undefined);
    const again = await client.call('purchase', { id: 1, quantity: 2, orderId: 'o1' });
    assert.equal(again.result, { ...first.result, replayed: true });
    const cart = await client.call('purchase', { lines: [{ id: 1, quantity: 1, price: '10.00' }] });
    assert.is(cart.result!.status, 'confirmed');
    assert.is((await ask(`${url}/info/1`)).body.stock, 97);
    client.close();
  }));

test('a refusal is an error −32000 with the order id, and stays the same when repeated', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const first = await client.call('purchase', { id: 2, quantity: 9, orderId: 'o2' });
    assert.is(first.error!.code, -32000);
    const { code, outcome, orderId, bookId, status, replayed } = first.error!.data!;
    assert.equal([code, outcome, orderId, bookId, status], ['sold-out', 'refused', 'o2', 2, 'refused']);
    assert.is(replayed, undefined);
    const again = await client.call('purchase', { id: 2, quantity: 9, orderId: 'o2' });
    assert.equal(again.error!.data, { ...first.error!.data, replayed: true });
    const reused = await client.call('purchase', { id: 2, quantity: 8, orderId: 'o2' });
    assert.is(reused.error!.data!.code, 'key-reused');
    assert.is((await client.call('info', { id: 99 })).error!.data!.code, 'unknown-book');
    assert.is((await client.call('order', { orderId: 'x' })).error!.data!.code, 'unknown-order');
    client.close();
  }));

test('an error of the store keeps its outcome; a read never claims that anything may have happened', () =>
  withBridge(async ({ url, service }) => {
    const client = await openRpc(url);
    service.before = () => {
      throw new BazarError('outcome-unknown', undefined, { orderId: 'o3' });
    };
    const write = await client.call('purchase', { id: 1, quantity: 1 });
    assert.equal(write.error!.data, { orderId: 'o3', code: 'outcome-unknown', outcome: 'unknown' });
    assert.is((await client.call('info', { id: 1 })).error!.data!.outcome, 'none');
    client.close();
  }));

test('the shop is changed only after authenticate, on that connection', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const change = { id: 1, price: '2.50', key: 'p1' };
    const book = { title: 'New', topic: 'gardening', price: '1', stock: 1 };
    assert.is((await client.call('updateBook', change)).error!.data!.code, 'unauthorized');
    assert.is((await client.call('addBooks', { books: [book] })).error!.data!.code, 'unauthorized');
    assert.is((await client.call('authenticate', { token: 'wrong' })).error!.data!.code, 'unauthorized');
    const reader = (await client.call('authenticate', { token: READER_TOKEN })).result;
    assert.equal(reader, { authenticated: true, role: 'reader' });
    assert.is((await client.call('updateBook', change)).error!.data!.code, 'unauthorized');
    const admin = (await client.call('authenticate', { token: TOKEN })).result;
    assert.equal(admin, { authenticated: true, role: 'admin' });
    assert.is((await client.call('updateBook', change)).result!.price, '2.50');
    assert.is((await client.call('updateBook', change)).result!.replayed, true);
    assert.equal((await client.call('addBooks', { books: [book], key: 'a1' })).result!.added, [4]);
    assert.equal((await client.call('addBooks', { books: { ...book, id: 4 } })).result!.skipped, [4]);
    const other = await openRpc(url);
    assert.is((await other.call('updateBook', change)).error!.data!.code, 'unauthorized');
    client.close();
    other.close();
  }));

test('orders are listed only to those who have shown a token, and lose the list with a wrong one', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    await client.call('purchase', { id: 1, orderId: 'o1' });
    assert.is((await client.call('orders')).error!.data!.code, 'unauthorized');
    assert.is((await client.call('order', { orderId: 'o1' })).result!.orderId, 'o1');
    for (const token of [READER_TOKEN, TOKEN]) {
      await client.call('authenticate', { token });
      assert.is((await client.call('orders')).result!.orders!.length, 1);
    }
    await client.call('authenticate', { token: `${TOKEN}x` });
    assert.is((await client.call('orders')).error!.data!.code, 'unauthorized');
    client.close();
  }));

test('the examples of the JSON-RPC specification get the errors it has for them', () =>
  withBridge(async ({ url }) => {
    const cases: [frame: string, code: number, id: unknown][] = [
      ['{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', -32700, null],
      ['', -32700, null],
      ['[{"jsonrpc":"2.0","method":"info"},', -32700, null],
      ['{"jsonrpc": "2.0", "method": 1, "params": "bar"}', -32600, null],
      ['{"jsonrpc": "2.0", "method": 1, "id": 7}', -32600, 7],
      ['{"method": "info", "params": {"id":1}, "id": 1}', -32600, 1],
      ['{"jsonrpc": "1.0", "method": "info", "id": 1}', -32600, 1],
      ['{"jsonrpc": "2.0", "method": "info", "params": {"id":1}, "id": {}}', -32600, null],
      ['1', -32600, null],
      ['null', -32600, null],
      ['"x"', -32600, null],
      ['[]', -32600, null],
      ['{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', -32601, '1'],
      ['{"jsonrpc": "2.0", "method": "constructor", "id": 2}', -32601, 2],
      ['{"jsonrpc": "2.0", "method": "info", "params": [1], "id": 3}', -32602, 3],
      ['{"jsonrpc": "2.0", "method": "info", "params": "x", "id": 4}', -32602, 4],
      ['{"jsonrpc": "2.0", "method": "info", "id": 5}', -32602, 5],
      ['{"jsonrpc": "2.0", "method": "info", "params": {"id": 1, "x": 2}, "id": 6}', -32602, 6],
      [
        '{"jsonrpc": "2.0", "method": "purchase", "params": {"id":1,"quantity":-1}, "id": null}',
        -32602,
        null,
      ],
    ];
    const client = await openRpc(url);
    for (const [n, [frame, code, id]] of cases.entries()) {
      client.sendText(frame);
      const answer = await client.message(n);
      assert.is(answer.jsonrpc, '2.0');
      assert.is(answer.error!.code, code, frame);
      assert.is(answer.id, id, frame);
      assert.type(answer.error!.message, 'string');
    }
    client.close();
  }));

test('wrong parameters are named in the message', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    await client.call('authenticate', { token: TOKEN });
    const cases: [method: string, params: object, message: string][] = [
      ['info', { id: 'x' }, 'id must be a number'],
      ['info', [1], 'params must be given by name, for example {"id":1}'],
      ['search', ['x'], 'params must be given by name, for example {"topic":"distributed systems"}'],
      ['updateBook', [1, 2], 'params must be given by name, for example {"id":1,"title":"RPCs for Noobs"}'],
      ['status', [{}], 'params must be given by name, for example {}'],
      ['purchase', { id: 1, quantity: 0 }, 'quantity must be at least 1'],
      ['purchase', { lines: [{ id: 1, quantity: 0.5 }] }, 'lines[0].quantity must be a whole number'],
      ['purchase', { id: 1, quantity: 1, orderId: 'a b' }, 'orderId must be 1 to 128 of A-Z a-z 0-9 . _ ~ -'],
      ['subscribe', { ids: [] }, 'ids must have at least 1 elements'],
      ['search', { topic: 'half \uD83D' }, 'topic must be well-formed Unicode'],
      ['status', { x: 1 }, 'params has no field "x"'],
    ];
    for (const [method, params, message] of cases) {
      const { error } = await client.call(method, params);
      assert.is(error!.message, message);
      assert.equal(error!.data, { code: 'invalid-request', outcome: 'none' });
    }
    client.close();
  }));

test('a notification is carried out and gets no answer, not even an error', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const notify = (method: string, params: object) =>
      client.sendText(JSON.stringify({ jsonrpc: '2.0', method, params }));
    notify('purchase', { id: 1, quantity: 1 });
    notify('purchase', { id: 1, quantity: 'x' });
    notify('nothing', {});
    client.sendText('[{"jsonrpc":"2.0","method":"purchase","params":{"id":1,"quantity":1}}]');
    assert.is((await client.call('info', { id: 1 })).result!.stock, 98);
    assert.is(client.received.length, 1);
    client.close();
  }));

test('a batch is answered by one array, with an answer for everything but notifications', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    client.sendText(
      JSON.stringify([
        { jsonrpc: '2.0', id: 1, method: 'info', params: { id: 1 } },
        { jsonrpc: '2.0', method: 'info', params: { id: 1 } },
        7,
        { jsonrpc: '2.0', id: '2', method: 'nothing' },
        { jsonrpc: '2.0', id: 3, method: 'books' },
        { jsonrpc: '2.0', id: 4, method: 'purchase', params: { id: 1, quantity: 1 } },
      ]),
    );
    const answers = batchOf(await client.message(0));
    assert.is(answers.length, 5);
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    assert.is(byId.get(1)!.result!.id, 1);
    assert.is(byId.get('2')!.error!.code, -32601);
    assert.is(byId.get(null)!.error!.code, -32600);
    assert.ok(byId.get(3)!.result!.books);
    assert.is(byId.get(4)!.result!.status, 'confirmed');
    client.close();
  }));

test('a batch longer than what may be in flight is refused whole', () =>
  withBridge(
    async ({ url }) => {
      const client = await openRpc(url);
      const call = { jsonrpc: '2.0', id: 1, method: 'purchase', params: { id: 1, quantity: 1 } };
      client.sendText(JSON.stringify(Array(5).fill(call)));
      const { id, error } = await client.message(0);
      assert.is(id, null);
      assert.equal([error!.code, error!.data!.code], [-32000, 'too-many-requests']);
      assert.is((await client.call('info', { id: 1 })).result!.stock, 100);
      client.close();
    },
    { maxInFlightPerConnection: 4 },
  ));

test('pages that would make a batch’s answer too large are refused', () =>
  withBridge(
    async ({ url }) => {
      const client = await openRpc(url);
      const pages = [1, 2, 3, 4].map((id) => ({ jsonrpc: '2.0', id, method: 'books' }));
      client.sendText(JSON.stringify(pages));
      const answers = batchOf(await client.message(0));
      assert.ok(answers[0]!.result);
      assert.is(answers[3]!.error!.data!.code, 'too-large');
      client.close();
    },
    { maxClientBacklogBytes: 500 },
  ));

test('calls beyond the limit in flight are refused at once, the others are answered', () =>
  withBridge(
    async ({ url, service }) => {
      const open: (() => void)[] = [];
      service.before = () => new Promise((resolve) => void open.push(resolve));
      const client = await openRpc(url);
      const calls = [1, 2, 3, 4, 5].map((id) => client.call('info', { id }));
      const refused = await Promise.all(calls.slice(3));
      for (const { error } of refused) assert.is(error!.data!.code, 'too-many-requests');
      for (const resolve of open) resolve();
      assert.is((await calls[0]!).result!.id, 1);
      client.close();
    },
    { maxInFlightPerConnection: 3 },
  ));

test('the rate limit of an address counts calls too', () =>
  withBridge(
    async ({ url }) => {
      const client = await openRpc(url);
      const answers = await Promise.all(Array.from({ length: 20 }, () => client.call('info', { id: 1 })));
      const refused = answers.filter(({ error }) => error?.data?.code === 'too-many-requests');
      assert.ok(refused.length > 0 && refused.length < 20);
      client.close();
    },
    { localRequestsPerSecond: 1 },
  ));

test('a binary frame is read as text, and is a parse error where it is not UTF-8', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    client.sendText(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"search","params":{"topic":"Café"}}'));
    assert.equal((await client.message(0)).result, []);
    client.sendText(
      Buffer.from('{"jsonrpc":"2.0","id":1,"method":"search","params":{"topic":"Café"}}', 'latin1'),
    );
    const { error, id } = await client.message(1);
    assert.is(error!.code, -32700);
    assert.is(id, null);
    client.close();
  }));

test('a frame that is too large closes that connection with 1009 and no other', () =>
  withBridge(
    async ({ url }) => {
      const [bad, good] = [await openRpc(url), await openRpc(url)];
      bad.sendText(' '.repeat(5000));
      assert.is(await bad.closed(), 1009);
      assert.ok((await good.call('info', { id: 1 })).result);
      good.close();
    },
    { maxBodyBytes: 4096 },
  ));

test('text that is not UTF-8 closes the connection with 1007', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    assert.is(await client.closed(), 1007);
  }));

test('clients beyond the limit are refused until one has left', () =>
  withBridge(
    async ({ url }) => {
      const first = await openRpc(url);
      const refused = new WebSocket(`${url.replace('http', 'ws')}/ws`);
      const status = await new Promise((resolve) =>
        refused.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
      );
      assert.is(status, 429);
      refused.on('error', () => {});
      refused.terminate();
      first.close();
      await first.closed();
      let second: RpcClient | undefined;
      await eventually('the next client is let in', async () => {
        second = await openRpc(url).catch(() => undefined);
        return second !== undefined;
      });
      second!.close();
    },
    { maxClientConnections: 1 },
  ));

test('an upgrade at another address is answered with a problem', () =>
  withBridge(async ({ url }) => {
    const upgrade =
      'GET /other HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n';
    const answer = await raw(url, upgrade);
    assert.match(answer, 'HTTP/1.1 404 Not Found');
    assert.match(answer, '"code":"not-found"');
    assert.match(await raw(url, upgrade.replace('/other', '/ws')), 'HTTP/1.1 400');
  }));

test('a client that never reads its answers is cut off, and others are served', () =>
  withBridge(
    async ({ url }) => {
      const [deaf, honest] = [await openRpc(url), await openRpc(url)];
      let ended = false;
      deaf.socket.on('close', () => {
        ended = true;
      });
      deaf.socket.pause();
      const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'info', params: { id: 1 } });
      const flood = setInterval(() => {
        if (deaf.socket.bufferedAmount > 1_000_000) deaf.socket.resume();
        else for (let n = 0; n < 200; n++) deaf.sendText(call);
      }, 1);
      await eventually('the connection has ended', () => ended);
      clearInterval(flood);
      assert.ok((await honest.call('info', { id: 1 })).result);
      honest.close();
    },
    { maxClientBacklogBytes: 50_000 },
  ));

test('pages that wait their turn are not read once their client has gone', () =>
  withBridge(async ({ url, service }) => {
    let reads = 0;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    service.before = (operation) => {
      if (operation !== 'books') return;
      reads += 1;
      return held;
    };
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    const client = await openRpc(url);
    for (let id = 1; id <= 20; id++) client.sendText(JSON.stringify({ jsonrpc: '2.0', id, method: 'books' }));
    await eventually('the first page is read', () => reads === 1);
    client.socket.terminate();
    await eventually('the client is gone', async () => (await metrics()).includes('bazar_clients 0'));
    letGo();
    const given = 'bazar_requests_total{route="ws books",status="unavailable"} 19';
    await eventually('the calls are counted', async () => (await metrics()).includes(given));
    assert.is(reads, 1);
  }));

test('a client that gives no sign of life is closed, one that answers pings is kept', () =>
  withBridge(
    async ({ url }) => {
      const lively = await openRpc(url);
      const mute = new WebSocket(`${url.replace('http', 'ws')}/ws`, { autoPong: false });
      await new Promise((resolve) => mute.on('close', resolve));
      assert.ok((await lively.call('info', { id: 1 })).result);
      lively.close();
    },
    { clientPingMs: 500, clientSilenceMs: 1_500 },
  ));

const notEnded = (bytes: number) => {
  const start = Buffer.alloc(14);
  start.set([0x81, 0x80 | 127]);
  start.writeBigUInt64BE(1_000_000n, 2);
  return Buffer.concat([start, Buffer.alloc(bytes, ' ')]);
};

/** The TCP socket under a client, to send what a WebSocket would not. */
const wireOf = ({ socket }: RpcClient) => (socket as unknown as { _socket: Socket })._socket;

test('a message that does not come to its end in time closes its connection, and no idle one', () =>
  withBridge(
    async ({ url }) => {
      const [idle, stuck, crumbs] = [await openRpc(url), await openRpc(url), await openRpc(url)];
      const began = performance.now();
      wireOf(stuck).write(notEnded(10));
      wireOf(crumbs).write(notEnded(10));
      const crumbling = setInterval(() => wireOf(crumbs).write(' '), 20);
      await Promise.all([stuck.closed(), crumbs.closed()]);
      clearInterval(crumbling);
      assert.ok(performance.now() - began < 10_000, 'not only when it is taken for dead');
      assert.ok((await idle.call('info', { id: 1 })).result);
      idle.close();
    },
    { frameTimeoutMs: 400 },
  ));

test('a client that reads nothing is cut off in time, however little it was sent and however much it says', () =>
  withBridge(
    async ({ url }) => {
      const deaf = await openRpc(url);
      wireOf(deaf).pause();
      // Answers of some 200 bytes, until no more go out: far less than may wait for a slow client.
      const calling = setInterval(() => {
        for (let id = 0; id < 400; id++) {
          deaf.sendText(`{"jsonrpc":"2.0","id":"${'x'.repeat(200)}","method":"none","params":{}}`);
        }
      }, 5);
      await Promise.race([deaf.closed(), once(wireOf(deaf), 'error')]).finally(() => clearInterval(calling));
      assert.is((await ask(`${url}/info/1`)).status, 200);
    },
    {
      unreadAnswerMs: 300,
      maxClientBacklogBytes: 2 ** 30,
      maxAllClientBacklogBytes: 2 ** 31,
      maxInFlightPerConnection: 10_000,
    },
  ));

test('large messages of all clients are read at a bounded rate, and all of them come to their end', () =>
  withBridge(
    async ({ url }) => {
      const clients = await Promise.all(Array.from({ length: 8 }, () => openRpc(url)));
      const started = performance.now();
      const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', params: ' '.repeat(1_000_000) });
      for (const client of clients) client.sendText(text);
      for (const client of clients) assert.is((await client.message(0)).error!.data!.code, 'not-found');
      const ms = performance.now() - started;
      // Eight megabytes, of which two may come at once.
      assert.ok(ms > 500, `${ms} ms`);
      for (const client of clients) client.close();
    },
    { unfinishedBytesPerSecond: 8 * 2 ** 20 },
  ));

test('messages and bodies without an end are bounded in all, and those who have little to send are spared', () =>
  withBridge(
    async ({ url }) => {
      const modest = await openRpc(url);
      wireOf(modest).write(notEnded(10));
      const { hostname, port } = new URL(url);
      const post = 'POST /purchase HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
      const bodies = Array.from({ length: 20 }, () => {
        const socket = connect(Number(port), hostname).on('error', () => {});
        socket.resume();
        socket.write(`${post}content-length: 1000000\r\n\r\n${' '.repeat(50_000)}`);
        return socket;
      });
      const greedy = await Promise.all(Array.from({ length: 20 }, () => openRpc(url)));
      for (const client of greedy) wireOf(client).write(notEnded(50_000));
      const left = () =>
        [...bodies, ...greedy.map(wireOf)].filter((socket) => !socket.destroyed && socket.readable).length;
      await eventually('most are cut off', () => left() <= 10);
      assert.ok(left() > 0);
      assert.is(modest.socket.readyState, WebSocket.OPEN);
      for (const socket of bodies) socket.destroy();
      for (const { socket } of [modest, ...greedy]) socket.terminate();
    },
    { maxUnfinishedBytes: 500_000 },
  ));

test('a client is not read while too many of its calls wait their turn, and all are answered in the end', () =>
  withBridge(
    async ({ url, service }) => {
      let letGo = () => {};
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      let calls = 0;
      service.before = (operation) => {
        calls += 1;
        return operation === 'books' ? held : undefined;
      };
      const client = await openRpc(url);
      const pages = Array.from({ length: 50 }, () => client.call('books'));
      await eventually('the first page is read', () => calls === 1);
      const search = client.call('search', { topic: 'x'.repeat(100) });
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.is(calls, 1, 'what comes behind them is not read yet');
      letGo();
      for (const answer of await Promise.all([...pages, search])) assert.ok(answer.result);
      client.close();
    },
    { maxClientQueueBytes: 10_000 },
  ));

test('calls that wait their turn are bounded in all connections, and those who ask for little are spared', () =>
  withBridge(
    async ({ url, service }) => {
      service.before = (operation) => (operation === 'books' ? new Promise(() => {}) : undefined);
      const [modest, ...greedy] = await Promise.all(Array.from({ length: 10 }, () => openRpc(url)));
      modest!.sendText('{"jsonrpc":"2.0","id":1,"method":"books"}');
      for (const client of greedy)
        for (let id = 1; id <= 50; id++) client.sendText(`{"jsonrpc":"2.0","id":${id},"method":"books"}`);
      await eventually(
        'most of the greedy are cut off',
        () => greedy.filter(({ socket }) => socket.readyState === WebSocket.CLOSED).length >= 5,
      );
      assert.is(modest!.socket.readyState, WebSocket.OPEN);
      for (const { socket } of [modest!, ...greedy]) socket.terminate();
    },
    { maxAllClientQueueBytes: 200_000 },
  ));

test('answers that nobody takes are bounded in all connections', () =>
  withBridge(
    async ({ url }) => {
      const deaf = await Promise.all(Array.from({ length: 6 }, () => openRpc(url)));
      let ended = 0;
      for (const { socket } of deaf) {
        socket.on('close', () => {
          ended += 1;
        });
        socket.pause();
      }
      const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'info', params: { id: 1 } });
      const flood = setInterval(() => {
        for (const { socket } of deaf) {
          if (socket.bufferedAmount > 1_000_000) socket.resume();
          else for (let n = 0; n < 200; n++) socket.send(call);
        }
      }, 1);
      await eventually('two are cut off', () => ended >= 2);
      clearInterval(flood);
      for (const { socket } of deaf) socket.terminate();
    },
    { maxAllClientBacklogBytes: 100_000, maxClientBacklogBytes: 90_000 },
  ));

test('a frame of nothing but structure is refused at once, and costs little', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const fields = (count: number) =>
      `{${Array.from({ length: count }, (_, n) => `"${n.toString(36)}":0`).join()}}`;
    const cases: [method: string, params: string, code: number][] = [
      ['books', `[${'{},'.repeat(340_000)}{}]`, -32602],
      ['subscribe', `{"ids":[${'{},'.repeat(340_000)}{}]}`, -32602],
      ['purchase', `{"lines":[${'{},'.repeat(340_000)}{}]}`, -32602],
      ['purchase', fields(100_000), -32602],
      ['books', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, -32602],
      ['nothing', fields(100_000), -32601],
    ];
    for (const [method, params, code] of cases) {
      client.sendText(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`);
      const before = client.received.length;
      assert.is((await client.message(before)).error!.code, code, method);
    }
    const { error, id } = await client.call('info', { id: 1 }).then(() => {
      client.sendText(`{"jsonrpc":"2.0","id":"${'i'.repeat(100_000)}","method":"info","params":{"id":1}}`);
      return client.message(client.received.length);
    });
    assert.equal([error!.code, id], [-32600, null]);
    const { error: tooLong } = await client.call('search', { topic: `${' '.repeat(100_000)}x` });
    assert.is(tooLong!.code, -32602);
    client.close();
  }));

test('a batch of reads whose answers are too large together is answered within the bound', () =>
  withBridge(
    async ({ url }) => {
      const client = await openRpc(url);
      const reads = Array.from({ length: 50 }, (_, id) => ({
        jsonrpc: '2.0',
        id,
        method: 'info',
        params: { id: 1 },
      }));
      client.sendText(JSON.stringify(reads));
      const answers = batchOf(await client.message(0));
      assert.ok(answers.some(({ result }) => result));
      assert.ok(answers.some(({ error }) => error?.data?.code === 'too-large'));
      client.close();
    },
    { maxClientBacklogBytes: 1_000 },
  ));

test('a flood of garbage is answered, bounded and harmless', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    const garbage = [
      '{',
      '[]',
      '[[[]]]',
      '{"jsonrpc":"2.0"}',
      '['.repeat(100_000),
      '{"a":'.repeat(50_000),
      '0',
    ];
    for (let n = 0; n < 700; n++) client.sendText(garbage[n % garbage.length]!);
    assert.ok((await client.call('info', { id: 1 })).result);
    assert.is(client.received.length, 701);
    client.close();
  }));

test.run();
