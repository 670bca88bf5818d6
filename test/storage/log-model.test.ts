import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Entry } from '../../runtime/messages.ts';
import { seededRandom } from '../../runtime/random.ts';
import { ReplicaLog } from '../../storage/log.ts';
import type { Position } from '../../storage/position.ts';
import type { StoreOperation } from '../../storage/store.ts';
import { simulatedDisk } from '../simulation/disk.ts';
import { manualClock } from '../support/manual-clock.ts';
import { purchaseEntry } from './log-support.ts';

/** What the log should be: a plain array after a position. */
interface Model {
  readonly offset: Position;
  readonly entries: readonly Entry[];
}

type Step =
  | { readonly do: 'append'; readonly count: number; readonly nextTerm: boolean }
  | { readonly do: 'truncate' | 'compact'; readonly part: number }
  | { readonly do: 'reset'; readonly ahead: number }
  | { readonly do: 'save' | 'crash' | 'crashWhileSaving' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('append'), count: fc.nat(6), nextTerm: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('truncate', 'compact'), part: fc.nat(100) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reset'), ahead: fc.integer({ min: -3, max: 9 }) }) },
    { weight: 4, arbitrary: fc.constantFrom({ do: 'save' }, { do: 'crash' }, { do: 'crashWhileSaving' }) },
  ),
  { maxLength: 40 },
) as fc.Arbitrary<Step[]>;

/** The position of the model's entry `count`, from checksums computed here. */
function positionAfter({ offset, entries }: Model, count: number): Position {
  let { index, term, sum } = offset;
  for (const entry of entries.slice(0, count)) {
    index++;
    term = entry.term;
    sum = crc32(JSON.stringify([entry.term, entry.at, entry.command]), sum);
  }
  return { index, term, sum };
}

function same(log: ReplicaLog, model: Model): void {
  const last = positionAfter(model, model.entries.length);
  assert.equal(log.offset, model.offset);
  assert.is(log.lastIndex, last.index);
  assert.is(log.lastTerm, last.term);
  assert.equal(log.positionAt(last.index), last);
  assert.is(log.entryCount, model.entries.length);
  assert.equal(log.slice(model.offset.index + 1, model.entries.length, 1e9), model.entries);
  assert.is(log.termAt(model.offset.index - 1), undefined);
  assert.is(log.termAt(last.index + 1), undefined);
  let bytes = 0;
  for (let at = 0; at < model.entries.length; at++) {
    const entry = log.entry(model.offset.index + 1 + at)!;
    assert.is(entry.index, model.offset.index + 1 + at);
    assert.is(log.termAt(entry.index), model.entries[at]!.term);
    bytes += entry.bytes;
    assert.is(log.bytesBetween(model.offset.index, entry.index), bytes);
  }
  assert.is(log.byteSize, bytes);
}

test('whatever is done to it, the log is what a plain array would be, and after a crash what was synced', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (plan, seed) => {
      const clock = manualClock();
      const latencyMs = { least: 1, most: 1 };
      const disk = simulatedDisk({ location: 'disk', clock, random: seededRandom(seed), latencyMs });
      let store = disk.open();
      let log = await ReplicaLog.load(store);
      let model: Model = { offset: { index: 0, term: 0, sum: 0 }, entries: [] };
      let durable = model;
      let number = 0;

      function change(step: Step): void {
        const { offset, entries } = model;
        if (step.do === 'append') {
          const term = Math.max(1, log.lastTerm) + (step.nextTerm ? 1 : 0);
          const added = Array.from({ length: step.count }, () => purchaseEntry(number++, term));
          log.append(added);
          model = { offset, entries: [...entries, ...added] };
        } else if (step.do === 'truncate') {
          const kept = Math.floor((entries.length * step.part) / 100);
          log.truncateAfter(offset.index + kept);
          model = { offset, entries: entries.slice(0, kept) };
        } else if (step.do === 'compact') {
          const forgotten = Math.floor((entries.length * step.part) / 100);
          log.compactTo(offset.index + forgotten);
          model = { offset: positionAfter(model, forgotten), entries: entries.slice(forgotten) };
        } else if (step.do === 'reset') {
          const at = { index: Math.max(0, log.lastIndex + step.ahead), term: log.lastTerm, sum: number };
          log.resetTo(at);
          model = { offset: at, entries: [] };
        }
      }

      async function save(operations: StoreOperation[]): Promise<void> {
        const written = store.write(operations);
        clock.advance(1);
        await written;
        durable = model;
      }

      async function restart(): Promise<void> {
        disk.crash();
        store = disk.open();
        const offset = disk.records.get('r/offset');
        const survived = offset?.slice(8) === JSON.stringify(model.offset) ? model.offset : durable.offset;
        log = await ReplicaLog.load(store, survived);
      }

      for (const step of plan) {
        if (step.do === 'save') {
          await save(log.takeOperations(2));
        } else if (step.do === 'crash') {
          await restart();
          model = durable;
        } else if (step.do === 'crashWhileSaving') {
          const before = JSON.stringify([...disk.records]);
          void store.write(log.takeOperations(2));
          await restart();
          if (JSON.stringify([...disk.records]) === before) model = durable;
          durable = model;
        } else {
          change(step);
        }
        same(log, model);
      }
    }),
    { numRuns: 300 },
  );
});

test('what is taken brings a disk to the same records as one batch for the whole log would', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }), async (counts) => {
      const clock = manualClock();
      const latencyMs = { least: 0, most: 0 };
      const disks = [1, 2].map((seed) =>
        simulatedDisk({ location: 'disk', clock, random: seededRandom(seed), latencyMs }),
      );
      const stores = disks.map((disk) => disk.open());
      const logs = await Promise.all(stores.map((store) => ReplicaLog.load(store)));
      for (const [round, count] of counts.entries()) {
        for (const log of logs) {
          if (round % 3 === 2) log.truncateAfter(Math.max(log.offset.index, log.lastIndex - count));
          else
            log.append(Array.from({ length: count }, (_, at) => purchaseEntry(10 * round + at, round + 1)));
          if (round % 4 === 3) log.compactTo(Math.max(log.offset.index, log.lastIndex - 3));
        }
        void stores[0]!.write(logs[0]!.takeOperations());
        clock.advance(1);
      }
      void stores[1]!.write(logs[1]!.takeOperations());
      clock.advance(1);
      const [one, other] = disks.map(({ records }) => [...records].sort());
      assert.equal(one, other);
    }),
    { numRuns: 200 },
  );
});

test.run();
