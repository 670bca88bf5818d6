import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createAppender } from '../../actors/log/appender.ts';
import type { LogBatch } from '../../actors/log/command-log.ts';
import { sleep } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { createSpanRecorder, type SpanRecorder } from '../../runtime/trace/span-recorder.ts';
import { purchase } from '../catalog/support.ts';
import { manualClock } from '../support/manual-clock.ts';

const TAKEN_MS = 3;

/** An appender over an engine that answers each append as it is told here; what is not said is never answered. */
function createTrial(...answers: ('taken' | 'none' | 'unknown')[]) {
  const clock = manualClock();
  const appended: LogBatch[] = [];
  const appender = createAppender<string>({
    log: {
      append(batch) {
        const answer = answers[appended.push(batch) - 1];
        if (answer === undefined) return new Promise(() => {});
        if (answer === 'taken') return sleep(clock, TAKEN_MS);
        return Promise.reject(new BazarError('unavailable', 'not now', {}, answer));
      },
    },
    name: 'catalog-1.1',
    ordinal: () => 7,
    clock,
    limits: { ...DEFAULT_LIMITS, maxLogBatchesInFlight: 1 },
  });
  const buy = (key: string, trace?: SpanRecorder) =>
    appender.add(purchase(key, [{ id: 1, quantity: 1 }]), clock.monotonic() + 1_000, trace).then(
      (result) => result,
      ({ outcome }) => outcome,
    );
  const trace = createSpanRecorder('catalog-1', 'propose', clock, 100);
  /** As a replica does when the log brings a batch. */
  const deliver = (place: number) => appender.traced.delivered(appended[place]!.id, 12);
  function apply(place: number) {
    appender.traced.applied(appended[place]!.id, 40);
    appender.applied(
      appended[place]!.id,
      appended[place]!.commands.map(() => 'sold'),
    );
  }
  const told = () =>
    trace
      .span()
      .steps.map(({ what, to, atUs, tookUs, error, facts }) => [what, to, atUs, tookUs, error ?? facts]);
  return { clock, appended, appender, buy, trace, deliver, apply, told };
}

test('what the engine refuses has not happened', async () => {
  const { clock, buy } = createTrial('none');
  const told = buy('refused');
  await clock.elapse(10);
  assert.is(await told, 'none');
});

test('an append in doubt is tried again as it was, and stays in doubt when the engine then refuses it', async () => {
  const { clock, appended, buy } = createTrial('unknown', 'none');
  const told = buy('doubtful');
  await clock.elapse(2_000);
  assert.is(await told, 'unknown');
  assert.is(appended.length, 2);
  assert.is(appended[1], appended[0]);
});

test('at its deadline a batch that was sent is in doubt', async () => {
  const { clock, buy } = createTrial();
  const sent = buy('sent');
  await clock.elapse(2_000);
  assert.is(await sent, 'unknown');
});

test('at the end what was sent is in doubt, and what waited for its turn has not happened', async () => {
  const { clock, appender, buy } = createTrial();
  const sent = buy('sent');
  await clock.elapse(10);
  const waiting = buy('waiting');
  appender.stop();
  assert.equal(await Promise.all([sent, waiting]), ['unknown', 'none']);
  assert.is(await buy('later'), 'none');
});

test('what the engine acknowledged is answered when it is applied here, and not before', async () => {
  const { clock, appended, appender, buy } = createTrial('taken');
  let told: unknown;
  buy('taken').then((answer) => {
    told = answer;
  });
  await clock.elapse(500);
  assert.is(told, undefined);
  appender.applied(appended[0]!.id, ['sold']);
  await clock.elapse(1);
  assert.is(told, 'sold');
});

test('what was acknowledged and never delivered is in doubt at its deadline', async () => {
  const { clock, appended, buy } = createTrial('taken');
  const told = buy('vanished');
  await clock.elapse(2_000);
  assert.is(await told, 'unknown');
  assert.is(appended.length, 1);
});

test('a traced command tells its way: gathered, given to the log, brought back and applied', async () => {
  const { clock, buy, trace, deliver, apply, told, appender } = createTrial('taken', 'taken');
  void buy('before');
  await clock.elapse(1);
  void buy('untraced');
  void buy('traced', trace);
  await clock.elapse(6);
  deliver(1);
  await clock.elapse(2);
  apply(1);
  assert.equal(told(), [
    ['gather', undefined, 1_000, 2_000, { commands: 2 }],
    ['log', 'log', 3_000, 3_000, { attempt: 1 }],
    ['follow', undefined, 6_000, 1_000, { ordinal: 12 }],
    ['delivered', undefined, 7_000, 2_000, { ordinal: 12 }],
    ['apply', undefined, 9_000, undefined, { index: 42 }],
  ]);
  assert.is(appender.traced.size, 0);
});

test('a traced command that is delivered before the engine acknowledges it waits for no word of it', async () => {
  const { clock, buy, trace, deliver, apply, told } = createTrial('taken');
  void buy('traced', trace);
  await clock.elapse(1);
  deliver(0);
  await clock.elapse(TAKEN_MS);
  apply(0);
  assert.equal(told(), [
    ['gather', undefined, 0, 0, { commands: 1 }],
    ['log', 'log', 0, 1_000, { attempt: 1, ordinal: 12 }],
    ['delivered', undefined, 1_000, 3_000, { ordinal: 12 }],
    ['apply', undefined, 4_000, undefined, { index: 41 }],
  ]);
});

test('a traced command tells each attempt, and is forgotten when nobody waits for it', async () => {
  const { clock, buy, trace, told, appender } = createTrial('unknown');
  const answer = buy('traced', trace);
  await clock.elapse(1_100);
  assert.is(await answer, 'unknown');
  assert.is(appender.traced.size, 0);
  const retryUs = DEFAULT_LIMITS.logRetryMs * 1_000;
  const steps = told();
  assert.equal(steps.slice(1, 3), [
    ['log', 'log', 0, 0, 'unavailable'],
    ['again', undefined, 0, retryUs, undefined],
  ]);
  assert.equal(steps[3]!.slice(0, 3), ['log', 'log', retryUs]);
  assert.is(steps[3]![4], 'timeout');
  assert.is(steps.length, 4);
});

test.run();
