import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AS_ADMIN, ask, openRpc, post, raw, withBridge } from './support.ts';

/** Headers but the date, which may move on. */
function headersOf(text: string): string[] {
  const [head = ''] = text.split('\r\n\r\n', 1);
  return head
    .split('\r\n')
    .filter((line) => !/^date:/i.test(line))
    .map((line) => line.toLowerCase())
    .sort();
}

test('a book in the memory is answered as the route would answer it, to the byte', () =>
  withBridge(async ({ url, service }) => {
    service.cache = 'hit';
    const said = (path: string, more = '') =>
      raw(url, `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${more}\r\n`, '\r\n\r\n');
    const short = await said('/info/1');
    // Whatever is unusual goes through the router.
    for (const routed of [
      await said('/info/1?from=a-link'),
      await said('/info/1', 'content-length: 0\r\n'),
    ]) {
      assert.equal(headersOf(short), headersOf(routed));
      assert.is(short.split('\r\n\r\n')[1], routed.split('\r\n\r\n')[1]);
    }
    assert.match(short, /^HTTP\/1\.1 200 OK\r\n/);
  }));

test('what else may be asked at the address of a book keeps its answer', () =>
  withBridge(async ({ url, service }) => {
    service.cache = 'hit';
    const statusOf = async (path: string, headers = {}) => (await ask(`${url}${path}`, { headers })).status;
    assert.is(await statusOf('/info/1', { 'if-none-match': '*' }), 304);
    assert.is(await statusOf('/info/1', { authorization: 'Bearer wrong' }), 401);
    assert.is(await statusOf('/info/1', AS_ADMIN), 200);
    assert.is(await statusOf('/info/01'), 422);
    assert.is(await statusOf('/info/0'), 422);
    assert.is(await statusOf('/info/999'), 404);
    const foreign = await raw(url, 'GET /info/1 HTTP/1.1\r\nhost: evil.example\r\n\r\n', '\r\n\r\n');
    assert.match(foreign, /^HTTP\/1\.1 421 |foreign-host/);
  }));

test('a sale changes what is answered, by both doors', () =>
  withBridge(async ({ url, service }) => {
    service.cache = 'hit';
    const client = await openRpc(url);
    const stocks = async () => [
      (await ask(`${url}/info/1`)).body.stock,
      ((await client.call('info', { id: 1 })).result as { stock: number }).stock,
    ];
    const [before] = await stocks();
    await post(`${url}/purchase`, { id: 1, quantity: 1 });
    assert.equal(await stocks(), [before! - 1, before! - 1]);
    assert.is((await client.call('info', { id: 1, x: 1 })).error!.code, -32602);
    client.close();
  }));

test('reads that are answered at once are counted and limited like all others', () =>
  withBridge(
    async ({ url, service }) => {
      service.cache = 'hit';
      const statuses = [];
      for (let n = 0; n < 8; n++) statuses.push((await ask(`${url}/info/1`)).status);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      assert.match(metrics, /bazar_requests_total\{route="GET \/info\/:id",status="200"\} \d/);
      assert.ok(statuses.includes(429), statuses.join());
    },
    { localRequestsPerSecond: 4 },
  ));

test.run();
