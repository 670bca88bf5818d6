import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CatalogState } from '../../actors/catalog/state.ts';
import { fillStore, placeIn, statePieces } from '../../actors/catalog/whole-state.ts';
import type { LogCommand } from '../../runtime/domain.ts';
import {
  backupLines,
  readBackup,
  type StatePiece,
  type StateSource,
} from '../../runtime/launcher/backup/backup-file.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';

/** A backup is what was written, whole, or it is refused: whatever part of it is missing, changed or moved. */

const SMALL_PIECES = { snapshotChunkRecords: 7, snapshotChunkBytes: 10_000 };
const ORDERS = 40;

async function sold(): Promise<StateSource> {
  const store = await openMemoryStore();
  const state = await CatalogState.load(store);
  let index = 0;
  const apply = (command: LogCommand) => {
    index++;
    state.apply({ index, term: 1, sum: index }, { term: 1, at: 1_000 + index, command });
  };
  apply({ kind: 'raiseLevel', level: 2 });
  const book = { title: 'A book — ünï ✓', topic: 'books', price: 1_000, stock: 30 };
  apply({ kind: 'addBooks', key: 'add', requestId: 'add', books: [book] });
  for (let count = 0; count < ORDERS; count++) {
    const lines = [{ id: 1, quantity: 1 }];
    apply({ kind: 'purchase', key: `order-${count}`, requestId: `r${count}`, lines });
  }
  await store.write(state.takeOperations());
  state.persisted();
  return {
    origin: { cluster: 'books', engine: 'raft', at: 1, ...placeIn(store, state)! },
    pieces: () => statePieces(store, state, SMALL_PIECES),
  };
}

async function linesOf(source: StateSource): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of backupLines(source)) lines.push(line.replace(/\n$/, ''));
  return lines;
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

async function allOf(lines: readonly string[]): Promise<StatePiece[]> {
  const { pieces } = await readBackup(() => each(lines), 'the file');
  const all: StatePiece[] = [];
  for await (const piece of pieces()) all.push(piece);
  return all;
}

const refusal = (lines: readonly string[]) =>
  allOf(lines).then(
    () => 'nothing',
    ({ message }: Error) => message,
  );

test('a store filled from a backup has the same digest, books, copies and orders', async () => {
  const source = await sold();
  const lines = await linesOf(source);
  const read = await readBackup(() => each(lines), 'the file');
  assert.equal(read.origin, source.origin);
  const store = await openMemoryStore();
  const at = { ...source.origin.position, term: 7 };
  const counts = await fillStore(store, read.pieces(), { place: read.origin, at, also: [] });
  assert.equal(counts, { books: 1, copies: 0, orders: ORDERS });
  const state = await CatalogState.load(store);
  assert.is(state.digest, source.origin.digest);
  assert.equal(state.applied, at);
  assert.is(state.level, 2);
  assert.is(state.order('order-0')?.status, 'confirmed');
  assert.is(state.order(`order-${ORDERS - 1}`)?.status, 'refused');
});

test('records that are not those of the digest are refused', async () => {
  const source = await sold();
  const place = {
    ...source.origin,
    digest: source.origin.digest.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  };
  const options = { place, at: source.origin.position, also: [] };
  const words = await fillStore(await openMemoryStore(), source.pieces(), options).then(String, String);
  assert.match(words, 'the digest of what was read is');
});

test('a backup that is cut off after any line is refused, and so is one cut within a line', async () => {
  const lines = await linesOf(await sold());
  assert.ok(lines.length > 8);
  assert.match(await refusal([]), 'the file is empty');
  for (let kept = 1; kept < lines.length; kept++) {
    assert.match(await refusal(lines.slice(0, kept)), 'the file is cut off', `${kept} lines`);
    const half = lines[kept]!.slice(0, lines[kept]!.length / 2);
    assert.match(await refusal([...lines.slice(0, kept), half]), /cut off or damaged in line/);
  }
});

test('a line that is changed, missing, doubled or moved is found', async () => {
  const lines = await linesOf(await sold());
  for (let at = 1; at < lines.length; at++) {
    const changed = lines.with(
      at,
      lines[at]!.replace(/.$/, (last) => (last === ']' ? '}' : ']')),
    );
    assert.match(await refusal(changed), /damaged/);
    assert.is.not(await refusal(lines.toSpliced(at, 1)), 'nothing');
    assert.is.not(await refusal(lines.toSpliced(at, 0, lines[at]!)), 'nothing');
  }
  const [, second, third] = lines;
  assert.match(await refusal(lines.with(1, third!).with(2, second!)), /damaged/);
});

test('what is no backup, and one of a newer program, are said to be so', async () => {
  assert.match(await refusal(['id,title,topic']), 'the file is not a backup');
  const { origin } = await sold();
  const source = { origin: { ...origin, format: 9 } as never, pieces: async function* () {} };
  assert.match(await refusal(await linesOf(source)), 'written by a newer program: its format is 9');
});

test.run();
