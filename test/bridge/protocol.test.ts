import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BazarError, ERROR_KINDS, type ErrorCode } from '../../runtime/errors.ts';
import { eventually } from '../support/eventually.ts';
import { AS_ADMIN, ask, post, raw, send, withBridge } from './support.ts';

test('an address that does not exist is 404, whatever the method and the body', () =>
  withBridge(async ({ url }) => {
    for (const path of ['/nope', '/info/1/2', '/search/a/b', '/favicon.ico']) {
      const { status, body } = await ask(`${url}${path}`);
      assert.is(status, 404, path);
      assert.is(body.code, 'not-found');
    }
    assert.is((await post(`${url}/nope`, '{bad')).status, 404);
  }));

test('another method than the address takes is 405 and says which it takes', () =>
  withBridge(async ({ url }) => {
    const cases: [method: string, path: string, allow: string][] = [
      ['DELETE', '/info/1', 'GET, HEAD'],
      ['POST', '/search/x', 'GET, HEAD'],
      ['GET', '/purchase', 'POST'],
      ['PUT', '/purchase/1', 'POST'],
      ['PUT', '/books', 'GET, HEAD, POST, PATCH'],
      ['GET', '/books/1', 'PATCH'],
      ['OPTIONS', '/orders', 'GET, HEAD'],
    ];
    for (const [method, path, allow] of cases) {
      const { status, body, headers } = await ask(`${url}${path}`, { method });
      assert.is(status, 405, `${method} ${path}`);
      assert.is(headers.get('allow'), allow);
      assert.is(body.code, 'method-not-allowed');
    }
  }));

test('a body that is not JSON is 400', () =>
  withBridge(async ({ url }) => {
    for (const body of ['{', '{"id":1,}', 'NaN', '{"id":1,"quantity":NaN}', '\u0000', "{'id':1}"]) {
      const answer = await post(`${url}/purchase`, body);
      assert.is(answer.status, 400, body);
      assert.is(answer.body.code, 'malformed-json');
      assert.is(answer.body.outcome, 'none');
    }
  }));

test('a body that is not UTF-8 is 400, and does not become another title', () =>
  withBridge(async ({ url, service }) => {
    const body = Buffer.from('{"title":"Caf\u00e9","topic":"t","price":1,"stock":1}', 'latin1');
    const headers = { ...AS_ADMIN, 'content-type': 'application/json' };
    const answer = await ask(`${url}/books`, { method: 'POST', body, headers });
    assert.is(answer.status, 400);
    assert.is(answer.body.code, 'malformed-json');
    assert.is(answer.body.detail, 'The body is not UTF-8.');
    assert.is((await service.status()).version, 1);
  }));

test('a body of another media type is 415', () =>
  withBridge(async ({ url }) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense']) {
      const { status, body } = await post(`${url}/purchase`, '{"id":1,"quantity":1}', {
        'content-type': type,
      });
      assert.is(status, 415, type);
      assert.is(body.code, 'unsupported-media-type');
    }
  }));

test('a body that is too large is 413, whether it says so or not', () =>
  withBridge(
    async ({ url }) => {
      const { status, body } = await post(`${url}/purchase`, ' '.repeat(5000));
      assert.is(status, 413);
      assert.is(body.code, 'too-large');
      const head = 'POST /purchase HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
      const chunked = `${head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n`;
      const text = await raw(url, chunked, `1388\r\n${' '.repeat(5000)}\r\n0\r\n\r\n`);
      assert.match(text, 'HTTP/1.1 413');
    },
    { maxBodyBytes: 4096 },
  ));

test('who sends a body that is too large is heard out, so that the answer is not lost with the connection', () =>
  withBridge(
    async ({ url }) => {
      const head =
        'POST /purchase HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length:';
      const next = 'GET /info/1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
      const heardOut = await raw(url, `${head} 65536\r\n\r\n`, ' '.repeat(65_536), next);
      assert.match(heardOut, /^HTTP\/1.1 413.*HTTP\/1.1 200/s);
      // Not for ever: one stops in the middle, the other has more than anybody waits for.
      assert.match(await raw(url, `${head} 65536\r\n\r\n{`), /^HTTP\/1.1 413/);
      assert.match(await raw(url, `${head} 65537\r\n\r\n{`), /^HTTP\/1.1 413.*connection: close/is);
    },
    { maxBodyBytes: 4096, httpRequestTimeoutMs: 500 },
  ));

test('what is not HTTP is answered with a problem, and the connection closed', () =>
  withBridge(async ({ url }) => {
    const text = await raw(url, 'complete nonsense\r\n\r\n');
    assert.match(text, 'HTTP/1.1 400 Bad Request');
    assert.match(text, 'application/problem+json');
    assert.match(text, '"code":"malformed-http"');
    const large = await raw(url, `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`);
    assert.match(large, 'HTTP/1.1 413');
  }));

test('a request that does not arrive in time is ended with 408', () =>
  withBridge(
    async ({ url }) => {
      const halfHead = await raw(url, 'GET /info/1 HTTP/1.1\r\nhost:');
      assert.match(halfHead, 'HTTP/1.1 408');
      assert.match(halfHead, '"code":"request-timeout"');
      const halfBody = await raw(
        url,
        'POST /purchase HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"id"',
      );
      assert.match(halfBody, 'HTTP/1.1 408');
      assert.is((await ask(`${url}/info/1`)).status, 200);
    },
    { httpRequestTimeoutMs: 500 },
  ));

test('every error code maps to its own status, type, title and outcome', () =>
  withBridge(async ({ url, service }) => {
    for (const code of Object.keys(ERROR_KINDS) as ErrorCode[]) {
      const { status, title, outcome } = ERROR_KINDS[code];
      service.before = () => {
        throw new BazarError(code, undefined, { leader: 'catalog-1' });
      };
      const { body, ...answer } = await post(`${url}/purchase`, { id: 1, quantity: 1 });
      assert.is(answer.status, status, code);
      assert.equal(body, {
        leader: 'catalog-1',
        type: `urn:bazar:error:${code}`,
        title,
        status,
        detail: title,
        code,
        outcome,
      });
      assert.is(answer.headers.get('retry-after'), status === 503 || status === 429 ? '1' : null);
    }
  }));

test('requests beyond the limit in flight on one connection are 429, the others are answered', () =>
  withBridge(
    async ({ url, service }) => {
      const open: (() => void)[] = [];
      service.before = () => new Promise((resolve) => void open.push(resolve));
      const get = 'GET /info/1 HTTP/1.1\r\nhost: localhost\r\n\r\n';
      const last = 'GET /info/1 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
      const answers = raw(url, get.repeat(4) + last);
      await eventually('three requests are in', () => open.length === 3);
      for (const resolve of open) resolve();
      const statuses = [...(await answers).matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
      assert.equal(statuses, ['200', '200', '200', '429', '429']);
    },
    { maxInFlightPerConnection: 3 },
  ));

test('an address that asks too often is told to come back', () =>
  withBridge(
    async ({ url }) => {
      const statuses = new Set<number>();
      for (let i = 0; i < 50; i++) {
        const { status, headers, body } = await ask(`${url}/info/1`);
        statuses.add(status);
        if (status === 429) {
          assert.is(body.code, 'too-many-requests');
          assert.is(headers.get('retry-after'), '1');
        }
      }
      assert.equal([...statuses].sort(), [200, 429]);
      assert.is((await ask(`${url}/livez`)).status, 200, 'probes are not limited');
    },
    { localRequestsPerSecond: 1 },
  ));

test('hostile bodies change nothing and the next honest client is served', () =>
  withBridge(async ({ url }) => {
    const bodies = [
      '['.repeat(500_000),
      `{"lines":${'['.repeat(200_000)}`,
      '{"__proto__":{"id":1,"quantity":1}}',
      '{"constructor":{"prototype":{"x":1}},"id":1,"quantity":1}',
      `{"id":${'9'.repeat(1000)},"quantity":1}`,
      `{"${'k'.repeat(100_000)}":1}`,
      '"\\ud800"',
    ];
    for (const body of bodies) {
      const { status } = await post(`${url}/purchase`, body);
      assert.ok(status === 400 || status === 422, `${status} for ${body.slice(0, 30)}`);
    }
    assert.is((await send('POST', `${url}/purchase`, { id: 1, quantity: 1 })).status, 201);
    assert.is((await ask(`${url}/info/1`)).body.stock, 99);
  }));

test('a client that goes away before its answer is not counted as in flight for ever', () =>
  withBridge(
    async ({ url, bridge, service }) => {
      let entered = false;
      service.before = () => {
        entered = true;
        return new Promise(() => {});
      };
      const gone = new AbortController();
      const asked = fetch(`${url}/info/1`, { signal: gone.signal }).catch(() => 'gone');
      await eventually('the request is in', () => entered);
      gone.abort();
      assert.is(await asked, 'gone');
      await bridge.drain();
    },
    { drainMs: 600_000 },
  ));

test.run();
