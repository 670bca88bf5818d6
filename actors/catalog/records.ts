import type { BookId, Key } from '../../runtime/domain.ts';
import type { Operation, Range, Store } from '../../storage/store.ts';
import type { Position } from '../replica/state-machine.ts';

/**
 * Where a catalog's records lie. All of one generation share the prefix `g<generation>/`; a snapshot is taken in
 * under another generation, and writing `m/gen` makes that the one that counts.
 */
const GENERATION_KEY = 'm/gen';
const FIRST_GENERATION = 1;

export const generationPrefix = (generation: number) => `g${generation}/`;

/** Keys within a generation. */
export const APPLIED_KEY = 'applied';
export const bookKey = (id: BookId) => `b/${String(id).padStart(16, '0')}`;
export const orderKey = (orderId: Key | '') => `o/${orderId}`;
/** Greater than every order's key: '0' is the character after '/'. */
export const PAST_ORDERS = 'o0';
export const adminKey = (key: Key) => `a/${key}`;
export const isBookKey = (key: string) => key.startsWith('b/');

/** Up to where the records are applied, and their digest: written with them in one batch. */
export interface AppliedRecord {
  readonly position: Position;
  readonly digest: string;
}

export function encodeApplied({ position, digest }: AppliedRecord): string {
  const { index, term, sum } = position;
  return JSON.stringify({ index, term, sum, digest });
}

export function decodeApplied(text: string): AppliedRecord {
  const { index, term, sum, digest } = JSON.parse(text);
  return { position: { index, term, sum }, digest };
}

export function putGeneration(generation: number): Operation {
  return { type: 'put', key: GENERATION_KEY, value: String(generation) };
}

/**
 * The generation that counts. A new store is given its first one before anything else is written, so that a store
 * with records and without it has lost something.
 */
export async function currentGeneration(store: Store): Promise<number> {
  const text = store.get(GENERATION_KEY);
  if (text !== undefined) return Number(text);
  for await (const _ of store.pages({ gte: 'g', lt: 'h', limit: 1 })) {
    throw damaged('records of a state, but not which state counts');
  }
  await store.write([putGeneration(FIRST_GENERATION)]);
  return FIRST_GENERATION;
}

/** Where records of all other generations lie: before the prefix and after it. */
export function otherGenerations(generation: number): readonly Range[] {
  return [
    { gte: 'g', lt: generationPrefix(generation) },
    { gte: `g${generation}0`, lt: 'h' },
  ];
}

export function damaged(found: string): DamagedStoreError {
  return new DamagedStoreError('the applied state', found);
}

/** A store that is not what was written to it. Starting on it could lose what was acknowledged. */
export class DamagedStoreError extends Error {
  override readonly name = 'DamagedStoreError';
  constructor(place: string, found: string) {
    super(`${place}: ${found}. Delete the data directory`);
  }
}
