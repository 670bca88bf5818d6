import { pino } from 'pino';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOrder } from '../../actors/order/order.ts';
import type { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import { type Logger, silentLogger } from '../../runtime/logger.ts';
import { seededRandom } from '../../runtime/random.ts';
import { createSpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { manualClock, settle } from '../support/manual-clock.ts';
import { confirmed, purchase, scriptedMesh, soldOut } from './support.ts';

const ALL = ['catalog-1', 'catalog-2', 'catalog-3'];
const PATIENCE = DEFAULT_LIMITS.proposalTimeoutMs + DEFAULT_LIMITS.tickMs;

function start(
  setup: { linked?: string[]; limits?: Partial<Limits>; logger?: Logger; neededCatalogs?: number } = {},
) {
  const clock = manualClock();
  const mesh = scriptedMesh(setup.linked ?? ALL);
  const limits = { ...DEFAULT_LIMITS, ...setup.limits };
  const order = createOrder({
    mesh,
    catalogs: ALL,
    neededCatalogs: setup.neededCatalogs,
    clock,
    random: seededRandom(1),
    limits,
    logger: setup.logger ?? silentLogger,
    pid: 42,
  });
  /** Submits with the usual deadline; the outcome is what a gateway would hear. */
  const submit = (key: string, deadlineMs = 3_000) => {
    const heard: { reply?: unknown; error?: BazarError; atMs?: number } = {};
    const began = clock.monotonic();
    mesh.submit(purchase(key), began + deadlineMs).then(
      (reply) => Object.assign(heard, { reply, atMs: clock.monotonic() - began }),
      (error) => Object.assign(heard, { error, atMs: clock.monotonic() - began }),
    );
    return heard;
  };
  const at = (index: number) => {
    const proposal = mesh.proposals.at(index);
    if (!proposal) throw new Error(`there is no proposal ${index}`);
    return proposal;
  };
  const places = () => mesh.proposals.map(({ to }) => to);
  return { clock, mesh, order, submit, at, places };
}

test('a submission is proposed to one catalog and answered with its result', async () => {
  const { order, submit, at, places } = start();
  const heard = submit('a');
  await settle();
  assert.equal(places(), ['catalog-1']);
  at(0).answer(confirmed('a'));
  await settle();
  assert.equal(heard.reply, { result: confirmed('a'), leader: 'catalog-1' });
  assert.is(order.inFlight, 0);
});

test('a sold-out purchase is an answer, not an error', async () => {
  const { submit, at } = start();
  const heard = submit('a');
  at(0).answer(soldOut('a'));
  await settle();
  assert.equal(heard.reply, { result: soldOut('a'), leader: 'catalog-1' });
});

test('submissions go round the catalogs until an answer tells who leads, and then to the leader', async () => {
  const { submit, at, places } = start();
  submit('a');
  submit('b');
  at(0).answer(confirmed('a'), 'catalog-3');
  await settle();
  submit('c');
  submit('d');
  assert.equal(places(), ['catalog-1', 'catalog-2', 'catalog-3', 'catalog-3']);
});

test('after a silence the same key and request id are proposed through another catalog', async () => {
  const { clock, submit, at, places } = start();
  const heard = submit('a');
  await clock.elapse(PATIENCE);
  assert.equal(places(), ['catalog-1', 'catalog-2']);
  assert.equal(at(1).command, at(0).command);
  at(1).answer(confirmed('a'));
  await settle();
  assert.equal(heard.reply, { result: confirmed('a'), leader: 'catalog-2' });
});

test('a late answer to an earlier proposal is taken', async () => {
  const { clock, submit, at } = start();
  const heard = submit('a');
  await clock.elapse(PATIENCE);
  at(0).answer(confirmed('a'));
  await settle();
  assert.equal(heard.reply, { result: confirmed('a'), leader: 'catalog-1' });
});

test('the first definite answer wins and later ones are ignored', async () => {
  const { clock, submit, at, order } = start();
  const heard = submit('a');
  await clock.elapse(PATIENCE);
  at(0).answer(confirmed('a', 5));
  at(1).answer(confirmed('a', 6));
  await settle();
  assert.equal(heard.reply, { result: confirmed('a', 5), leader: 'catalog-1' });
  assert.is(order.inFlight, 0);
});

test('a refusal that names the leader is followed at once', async () => {
  const { submit, at, places } = start();
  submit('a');
  at(0).fail('not-leader', 'catalog-3');
  await settle();
  assert.equal(places(), ['catalog-1', 'catalog-3']);
});

test('two catalogs that name each other as leader are not asked in a tight circle', async () => {
  const { clock, submit, at, places } = start();
  submit('a');
  at(0).fail('not-leader', 'catalog-2');
  await settle();
  at(1).fail('not-leader', 'catalog-1');
  await settle();
  assert.is(places().length, 2);
  await clock.elapse(DEFAULT_LIMITS.sagaBackoffBaseMs);
  assert.is(places().length, 3);
});

test('a leader whose link is lost is passed over, and found again when an answer names it', async () => {
  const { clock, mesh, submit, at, places } = start();
  submit('a');
  at(0).answer(confirmed('a'), 'catalog-1');
  await settle();
  const heard = submit('b');
  mesh.cut('catalog-1');
  await clock.elapse(DEFAULT_LIMITS.sagaBackoffBaseMs);
  assert.equal(places(), ['catalog-1', 'catalog-1', 'catalog-2']);
  mesh.link('catalog-1');
  at(2).answer(confirmed('b'), 'catalog-1');
  await settle();
  assert.ok(heard.reply);
  submit('c');
  assert.is(at(-1).to, 'catalog-1');
});

test('catalogs without a link are skipped and come back into the round', async () => {
  const { mesh, submit, places } = start({ linked: ['catalog-2'] });
  submit('a');
  submit('b');
  mesh.link('catalog-1');
  mesh.link('catalog-3');
  for (const key of ['c', 'd', 'e']) submit(key);
  assert.equal(places().slice(0, 2), ['catalog-2', 'catalog-2']);
  assert.equal(places().slice(2).toSorted(), ALL);
});

test('without any catalog until the deadline the outcome is none', async () => {
  const { clock, submit, places } = start({ linked: [] });
  const heard = submit('a');
  await clock.elapse(3_000);
  assert.equal(places(), []);
  assert.is(heard.error?.code, 'unavailable');
  assert.is(heard.error?.outcome, 'none');
});

test('a submission made while no catalog is linked goes out as soon as one is', async () => {
  const { clock, mesh, submit, at } = start({ linked: [] });
  const heard = submit('a');
  await clock.elapse(500);
  mesh.link('catalog-2');
  await clock.elapse(DEFAULT_LIMITS.sagaBackoffCapMs);
  at(0).answer(confirmed('a'));
  await settle();
  assert.ok(heard.reply);
});

test('overloaded catalogs until the deadline leave the outcome none', async () => {
  const { clock, mesh, submit } = start();
  const heard = submit('a');
  for (let waited = 0; waited < 3_000; waited += 100) {
    for (const proposal of mesh.proposals) proposal.fail('overloaded');
    await clock.elapse(100);
  }
  assert.is(heard.error?.outcome, 'none');
  assert.ok(mesh.proposals.length > 5);
});

test('a lost link makes the outcome unknown although every later proposal was refused', async () => {
  const { clock, mesh, submit, at } = start();
  const heard = submit('a');
  at(0).fail('link-lost');
  for (let waited = 0; waited < 3_000; waited += 100) {
    await clock.elapse(100);
    for (const proposal of mesh.proposals) proposal.fail('overloaded');
  }
  assert.is(heard.error?.code, 'outcome-unknown');
  assert.is(heard.error?.outcome, 'unknown');
});

test('silence until the deadline makes the outcome unknown, in time for the asker to hear it', async () => {
  const { clock, submit, places } = start();
  const heard = submit('a', 1_000);
  await clock.elapse(999);
  assert.is(heard.error?.outcome, 'unknown');
  assert.is.not(heard.atMs, undefined);
  assert.ok((heard.atMs ?? 0) > 900);
  assert.is(places().length, 2);
});

test('proposals carry no more time than the submission has left', async () => {
  const { clock, submit, at } = start();
  submit('a', 1_000);
  await clock.elapse(PATIENCE);
  assert.ok(at(0).timeoutMs <= 1_000);
  assert.ok(at(1).timeoutMs <= 300);
});

test('a submission whose deadline has passed is refused unproposed', async () => {
  const { submit, places } = start();
  const heard = submit('a', 0);
  await settle();
  assert.is(heard.error?.outcome, 'none');
  assert.equal(places(), []);
});

test('submissions beyond the bound are refused as overloaded until one has ended', async () => {
  const { submit, at, places, order } = start({ limits: { maxSubmissions: 2 } });
  submit('a');
  submit('b');
  const third = submit('c');
  await settle();
  assert.is(third.error?.code, 'overloaded');
  assert.is(third.error?.outcome, 'none');
  at(0).answer(confirmed('a'));
  await settle();
  submit('d');
  assert.is(places().length, 3);
  assert.is(order.inFlight, 2);
});

test('a draining replica refuses new submissions and finishes those in flight', async () => {
  const { submit, at, order } = start();
  const before = submit('a');
  let drained = false;
  order.drain().then(() => {
    drained = true;
  });
  const after = submit('b');
  await settle();
  assert.is(after.error?.code, 'draining');
  assert.is(after.error?.outcome, 'none');
  assert.not(drained);
  at(0).answer(confirmed('a'));
  await settle();
  assert.ok(before.reply);
  assert.ok(drained);
  assert.is(order.state, 'down');
});

test('a drain with nothing in flight ends at once', async () => {
  const { order } = start();
  await order.drain();
  assert.is(order.state, 'down');
  await order.drain();
});

test('a purchase still in flight at the end of the drain is answered as unknown', async () => {
  const { clock, submit, order } = start({ limits: { drainMs: 100 } });
  const heard = submit('a');
  order.drain();
  await clock.elapse(100);
  assert.is(heard.error?.outcome, 'unknown');
  assert.is(order.inFlight, 0);
});

test('the replica is ready while it reaches a catalog', async () => {
  const { mesh, order } = start({ linked: [] });
  assert.is(order.state, 'catching-up');
  mesh.link('catalog-2');
  assert.is(order.state, 'ready');
  mesh.cut('catalog-2');
  assert.is(order.state, 'catching-up');
});

test('its status names the node, its state and the leader it believes in', async () => {
  const { mesh, submit, at } = start();
  submit('a');
  at(0).answer(confirmed('a'), 'catalog-2');
  await settle();
  assert.equal(await mesh.status(), {
    id: 'order-1',
    kind: 'order',
    pid: 42,
    state: 'ready',
    leader: 'catalog-2',
    url: 'memory://order-1',
  });
});

test('an idle replica keeps no timer, nor does one that has stopped', async () => {
  const { clock, submit, at, order } = start();
  submit('a');
  at(0).answer(confirmed('a'));
  await clock.elapse(DEFAULT_LIMITS.tickMs);
  assert.is(clock.pending, 0);
  submit('b');
  submit('c');
  at(1).fail('overloaded');
  await settle();
  await order.stop();
  assert.is(clock.pending, 0);
});

test('at level debug each proposal leaves a line that shows its way', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const { submit } = start({ logger });
  submit('a');
  assert.ok(lines.some((line) => JSON.parse(line).msg === 'submit a → order-1 → catalog-1'));
});

test('while the disks of a majority are full a submission is refused at once, and the disks are named', async () => {
  const { clock, mesh, submit, at, places } = start();
  mesh.fill('catalog-3');
  const possible = submit('a');
  at(0).answer(confirmed('a'), 'catalog-1');
  await settle();
  assert.ok(possible.reply);

  mesh.fill('catalog-2');
  const refused = submit('b');
  await settle();
  assert.equal([refused.error!.code, refused.error!.outcome, refused.atMs], ['disk-full', 'none', 0]);
  assert.is(
    refused.error!.message,
    'The disks of catalog-2 and catalog-3 are full (No space left on device): nothing can be written.',
  );
  assert.equal(places(), ['catalog-1'], 'nothing was proposed');

  mesh.cut('catalog-2');
  mesh.link('catalog-2');
  submit('c');
  await clock.elapse(1);
  assert.is(places().length, 2, 'one that has started anew has room');
});

test('where an outer engine has the log, one catalog with room is enough, and is the one that is asked', async () => {
  const { clock, mesh, submit, at, places } = start({ neededCatalogs: 1 });
  const first = submit('a');
  await settle();
  at(0).fail('disk-full');
  await clock.elapse(DEFAULT_LIMITS.sagaBackoffCapMs);
  assert.is(places().length, 2, 'a catalog that is full before it is known to be is no reason to give up');
  at(1).answer(confirmed('a'));
  await settle();
  assert.ok(first.reply);

  mesh.fill('catalog-1');
  mesh.fill('catalog-2');
  const second = submit('b');
  await settle();
  assert.is(places().at(-1), 'catalog-3');
  at(-1).answer(confirmed('b'));
  await settle();
  assert.ok(second.reply);

  mesh.fill('catalog-3');
  const refused = submit('c');
  await settle();
  assert.is(refused.error?.code, 'disk-full');
  assert.is(places().length, 3);
});

test('what was under way when the disks of a majority filled ends as unknown, as soon as it cannot be otherwise', async () => {
  const { clock, mesh, submit, at, places } = start();
  const heard = submit('a');
  await settle();
  for (const id of ALL) mesh.fill(id);
  at(0).fail('leader-lost');
  await clock.elapse(DEFAULT_LIMITS.sagaBackoffCapMs);
  assert.is(heard.error?.code, 'outcome-unknown');
  assert.equal(places(), ['catalog-1']);
});

test('a proposal of a key that is nobody else’s goes without record while no other can be in the log', async () => {
  const { mesh, clock, at } = start();
  mesh.submit({ ...purchase('a'), once: true }, clock.monotonic() + 3_000).catch(() => {});
  await settle();
  at(0).fail('not-leader', 'catalog-2');
  await settle();
  at(1).fail('leader-lost', 'catalog-3');
  await clock.elapse(DEFAULT_LIMITS.sagaBackoffCapMs);
  assert.equal(
    mesh.proposals.map(({ command }) => command.once),
    [true, true, undefined],
  );
  assert.is(at(2).command.key, 'a');
});

test('a traced submission notes each of its proposals and the pauses between them', async () => {
  const { clock, mesh, at } = start();
  const trace = createSpanRecorder('order-1', 'submit', clock, 100);
  void mesh.submit(purchase('a'), clock.monotonic() + 3_000, trace);
  await clock.elapse(2);
  mesh.cut('catalog-1');
  await clock.elapse(DEFAULT_LIMITS.sagaBackoffBaseMs);
  at(1).fail('not-leader', 'catalog-3');
  await settle();
  at(2).answer(confirmed('a'));
  await settle();
  const { node, steps } = trace.span();
  assert.is(node, 'order-1');
  assert.equal(
    steps.map(({ what, to, error, facts }) => [what, to, error, facts?.attempt]),
    [
      ['propose', 'catalog-1', 'link-lost', 1],
      ['pausing', undefined, undefined, undefined],
      ['propose', 'catalog-2', 'not-leader', 2],
      ['propose', 'catalog-3', undefined, 3],
    ],
  );
  assert.is(steps[0]!.tookUs, 2_000);
  assert.is(steps[1]!.atUs, 2_000);
  assert.is(steps[2]!.atUs, steps[1]!.atUs + steps[1]!.tookUs!);
});

test('a traced proposal that is silent stays open, and the next begins beside it', async () => {
  const { clock, mesh, at } = start();
  const trace = createSpanRecorder('order-1', 'submit', clock, 100);
  void mesh.submit(purchase('a'), clock.monotonic() + 3_000, trace);
  await clock.elapse(PATIENCE);
  at(1).answer(confirmed('a'));
  await settle();
  assert.equal(
    trace.span().steps.map(({ what, tookUs }) => [what, tookUs === undefined]),
    [
      ['propose', true],
      ['silent', true],
      ['propose', false],
    ],
  );
});

test.run();
