import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FIRST_BEGINNING, type LogBeginning } from '../../actors/log/command-log.ts';
import { createPositions } from '../../actors/log/positions.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { manualClock, settle } from '../support/manual-clock.ts';

/** What catalogs tell each other on the board: how far they are, and what their states were. */

const EVERY = 10;
const limits = { ...DEFAULT_LIMITS, comparedEveryEntries: EVERY, maxComparedDigests: 3, keptEntries: 20 };

function boardOfAll() {
  const clock = manualClock();
  const records = new Map<string, string>();
  const trims: number[] = [];
  const board = {
    async put(key: string, value: string) {
      records.set(key, value);
    },
    replace: async () => false,
    list: async () => records,
  };

  function catalog(self: string, beginning: LogBeginning = FIRST_BEGINNING) {
    const failures: string[] = [];
    const log = { name: 'a log', beginning, board, trim: async (cursor: number) => void trims.push(cursor) };
    const fail = (error: unknown) => void failures.push((error as Error).message);
    const positions = createPositions({ log, self, clock, limits, logger: silentLogger, fail });
    let index = beginning.index;
    return {
      failures,
      /** Applies entries up to `to`; the digest of each place is `digest` with its index. */
      apply(to: number, digest = 'd') {
        while (++index <= to) {
          const place = { cursor: index * 2, ordinal: index };
          positions.applied({ index, term: 0, sum: 0, place }, () => `${digest}${index}`);
        }
        positions.durable(--index);
      },
      async look() {
        await clock.elapse(limits.logPositionMs);
        positions.look();
        await settle();
      },
    };
  }
  return { catalog, trims };
}

test('catalogs that are not equally far are compared at the places that both have told', async () => {
  const { catalog } = boardOfAll();
  const [one, two, three] = ['catalog-1', 'catalog-2', 'catalog-3'].map((name) => catalog(name));
  one!.apply(29);
  two!.apply(39);
  three!.apply(25, 'other');
  await one!.look();
  await two!.look();
  await three!.look();
  assert.equal(one!.failures, []);
  assert.match(
    three!.failures[0]!,
    'catalog-3 differs from catalog-1, catalog-2 at index 10: delete its data',
  );
  await two!.look();
  assert.equal(two!.failures, [], 'one that differs is no majority');
});

test('only so many places are told, and where there is none in common nothing is compared', async () => {
  const { catalog } = boardOfAll();
  const [one, two, three] = ['catalog-1', 'catalog-2', 'catalog-3'].map((name) => catalog(name));
  one!.apply(60);
  two!.apply(60);
  three!.apply(30, 'other');
  for (const each of [one, two, three]) await each!.look();
  assert.equal(three!.failures, []);
  three!.apply(60, 'other');
  await three!.look();
  assert.match(three!.failures[0]!, 'at index 40');
});

test('what was told of an earlier log is not compared, and trims nothing', async () => {
  const { catalog, trims } = boardOfAll();
  for (const name of ['catalog-2', 'catalog-3']) {
    const earlier = catalog(name);
    earlier.apply(200, 'earlier');
    await earlier.look();
  }
  trims.length = 0;
  const begun = catalog('catalog-1', { generation: 2, index: 90 });
  begun.apply(200);
  await begun.look();
  assert.equal(begun.failures, []);
  assert.equal(trims, []);
});

test.run();
