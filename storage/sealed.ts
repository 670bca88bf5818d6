import { crc32 } from 'node:zlib';
import type * as z from 'zod';
import { DamagedStoreError } from './damage.ts';
import type { Store, StoreOperation } from './store.ts';

/**
 * Single records that nothing else vouches for carry a checksum of their own: LevelDB does not verify the blocks
 * that it reads. The text is the CRC-32 in 8 hexadecimal digits, followed by the value as JSON.
 */
const SEAL_DIGITS = 8;

export function putSealed(key: string, value: unknown): StoreOperation {
  const text = JSON.stringify(value);
  return { type: 'put', key, value: sealOf(text) + text };
}

/** The value under `key`, if there is one. Throws a `DamagedStoreError` if it is not as it was written. */
export function readSealed<T>(store: Store, key: string, schema: z.ZodType<T>): T | undefined {
  const sealed = store.get(key);
  return sealed === undefined ? undefined : unseal(store.location, key, sealed, schema);
}

/** The value in a text that `putSealed` gave for `key`. Throws a `DamagedStoreError` if it is not as it was given. */
export function unseal<T>(location: string, key: string, sealed: string, schema: z.ZodType<T>): T {
  const text = sealed.slice(SEAL_DIGITS);
  if (sealed.slice(0, SEAL_DIGITS) !== sealOf(text)) {
    throw new DamagedStoreError(location, `the checksum of ${key} is wrong`);
  }
  return schema.parse(JSON.parse(text));
}

function sealOf(text: string): string {
  return crc32(text).toString(16).padStart(SEAL_DIGITS, '0');
}
