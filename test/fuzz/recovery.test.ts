import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StartRefused } from '../../runtime/errors.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { systemRandom } from '../../runtime/random.ts';
import { openLevelStore } from '../../storage/leveldb/level-store.ts';
import type { Store } from '../../storage/store.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { openWholeDisk } from '../support/whole-disk.ts';
import { type Life, lifeSteps, live, summaryOf } from './catalog-life.ts';
import { rounds } from './rounds.ts';

/**
 * A catalog's disk lives through a random life on real LevelDB files, of which every durable state is remembered.
 * Then its files are harmed where they lie. What opens must be one of those states, whole; anything else must
 * refuse the start in one line that names the folder.
 */

const harm = fc.record({
  /** Of the files that hold anything, the newest journal first. */
  file: fc.nat(20),
  how: fc.constantFrom('flip', 'flip', 'flip', 'cut', 'zero', 'scramble', 'grow', 'remove'),
  /** Where in the file, in thousandths of its length. */
  at: fc.nat(999),
  size: fc.integer({ min: 1, max: 5_000 }),
  bit: fc.nat(7),
});
type Harm = typeof harm extends fc.Arbitrary<infer T> ? T : never;

const HARMS_A_LIFE = 40;

async function harmFile(directory: string, { file, how, at, size, bit }: Harm): Promise<string> {
  const names = (await readdir(directory)).filter((name) => !/^LO(CK|G)/.test(name)).sort();
  const journals = names.filter((name) => name.endsWith('.log')).reverse();
  const order = [...journals, ...names.filter((name) => !journals.includes(name))];
  const name = order[file % order.length]!;
  const path = join(directory, name);
  const bytes = await readFile(path);
  const from = Math.floor((at * bytes.length) / 1000);
  const to = Math.min(bytes.length, from + size);
  if (how === 'remove') await rm(path);
  else await writeFile(path, harmed(bytes, how, from, to, bit));
  return `${how} ${name} of ${bytes.length} bytes at ${from}`;
}

function harmed(bytes: Buffer, how: Harm['how'], from: number, to: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  if (how === 'flip' && from < copy.length) copy[from] = copy[from]! ^ (1 << bit);
  if (how === 'zero') copy.fill(0, from, to);
  if (how === 'scramble') for (let at = from; at < to; at++) copy[at] = (copy[at]! * 31 + at + bit) & 255;
  if (how === 'cut') return copy.subarray(0, from);
  if (how === 'grow') return Buffer.concat([copy, copy.subarray(from, to)]);
  return copy;
}

/** What opens, or the line of the refusal. */
async function openHarmed(
  directory: string,
  { cluster, node }: Life,
): Promise<{ summary: string; isBlank: boolean } | { refused: string }> {
  let store: Store | undefined;
  try {
    store = await openLevelStore(directory);
    const disk = await openWholeDisk(store, { cluster, node, format: false, random: systemRandom });
    const { log, term } = disk.raft(node, [node], DEFAULT_LIMITS);
    const isBlank = disk.found === 'absent' && term + log.lastIndex + disk.state.applied.index === 0;
    return { summary: summaryOf(disk), isBlank };
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    assert.match(error.message, directory);
    assert.not.match(error.message, '\n');
    return { refused: error.message };
  } finally {
    await store?.close();
  }
}

type Outcome = 'same' | 'earlier' | 'refused';

async function tryHarm(copy: string, life: Life, one: Harm): Promise<Outcome> {
  const what = await harmFile(copy, one);
  try {
    const found = await openHarmed(copy, life);
    if ('refused' in found) {
      const again = await openHarmed(copy, life);
      assert.ok('refused' in again || again.summary === life.durable.at(-1), 'refused once, but not again');
      return 'refused';
    }
    if (found.summary === life.durable.at(-1)) return 'same';
    // A disk that has lost everything is a wiped one, and knows it.
    if (found.isBlank || life.durable.includes(found.summary)) return 'earlier';
    throw new Error(`opens as ${found.summary}, which it never was; at last it was ${life.durable.at(-1)}`);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

/** One life and its harms, made from a seed so that a failure is told in one line. */
async function tryHarms(seed: number, outcomes: Record<Outcome, number>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const original = join(folder, 'original');
    const life = await live(original, fc.sample(fc.noBias(lifeSteps), { seed, numRuns: 1 })[0]!);
    for (const one of fc.sample(fc.noBias(harm), { seed, numRuns: HARMS_A_LIFE })) {
      const copy = join(folder, 'copy');
      await cp(original, copy, { recursive: true });
      outcomes[await tryHarm(copy, life, one)]++;
      await rm(copy, { recursive: true });
    }
  });
}

test('a harmed disk opens as it once was, or refuses the start and names its folder', async () => {
  const outcomes = { same: 0, earlier: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.noShrink(fc.nat()), (seed) => tryHarms(seed, outcomes)),
    rounds(8),
  );
  for (const [outcome, count] of Object.entries(outcomes)) assert.ok(count > 0, `never ${outcome}`);
});

test.run();
