import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createAdmission } from '../../gateway/bridge/admission.ts';
import type { Context } from '../../gateway/bridge/context.ts';
import { createDoorkeeper } from '../../gateway/bridge/doorkeeper.ts';
import { openDoor } from '../../gateway/bridge/http/door.ts';
import { systemClock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { eventually } from '../support/eventually.ts';
import { converse, posted, ROUTED } from './converse.ts';
import { raw, withBridge } from './support.ts';

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`;
const buy = (body: string, more = '') => posted('/purchase', body, more);

/** The store has moved on by what was asked in between. */
const atSomeVersion = (answer: Awaited<ReturnType<Awaited<ReturnType<typeof converse>>['next']>>) => ({
  ...answer,
  head: answer.head.map((line) => line.replace(/^(x-bazar-version: shop)\.\d+$/, '$1')),
});

test('a plain request is answered as its route would answer it, to the byte', () =>
  withBridge(async ({ url, service }) => {
    const plain = await converse(url);
    const routed = await converse(url);
    const both = async (text: (more: string) => string) => {
      plain.say(text(''));
      const answer = await plain.next();
      routed.say(text(ROUTED));
      assert.equal(atSomeVersion(answer), atSomeVersion(await routed.next()));
      return answer.status;
    };
    for (const cache of ['miss', 'hit'] as const) {
      service.cache = cache;
      assert.is(await both((more) => get('/info/1', more)), 'HTTP/1.1 200 OK');
      assert.is(await both((more) => get('/info/999', more)), 'HTTP/1.1 404 Not Found');
      assert.is(await both((more) => get('/info/2?consistency=strong', more)), 'HTTP/1.1 200 OK');
    }
    plain.say(buy('{"id":1,"quantity":1}', 'idempotency-key: mine\r\n'));
    assert.is((await plain.next()).status, 'HTTP/1.1 201 Created');
    const again = (more: string) => buy('{"id":1}', `${more}idempotency-key: mine\r\n`);
    assert.is(await both(again), 'HTTP/1.1 200 OK');
    plain.say(buy('{"lines":[{"id":1},{"id":2,"quantity":2}]}', 'idempotency-key: cart\r\n'));
    assert.is((await plain.next()).status, 'HTTP/1.1 201 Created');
    const cart = (more: string) =>
      buy('{"lines":[{"id":1},{"id":2,"quantity":2}]}', `${more}idempotency-key: cart\r\n`);
    assert.is(await both(cart), 'HTTP/1.1 200 OK');
    const soldOut = (more: string) => buy('{"id":3,"quantity":1}', `${more}idempotency-key: none\r\n`);
    plain.say(soldOut(''));
    assert.is((await plain.next()).status, 'HTTP/1.1 409 Conflict');
    assert.is(await both(soldOut), 'HTTP/1.1 409 Conflict');
    for (const ttlMs of ['', ',"ttlMs":60000']) {
      const hold = (more: string) =>
        posted('/holds', `{"id":1${ttlMs}}`, `${more}idempotency-key: hold${ttlMs.length}\r\n`);
      plain.say(hold(''));
      assert.is((await plain.next()).status, 'HTTP/1.1 201 Created');
      assert.is(await both(hold), 'HTTP/1.1 200 OK');
    }
    for (const [path, body] of [
      ['/holds/hold0/confirm', '{}'],
      ['/holds/hold0/confirm', ''],
      ['/holds/hold14/release', ''],
    ] as const) {
      plain.say(posted(path, body));
      assert.is((await plain.next()).status, 'HTTP/1.1 200 OK', path);
      assert.is(await both((more) => posted(path, body, more)), 'HTTP/1.1 200 OK', path);
    }
    plain.socket.destroy();
    routed.socket.destroy();
  }));

test('what is wrong about a purchase is told by its route', () =>
  withBridge(async ({ url }) => {
    for (const body of [
      '{"id":0}',
      '{"id":1,"quantity":0}',
      '{"id":1,"x":1}',
      '{"id":"1"}',
      'null',
      '{}',
      '{"lines":[]}',
      '{"lines":[{"id":1,"price":true}]}',
      '{"lines":[{"id":1}],"id":1}',
      '{',
      '[1]',
    ]) {
      const client = await converse(url);
      client.say(buy(body));
      assert.match((await client.next()).status, /^HTTP\/1\.1 4(00|22) /, body);
      client.socket.destroy();
    }
  }));

test('a connection goes on after a request that is not plain, and requests at once are answered in their order', () =>
  withBridge(async ({ url }) => {
    const client = await converse(url);
    client.say(get('/info/1'));
    assert.match((await client.next()).body, '"id":1,');
    client.say(get('/info/2') + get('/search/distributed%20systems') + get('/info/1'));
    assert.match((await client.next()).body, '"id":2,');
    assert.match((await client.next()).body, '[{"id":1,');
    assert.match((await client.next()).body, '"id":1,');
    client.say(buy('{"id":1}'));
    assert.is((await client.next()).status, 'HTTP/1.1 201 Created');
    client.socket.destroy();
  }));

test('what comes while a purchase is under way is answered after it', () =>
  withBridge(async ({ url, service }) => {
    let goOn = () => {};
    const isUnderWay = new Promise<void>((reached) => {
      service.before = () => {
        service.before = () => {};
        reached();
        return new Promise<void>((resolve) => {
          goOn = resolve;
        });
      };
    });
    const client = await converse(url);
    client.say(buy('{"id":1}'));
    await isUnderWay;
    client.say(get('/info/2'));
    goOn();
    assert.is((await client.next()).status, 'HTTP/1.1 201 Created');
    assert.match((await client.next()).body, '"id":2,');
    client.socket.destroy();
  }));

test('a request that comes in pieces is answered', () =>
  withBridge(async ({ url }) => {
    const client = await converse(url);
    const text = buy('{"id":1}');
    for (const piece of [text.slice(0, 30), text.slice(30, -3), text.slice(-3)]) {
      client.say(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.is((await client.next()).status, 'HTTP/1.1 201 Created');
    client.socket.destroy();
  }));

test('a client that says nothing is told so, and one that says nothing more is let go', () =>
  withBridge(
    async ({ url }) => {
      assert.match(await raw(url), 'HTTP/1.1 408');
      const client = await converse(url);
      const ended = once(client.socket, 'end');
      client.say(get('/info/1'));
      await client.next();
      await ended;
      client.socket.destroy();
    },
    { httpRequestTimeoutMs: 200, keepAliveMs: 200 },
  ));

test('a drain ends the connections that rest, and refuses what comes on the others', () =>
  withBridge(async ({ url, bridge }) => {
    const client = await converse(url);
    const ended = once(client.socket, 'end');
    client.say(get('/info/1'));
    await client.next();
    await bridge.drain();
    await ended;
    client.socket.destroy();
  }));

test('who asks and reads nothing is let go after the time of a connection at rest, with what it has not read', async () => {
  const limits = { ...DEFAULT_LIMITS, keepAliveMs: 50 };
  const admission = createAdmission(limits, systemClock);
  const context = {
    admission,
    doorkeeper: createDoorkeeper({}),
    limits,
    logger: silentLogger,
  } as unknown as Context;
  const server = createServer();
  openDoor(server, context, () => 'x'.repeat(64 * 1024 * 1024));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  socket.on('error', () => {});
  socket.write(get('/info/1'));
  const connections = promisify(server.getConnections.bind(server));
  await eventually('its connection', async () => (await connections()) === 1);
  await eventually('the end of its connection', async () => (await connections()) === 0);
  socket.destroy();
  server.close();
});

test.run();
