import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from '../../client/client.ts';
import { eventually } from '../support/eventually.ts';
import { createMemoryShop, TOKEN } from './memory-shop.ts';
import { serveWebSockets } from './rpc-server.ts';

test('an http address leads to the socket of the store', async () => {
  const store = await createMemoryShop();
  const server = await serveWebSockets(store.handle);
  const client = connect({ url: server.url, token: TOKEN });
  try {
    assert.is((await client.info(1)).price, '10.00');
    const order = await client.purchase({ id: 1, quantity: 2, orderId: 'w1' });
    assert.equal([order.orderId, order.total], ['w1', '20.00']);
    assert.is((await client.purchase({ id: 1, quantity: 2, orderId: 'w1' })).replayed, true);
    assert.is((await client.updateBook(1, { price: '12.00' })).price, '12.00');
    assert.is((await client.order('w1')).status, 'confirmed');
    assert.is((await client.books({ limit: 10 })).books.length, 7);
    assert.is((await client.status()).leader, 'catalog-1');
    assert.is((await client.audit()).consistent, true);
  } finally {
    client.close();
    await server.close();
  }
});

test('a store that goes away and comes back on its port is found again', async () => {
  const store = await createMemoryShop();
  let server = await serveWebSockets(store.handle);
  const links: boolean[] = [];
  const client = connect({ url: server.url, onLink: ({ open }) => links.push(open) });
  try {
    await client.purchase({ id: 1, orderId: 'w2' });
    await server.close();
    const retried = client.purchase({ id: 1, orderId: 'w2' }, { timeoutMs: 30_000 });
    await eventually('the loss is noticed', () => links.includes(false));
    server = await serveWebSockets(store.handle, server.port);
    assert.is((await retried).replayed, true);
    assert.is(store.book(1)?.stock, 99);
  } finally {
    client.close();
    await server.close();
  }
});

test('a peer that shows no sign of life is given up', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.once('data', (head) => {
      const key = /Sec-WebSocket-Key: (.*)\r\n/i.exec(head.toString())?.[1] ?? '';
      socket.write(upgrade(key));
      socket.on('error', () => {}).on('data', () => {});
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const reasons: (string | undefined)[] = [];
  const client = connect({
    url: `ws://127.0.0.1:${port}/ws`,
    limits: { pingIntervalMs: 20, maxMissedPings: 3 },
    onLink: ({ open, reason }) => !open && reasons.push(reason),
  });
  try {
    await eventually('the silence is noticed', () => reasons.includes('it shows no sign of life'));
    await eventually('another connection is tried', () => sockets.length > 1);
  } finally {
    client.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** The server's part of the WebSocket handshake (RFC 6455 section 4.2.2). */
function upgrade(key: string): string {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

test.run();
