import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommandLog } from '../../actors/log/command-log.ts';
import { sleep } from '../../runtime/clock.ts';
import { createOuterLog, type OuterLog } from '../simulation/outer-log.ts';
import { createProcess, createScheduler, processClock } from '../simulation/scheduler.ts';
import { settle } from '../support/manual-clock.ts';
import { batchOf, commandLogSuite, distinct, follow, until } from './command-log-suite.ts';

/** The simulated engine keeps the promises that the real one keeps: what the simulation finds rests on that. */

const test = suite('simulated log');
const SLICE_MS = 5;
const BATCHES = 300;

const scheduler = createScheduler();
const outside = createProcess('outside');
const clock = processClock(scheduler, outside, { offsetMs: 0, rate: 1 });
const logs = new Map<string, OuterLog>();
let connections = 0;
let isOver = false;
let running: Promise<void>;

test.before(() => {
  running = run();
});
test.after(async () => {
  isOver = true;
  await running;
});

/** Simulated time passes as soon as nobody has anything left to do. */
async function run(): Promise<void> {
  while (!isOver) {
    await scheduler.run(scheduler.now + SLICE_MS, () => {});
    await settle();
  }
}

function logOf(name: string): OuterLog {
  let log = logs.get(name);
  if (!log) {
    log = createOuterLog({ seed: 1 + logs.size, scheduler, outside, catalogs: [], say: () => {} });
    logs.set(name, log);
  }
  return log;
}

async function open(name: string): Promise<CommandLog<string>> {
  return logOf(name).connect<string>(createProcess(`catalog-${++connections}`));
}

commandLogSuite('simulated log', () => ({ open, clock }), test);

test('of a log that loses, repeats and delays, three followers see one order with all that was acknowledged', async () => {
  const log = logOf('faults');
  const fault = (wanted: string) => log.faults.find(([name]) => name === wanted)![2]();
  const connected = await Promise.all([open('faults'), open('faults'), open('faults')]);
  const followers = connected.map((one) => follow(one));
  const acknowledged = new Set<string>();
  const refused = new Set<string>();
  let unanswered = 0;
  fault('lossy log');
  for (let count = 0; count < BATCHES; count++) {
    if (count === BATCHES / 3) fault('stall the log');
    const batch = batchOf(`${count}`);
    unanswered++;
    connected[count % 3]!.append(batch, clock.monotonic() + 8_000)
      .then(
        () => acknowledged.add(batch.id),
        ({ outcome }) => outcome === 'none' && refused.add(batch.id),
      )
      .finally(() => unanswered--);
    await sleep(clock, 2);
  }
  await until(clock, 'all answered', () => unanswered === 0);
  log.heal();
  // What is delivered twice may come long after it was given up.
  await sleep(clock, 5_000);
  await until(clock, 'all delivered', () => followers.every(({ batches }) => batches.length === log.end));
  const [first] = followers;
  for (const { batches } of followers) assert.equal(batches, first!.batches);
  const there = new Set(first!.batches.map(({ id }) => id));
  assert.equal(
    [...acknowledged].filter((id) => !there.has(id)),
    [],
  );
  assert.equal(
    [...refused].filter((id) => there.has(id)),
    [],
  );
  // Neither kind of fault is only said to happen.
  assert.ok(acknowledged.size < BATCHES);
  assert.ok(log.end > distinct(first!));
});

test.run();
