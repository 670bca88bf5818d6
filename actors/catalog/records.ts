import { GENERATION_KEY, generationPrefix, keysUnder } from '../../storage/keys.ts';
import type { Position } from '../../storage/position.ts';
import type { Operation, Range, Store } from '../../storage/store.ts';

/**
 * All records of an applied state lie under the prefix of one generation. A snapshot is taken in under another,
 * and writing `m/gen` makes that the one that counts.
 */
const FIRST_GENERATION = 1;

/** The prefixes of all generations start with it, and nothing else does. */
const ANY_GENERATION = keysUnder('g');

/**
 * The generation that counts. A new store is given its first one before anything else is written, so that a store
 * with records and without it has lost something.
 */
export async function currentGeneration(store: Store): Promise<number> {
  const text = store.get(GENERATION_KEY);
  if (text !== undefined) return Number(text);
  for await (const _ of store.pages({ ...ANY_GENERATION, limit: 1 })) {
    throw damaged('there are records of a state, but not which state counts');
  }
  await store.write([putGeneration(FIRST_GENERATION)]);
  return FIRST_GENERATION;
}

export function putGeneration(generation: number): Operation {
  return { type: 'put', key: GENERATION_KEY, value: String(generation) };
}

/** Where the records of all other generations lie: before this one's and after them. */
export function otherGenerations(generation: number): readonly Range[] {
  const own = keysUnder(generationPrefix(generation));
  return [
    { gte: ANY_GENERATION.gte, lt: own.gte },
    { gte: own.lt, lt: ANY_GENERATION.lt },
  ];
}

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
