import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createLogger } from '../../runtime/logger.ts';
import { eventually } from '../support/eventually.ts';
import { ask, openRpc, post, withBridge } from './support.ts';

test('the status lists the nodes, the leader and the cache', () =>
  withBridge(async ({ url }) => {
    const { status, body } = await ask(`${url}/status`);
    assert.is(status, 200);
    assert.equal(body, {
      boot: 'run-1',
      nodes: [
        {
          id: 'catalog-1',
          kind: 'catalog',
          pid: 7,
          state: 'ready',
          url: 'ws://x',
          role: 'leader',
          term: 3,
          applied: 1,
        },
        { id: 'catalog-2', kind: 'catalog', state: 'down', reason: 'SIGKILL' },
      ],
      leader: 'catalog-1',
      cache: { kind: 'memory', state: 'ready', hits: 5, misses: 2 },
      version: 1,
      money: { decimals: 2 },
    });
  }));

test('a status that cannot be had in time is an error, not a wait', () =>
  withBridge(
    async ({ url, service }) => {
      service.before = () => new Promise(() => {});
      const { status, body } = await ask(`${url}/status`);
      assert.is(status, 503);
      assert.is(body.code, 'unavailable');
      assert.is((await ask(`${url}/metrics`)).status, 200, 'the figures come all the same');
    },
    { statusDeadlineMs: 50 },
  ));

test('the audit comes with its ledger, page by page', () =>
  withBridge(async ({ url }) => {
    const all = (await ask(`${url}/audit`)).body;
    assert.is(all.books!.length, 3);
    assert.equal(all.books![0], {
      ...{ id: 1, initial: 100, restocked: 0, returned: 0 },
      ...{ sold: 0, held: 0, stock: 100 },
    });
    const page = (await ask(`${url}/audit?after=1&limit=1`)).body;
    assert.is(page.books![0]!.id, 2);
    assert.is(page.next, 2);
  }));

test('the store is live at once, and ready while a quorum is within reach', () =>
  withBridge(async ({ url, service }) => {
    assert.is((await ask(`${url}/livez`)).status, 200);
    assert.equal((await ask(`${url}/readyz`)).body, { ready: true });
    service.isReady = false;
    const { status, body } = await ask(`${url}/readyz`);
    assert.is(status, 503);
    assert.is(body.code, 'unavailable');
    assert.is((await ask(`${url}/livez`)).status, 200);
  }));

test('the metrics count requests by route and status, purchases by outcome, clients and the cache', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    await ask(`${url}/info/1`);
    await ask(`${url}/info/99`);
    await ask(`${url}/nowhere`);
    await post(`${url}/purchase`, { id: 1, quantity: 1 });
    await client.call('purchase', { id: 3, quantity: 1 });
    // A request is counted when its answer has closed, which may be a little after the client has it.
    let response = await fetch(`${url}/metrics`);
    let text = await response.text();
    await eventually('the purchase is counted', async () => {
      response = await fetch(`${url}/metrics`);
      text = await response.text();
      return text.includes('route="POST /purchase"');
    });
    assert.match(response.headers.get('content-type') ?? '', 'text/plain');
    const lines = [
      'bazar_requests_total{route="GET /info/:id",status="200"} 1',
      'bazar_requests_total{route="GET /info/:id",status="404"} 1',
      'bazar_requests_total{route="none",status="404"} 1',
      'bazar_requests_total{route="POST /purchase",status="201"} 1',
      'bazar_requests_total{route="ws purchase",status="sold-out"} 1',
      'bazar_request_duration_seconds_count{route="GET /info/:id"} 2',
      'bazar_purchases_total{outcome="confirmed"} 1',
      'bazar_purchases_total{outcome="sold-out"} 1',
      'bazar_cache_hits_total 5',
      'bazar_cache_misses_total 2',
      'bazar_clients 1',
      'bazar_applied_version 3',
    ];
    for (const line of lines) assert.ok(text.includes(line), line);
    assert.match(text, 'process_cpu_seconds_total');
    client.close();
  }));

test('the metrics keep the rules of their text format, as promtool checks them', () =>
  withBridge(async ({ url }) => {
    await ask(`${url}/info/1`);
    const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n').filter(Boolean);
    const types = new Map<string, string>();
    const helped = new Set<string>();
    for (const line of lines) {
      const [, kind, name = '', text = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
      if (kind === 'HELP') {
        assert.not(helped.has(name), `${name} is explained twice`);
        helped.add(name);
      } else if (kind === 'TYPE') {
        assert.ok(helped.has(name) && !types.has(name), line);
        types.set(name, text);
        assert.match(name, /^[a-z][a-z0-9_]*$/);
        assert.is(name.endsWith('_total'), text === 'counter', line);
        assert.not.match(name, /_(milliseconds|ms|minutes|kilobytes|percent|count|sum|bucket)$/);
        assert.not.match(name, /counter|gauge|histogram|summary/);
      } else {
        const [, sample = ''] =
          /^([a-z][a-z0-9_]*)(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? \S+$/.exec(line) ?? [];
        assert.ok(types.has(sample) || types.has(sample.replace(/_(bucket|sum|count)$/, '')), line);
      }
    }
    assert.ok(types.size > 20);
  }));

test('GET /ws without an upgrade says what it wants', () =>
  withBridge(async ({ url }) => {
    const { status, body, headers } = await ask(`${url}/ws`);
    assert.is(status, 426);
    assert.is(body.code, 'upgrade-required');
    assert.is(headers.get('upgrade'), 'websocket');
  }));

test('the OpenAPI document describes every route, its shapes and its errors', () =>
  withBridge(async ({ url }) => {
    const response = await fetch(`${url}/openapi.json`);
    const text = await response.text();
    const document = JSON.parse(text) as OpenApi;
    assert.match(document.openapi, /^3\.1\./);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.equal(operations.sort(), [
      'GET /audit',
      'GET /books',
      'GET /books/{id}/history',
      'GET /events',
      'GET /info',
      'GET /info/{id}',
      'GET /livez',
      'GET /metrics',
      'GET /openapi.json',
      'GET /orders',
      'GET /orders/{orderId}',
      'GET /orders/{orderId}/trace',
      'GET /readyz',
      'GET /search/{topic}',
      'GET /status',
      'GET /topics',
      'GET /traces',
      'GET /ws',
      'PATCH /books',
      'PATCH /books/{id}',
      'POST /books',
      'POST /books/{id}/adjust',
      'POST /books/{id}/restore',
      'POST /books/{id}/retire',
      'POST /holds',
      'POST /holds/{orderId}/confirm',
      'POST /holds/{orderId}/release',
      'POST /orders/{orderId}/cancel',
      'POST /purchase',
      'POST /purchase/{id}',
      'POST /traces',
    ]);
    const purchase = document.paths['/purchase']!.post!;
    assert.equal(Object.keys(purchase.responses), [
      '200',
      '201',
      '400',
      '401',
      '402',
      '403',
      '404',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
    assert.ok(purchase.requestBody);
    assert.equal(document.paths['/books']!.post!.security, [{ adminToken: [] }]);
    assert.ok('X-Served-By' in document.paths['/info/{id}']!.get!.responses['200']!.headers!);
    const named = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map((match) => match[1]!);
    for (const name of named) assert.ok(document.components.schemas[name], `${name} is defined`);
    assert.ok(document.components.schemas.Problem);
  }));

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}
interface Operation {
  readonly responses: Record<string, { readonly headers?: object }>;
  readonly requestBody?: object;
  readonly security?: object[];
}

test('at log level debug the log shows each request’s way', async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg);
  await withBridge(
    async ({ url, service }) => {
      await ask(`${url}/info/1`);
      service.cache = 'hit';
      await ask(`${url}/info/1`);
      await post(`${url}/purchase`, { id: 1, quantity: 1 });
      await post(`${url}/purchase`, { id: 1, quantity: 9_999 });
    },
    {},
    createLogger('gateway-1', 'debug', { write }),
  );
  const ways = lines.map((line) => line.replace(/, \d+ ms$/, ', N ms'));
  assert.equal(ways, [
    'GET /info/1 → miss → catalog-2, N ms',
    'GET /info/1 → hit, N ms',
    'POST /purchase → order-1 → catalog-1, order made-1, N ms',
    'POST /purchase → order-1 → catalog-1 → sold-out, order made-2, N ms',
  ]);
});

test('draining turns new requests away, finishes those in flight and says goodbye', () =>
  withBridge(async ({ url, bridge, service }) => {
    const client = await openRpc(url);
    let finish: (() => void) | undefined;
    service.before = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const inFlight = post(`${url}/purchase`, { id: 1, quantity: 1 });
    await eventually('the purchase is in', () => finish !== undefined);
    const drained = bridge.drain();
    const late = await post(`${url}/purchase`, { id: 1, quantity: 1 });
    assert.is(late.status, 503);
    assert.is(late.body.code, 'draining');
    assert.is(late.body.outcome, 'none');
    assert.is(late.headers.get('connection'), 'close');
    assert.is((await ask(`${url}/readyz`)).body.code, 'draining');
    assert.is((await ask(`${url}/livez`)).status, 200);
    assert.is((await client.call('info', { id: 1 })).error!.data!.code, 'draining');
    finish?.();
    assert.is((await inFlight).status, 201);
    await drained;
    assert.is(await client.closed(), 1001);
  }));

test('draining does not wait for ever', () =>
  withBridge(
    async ({ url, bridge, service }) => {
      let entered = false;
      service.before = () => {
        entered = true;
        return new Promise(() => {});
      };
      const stuck = fetch(`${url}/info/1`).catch(() => 'cut');
      await eventually('the read is in', () => entered);
      await bridge.drain();
      await bridge.close();
      assert.is(await stuck, 'cut');
    },
    { drainMs: 50 },
  ));

test.run();
