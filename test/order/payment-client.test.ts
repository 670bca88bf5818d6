import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createPaymentClient } from '../../actors/order/payment-client.ts';
import type { PaymentPort } from '../../actors/order/payment-port.ts';
import { openPaymentServer, type PaymentServer } from '../../docs/examples/payments/server.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

const clientOf = (url: string, logger = silentLogger): PaymentPort =>
  createPaymentClient({ url, currency: 'EUR', clock: systemClock, limits: DEFAULT_LIMITS, logger });
const asked = (orderId: string, amount = 1_000) => ({ key: `bazar-${orderId}`, orderId, amount });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'an answer',
    ({ code }: BazarError) => code,
  );

async function withServer(use: (server: PaymentServer, client: PaymentPort) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const server = await openPaymentServer({ ledger: join(folder, 'ledger') });
    try {
      await use(server, clientOf(server.url));
    } finally {
      await server.close();
    }
  });
}

test('a payment is captured once, however often its key is asked for', () =>
  withServer(async (server, client) => {
    const many = Array.from({ length: 5 }, () => client.pay(asked('a'), 1_000));
    assert.equal(await Promise.all(many), Array(5).fill('captured'));
    assert.equal(server.entries(), [{ ...asked('a'), status: 'captured' }]);
  }));

test('what is declined stays so, whatever the rules become', () =>
  withServer(async (server, client) => {
    server.change({ most: 500 });
    assert.is(await client.pay(asked('a'), 1_000), 'declined');
    server.change({ most: 5_000 });
    assert.is(await client.pay(asked('a'), 1_000), 'declined');
    assert.is(await client.makeVoid(asked('a'), 1_000), 'declined');
  }));

test('a key that was made void takes nothing later, also one that was not known', () =>
  withServer(async (server, client) => {
    await client.pay(asked('a'), 1_000);
    for (const orderId of ['a', 'b']) {
      assert.is(await client.makeVoid(asked(orderId), 1_000), 'voided');
      assert.is(await client.pay(asked(orderId), 1_000), 'voided');
    }
    assert.equal(
      server.entries().map(({ orderId, status }) => `${orderId} ${status}`),
      ['a voided', 'b voided'],
    );
  }));

test('of a payment so much is given back as is asked for, once for each key, and never more than was taken', () =>
  withServer(async (server, client) => {
    const back = (key: string, amount: number) =>
      client.refund({ key: `bazar-refund:${key}`, paymentKey: 'bazar-a', orderId: 'a', amount }, 1_000);
    assert.is(await back('too early', 100), 'refused');
    await client.pay(asked('a'), 1_000);
    const many = Array.from({ length: 5 }, () => back('x', 600));
    assert.equal(await Promise.all(many), Array(5).fill('refunded'));
    assert.is(await back('y', 401), 'refused');
    assert.is(await back('z', 400), 'refunded');
    assert.is(await failure(back('z', 399)), 'unavailable', 'another amount under a known key');
    server.change({ drop: 1 });
    assert.is(await failure(back('x', 600)), 'unavailable');
  }));

test('an answer that is dropped, late or a fault says nothing, and the same key tells later', () =>
  withServer(async (server, client) => {
    server.change({ drop: 1 });
    assert.is(await failure(client.pay(asked('a'), 1_000)), 'unavailable');
    server.change({ drop: 0, hang: 1 });
    assert.is(await failure(client.pay(asked('b'), 100)), 'timeout');
    server.change({ hang: 0, fail: 1 });
    assert.is(await failure(client.pay(asked('c'), 1_000)), 'unavailable');
    server.change({ fail: 0 });
    for (const orderId of ['a', 'b', 'c']) assert.is(await client.pay(asked(orderId), 1_000), 'captured');
    assert.is(server.entries().length, 3);
  }));

test('a slow service does one after the other, whoever still waits, and tells at once what it has done', () =>
  withServer(async (server, client) => {
    await client.pay(asked('a'), 1_000);
    server.change({ writeMs: 100 });
    const at = systemClock.monotonic();
    const impatient = failure(client.pay(asked('b'), 30));
    assert.is(await client.pay(asked('c'), 5_000), 'captured');
    assert.is(await impatient, 'timeout');
    assert.ok(systemClock.monotonic() - at > 190, 'the second waited for the first');
    assert.is(await client.pay(asked('a'), 1_000), 'captured');
    assert.equal(
      server.entries().map(({ orderId }) => orderId),
      ['a', 'b', 'c'],
    );
  }));

test('an answer that fits no request is logged and says nothing', () =>
  withServer(async (server) => {
    const lines: string[] = [];
    const client = clientOf(
      server.url,
      pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
    );
    server.change({ mixUp: 1 });
    assert.is(await failure(client.pay(asked('a'), 1_000)), 'unavailable');
    assert.match(lines.join(), 'fits no request');
    server.change({ mixUp: 0 });
    assert.is(await failure(client.pay({ ...asked('a'), amount: 999 }, 1_000)), 'unavailable');
    assert.is(await client.pay(asked('a'), 1_000), 'captured');
  }));

test('the ledger outlives the server, and what was half written when it died', async () =>
  inTemporaryFolder(async (folder) => {
    const ledger = join(folder, 'ledger');
    const first = await openPaymentServer({ ledger });
    await clientOf(first.url).pay(asked('a'), 1_000);
    await first.close();
    appendFileSync(ledger, '{"key":"bazar-b","ord');
    for (let times = 0; times < 2; times++) {
      const next = await openPaymentServer({ ledger });
      assert.equal(next.entries(), [{ ...asked('a'), status: 'captured' }]);
      await next.close();
    }
  }));

test('whatever answers at that address, the client says that nothing is known, and reads no more than it may', async () => {
  const answers = ['', 'null', '[]', '{"key":1}', 'x'.repeat(100_000), '<html>'];
  let place = 0;
  const server = createServer((_, response) => {
    if (place === answers.length) response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    else response.end(answers[place]);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const client = clientOf(`http://name:secret@127.0.0.1:${(server.address() as AddressInfo).port}/shop/`);
  for (; place <= answers.length; place++) {
    assert.is(await failure(client.pay(asked('a'), 1_000)), 'unavailable', answers[place]);
  }
  server.closeAllConnections();
  server.close();
  assert.is(await failure(clientOf('http://127.0.0.1:1').pay(asked('a'), 1_000)), 'unavailable');
});

test('the name and password of its address go to the service as HTTP Basic', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url, request.headers.authorization, String(request.headers['idempotency-key']));
    response.end(JSON.stringify({ ...asked('a'), status: 'captured' }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await clientOf(`http://me:s%40fe@127.0.0.1:${port}/shop/`).pay(asked('a'), 1_000);
  assert.equal(seen, ['/shop/payments', `Basic ${Buffer.from('me:s@fe').toString('base64')}`, 'bazar-a']);
  server.closeAllConnections();
  server.close();
});

test.run();
