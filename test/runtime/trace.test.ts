import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chronologyOf } from '../../runtime/trace/chronology.ts';
import { createSpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { timeParts } from '../../runtime/trace/time-parts.ts';
import type { TraceAnswer } from '../../runtime/trace/trace-answers.ts';
import { TraceSpan, type TraceStep } from '../../runtime/trace/trace-span.ts';
import { traceText } from '../../runtime/trace/trace-text.ts';
import { readTraceparent } from '../../runtime/trace/traceparent.ts';
import { manualClock } from '../support/manual-clock.ts';

const test = suite('a trace');

test('notes moments and durations since its request was taken, in microseconds', () => {
  const clock = manualClock();
  const recorder = createSpanRecorder('order-1', 'submit', clock, 10);
  clock.advance(1.5);
  const step = recorder.begin('propose', { attempt: 1 }, 'catalog-1');
  clock.advance(2);
  recorder.mark('silent');
  step.end({ error: 'timeout' });
  clock.advance(1);
  step.end({});
  assert.equal(recorder.span(), {
    node: 'order-1',
    what: 'submit',
    tookUs: 4_500,
    steps: [
      {
        what: 'propose',
        atUs: 1_500,
        to: 'catalog-1',
        facts: { attempt: 1 },
        tookUs: 2_000,
        error: 'timeout',
      },
      { what: 'silent', atUs: 3_500 },
    ],
  });
});

test('with too many steps keeps the first and the last, and counts what gave way', () => {
  const recorder = createSpanRecorder('order-1', 'submit', manualClock(), 6);
  for (let index = 1; index <= 20; index++) recorder.mark('append', { index });
  const { steps, omitted } = recorder.span();
  assert.equal(
    steps.map(({ facts }) => facts?.index),
    [1, 2, 3, 18, 19, 20],
  );
  assert.is(omitted, 14);
});

test('is asked for by a traceparent as W3C has it, and what is none counts as not sent', () => {
  const id = '4bf92f3577b34da6a3ce929d0e0e4736';
  const parent = '00f067aa0ba902b7';
  const sampled = (text: string) => readTraceparent(text)?.isSampled;
  assert.equal(readTraceparent(`00-${id}-${parent}-01`), { traceId: id, isSampled: true });
  assert.is(sampled(`00-${id}-${parent}-00`), false);
  assert.is(sampled(`00-${id}-${parent}-03`), true);
  assert.is(sampled(`cc-${id}-${parent}-01-what-comes-one-day`), true);
  for (const text of [
    '',
    'hello',
    `ff-${id}-${parent}-01`,
    `00-${id}-${parent}-01-more`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${id}-${'0'.repeat(16)}-01`,
    `00-${id.toUpperCase()}-${parent}-01`,
    `00-${id}-${parent}-1`,
  ])
    assert.is(readTraceparent(text), undefined, text);
});

/** A purchase whose first proposal met a leader that was killed. */
const KILLED: TraceAnswer = {
  orderId: 'mine',
  at: '2026-01-02T03:04:05.000Z',
  door: 'http',
  cart: '1 × 4',
  outcome: 'confirmed',
  version: 90_212,
  total: '19.99',
  span: {
    node: 'gateway-1',
    what: 'purchase',
    tookUs: 61_800,
    steps: [
      {
        what: 'submit',
        atUs: 200,
        tookUs: 61_400,
        to: 'order-2',
        facts: { attempt: 1 },
        span: {
          node: 'order-2',
          what: 'submit',
          tookUs: 61_000,
          steps: [
            {
              what: 'propose',
              atUs: 100,
              tookUs: 600,
              to: 'catalog-1',
              facts: { attempt: 1 },
              error: 'link-lost',
            },
            { what: 'pausing', atUs: 700, tookUs: 20_000 },
            {
              what: 'propose',
              atUs: 20_800,
              tookUs: 39_000,
              to: 'catalog-2',
              facts: { attempt: 2 },
              span: {
                node: 'catalog-2',
                what: 'propose',
                tookUs: 38_500,
                steps: [
                  { what: 'queue', atUs: 10, tookUs: 40 },
                  { what: 'append', atUs: 60, facts: { index: 90_212 } },
                  { what: 'replicate', atUs: 100, tookUs: 38_000, to: 'catalog-3' },
                  { what: 'batch', atUs: 100, tookUs: 400, facts: { operations: 38 } },
                  { what: 'commit', atUs: 38_110, facts: { by: 'catalog-2, catalog-3', of: 3 } },
                  { what: 'apply', atUs: 38_300, facts: { index: 90_212 } },
                ],
              },
            },
          ],
        },
      },
      { what: 'noted', atUs: 61_700, facts: { version: 90_212 } },
      { what: 'feed', atUs: 62_000 },
    ],
  },
};

test('of a purchase through a killed leader shows two proposals and where the time went', () => {
  const text = traceText(KILLED);
  assert.match(text, /^Order mine: confirmed, version 90212, 19\.99; 61\.8 ms in all$/m);
  assert.match(text, /├─+▶✕ .* proposal 1: the link was lost after 0\.60 ms$/m);
  assert.match(text, /├─+▶│ .* proposal 2, the same order id$/m);
  assert.match(text, /≈ ~~~ 20\.0 ms: order-2 pauses before the next proposal ~/);
  assert.match(text, /≈ ~~~ 37\.6 ms: catalog-2 waits for the disk of catalog-3 ~/);
  assert.match(text, /◆ .* on its own disk after 0\.40 ms, in a batch of 38$/m);
  assert.match(text, /committed: on the disks of catalog-2, catalog-3 \(of 3\)$/m);
  const shares = timeParts(KILLED.span).map(({ where, what, us }) => `${where} ${what} ${us}`);
  assert.equal(shares, [
    'gateway-1 itself 400',
    'gateway-1 ↔ order-2 on the way 400',
    'order-2 itself 1400',
    'order-2 waits for catalog-1 600',
    'order-2 pauses before the next proposal 20000',
    'order-2 ↔ catalog-2 on the way 500',
    'catalog-2 itself 460',
    'catalog-2 has it in the mailbox 40',
    'catalog-2 writes to its disk 400',
    'catalog-2 waits for the disk of catalog-3 37600',
  ]);
});

/** A purchase that an engine outside ordered, which did not answer the first time. */
const OVER_LOG: TraceAnswer = {
  ...KILLED,
  span: {
    node: 'catalog-1',
    what: 'propose',
    tookUs: 131_000,
    steps: [
      { what: 'gather', atUs: 0, tookUs: 400, facts: { commands: 5 } },
      { what: 'log', atUs: 400, tookUs: 9_600, to: 'log', error: 'unavailable', facts: { attempt: 1 } },
      { what: 'again', atUs: 10_000, tookUs: 100_000 },
      { what: 'log', atUs: 110_000, tookUs: 4_000, to: 'log', facts: { attempt: 2 } },
      { what: 'follow', atUs: 114_000, tookUs: 1_000, facts: { ordinal: 17 } },
      { what: 'delivered', atUs: 115_000, tookUs: 16_000, facts: { ordinal: 17 } },
      { what: 'apply', atUs: 131_000, facts: { index: 90 } },
    ],
  },
};

test('of a purchase over an engine outside says in words what the log was asked and when it brought it back', () => {
  const text = traceText(OVER_LOG);
  for (const words of [
    /^ +ms +client +catalog-1 +log$/m,
    /● .* gathered after 0\.40 ms into a batch of 5$/m,
    /├─+▶✕ +gives the batch to the log: unavailable after 9\.60 ms$/m,
    /does not know whether the log has the batch, and pauses$/m,
    /├─+▶│ +gives the same batch to the log again \(attempt 2\)$/m,
    /│◀─+┤ +has it on its disks$/m,
    /the log brings it back, as its batch 17$/m,
    /≈ ~~~ 100 ms: catalog-1 pauses before it asks the log again/,
    /≈ ~~~ 16\.0 ms: catalog-1 has it waiting to be applied/,
  ])
    assert.match(text, words);
  assert.equal(
    timeParts(OVER_LOG.span).map(({ what, us }) => `${what} ${us}`),
    [
      'gathers the batch 400',
      'waits for the log to take it 13600',
      'pauses before it asks the log again 100000',
      'waits for the log to bring it back 1000',
      'has it waiting to be applied 16000',
    ],
  );
});

test('is told in one order of time, from the client to the client, with a lane for each who took part', () => {
  const { lanes, events, totalUs } = chronologyOf(KILLED);
  assert.equal(lanes, ['client', 'gateway-1', 'order-2', 'catalog-1', 'catalog-2', 'catalog-3']);
  assert.is(totalUs, 61_800);
  assert.equal(
    events.map(({ atUs }) => atUs),
    events.map(({ atUs }) => atUs).toSorted((a, b) => a - b),
  );
  assert.equal([events[0]!.lane, events[0]!.to], ['client', 'gateway-1']);
  const answer = events.find(({ to }) => to === 'client')!;
  assert.equal([answer.lane, answer.atUs, answer.text], ['gateway-1', 61_800, 'confirmed, version 90212']);
  assert.is(events.at(-1)!.text, 'the commit feed has brought it to the caches');
});

test('never draws a part before it was asked for, nor its way before its end', () => {
  for (const { fromUs, toUs, wayFromUs } of chronologyOf(KILLED).bars) {
    assert.ok(fromUs <= toUs);
    if (wayFromUs !== undefined) assert.ok(fromUs <= wayFromUs && wayFromUs <= toUs);
  }
});

/** Spans as processes make them: what is asked takes no longer than the asker waits. */
const spans = (depth: number, mostUs: number): fc.Arbitrary<TraceSpan> =>
  fc.integer({ min: 0, max: mostUs }).chain((tookUs) =>
    fc.array(steps(depth, tookUs), { maxLength: depth === 0 ? 0 : 5 }).map((all) => ({
      node: `order-${depth}`,
      what: 'x',
      tookUs,
      steps: all.sort((a, b) => a.atUs - b.atUs),
    })),
  );

const steps = (depth: number, withinUs: number): fc.Arbitrary<TraceStep> =>
  fc.integer({ min: 0, max: withinUs }).chain((atUs) =>
    fc.integer({ min: 0, max: withinUs - atUs }).chain((tookUs) =>
      fc.oneof(
        fc.constant({ what: 'mark', atUs }),
        fc.constant({ what: 'batch', atUs, tookUs }),
        fc.constant({ what: 'propose', atUs, tookUs, to: 'catalog-1', error: 'link-lost' }),
        fc.constant({ what: 'propose', atUs, to: 'catalog-1' }),
        spans(depth - 1, tookUs).map((span) => ({ what: 'propose', atUs, tookUs, to: span.node, span })),
      ),
    ),
  );

test('has parts that come to its whole, whatever overlaps and whatever was not waited for', () => {
  fc.assert(
    fc.property(spans(3, 1_000_000), (span) => {
      TraceSpan.parse(span);
      const parts = timeParts(span);
      assert.is(
        parts.reduce((sum, { us }) => sum + us, 0),
        span.tookUs,
      );
      assert.ok(parts.every(({ us }) => us > 0));
    }),
  );
});

test('as text has rows of one width for its lanes, whatever there is to tell', () => {
  fc.assert(
    fc.property(spans(3, 1_000_000), (span) => {
      const rows = traceText({ ...KILLED, span })
        .split('\n')
        .filter((row) => /^ +\d+\.\d+ /.test(row));
      const marks = rows.map((row) => row.slice(0, 10 + 12 * 2).length);
      assert.is(new Set(marks).size, 1);
    }),
  );
});

test.run();
