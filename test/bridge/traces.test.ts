import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fitTrace } from '../../gateway/bridge/fit-trace.ts';
import { createTraces } from '../../gateway/bridge/traces.ts';
import { createViews } from '../../gateway/bridge/views.ts';
import type { Submitted } from '../../gateway/service.ts';
import { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { NO_CURRENCY } from '../../runtime/money.ts';
import type { SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { TraceAnswer } from '../../runtime/trace/trace-answers.ts';
import type { TraceStep } from '../../runtime/trace/trace-span.ts';
import { manualClock } from '../support/manual-clock.ts';
import { createMemoryService } from '../support/memory-service.ts';
import { AS_READER, ask, BOOKS, openRpc, post, TOKEN, withBridge } from './support.ts';

const SAMPLED = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
const UNSAMPLED = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00' };

test('a purchase with a sampled traceparent leaves a trace for those who know its order id', () =>
  withBridge(async ({ url }) => {
    await post(`${url}/purchase`, { id: 1, quantity: 4 }, { 'idempotency-key': 'mine', ...SAMPLED });
    const { status, body, headers } = await ask(`${url}/orders/mine/trace`);
    assert.is(status, 200);
    assert.is(headers.get('cache-control'), 'no-store');
    const trace = TraceAnswer.parse(body);
    assert.equal(
      [trace.orderId, trace.door, trace.traceId, trace.cart, trace.outcome, trace.span.node],
      ['mine', 'http', '4bf92f3577b34da6a3ce929d0e0e4736', '1 × 4', 'confirmed', 'gateway-1'],
    );
    assert.is(trace.total, '40.00');
  }));

test('without it, with another flag, or with what is no traceparent nothing is kept, and nothing is refused', () =>
  withBridge(async ({ url }) => {
    for (const [key, headers] of Object.entries<Record<string, string>>({
      a: {},
      b: UNSAMPLED,
      c: { traceparent: 'hello' },
    })) {
      const bought = await post(`${url}/purchase/1`, {}, { 'idempotency-key': key, ...headers });
      assert.is(bought.status, 201);
      const { status, body } = await ask(`${url}/orders/${key}/trace`);
      assert.equal([status, body.code, body.outcome], [404, 'unknown-trace', 'none']);
      assert.match(body.detail!, /keeps that for 10 minutes/);
    }
  }));

test('by JSON-RPC true or a traceparent asks for it, and a refused purchase has a trace too', () =>
  withBridge(async ({ url }) => {
    const client = await openRpc(url);
    await client.call('purchase', { id: 1, orderId: 'a', trace: true });
    await client.call('purchase', { id: 3, orderId: 'b', trace: SAMPLED.traceparent });
    await client.call('purchase', { id: 1, orderId: 'c', trace: false });
    const trace = async (orderId: string) => client.call('trace', { orderId });
    const [a, b, c] = [await trace('a'), await trace('b'), await trace('c')];
    assert.equal(
      [TraceAnswer.parse(a.result).door, TraceAnswer.parse(a.result).outcome],
      ['ws', 'confirmed'],
    );
    const refused = TraceAnswer.parse(b.result);
    assert.equal([refused.outcome, refused.code], ['refused', 'sold-out']);
    assert.is(c.error!.data!.code, 'unknown-trace');
    assert.is((await client.call('purchase', { id: 1, trace: 7 })).error!.code, -32602);
    client.close();
  }));

test('with a token the next purchases are traced whosever they are, and are listed', () =>
  withBridge(async ({ url }) => {
    assert.is((await ask(`${url}/traces`)).status, 401);
    assert.is((await post(`${url}/traces`, { purchases: 1 })).status, 401);
    const { body } = await post(`${url}/traces`, { purchases: 2 }, AS_READER);
    assert.equal(body as object, { traces: [], awaited: 2 });
    for (const key of ['a', 'b', 'c']) await post(`${url}/purchase/1`, {}, { 'idempotency-key': key });
    const listed = (await ask(`${url}/traces`, { headers: AS_READER })).body as unknown as {
      traces: { orderId: string }[];
      awaited: number;
    };
    assert.equal(
      listed.traces.map(({ orderId }) => orderId),
      ['b', 'a'],
    );
    assert.is(listed.awaited, 0);
    const client = await openRpc(url);
    assert.is((await client.call('traceNext', { purchases: 1 })).error!.data!.code, 'unauthorized');
    await client.call('authenticate', { token: TOKEN });
    assert.is((await client.call('traceNext', { purchases: 201 })).error!.code, -32602);
    client.close();
  }));

async function openTraces(changes: Partial<Limits> = {}) {
  const clock = manualClock();
  const service = await createMemoryService(BOOKS);
  const limits = { ...DEFAULT_LIMITS, ...changes };
  const traces = createTraces({ service, views: createViews(NO_CURRENCY), limits, clock });
  const what = { door: 'http', traceId: undefined, lines: [{ id: 1, quantity: 1 }] } as const;
  const buy = (orderId: string, note: (recorder: SpanRecorder) => void = () => {}) =>
    traces.follow(what, async (recorder) => {
      note(recorder);
      return service.purchase([{ id: 1, quantity: 1 }], orderId);
    });
  return { clock, service, traces, what, buy };
}

test('so many traces are kept, so long, and the newest of each order', async () => {
  const { clock, traces, buy } = await openTraces({ maxTraces: 3, traceKeptMs: 1_000 });
  for (const orderId of ['a', 'b', 'c', 'd']) await buy(orderId);
  assert.equal(
    traces.list().traces.map(({ orderId }) => orderId),
    ['d', 'c', 'b'],
  );
  clock.advance(600);
  await buy('b');
  assert.is(traces.find('b')!.replayed, true);
  clock.advance(600);
  assert.equal(
    traces.list().traces.map(({ orderId }) => orderId),
    ['b'],
  );
  assert.is(traces.find('c'), undefined);
});

test('a trace that is too large loses the middle of its longest part, and says so', async () => {
  const { traces, buy } = await openTraces({ maxTraceBytes: 4_000 });
  await buy('a', (recorder) => {
    for (let index = 0; index < 150; index++) recorder.mark('append', { index });
  });
  const trace = traces.find('a')!;
  assert.ok(Buffer.byteLength(JSON.stringify(trace)) <= 4_000);
  assert.is(trace.span.omitted! + trace.span.steps.length, 151, 'with that of the feed');
  assert.is(trace.span.steps[0]!.facts!.index, 0);

  const step: TraceStep = { what: 'propose', atUs: 1, tookUs: 1, to: 'catalog-1', error: 'not-leader' };
  const steps = Array.from({ length: 300 }, () => step);
  const inner = { node: 'order-1', what: 'submit', tookUs: 5, steps };
  const outer = {
    ...trace.span,
    steps: [{ what: 'submit', atUs: 0, to: 'order-1', tookUs: 9, span: inner }],
  };
  const fitted = fitTrace({ ...trace, span: outer }, 8_000);
  assert.ok(Buffer.byteLength(JSON.stringify(fitted)) <= 8_000);
  assert.ok(fitted.span.steps[0]!.span!.omitted! > 200);
});

test('that the feed has brought it to the caches is noted, also when that is after the answer', async () => {
  const { clock, service, traces, what } = await openTraces();
  const change = { id: 1, stock: 1, price: 1, at: 0 };
  const added = { kind: 'added' as const, added: [], skipped: [], version: 7, replayed: false };
  const buy = (key: string) => traces.follow(what, async () => ({ key, result: added, via: [] }));
  await buy('a');
  clock.advance(3);
  service.publish({ ...change, version: 6 });
  service.publish({ ...change, id: 2, version: 7 });
  assert.equal(traces.find('a')!.span.steps, []);
  service.publish({ ...change, version: 8 });
  assert.equal(traces.find('a')!.span.steps, [{ what: 'feed', atUs: 3_000 }]);
  assert.is(service.listeners, 0);

  await buy('b');
  clock.advance(DEFAULT_LIMITS.feedCheckMs);
  assert.is(service.listeners, 0, 'it does not come, and is not waited for');
});

test('a purchase that nobody knows the end of has a trace under its order id', async () => {
  const { traces, what, service } = await openTraces();
  const failing = (): Promise<Submitted> => {
    throw new BazarError('outcome-unknown', undefined, { orderId: 'a' });
  };
  await traces.follow(what, async () => failing()).catch(() => undefined);
  assert.equal([traces.find('a')!.outcome, traces.find('a')!.code], ['unknown', 'outcome-unknown']);
  assert.is(service.listeners, 0);
});

test.run();
