import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { Random } from '../../runtime/random.ts';

/** Draws book ids. */
export type Sampler = () => number;

/** All ids from 1 to `count` equally often. */
export function uniform(count: number, random: Random): Sampler {
  return () => 1 + random.integer(count);
}

/** The ids of a CSV file with columns `id` and `popularity`, each as often as its share of all popularity. */
export function byPopularity(file: string, random: Random): Sampler {
  const rows: { id: string; popularity: string }[] = parse(readFileSync(file), { columns: true, bom: true });
  const ids = rows.map(({ id }) => Number(id));
  const sums: number[] = [];
  let total = 0;
  for (const { popularity } of rows) {
    total += Number(popularity);
    sums.push(total);
  }
  if (!(total > 0)) throw new Error(`${file} has no column "popularity" with positive numbers`);
  return () => {
    const drawn = random.next() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > drawn) high = middle;
      else low = middle + 1;
    }
    return ids[low]!;
  };
}
