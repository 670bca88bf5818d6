import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Answered, BenchConnection } from '../../bench/load/connections.ts';
import { drive, driveOpenly, type Sample } from '../../bench/load/loop.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';

/** A server that takes the same time for each job of its connection. */
function slowServer(clock: ManualClock, tookMs: number) {
  const seen = { underWay: 0, most: 0, begun: 0 };
  const open = (answered: Answered): BenchConnection => ({
    width: 1,
    send(slot) {
      seen.begun += 1;
      seen.underWay += 1;
      seen.most = Math.max(seen.most, seen.underWay);
      clock.setTimeout(() => {
        seen.underWay -= 1;
        answered(slot, 'ok');
      }, tookMs);
    },
    close() {},
  });
  return { open, seen };
}

function options(clock: ManualClock, tookMs: number, samples: Sample[]) {
  const server = slowServer(clock, tookMs);
  const next = () => ({ kind: 'read' as const, id: 1 });
  const done = (sample: Sample) => void samples.push(sample);
  const times = { warmUpSeconds: 0, seconds: 1, patienceMs: 60_000 };
  return { server, loop: { ...times, open: server.open, connections: 2, clock, next, done } };
}

const lengths = (samples: readonly Sample[]) => samples.map(({ startedMs, endedMs }) => endedMs - startedMs);

test('a closed loop asks again as soon as it is answered, on every connection', async () => {
  const clock = manualClock();
  const samples: Sample[] = [];
  const { server, loop } = options(clock, 100, samples);
  const driving = drive(loop);
  await clock.elapse(5_000);
  assert.is((await driving).unanswered, 0);
  assert.is(server.seen.most, 2);
  assert.is(samples.length, 20);
  assert.ok(lengths(samples).every((ms) => ms === 100));
});

test('an open loop counts the time that a request waited for a connection, from when it was due', async () => {
  const clock = manualClock();
  const samples: Sample[] = [];
  // Forty a second are due, and two connections bear twenty.
  const { loop } = options(clock, 100, samples);
  const driving = driveOpenly({ ...loop, perSecond: 40 });
  await clock.elapse(10_000);
  assert.is((await driving).unanswered, 0);
  assert.is(samples.length, 40);
  const all = lengths(samples);
  assert.ok(all[0]! < 110, `${all[0]} ms`);
  assert.ok(all.at(-1)! > 900, `${all.at(-1)} ms: the last waited about as long as all before it`);
});

test('an open loop keeps its rate where the server bears it', async () => {
  const clock = manualClock();
  const samples: Sample[] = [];
  const { server, loop } = options(clock, 5, samples);
  const driving = driveOpenly({ ...loop, perSecond: 100 });
  await clock.elapse(10_000);
  await driving;
  assert.is(server.seen.begun, 100);
  assert.ok(
    lengths(samples).every((ms) => ms < 8),
    String(lengths(samples)),
  );
});

test('a loop gives up what is never answered, and counts it', async () => {
  const clock = manualClock();
  const { loop } = options(clock, 10 ** 9, []);
  const driving = drive({ ...loop, patienceMs: 100 });
  await clock.elapse(5_000);
  assert.is((await driving).unanswered, 2);
});

test.run();
