import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createAppender } from '../../actors/log/appender.ts';
import type { LogBatch } from '../../actors/log/command-log.ts';
import { BazarError } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { purchase } from '../catalog/support.ts';
import { manualClock } from '../support/manual-clock.ts';

/** An appender over an engine that answers each append as it is told here; what is not said is never answered. */
function createTrial(...answers: ('taken' | 'none' | 'unknown')[]) {
  const clock = manualClock();
  const appended: LogBatch[] = [];
  const appender = createAppender<string>({
    log: {
      append(batch) {
        const answer = answers[appended.push(batch) - 1];
        if (answer === undefined) return new Promise(() => {});
        if (answer === 'taken') return Promise.resolve();
        return Promise.reject(new BazarError('unavailable', 'not now', {}, answer));
      },
    },
    name: 'catalog-1.1',
    ordinal: () => 7,
    clock,
    limits: { ...DEFAULT_LIMITS, maxLogBatchesInFlight: 1 },
  });
  const buy = (key: string) =>
    appender.add(purchase(key, [{ id: 1, quantity: 1 }]), clock.monotonic() + 1_000).then(
      (result) => result,
      ({ outcome }) => outcome,
    );
  return { clock, appended, appender, buy };
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

test.run();
