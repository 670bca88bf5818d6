import type { Limits } from './limits.ts';

type Keyed = readonly [key: string, value: string];

/**
 * The records on pages of a store, in pieces as a snapshot is sent and a backup written, their keys without the prefix that all of
 * them have. A piece ends with the record that reaches a bound.
 */
export async function* recordPieces(
  pages: AsyncIterable<readonly Keyed[]>,
  prefix: string,
  { snapshotChunkBytes, snapshotChunkRecords }: Pick<Limits, 'snapshotChunkBytes' | 'snapshotChunkRecords'>,
): AsyncGenerator<[key: string, value: string][]> {
  let records: [string, string][] = [];
  let bytes = 0;
  for await (const page of pages) {
    for (const [key, value] of page) {
      records.push([key.slice(prefix.length), value]);
      bytes += key.length + value.length;
      if (bytes < snapshotChunkBytes && records.length < snapshotChunkRecords) continue;
      yield records;
      records = [];
      bytes = 0;
    }
  }
  if (records.length > 0) yield records;
}
