import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { createDoorkeeper } from '../../gateway/bridge/doorkeeper.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { ask as askAs } from '../attack/ask.ts';
import { AS_ADMIN, AS_READER, ask, post, raw, withBridge } from './support.ts';

/** Who asks from where: pages of elsewhere, other hosts, other protocols. */

const ELSEWHERE = 'https://elsewhere.example';
const SHOP = 'https://shop.example';

test('a page elsewhere can neither buy, nor change, nor list, nor open a socket', () =>
  withBridge(async ({ url, service }) => {
    const foreigners = [
      { origin: ELSEWHERE },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreigners) {
      const answers = [
        await askAs(`${url}/purchase/1`, { method: 'POST', headers }),
        await askAs(`${url}/purchase`, { method: 'POST', headers, body: { id: 1 } }),
        await askAs(`${url}/books/1`, {
          method: 'PATCH',
          headers: { ...headers, ...AS_ADMIN },
          body: { stock: 1 },
        }),
        await askAs(`${url}/orders`, { headers: { ...headers, ...AS_READER } }),
      ];
      for (const { status, text } of answers) {
        assert.is(status, 403, JSON.stringify(headers));
        const { code, outcome } = JSON.parse(text);
        assert.equal([code, outcome], ['foreign-origin', 'none']);
      }
      assert.is(await socketStatus(url, headers), 403);
      assert.is((await askAs(`${url}/info/1`, { headers })).status, 200);
    }
    assert.is((await service.status()).version, 1);
  }));

test('programs and the pages of the very same host are served', () =>
  withBridge(async ({ url }) => {
    const { host } = new URL(url);
    for (const headers of [{}, { origin: `http://${host}` }, { 'sec-fetch-site': 'same-origin' }]) {
      assert.is((await askAs(`${url}/purchase/1`, { method: 'POST', headers })).status, 201);
      assert.is((await askAs(`${url}/orders`, { headers: { ...headers, ...AS_READER } })).status, 200);
      assert.is(await socketStatus(url, headers), 101);
    }
  }));

test('a page of a named origin is told that it may, and no other page is told anything', () =>
  withBridge(
    async ({ url }) => {
      const asked = { 'access-control-request-method': 'POST' };
      const preflight = await askAs(`${url}/purchase`, {
        method: 'OPTIONS',
        headers: { origin: SHOP, ...asked },
      });
      assert.is(preflight.status, 204);
      assert.is(preflight.headers['access-control-allow-origin'], SHOP);
      assert.match(String(preflight.headers['access-control-allow-methods']), 'PATCH');
      assert.match(String(preflight.headers['access-control-allow-headers']), 'idempotency-key');
      const bought = await askAs(`${url}/purchase`, {
        method: 'POST',
        headers: { origin: SHOP, 'sec-fetch-site': 'cross-site' },
        body: { id: 1 },
      });
      assert.is(bought.status, 201);
      for (const path of ['/info/1', '/info/99', '/nothing']) {
        const { headers } = await askAs(`${url}${path}`, { headers: { origin: SHOP } });
        assert.is(headers['access-control-allow-origin'], SHOP, path);
        assert.match(String(headers['access-control-expose-headers']), 'ETag');
        assert.match(String(headers.vary), 'origin');
      }
      assert.is(await socketStatus(url, { origin: SHOP }), 101);

      const other = await askAs(`${url}/info/1`, { headers: { origin: ELSEWHERE } });
      assert.equal([other.status, other.headers['access-control-allow-origin']], [200, undefined]);
      const refused = await askAs(`${url}/purchase`, {
        method: 'OPTIONS',
        headers: { origin: ELSEWHERE, ...asked },
      });
      assert.equal([refused.status, refused.headers['access-control-allow-origin']], [405, undefined]);
    },
    {},
    silentLogger,
    { origins: [SHOP] },
  ));

test('by loopback the store goes by the names of this machine and by those it was given', () =>
  withBridge(
    async ({ url }) => {
      const { port } = new URL(url);
      for (const host of [
        'localhost',
        `LOCALHOST:${port}`,
        '127.0.0.1:1',
        '127.9.9.9',
        '[::1]:80',
        'Shop.example:443',
      ]) {
        assert.is((await askAs(`${url}/info/1`, { headers: { host } })).status, 200, host);
      }
      for (const host of [
        'elsewhere.example',
        `elsewhere.example:${port}`,
        'localhost.elsewhere.example',
        '10.0.0.1',
      ]) {
        for (const path of ['/info/1', '/metrics', '/livez']) {
          const { status, text } = await askAs(`${url}${path}`, { headers: { host } });
          assert.equal([status, JSON.parse(text).code], [403, 'foreign-host'], host);
        }
        assert.is(await socketStatus(url, { host }), 403, host);
      }
    },
    {},
    silentLogger,
    { hosts: ['shop.example'] },
  ));

test('beyond loopback any host is answered, and the origin must still be its own', () => {
  const doorkeeper = createDoorkeeper({});
  const request = (headers: object, socket: object) =>
    ({ headers, rawHeaders: [], httpVersionMajor: 1, socket }) as never;
  const outside = { localAddress: '192.0.2.1' };
  doorkeeper.checkHost(request({ host: 'shop.example' }, outside));
  doorkeeper.checkOrigin(request({ host: 'shop.example', origin: SHOP }, outside));
  doorkeeper.checkOrigin(request({ host: 'shop.example', origin: 'http://shop.example' }, outside));
  const encrypted = { ...outside, encrypted: true };
  doorkeeper.checkOrigin(request({ host: 'shop.example', origin: SHOP }, encrypted));
  assert.throws(
    () => doorkeeper.checkOrigin(request({ host: 'shop.example', origin: 'http://shop.example' }, encrypted)),
    /elsewhere/,
  );
});

test('orders are listed to who shows a token, and one of them to who knows its id', () =>
  withBridge(async ({ url }) => {
    await post(`${url}/purchase`, { id: 1 }, { 'idempotency-key': 'known' });
    for (const headers of [
      {},
      { authorization: 'Bearer guess' },
      { authorization: 'Basic the-admin-token' },
    ]) {
      const { status, body } = await ask(`${url}/orders`, { headers: headers as Record<string, string> });
      assert.equal([status, body.code, body.outcome], [401, 'unauthorized', 'none']);
    }
    for (const headers of [AS_READER, AS_ADMIN]) {
      assert.is((await ask(`${url}/orders`, { headers })).body.orders!.length, 1);
    }
    assert.is((await ask(`${url}/orders/known`)).status, 200);
    const change = { method: 'PATCH', headers: AS_READER, body: { stock: 0 } };
    assert.is((await askAs(`${url}/books/1`, change)).status, 401, 'a reader changes nothing');
  }));

test('which process a node is and where its links are is told on this machine, or with a token', () =>
  withBridge(async ({ url }) => {
    const nodesFor = async (headers: Record<string, string>) =>
      JSON.stringify((await ask(`${url}/status`, { headers })).body.nodes);
    const proxied = { 'x-forwarded-for': '192.0.2.7' };
    for (const headers of [{}, AS_READER, { ...proxied, ...AS_READER }, { ...proxied, ...AS_ADMIN }]) {
      assert.match(await nodesFor(headers), /"pid":7.*"url":"ws:\/\/x"/);
    }
    for (const headers of [proxied, { forwarded: 'for=192.0.2.7' }]) {
      assert.not.match(await nodesFor(headers), /pid|url/);
      assert.match(await nodesFor(headers), '"state":"ready"');
    }
    const { body } = await ask(`${url}/metrics`, { headers: proxied });
    assert.not.match(String(body), /ws:\/\/|pid/);
  }));

test('a request that offers another protocol is answered as if it had not, body and all', () =>
  withBridge(async ({ url }) => {
    const offer =
      'host: localhost\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n';
    const text = '{"id":1,"quantity":1}';
    const type = `content-type: application/json\r\ncontent-length: ${text.length}\r\n`;
    const last = 'GET /info/1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
    const bought = await raw(
      url,
      `POST /purchase HTTP/1.1\r\n${offer}${type}\r\n${text.slice(0, 5)}`,
      text.slice(5),
      last,
    );
    assert.match(bought, /^HTTP\/1\.1 201 /);
    assert.is((await ask(`${url}/info/1`)).body.stock, 99);
    const read = await raw(url, `GET /info/1 HTTP/1.1\r\n${offer}\r\n`, last);
    assert.is(read.match(/HTTP\/1\.1 200 /g)!.length, 2);
    assert.match(await raw(url, `GET /ws HTTP/1.1\r\n${offer}\r\n`, last), /^HTTP\/1\.1 426 /);
  }));

test('two Host lines and what is older than HTTP/1.0 are 400', () =>
  withBridge(async ({ url }) => {
    const twice = 'host: localhost\r\nHOST: localhost\r\n';
    assert.match(
      await raw(url, `GET /info/1 HTTP/1.1\r\n${twice}\r\n`),
      /^HTTP\/1\.1 400 .*"malformed-http"/s,
    );
    const upgrade =
      'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
    assert.match(await raw(url, `GET /ws HTTP/1.1\r\n${twice}${upgrade}\r\n`), /^HTTP\/1\.1 400 /);
    assert.match(await raw(url, 'GET /info/1\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(await raw(url, 'GET /info/1 HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /);
  }));

test('a compressed body is refused by the name of its encoding', () =>
  withBridge(async ({ url }) => {
    const { status, body, headers } = await post(
      `${url}/purchase`,
      { id: 1 },
      { 'content-encoding': 'gzip' },
    );
    assert.equal([status, body.code, body.outcome], [415, 'unsupported-media-type', 'none']);
    assert.match(body.detail!, '"gzip"');
    assert.is(headers.get('accept-encoding'), 'identity');
    assert.is((await post(`${url}/purchase`, { id: 1 }, { 'content-encoding': 'identity' })).status, 201);
  }));

test('a WebSocket subprotocol that nobody speaks here is not agreed to', () =>
  withBridge(async ({ url }) => {
    const upgrade = [
      'GET /ws HTTP/1.1',
      'host: localhost',
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-protocol: soap, graphql-ws',
      '\r\n',
    ].join('\r\n');
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(upgrade));
    const head = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    socket.destroy();
    assert.match(head, /^HTTP\/1\.1 101 /);
    assert.not.match(head, /sec-websocket-protocol/i);
  }));

test('a connection rests as long as common proxies keep one', () =>
  withBridge(async ({ url }) => {
    assert.is(
      (await askAs(`${url}/info/1`, { headers: { connection: 'keep-alive' } })).headers['keep-alive'],
      'timeout=65',
    );
  }));

/** The status of a handshake with these headers. */
function socketStatus(url: string, headers: Record<string, string | undefined>): Promise<number> {
  return new Promise((resolve) => {
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers: given });
    socket.on('error', () => {});
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      socket.terminate();
      resolve(response.statusCode ?? 0);
    });
  });
}

test.run();
