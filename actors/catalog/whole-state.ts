import { StartRefused } from '../../runtime/errors.ts';
import { recordPieces } from '../../runtime/record-pieces.ts';
import { APPLIED_KEY, LEVEL_KEY, ORDER_PREFIX } from '../../storage/keys.ts';
import type { Position } from '../../storage/position.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { RecordSums } from '../replica/state-machine.ts';
import { recordHash, SetDigest } from './digest.ts';
import { TIME_START, timeHash } from './log-time.ts';
import type { KeyedText } from './overlay.ts';
import { isDigested, timeIn } from './records.ts';
import { CatalogState } from './state.ts';

/** A whole state on its way from one store to another, by a file or not: where it is, and then its records in pieces. */

type PieceBounds = Parameters<typeof recordPieces>[2];

/** The place and the sums of a state, and the command level of its log. */
export interface StatePlace extends RecordSums {
  readonly position: Position;
  readonly level: number;
}

export interface StateCounts {
  readonly books: number;
  readonly copies: number;
  readonly orders: number;
}

/** The place of a state that is whole in its store; nothing where no entry was ever applied. */
export function placeIn(store: Store, state: CatalogState): StatePlace | undefined {
  const found = state.readPersisted(store);
  return found && { ...found, level: Number(store.get(state.prefix + LEVEL_KEY) ?? 1) };
}

/** The records of a state that is whole in its store. */
export function statePieces(
  store: Store,
  { prefix }: CatalogState,
  bounds: PieceBounds,
): AsyncGenerator<[key: string, value: string][]> {
  const pages = store.pages({ gte: prefix, lt: `${prefix}\uffff` }, bounds.snapshotChunkRecords);
  return recordPieces(pages, prefix, bounds);
}

/**
 * Fills an empty store with a state, and makes it the one that a start loads, by one batch that writes `also` besides.
 * `at` is where the state is from now on. Its digest is made of the records anew: throws `StartRefused` where it is
 * not the one that was told.
 */
export async function fillStore(
  store: Store,
  pieces: AsyncIterable<readonly KeyedText[]>,
  options: { readonly place: StatePlace; readonly at: Position; readonly also: readonly StoreOperation[] },
): Promise<StateCounts> {
  const { place, at, also } = options;
  const restoring = (await CatalogState.load(store)).restore();
  const digest = new SetDigest();
  let time = TIME_START;
  let orders = 0;
  for await (const piece of pieces) {
    for (const [key, text] of piece) {
      if (isDigested(key)) digest.add(recordHash(key, text));
      if (key === APPLIED_KEY) time = timeIn(store, text);
      if (key.startsWith(ORDER_PREFIX)) orders++;
    }
    await store.write(restoring.accept(piece));
  }
  digest.add(timeHash(time));
  const finished = restoring.finish(at, place);
  if (finished === undefined || digest.toString() !== place.digest) {
    throw new StartRefused(`the digest of what was read is ${digest}, and ${place.digest} was written`);
  }
  await store.write([...finished.switchOver, ...also]);
  const { state } = finished;
  let copies = 0;
  for (const { stock } of state.books()) copies += stock;
  return { books: state.size, copies, orders };
}
