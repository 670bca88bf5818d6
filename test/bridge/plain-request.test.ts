import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readPlainRequest } from '../../gateway/bridge/http/plain-request.ts';

const BUY = '{"id":1,"quantity":1}';

function read(...lines: string[]) {
  return readPlainRequest(Buffer.from(lines.join('\r\n'), 'latin1'));
}

const get = (...more: string[]) => read('GET /info/1 HTTP/1.1', 'Host: localhost:8080', ...more, '', '');
const buy = (...more: string[]) =>
  read('POST /purchase HTTP/1.1', 'host: localhost', 'content-type: application/json', ...more, '', BUY);

test('what programs send is plain', () => {
  const expected = {
    method: 'GET',
    path: '/info/1',
    host: 'localhost:8080',
    key: undefined,
    least: undefined,
    body: undefined,
  };
  assert.equal(get(), expected);
  assert.equal(get('X-Bazar-Version: shop.7'), { ...expected, least: 'shop.7' });
  assert.equal(get('User-Agent: curl/8.5.0', 'Accept: */*'), expected);
  assert.equal(get('connection: Keep-Alive', 'accept-language: *', 'sec-fetch-mode: cors'), expected);
  assert.equal(buy('Idempotency-Key: my-order', `content-length: ${BUY.length}`), {
    method: 'POST',
    path: '/purchase',
    host: 'localhost',
    key: 'my-order',
    least: undefined,
    body: BUY,
  });
  const nothing = read('POST /holds/k/confirm HTTP/1.1', 'host: localhost', 'content-length: 0', '', '');
  assert.is(nothing?.body, '');
});

test('what asks for more than a plain answer is not', () => {
  for (const line of [
    'authorization: Bearer x',
    'if-none-match: "1"',
    'expect: 100-continue',
    'upgrade: websocket',
    'transfer-encoding: chunked',
    'connection: close',
    'connection: keep-alive, upgrade',
    'traceparent: 00-1-1-01',
    'origin: https://shop.example',
    'content-length: 0',
  ])
    assert.is(get(line), undefined, line);
  assert.is(buy(`content-length: ${BUY.length}`, 'content-encoding: gzip'), undefined);
});

test('a request that is not whole, or not alone, is not plain', () => {
  assert.is(read('GET /info/1 HTTP/1.1', 'host: localhost', ''), undefined);
  assert.is(read('GET /info/1 HTTP/1.1', 'host: localhost', '', 'G'), undefined);
  assert.is(buy(`content-length: ${BUY.length + 1}`), undefined);
  assert.is(buy(`content-length: ${BUY.length - 1}`), undefined);
  assert.is(buy(), undefined);
  assert.is(get(`x: ${'y'.repeat(5_000)}`), undefined);
});

test('what HTTP may be read in two ways is not plain', () => {
  for (const line of [
    'Host: other',
    'content-length : 0',
    ' folded: line',
    'no-colon',
    'empty:',
    'null: \0',
    'line: a\nb: c',
    'bare: a\rb',
    'byte: \u00ff',
    '(name): x',
  ])
    assert.is(get(line), undefined, line);
  const length = `content-length: ${BUY.length}`;
  for (const lines of [
    [length, length],
    [`content-length: +${BUY.length}`],
    [`content-length: 0${BUY.length}`],
    [length, 'content-type: application/json'],
  ])
    assert.is(buy(...lines), undefined, lines.join());
  for (const first of [
    'GET /info/1 HTTP/1.0',
    'GET  /info/1 HTTP/1.1',
    'get /info/1 HTTP/1.1',
    'GET http://localhost/info/1 HTTP/1.1',
    'GET /info/1%20 HTTP/1.1',
    'HEAD /info/1 HTTP/1.1',
  ])
    assert.is(read(first, 'host: localhost', '', ''), undefined, first);
  assert.is(read('GET /info/1 HTTP/1.1', '', ''), undefined);
});

test.run();
