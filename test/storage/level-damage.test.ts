import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../runtime/random.ts';
import { DamagedStoreError } from '../../storage/damage.ts';
import { readHardState, writeHardState } from '../../storage/hard-state.ts';
import { openLevelStore } from '../../storage/leveldb/level-store.ts';
import { ReplicaLog } from '../../storage/log.ts';
import type { Position } from '../../storage/position.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { purchases } from './log-support.ts';

/**
 * Real LevelDB files, harmed where they lie. Of the entries written, the first part lies in a table (`.ldb`) and
 * the rest in the journal (`.log`).
 */
const IN_TABLE = 200;
const IN_JOURNAL = 400;
const BATCH = 20;
const ALL = IN_TABLE + IN_JOURNAL;
const ENTRIES = purchases(ALL);

async function writeEntries(directory: string, first: number, count: number): Promise<ReplicaLog> {
  const store = await openLevelStore(directory);
  const log = await ReplicaLog.load(store);
  for (let from = first; from < first + count; from += BATCH) {
    log.append(ENTRIES.slice(from - 1, from - 1 + BATCH));
    await store.write([...log.takeOperations(), writeHardState({ term: 1, votedFor: `voter-${from}` })]);
  }
  await store.close();
  return log;
}

/** A closed store with all entries; opening it a second time moved the first ones into a table. */
async function written(directory: string): Promise<ReplicaLog> {
  await writeEntries(directory, 1, IN_TABLE);
  return writeEntries(directory, IN_TABLE + 1, IN_JOURNAL);
}

async function filesIn(directory: string, ending: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => name.endsWith(ending)).sort();
}

interface Outcome {
  readonly refused?: Error;
  readonly lastIndex?: number;
}

/** Opens a harmed store, checks that what it gives was written, and says how far it went. */
async function tryLoad(directory: string, applied: Position): Promise<Outcome> {
  let store: Awaited<ReturnType<typeof openLevelStore>> | undefined;
  try {
    store = await openLevelStore(directory);
    const log = await ReplicaLog.load(store, applied);
    const { term } = readHardState(store, log.lastTerm);
    assert.ok(term <= 1);
    assert.equal(log.slice(1, ALL, 1e9), ENTRIES.slice(0, log.lastIndex));
    assert.ok(log.lastIndex >= applied.index);
    return { lastIndex: log.lastIndex };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof assert.Assertion) throw error;
    assert.match(error.message, directory);
    return { refused: error };
  } finally {
    await store?.close();
  }
}

/** Harms a fresh copy of `original` each time, and returns what came of it. */
async function tryHarms(
  count: number,
  applied: Position,
  harm: (copy: string, round: number) => Promise<void>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let round = 0; round < count; round++) {
    const copy = join(folder, `copy-${round}`);
    await cp(original, copy, { recursive: true });
    await harm(copy, round);
    outcomes.push(await tryLoad(copy, applied));
    await rm(copy, { recursive: true });
  }
  return outcomes;
}

async function flipBit(file: string, random: ReturnType<typeof seededRandom>): Promise<void> {
  const bytes = await readFile(file);
  const at = random.integer(bytes.length);
  bytes[at] = bytes[at]! ^ (1 << random.integer(8));
  await writeFile(file, bytes);
}

const START: Position = { index: 0, term: 0, sum: 0 };

/** The folder of the original and its copies, and the log that was written. */
let folder = '';
let original = '';
let log: ReplicaLog;

test.before(async () => {
  folder = await temporaryFolder();
  original = join(folder, 'original');
  await mkdir(original);
  log = await written(original);
});

test.after(() => rm(folder, { recursive: true }));

test('the entries lie in a table and in a journal, and unharmed they all come back', async () => {
  assert.ok((await filesIn(original, '.ldb')).length > 0);
  assert.ok((await filesIn(original, '.log')).length > 0);
  const [outcome] = await tryHarms(1, log.positionAt(ALL)!, async () => {});
  assert.is(outcome!.lastIndex, ALL);
});

for (const ending of ['.log', '.ldb', 'MANIFEST']) {
  test(`a flipped bit of a ${ending} file gives what was written up to some place, or a refusal that names the store`, async () => {
    const random = seededRandom(11);
    const names = await readdir(original);
    const file = names.find((name) => name.endsWith(ending) || name.startsWith(ending))!;
    const applied = log.positionAt(IN_TABLE / 2)!;
    const outcomes = await tryHarms(30, applied, (copy) => flipBit(join(copy, file), random));
    assert.is(outcomes.length, 30);
  });
}

test('a flipped bit of the journal never costs an entry that is applied', async () => {
  const random = seededRandom(5);
  const [journal] = await filesIn(original, '.log');
  const applied = log.positionAt(ALL)!;
  const outcomes = await tryHarms(25, applied, (copy) => flipBit(join(copy, journal!), random));
  const refused = outcomes.filter((outcome) => outcome.refused instanceof DamagedStoreError);
  assert.is(refused.length + outcomes.filter(({ lastIndex }) => lastIndex === ALL).length, 25);
  assert.ok(refused.length > 12);
});

test('a batch lost in the middle of the journal is a gap that refuses the start, naming the file', async () => {
  const [journal] = await filesIn(original, '.log');
  // LevelDB drops the rest of a 32 KiB block after damage, and goes on with the next in silence.
  const [outcome] = await tryHarms(1, START, async (copy) => {
    const bytes = await readFile(join(copy, journal!));
    assert.ok(bytes.length > 40 * 1024);
    bytes[20_000] = bytes[20_000]! ^ 1;
    await writeFile(join(copy, journal!), bytes);
  });
  assert.instance(outcome!.refused, DamagedStoreError);
  assert.match(outcome!.refused!.message, `its file ${journal} lost something before its end`);
});

test('a vote lost from the middle of the journal refuses the start, though no entry is missing', async () => {
  const directory = join(folder, 'voted');
  const store = await openLevelStore(directory);
  const filler = { type: 'put', key: 'm/filler', value: 'x'.repeat(40_000) } as const;
  await store.write([writeHardState({ term: 7, votedFor: 'catalog-2' })]);
  await store.write([filler]);
  await store.close();
  const [journal] = await filesIn(directory, '.log');
  const bytes = await readFile(join(directory, journal!));
  bytes[20] = bytes[20]! ^ 1;
  await writeFile(join(directory, journal!), bytes);
  const { refused } = await tryLoad(directory, START);
  assert.instance(refused, DamagedStoreError);
});

test('a torn journal gives whole batches up to where it was torn, and the log goes on from there', async () => {
  const [journal] = await filesIn(original, '.log');
  const { length } = await readFile(join(original, journal!));
  const lengths = Array.from({ length: 12 }, (_, round) => Math.floor((length * round) / 12));
  const applied = log.positionAt(IN_TABLE)!;
  const outcomes = await tryHarms(lengths.length, applied, (copy, round) =>
    truncate(join(copy, journal!), lengths[round]!),
  );
  let previous = IN_TABLE;
  for (const { lastIndex, refused } of outcomes) {
    assert.is(refused, undefined);
    assert.is(lastIndex! % BATCH, 0);
    assert.ok(lastIndex! >= previous);
    previous = lastIndex!;
  }
  const halved = join(folder, 'halved');
  await cp(original, halved, { recursive: true });
  await truncate(join(halved, journal!), Math.floor(length / 2));
  const store = await openLevelStore(halved);
  const torn = await ReplicaLog.load(store, applied);
  assert.ok(torn.lastIndex < ALL);
  torn.append(ENTRIES.slice(torn.lastIndex));
  await store.write(torn.takeOperations());
  await store.close();
  assert.is((await tryLoad(halved, log.positionAt(ALL)!)).lastIndex, ALL);
});

test('a journal torn before the applied index refuses the start', async () => {
  const [journal] = await filesIn(original, '.log');
  const [outcome] = await tryHarms(1, log.positionAt(ALL)!, (copy) => truncate(join(copy, journal!), 1_000));
  assert.instance(outcome!.refused, DamagedStoreError);
  assert.match(outcome!.refused!.message, `but entry ${ALL} is applied`);
});

test('a table that was cut short, or whose last bytes are others, refuses the start', async () => {
  const [table] = await filesIn(original, '.ldb');
  const bytes = await readFile(join(original, table!));
  const last = Buffer.from(bytes);
  last[last.length - 1] = 0;
  const harms = [bytes.subarray(0, 1_000), bytes.subarray(0, -1), last, Buffer.alloc(0)];
  const outcomes = await tryHarms(harms.length, START, (copy, round) =>
    writeFile(join(copy, table!), harms[round]!),
  );
  for (const { refused } of outcomes) assert.instance(refused, DamagedStoreError);
});

test('a flipped bit anywhere in a table refuses the start or harms nothing', async () => {
  const small = join(folder, 'small');
  for (let opening = 0; opening < 2; opening++) {
    const store = await openLevelStore(small);
    await store.write([writeHardState({ term: 1, votedFor: null })]);
    await store.close();
  }
  const [table] = await filesIn(small, '.ldb');
  const bytes = await readFile(join(small, table!));
  const [journal] = await filesIn(small, '.log');
  await truncate(join(small, journal!), 0);
  let refused = 0;
  for (let at = 0; at < bytes.length; at++) {
    const copy = join(folder, 'small-copy');
    await cp(small, copy, { recursive: true });
    const flipped = Buffer.from(bytes);
    flipped[at] = flipped[at]! ^ (1 << (at % 8));
    await writeFile(join(copy, table!), flipped);
    const store = await openLevelStore(copy).catch((error) => error);
    if (store instanceof Error) {
      assert.instance(store, DamagedStoreError);
      refused++;
    } else {
      // The filter, too, must not hide what is there.
      assert.equal(readHardState(store), { term: 1, votedFor: null }, `byte ${at}`);
      await store.close();
    }
    await rm(copy, { recursive: true });
  }
  assert.ok(refused > bytes.length / 2);
});

test('a table that a killed process left unfinished belongs to nothing and is no damage', async () => {
  const [outcome] = await tryHarms(1, log.positionAt(ALL)!, (copy) =>
    writeFile(join(copy, '000999.ldb'), 'half of a ta'),
  );
  assert.is(outcome!.lastIndex, ALL);
});

test('a file that is gone refuses the start, naming the store, again and again', async () => {
  const names = (await readdir(original)).filter((name) => /^MANIFEST|^CURRENT$|ldb$|log$/.test(name));
  const outcomes = await tryHarms(names.length, START, async (copy, round) => {
    await rm(join(copy, names[round]!));
    // LevelDB alone would make a new database in the place of one without CURRENT.
    assert.instance((await tryLoad(copy, START)).refused, DamagedStoreError);
  });
  for (const [round, { refused }] of outcomes.entries()) {
    assert.instance(refused, DamagedStoreError, names[round]);
  }
});

test('a file CURRENT that names no manifest refuses the start in one line', async () => {
  const texts = [
    '',
    'MANIFEST-999999\n',
    'MANIFEST-000005\nMANIFEST-000005\n',
    'MAN\0FEST',
    'x'.repeat(9_000),
  ];
  const outcomes = await tryHarms(texts.length, START, (copy, round) =>
    writeFile(join(copy, 'CURRENT'), texts[round]!),
  );
  for (const { refused } of outcomes) {
    assert.instance(refused, DamagedStoreError);
    assert.match(refused!.message, /^[^\n]*its file CURRENT names no manifest that is there[^\n]*$/);
  }
});

test.run();
