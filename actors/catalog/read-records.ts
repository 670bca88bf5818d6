import { DamagedStoreError } from '../../storage/damage.ts';
import { keysUnder } from '../../storage/keys.ts';
import { LOG_START, type Position } from '../../storage/position.ts';
import type { Store } from '../../storage/store.ts';
import { recordChecksum, recordHash, type SetDigest } from './digest.ts';
import { TIME_START } from './log-time.ts';
import type { KeyedText } from './overlay.ts';
import { isDigested, putApplied, readApplied } from './records.ts';
import type { RefusalIndex } from './refusal-index.ts';

/**
 * Reads all records under `prefix`, gives them to `take` a page at a time, their keys without the prefix, and resolves
 * to the position that they are at. Rejects with a `DamagedStoreError` if they are not the ones that were written.
 *
 * That is told by their checksum, which is written in one batch with them and with their digest; so the digest is taken
 * over, and not made again. Earlier versions wrote no checksum: the first start of theirs makes the digest once more,
 * and the index of refusals where there is none, and writes the checksum.
 */
export async function readRecords(
  state: { store: Store; prefix: string; digest: SetDigest; refusals: RefusalIndex },
  take: (given: readonly KeyedText[]) => void,
): Promise<Position> {
  const { store, prefix, digest, refusals } = state;
  const written = readApplied(store, prefix);
  const isOld = written !== undefined && written.checksum === undefined;
  for await (const page of store.pages(keysUnder(prefix))) {
    const given = page.map(([key, text]) => [key.slice(prefix.length), text] as const);
    take(given);
    for (const [key, text] of given) {
      if (!isDigested(key)) continue;
      if (isOld) digest.add(recordHash(key, text));
      else digest.addChecksum(recordChecksum(key, text));
    }
    if (isOld) await store.write(refusals.missing(given));
  }
  const isSound = isOld ? digest.toString() === written.digest : digest.checksum === (written?.checksum ?? 0);
  if (!isSound) {
    throw new DamagedStoreError(store.location, 'its books and orders are not the ones that were written');
  }
  if (isOld) await store.write([putApplied(prefix, written.position, digest, TIME_START)]);
  else if (written) digest.adopt(written.digest);
  return written?.position ?? LOG_START;
}
