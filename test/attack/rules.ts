import type { Figures, Measured } from './attack.ts';

/** What a store that held looks like. Each rule gives what is wrong, a clause each. */

export const MIB = 1024 * 1024;

/** Bytes that a process may grow by, garbage that is not collected yet included. */
const GROWTH_LIMIT_BYTES = 300 * MIB;

export function noneEnded({ ended }: Measured): readonly string[] {
  return ended.length === 0 ? [] : [`ended: ${ended.join(', ')}`];
}

/** Terms that may pass beside other tests; a store whose leaders cannot hold on passes one each second or so. */
const TERMS_LIMIT = 5;

/** Somebody leads, and no series of elections has gone before. */
export function leadsAgain({ lead }: Measured): readonly string[] {
  const { before, after } = lead;
  if (after.leader === null) return ['nobody leads'];
  return after.term - before.term <= TERMS_LIMIT ? [] : [termsPassed(before.term, after.term)];
}

/** No election at all. A busy machine that holds up a leader for as long as a heartbeat may be missed brings one as well. */
export function staysInTerm({ lead }: Measured): readonly string[] {
  const { before, after } = lead;
  return after.leader === null || before.term === after.term ? [] : [termsPassed(before.term, after.term)];
}

const termsPassed = (before: number, after: number) => `term ${before} became ${after}`;

export function memoryBounded({ memory }: Measured): readonly string[] {
  return memory
    .filter(({ before, most }) => most - before > GROWTH_LIMIT_BYTES)
    .map(({ name, before, most }) => `${name} grew by ${Math.round((most - before) / MIB)} MiB`);
}

/** `share` of the earlier rate of purchases is kept while the attack lasts. */
export function keepsSelling({ purchases }: Measured, share: number): readonly string[] {
  const { before, during } = purchases;
  if (during.perSecond >= share * before.perSecond) return [];
  return [`purchases fell from ${before.perSecond.toFixed(0)}/s to ${during.perSecond.toFixed(0)}/s`];
}

/** Nobody waits longer than `limitMs` for the next purchase of anybody. */
export function noOutage({ purchases }: Measured, limitMs: number): readonly string[] {
  const { longestGapMs } = purchases.during;
  return longestGapMs <= limitMs ? [] : [`${Math.round(longestGapMs)} ms without a purchase`];
}

export function sellsAfterwards({ purchases }: Measured): readonly string[] {
  return purchases.after.confirmed > 0 ? [] : ['no purchase afterwards'];
}

/** Where a figure must have one value. */
export function expects({ seen }: { seen: Figures }, name: string, value: number): readonly string[] {
  return seen[name] === value ? [] : [`${name}: ${seen[name]}, not ${value}`];
}

export function atMost({ seen }: { seen: Figures }, name: string, limit: number): readonly string[] {
  return (seen[name] ?? Number.POSITIVE_INFINITY) <= limit
    ? []
    : [`${name}: ${Math.round(seen[name] ?? Number.NaN)}, above ${limit}`];
}
