import type { Limits } from '../../runtime/limits.ts';
import type { Store } from '../../storage/store.ts';

/** Records per read from the disk. */
const PAGE_RECORDS = 500;

export type PieceBounds = Pick<Limits, 'snapshotChunkBytes' | 'snapshotChunkRecords'>;

/** All records under a prefix, cut into pieces, their keys without it. A piece ends with the record that reaches a bound. */
export async function* recordPieces(
  store: Store,
  prefix: string,
  { snapshotChunkBytes, snapshotChunkRecords }: PieceBounds,
): AsyncGenerator<[key: string, value: string][]> {
  let records: [string, string][] = [];
  let bytes = 0;
  for await (const page of store.pages({ gte: prefix, lt: `${prefix}\uffff` }, PAGE_RECORDS)) {
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
