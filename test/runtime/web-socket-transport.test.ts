import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import type { PeerConnection } from '../../runtime/links/transport.ts';
import { type ListenPlace, webSocketTransport } from '../../runtime/links/web-socket-transport.ts';
import { eventually } from '../support/eventually.ts';
import { transportSuite } from './transport-suite.ts';

const limits = {
  maxFrameBytes: 1024 * 1024,
  greetingTimeoutMs: 500,
  maxStrangerBytes: 4096,
  maxUngreetedConnections: 10,
};

transportSuite('the transport over WebSocket', () => ({
  transport: webSocketTransport(limits),
  until: (condition) => eventually(`${condition}`, condition).then(() => undefined),
  settle: () => sleep(50),
}));

const folder = mkdtempSync(join(tmpdir(), 'bazar-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let places = 0;
const freshPlace = () => ({ path: join(folder, `node-1.${++places}`) });

transportSuite('the transport over WebSocket on a Unix socket', () => ({
  transport: webSocketTransport(limits, freshPlace()),
  until: (condition) => eventually(`${condition}`, condition).then(() => undefined),
  settle: () => sleep(50),
}));

const test = suite('the WebSocket listener');

async function listen(place?: ListenPlace) {
  const seen = { accepted: [] as PeerConnection[], frames: 0, closed: 0 };
  const listener = await webSocketTransport(limits, place).listen((connection) => {
    seen.accepted.push(connection);
    return {
      opened() {},
      frame: () => {
        seen.frames += 1;
      },
      closed: () => {
        seen.closed += 1;
      },
    };
  });
  return { listener, seen, port: Number(new URL(listener.url).port) };
}

for (const [what, message] of [
  ['a frame that is too large', 'x'.repeat(limits.maxFrameBytes + 1)],
  ['a binary frame', Buffer.from('[]')],
] as const)
  test(`${what} closes its connection and is not reported`, async () => {
    const { listener, seen } = await listen();
    const socket = new WebSocket(listener.url);
    await once(socket, 'open');
    socket.send(message);
    await eventually('the connection closes', () => seen.closed === 1);
    assert.is(seen.frames, 0);
    await listener.close();
  });

test('who dials masks nothing, so that neither end goes over every byte', async () => {
  const { listener, seen, port } = await listen();
  const sent: Buffer[] = [];
  const between = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('data', (bytes) => void sent.push(bytes));
    near.pipe(far).pipe(near);
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  const { port: way } = between.address() as AddressInfo;
  const connection = webSocketTransport(limits).dial(`ws://127.0.0.1:${way}`, {
    opened: () => connection.send('plain words'),
    frame() {},
    closed() {},
  });
  await eventually('the frame arrives', () => seen.frames === 1);
  assert.ok(Buffer.concat(sent).includes('plain words'));
  connection.close();
  await listener.close();
  between.close();
});

test('plain HTTP is told to upgrade', async () => {
  const { listener, port } = await listen();
  const response = await fetch(`http://127.0.0.1:${port}/`);
  await response.text();
  assert.is(response.status, 426);
  await listener.close();
});

test('callers who keep still are bounded, give way to later ones, and are ended in time', async () => {
  const { listener, seen, port } = await listen();
  const idle = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  const left = () => idle.filter(({ destroyed }) => !destroyed).length;
  for (const socket of idle) socket.resume();
  await eventually('most of them are closed', () => left() <= limits.maxUngreetedConnections);
  const friend = new WebSocket(listener.url);
  await once(friend, 'open');
  seen.accepted[0]!.trust();
  for (let n = 0; n < 20; n += 1)
    idle.push(
      connect(port, '127.0.0.1')
        .on('error', () => {})
        .resume(),
    );
  await eventually('the others are closed', () => left() === 0);
  assert.is(friend.readyState, WebSocket.OPEN);
  await listener.close();
});

test('a caller who never finishes his request does not keep the listener from closing', async () => {
  const { listener, port } = await listen();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHost:');
  await sleep(20);
  const closed = once(socket, 'close');
  await listener.close();
  await closed;
});

test('a peer that never answers a close is cut off', async () => {
  const { listener, seen, port } = await listen();
  const socket = connect(port, '127.0.0.1');
  const key = Buffer.alloc(16).toString('base64');
  socket.on('error', () => {});
  socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await eventually('the connection is accepted', () => seen.accepted.length === 1);
  seen.accepted[0]!.close();
  await eventually('the connection closes', () => seen.closed === 1);
  socket.destroy();
  await listener.close();
});

test('a Unix socket is dialled at the path in the address, also with a path of its own behind it', async () => {
  const place = freshPlace();
  const { listener, seen } = await listen(place);
  assert.is(listener.url, `ws+unix:${place.path}`);
  for (const url of [listener.url, `${listener.url}:/7`]) {
    const events = { opened() {}, frame() {}, closed() {} };
    webSocketTransport(limits).dial(url, events);
  }
  await eventually('both are accepted', () => seen.accepted.length === 2);
  await listener.close();
  assert.not(existsSync(place.path));
});

test.run();
