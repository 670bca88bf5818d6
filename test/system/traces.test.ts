import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../runtime/clock.ts';
import { timeParts } from '../../runtime/trace/time-parts.ts';
import { TraceAnswer } from '../../runtime/trace/trace-answers.ts';
import type { TraceSpan } from '../../runtime/trace/trace-span.ts';
import type { FiguresAnswer } from '../../runtime/watch-answers.ts';
import { openRpc } from '../bridge/support.ts';
import { bazar } from '../client/bazar-process.ts';
import { type LauncherCluster, startLauncherCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

/** What real processes tell of real purchases. */

let cluster: LauncherCluster;

test.before(async () => {
  cluster = await startLauncherCluster({ orders: 2 });
});
test.after(async () => {
  await cluster?.stop();
});

const SAMPLED = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };

/** A traced purchase and how long its client waited, in µs. */
async function buy(orderId: string): Promise<{ trace: TraceAnswer; waitedUs: number }> {
  const began = systemClock.monotonic();
  const { status } = await cluster.request('POST', '/purchase', {
    body: { id: 1 },
    headers: { 'idempotency-key': orderId, ...SAMPLED },
  });
  const waitedUs = (systemClock.monotonic() - began) * 1_000;
  assert.is(status, 201);
  const { body } = await cluster.request('GET', `/orders/${orderId}/trace`);
  return { trace: TraceAnswer.parse(body), waitedUs };
}

/** Each process by its own clock takes no longer than its asker waits by its own, but for the rounding. */
function assertNested(span: TraceSpan): void {
  for (const { tookUs, span: asked } of span.steps) {
    if (!asked) continue;
    assert.ok(tookUs !== undefined && asked.tookUs <= tookUs + 2, `${span.node} waits for ${asked.node}`);
    assertNested(asked);
  }
}

function assertSum({ span }: TraceAnswer): void {
  const sum = timeParts(span).reduce((total, { us }) => total + us, 0);
  assert.ok(Math.abs(sum - span.tookUs) <= span.tookUs * 0.05, `${sum} µs of ${span.tookUs} µs`);
}

const run = (args: readonly string[]) => bazar(...args, '--url', cluster.url);

const askedBy = ({ steps }: TraceSpan) =>
  steps.filter(({ to, what }) => to !== undefined && what !== 'replicate');

test('a purchase is told from the gateway to the disks of a majority, and its parts come to its whole', async () => {
  const leader = await cluster.leader();
  // Whichever order replica takes it may not know the leader yet, and then a follower forwards it.
  for (const orderId of ['first', 'second', 'third']) {
    const { trace, waitedUs } = await buy(orderId);
    assertNested(trace.span);
    assertSum(trace);
    assert.ok(trace.span.tookUs <= waitedUs);
    const order = askedBy(trace.span).at(-1)!.span!;
    const [proposal] = askedBy(order);
    const [forward] = askedBy(proposal!.span!);
    const led = forward?.span ?? proposal!.span!;
    assert.is(led.node, leader);
    const steps = led.steps.map(({ what }) => what);
    for (const what of ['queue', 'append', 'replicate', 'batch', 'commit', 'apply']) {
      assert.ok(steps.includes(what), `${what} is missing in ${steps}`);
    }
    const { by, of } = led.steps.find(({ what }) => what === 'commit')!.facts!;
    assert.ok(String(by).split(', ').length >= 2, String(by));
    assert.is(of, 3);
    assert.ok(trace.span.steps.some(({ what }) => what === 'noted'));
  }
});

test('what is not traced leaves nothing', async () => {
  await cluster.request('POST', '/purchase', { body: { id: 1 }, headers: { 'idempotency-key': 'untraced' } });
  assert.is((await cluster.request('GET', '/orders/untraced/trace')).status, 404);
});

test('through a killed leader it shows two proposals of one order id, and where the time went', async () => {
  await cluster.whole();
  const leader = await cluster.leader();
  const watcher = await openRpc(cluster.url);
  await cluster.pause(leader);
  const buying = buy('killed');
  await eventually('its proposal is on the way', async () => {
    const { result } = await watcher.call('watch', { what: ['figures'] });
    const { nodes } = (result as unknown as { figures: FiguresAnswer }).figures;
    return nodes.some(({ figures }) => (figures?.order?.inFlight ?? 0) > 0);
  });
  watcher.close();
  await cluster.kill(leader);
  const { trace, waitedUs } = await buying;
  assertNested(trace.span);
  assertSum(trace);
  assert.ok(trace.span.tookUs <= waitedUs);
  const proposals = trace.span.steps.flatMap(({ span }) => (span ? askedBy(span) : []));
  assert.ok(proposals.length >= 2, JSON.stringify(trace));
  assert.equal([proposals[0]!.to, proposals.at(-1)!.error], [leader, undefined]);
  assert.ok(proposals.at(-1)!.to !== leader);

  const told = await run(['trace', 'killed']);
  assert.is(told.code, 0, told.err);
  assert.match(told.out, /proposal 1: (the link was lost|no answer in time) after/);
  assert.match(told.out, /proposal \d+, the same order id/);
  assert.match(told.out, /≈ ~~~ .* ms: /);
  assert.match(told.out, /Where the time went/);
  const { body: order } = await cluster.request<{ lines: { quantity: number }[] }>('GET', '/orders/killed');
  assert.is(order.lines[0]!.quantity, 1);
});

test('the command line buys with a trace, tells it, and says where there is none', async () => {
  const bought = await run(['buy', '2', '--order', 'by-hand', '--trace']);
  assert.match(bought.out, /What it took: .* trace by-hand/);
  const told = await run(['trace', 'by-hand']);
  assert.match(told.out, /^Order by-hand: confirmed, version/m);
  assert.match(told.out, /hands it on$/m);
  const none = await run(['trace', 'untraced']);
  assert.is(none.code, 1);
  assert.match(none.err, /No trace of order untraced is kept/);
  const listed = await run(['traces', '--next', '2', '--token', cluster.adminToken]);
  assert.match(listed.out, /by-hand/);
  assert.match(listed.out, /The next 2 purchases are to be traced/);
});

test.run();
