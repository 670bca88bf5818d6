import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openSocketFolder } from '../../runtime/launcher/socket-folder.ts';
import { eventually } from '../support/eventually.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { deafen, isolate, mute, openNetwork, split } from './network.ts';
import { openProxy, type TcpProxy } from './proxy.ts';

/** Long enough for what is not held back to have arrived. */
const MOMENT_MS = 100;

/** A connection through a proxy, with what has arrived at either end. */
interface Wire {
  readonly proxy: TcpProxy;
  readonly near: Socket;
  readonly far: Socket;
  readonly atNear: () => string;
  readonly atFar: () => string;
  /** Connections that have reached the target. */
  readonly reached: () => number;
}

/** Of Unix sockets in the folder, or else of TCP. */
async function withWire(folder: string | undefined, work: (wire: Wire) => Promise<void>): Promise<void> {
  const arrived: Socket[] = [];
  const server: Server = createServer(
    { allowHalfOpen: true },
    (socket) => void arrived.push(listening(socket)),
  );
  server.listen(folder === undefined ? { host: '127.0.0.1', port: 0 } : { path: join(folder, 'far') });
  await once(server, 'listening');
  const address = server.address()!;
  const proxy = await openProxy(folder && join(folder, 'proxy'));
  proxy.leadTo(typeof address === 'string' ? { path: address } : { host: '127.0.0.1', port: address.port });
  const near = dial(proxy);
  try {
    const far = await eventually('the connection', () => arrived[0]);
    await work({
      proxy,
      near,
      far,
      atNear: () => textAt(near),
      atFar: () => textAt(far),
      reached: () => arrived.length,
    });
  } finally {
    near.destroy();
    for (const socket of arrived) socket.destroy();
    await proxy.close();
    server.close();
  }
}

const texts = new WeakMap<Socket, string>();
const textAt = (socket: Socket) => texts.get(socket) ?? '';

function listening(socket: Socket): Socket {
  socket.on('error', () => {});
  return socket.setEncoding('utf8').on('data', (text) => texts.set(socket, textAt(socket) + text));
}

function dial({ at }: TcpProxy): Socket {
  return listening(connect({ ...at, allowHalfOpen: true }));
}

/** A test for each kind of proxy. */
function eitherWay(name: string, work: (wire: Wire) => Promise<void>): void {
  test(`${name}, by TCP`, () => withWire(undefined, work));
  test(`${name}, by Unix sockets`, () => inTemporaryFolder((folder) => withWire(folder, work)));
}

const BOTH = { forth: true, back: true };
const NEITHER = { forth: false, back: false };

eitherWay('what is sent arrives, both ways and in order', async ({ near, far, atNear, atFar }) => {
  const long = 'x'.repeat(1_000_000);
  near.write(`ask ${long}.`);
  far.write('answer');
  await eventually('the answer', () => atNear() === 'answer');
  await eventually('the question', () => atFar() === `ask ${long}.`);
});

eitherWay(
  'one end hanging up hangs up the other, after all that it had sent',
  async ({ near, far, atFar }) => {
    near.end('last words');
    await once(far, 'end');
    assert.is(atFar(), 'last words');
    far.end();
    await once(near, 'close');
  },
);

eitherWay(
  'a stopped way holds what is sent and delivers it later; the other way goes on',
  async ({ proxy, near, far, atNear, atFar }) => {
    proxy.stop({ forth: true, back: false });
    near.write('held');
    far.write('passes');
    await eventually('the other way', () => atNear() === 'passes');
    await sleep(MOMENT_MS);
    assert.is(atFar(), '');
    proxy.stop(NEITHER);
    await eventually('the late delivery', () => atFar() === 'held');
  },
);

eitherWay('the end of a connection is held too', async ({ proxy, near, far }) => {
  proxy.stop(BOTH);
  let hasEnded = false;
  far.once('end', () => {
    hasEnded = true;
  });
  near.destroy();
  await sleep(MOMENT_MS);
  assert.not(hasEnded);
  proxy.stop(NEITHER);
  await eventually('the end', () => hasEnded);
});

eitherWay(
  'one that is gone does not take the other along while the way between them is stopped',
  async ({ proxy, near, far }) => {
    proxy.stop({ forth: true, back: false });
    if ('port' in proxy.at) near.resetAndDestroy();
    else near.destroy();
    far.write('to nobody');
    await sleep(MOMENT_MS);
    far.write('to nobody');
    await sleep(MOMENT_MS);
    assert.not(far.readableEnded || far.destroyed);
    proxy.stop(NEITHER);
    await eventually('the end', () => far.readableEnded || far.destroyed);
  },
);

eitherWay(
  'nobody can connect while a way is stopped, and those who tried are hung up on afterwards',
  async ({ proxy, reached }) => {
    proxy.stop({ forth: false, back: true });
    const late = dial(proxy);
    await once(late, 'connect');
    await sleep(MOMENT_MS);
    assert.is(reached(), 1);
    proxy.stop(NEITHER);
    await once(late, 'end');
    const later = dial(proxy);
    await eventually('the next one', () => reached() === 2);
    later.destroy();
  },
);

eitherWay(
  'a reset breaks the connections there are, and later ones work',
  async ({ proxy, near, far, reached }) => {
    // A Unix socket knows no reset; its end without a closing handshake says the same to a WebSocket.
    const sign = 'port' in proxy.at ? 'error' : 'end';
    const broken = Promise.all([once(near, sign), once(far, sign)]);
    proxy.reset();
    const codes = (await broken).map(([error]) => error?.code);
    const code = 'port' in proxy.at ? 'ECONNRESET' : undefined;
    assert.equal(codes, [code, code]);
    const later = dial(proxy);
    await eventually('the next one', () => reached() === 2);
    await eventually('the count', () => proxy.connections === 1);
    later.destroy();
  },
);

test('connections to a Unix socket can be broken off too', () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, 'echo.sock');
    const server = createServer((socket) => void socket.on('error', () => {}).pipe(socket)).listen(path);
    await once(server, 'listening');
    const proxy = await openProxy();
    proxy.leadTo({ path });
    const near = dial(proxy);
    try {
      near.write('1');
      await eventually('an echo', () => textAt(near) === '1');
      const broken = once(near, 'error');
      proxy.reset();
      assert.is((await broken)[0].code, 'ECONNRESET');
    } finally {
      near.destroy();
      await proxy.close();
      server.close();
    }
  }));

test('where nobody listens, those who dial are hung up on', async () => {
  const proxy = await openProxy();
  try {
    await once(dial(proxy), 'end');
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const address = closed.address();
    closed.close();
    await once(closed, 'close');
    proxy.leadTo({ host: '127.0.0.1', port: typeof address === 'object' ? address!.port : 0 });
    await once(dial(proxy), 'end');
    await eventually('nothing is left', () => proxy.connections === 0);
  } finally {
    await proxy.close();
  }
});

test('cuts are of one way or both, around one station or between two sides', () => {
  const ways = [
    ['catalog-1', 'catalog-2'],
    ['catalog-2', 'catalog-1'],
    ['catalog-2', 'order-1'],
  ] as const;
  const stops = (cut: ReturnType<typeof mute>) => ways.map(([sender, receiver]) => cut(sender, receiver));
  assert.equal(stops(mute('catalog-1')), [true, false, false]);
  assert.equal(stops(deafen('catalog-1')), [false, true, false]);
  assert.equal(stops(isolate('catalog-1')), [true, true, false]);
  assert.equal(stops(split(['catalog-2', 'order-1'])), [true, true, false]);
});

test('a node that has moved gets another address, on the same socket, for those who dial it', async () => {
  const sockets = await openSocketFolder();
  const network = await openNetwork(['catalog-1', 'catalog-2', 'gateway-1'], sockets);
  try {
    const { addressFor } = network;
    const first = addressFor('catalog-2', 'catalog-1', 'ws+unix:/nowhere/catalog-1.1');
    assert.match(first, `ws+unix:${sockets.path}/catalog-2.catalog-1.`);
    assert.is(addressFor('catalog-2', 'catalog-1', 'ws+unix:/nowhere/catalog-1.1'), first);
    const next = addressFor('catalog-2', 'catalog-1', 'ws+unix:/nowhere/catalog-1.2');
    assert.is.not(next, first);
    assert.is(next.split(':')[1], first.split(':')[1]);
  } finally {
    await network.close();
    await sockets.remove();
  }
});

test('a node that has moved gets another address, on the same port, for those who dial it', async () => {
  const network = await openNetwork(['catalog-1', 'catalog-2', 'gateway-1']);
  try {
    const { addressFor } = network;
    const first = addressFor('catalog-2', 'catalog-1', 'ws://127.0.0.1:1');
    assert.is(addressFor('catalog-2', 'catalog-1', 'ws://127.0.0.1:1'), first);
    const next = addressFor('catalog-2', 'catalog-1', 'ws://127.0.0.1:2');
    assert.is.not(next, first);
    assert.is(new URL(next).port, new URL(first).port);
    assert.is(addressFor('catalog-1', 'catalog-2', 'ws://127.0.0.1:3'), 'ws://127.0.0.1:3');
  } finally {
    await network.close();
  }
});

test('overlapping cuts end one by one', async () => {
  const server = createServer((socket) => void socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const network = await openNetwork(['catalog-1', 'catalog-2', 'gateway-1']);
  const port = typeof address === 'object' ? address!.port : 0;
  const url = new URL(network.addressFor('catalog-2', 'catalog-1', `ws://127.0.0.1:${port}`));
  const socket = listening(connect({ host: '127.0.0.1', port: Number(url.port) }));
  try {
    socket.write('1');
    await eventually('an echo', () => textAt(socket) === '1');
    const mends = [network.cut(mute('catalog-1')), network.cut(isolate('catalog-2'))];
    mends[1]!();
    socket.write('2');
    await sleep(MOMENT_MS);
    assert.is(textAt(socket), '1');
    mends[0]!();
    await eventually('the late echo', () => textAt(socket) === '12');
  } finally {
    socket.destroy();
    await network.close();
    server.close();
  }
});

test.run();
