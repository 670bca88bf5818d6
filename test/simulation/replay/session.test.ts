import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Act,
  type FromReplay,
  KIND,
  type Moment,
  type Timeline,
} from '../../../gateway/page/simulator/protocol.ts';
import { seededRandom } from '../../../runtime/random.ts';
import { simulate } from '../simulate.ts';
import { createSession } from './session.ts';
import { judgeOf } from './verdicts.ts';

/** A short seed, so that going through it again and again takes little time. */
const SEED = 3;

interface Seen {
  readonly timeline: Timeline;
  show(n: number): Promise<Moment>;
  hear: ReturnType<typeof createSession>['hear'];
  readonly said: FromReplay[];
}

async function opened(seed: number, acts: readonly Act[] = []): Promise<Seen> {
  const said: FromReplay[] = [];
  const { hear } = createSession((one) => void said.push(one));
  await hear({ type: 'open', run: { seed, acts }, n: 1 });
  const last = said.at(-1);
  assert.is(last?.type, 'timeline', JSON.stringify(last));
  return {
    timeline: (last as Extract<FromReplay, { type: 'timeline' }>).timeline,
    async show(n) {
      await hear({ type: 'show', n, quiet: true });
      const told = said.at(-1);
      if (told?.type !== 'moment') throw new Error(`it said ${JSON.stringify(told)}`);
      assert.is(told.moment.n, n);
      return told.moment;
    },
    hear,
    said,
  };
}

let plain: Promise<Seen> | undefined;
/** The seed as it is, gone through once for all of these. */
function untouched(): Promise<Seen> {
  plain ??= opened(SEED);
  return plain;
}

test('a run that is looked at has the events and the hash of one that is not', async () => {
  const { timeline, show } = await untouched();
  const alone = await simulate(SEED);
  assert.equal([timeline.events, timeline.hash], [alone.events, alone.traceHash]);
  assert.is((await show(timeline.events)).hash, alone.traceHash);
});

test('a moment is the same, however one comes to it: on, back, or at once', async () => {
  const { timeline, show } = await untouched();
  const random = seededRandom(7);
  const known = new Map<number, string>();
  const places = Array.from({ length: 12 }, () => 1 + random.integer(timeline.events));
  for (const n of [...places, ...places.toReversed(), ...places.map((n) => Math.max(1, n - 1))]) {
    const text = JSON.stringify(await show(n));
    assert.is(text, known.get(n) ?? text, `event ${n}`);
    known.set(n, text);
  }
  assert.ok(known.size > 12);
});

test('each step shows one event, and says what it was', async () => {
  const { timeline, show, said } = await untouched();
  const n = timeline.kinds.findIndex((kind) => (kind & KIND.commit) !== 0) + 1;
  const before = await show(n - 1);
  const after = await show(n);
  assert.ok(after.at >= before.at);
  assert.is(after.figures.version, (before.figures.version ?? 0) + 1);
  const [line] = (said.at(-1) as Extract<FromReplay, { type: 'moment' }>).lines;
  assert.match(line!.text, 'committed up to');
  assert.not.ok(line!.kind & KIND.quiet);
});

test('a message can be read whole as it was sent', async () => {
  const { timeline, show, hear, said } = await untouched();
  const n = timeline.kinds.findIndex((kind) => (kind & KIND.commit) !== 0) + 1;
  await show(n);
  await hear({ type: 'read', n });
  const told = said.at(-1);
  assert.ok(told?.type === 'message' && told.text);
  assert.is(JSON.parse(told.text!)[0].type, 'raft.appended');
});

test('a fork has the same past, another future, and judges that still hold', async () => {
  const whole = await untouched();
  const after = Math.floor(whole.timeline.events / 2);
  const before = await whole.show(after - 1);
  const leader = before.figures.leader ?? 'catalog-1';
  for (const name of ['kill', 'mute'] as const) {
    const forked = await opened(SEED, [{ after, name, node: leader }]);
    assert.equal(await forked.show(after - 1), before);
    const then = await forked.show(after);
    assert.is.not(then.hash, (await whole.show(after)).hash);
    assert.is(then.nodes.find(({ id }) => id === leader)?.fault, name === 'kill' ? '☠ killed' : '✂ cut off');
    assert.is(forked.timeline.failure, null);
    assert.is.not(forked.timeline.hash, whole.timeline.hash);
  }
});

test('whoever buys in a fork is one more client, whom the judges watch too', async () => {
  const { timeline } = await untouched();
  const after = Math.floor(timeline.events / 2);
  const forked = await opened(SEED, [{ after, name: 'buy', node: 'gateway-1' }]);
  assert.ok(forked.timeline.marks.some(({ text }) => text === 'you buy through gateway-1'));
  assert.is(forked.timeline.failure, null);
  const again = await opened(SEED, [{ after, name: 'buy', node: 'gateway-1' }]);
  assert.is(again.timeline.hash, forked.timeline.hash);
});

test('what cannot be done or shown is refused in a sentence', async () => {
  const { timeline, hear, said } = await untouched();
  await hear({ type: 'show', n: timeline.events + 1, quiet: false });
  assert.match((said.at(-1) as { words: string }).words, 'there is no event');
  for (const [node, name, words] of [
    ['catalog-9', 'kill', 'no process catalog-9'],
    ['gateway-1', 'wipe', 'has no disk'],
    ['order-1', 'buy', 'goes through a gateway'],
  ] as const) {
    await hear({ type: 'open', run: { seed: SEED, acts: [{ after: 500, name, node }] }, n: 500 });
    assert.match((said.at(-1) as { words: string }).words, words);
  }
});

test('a seed that is opened while another still runs takes its place', async () => {
  const said: FromReplay[] = [];
  const { hear } = createSession((one) => void said.push(one));
  const first = hear({ type: 'open', run: { seed: 1, acts: [] }, n: 1 });
  await hear({ type: 'open', run: { seed: SEED, acts: [] }, n: 1 });
  await first;
  const timelines = said.flatMap((one) => (one.type === 'timeline' ? [one.timeline] : []));
  assert.is(timelines.length, 1);
});

test('each violation is the affair of one judge', () => {
  for (const [failure, judge] of [
    ['term 3 has two leaders, catalog-1 and catalog-2', 'one leader a term'],
    ['catalog-2 leads term 3 without the committed entry 9', 'committed stays, on a majority'],
    ['entry 1 is committed, but durable on catalog-3 only', 'committed stays, on a majority'],
    ['catalog-1 has another entry 5 of term 2 than a replica before it', 'logs match'],
    ['catalog-1 and catalog-2 differ at applied index 4', 'replicas equal'],
    ['catalog-1: book 2 has 5 + 0 - 6 but stock 0', 'books balance'],
    ['client-1/4: gateway-1 shows version 3 of book 2, but 5 was there 900 ms before', 'reads are fresh'],
    ['not linearizable: client-1/4 reads what was never there', 'linearizable'],
    ['a node gave up: catalog-1: Error', 'no process gives up'],
  ] as const) {
    assert.is(judgeOf(failure), judge);
  }
});

test.run();
