import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../runtime/random.ts';
import { drawPlan, kindOf, nameOf, type PlannedFault } from './plan.ts';
import { memberNames } from './private-log.ts';
import { nodeNames } from './private-store.ts';

const MINUTE_MS = 60_000;

function plan(
  seed: number,
  more: { minutes?: number; catalogs?: number; redis?: boolean; log?: 'etcd' } = {},
) {
  const { minutes = 10, catalogs = 3, redis = true, log } = more;
  const nodes = nodeNames({ catalogs, orders: 2 });
  return drawPlan({
    random: seededRandom(seed),
    durationMs: minutes * MINUTE_MS,
    nodes,
    redis,
    members: memberNames(log),
  });
}

const endOf = (fault: PlannedFault) => fault.atMs + ('forMs' in fault ? fault.forMs : 0);
const kinds = (faults: readonly PlannedFault[]) => new Set(faults.map(kindOf));

test('the same seed gives the same plan, another one another', () => {
  assert.equal(plan(1), plan(1));
  assert.not.equal(plan(1), plan(2));
});

test('faults come in order and are over when the plan is', () => {
  for (let seed = 0; seed < 50; seed++) {
    const faults = plan(seed, { minutes: 1 });
    assert.ok(faults.length > 5);
    const times = faults.map(({ atMs }) => atMs);
    assert.equal(
      times,
      times.toSorted((a, b) => a - b),
    );
    for (const fault of faults) assert.ok(endOf(fault) <= MINUTE_MS);
  }
});

test('some minutes see every kind of fault, and storms of several at once', () => {
  const faults = plan(1);
  const seen = kinds(faults);
  const all = ['kill leader', 'kill catalog', 'kill order', 'kill gateway', 'kill redis', 'kill all'];
  const more = ['pause leader', 'pause redis', 'isolate leader', 'mute leader', 'deafen leader', 'split'];
  for (const kind of [...all, ...more, 'wipe catalog', 'reset clients']) assert.ok(seen.has(kind), kind);
  assert.ok(faults.some((fault, at) => at > 0 && endOf(faults[at - 1]!) > fault.atMs));
});

test('no disk is wiped where one of them is no minority', () => {
  assert.not(kinds(plan(1, { catalogs: 2 })).has('wipe catalog'));
});

test('without a Redis nothing happens to it', () => {
  assert.equal(
    [...kinds(plan(1, { redis: false }))].filter((kind) => kind.includes('redis')),
    [],
  );
});

test('where an etcd orders the log, its members are killed, paused and cut off too', () => {
  const seen = kinds(plan(1, { log: 'etcd' }));
  for (const kind of ['kill etcd', 'pause etcd', 'isolate etcd']) {
    assert.ok(seen.has(kind), kind);
    assert.not(kinds(plan(1)).has(kind));
  }
});

test('a fault has a name for people', () => {
  assert.is(nameOf({ kind: 'wipe', target: 'catalog-2' }), 'wipe catalog-2');
  assert.is(nameOf({ kind: 'kill all' }), 'kill all');
  assert.is(
    nameOf({ kind: 'split', side: ['order-1', 'catalog-2'], forMs: 1 }),
    'split off order-1+catalog-2',
  );
  assert.is(kindOf({ kind: 'mute', target: 'catalog-2', forMs: 1 }), 'mute catalog');
});

test.run();
