import type { Served } from '../../service.ts';
import type { Answer } from '../operations/operation.ts';
import { STORE_VERSION, type StoreVersions } from '../store-versions.ts';

/** The lines above the body of a good answer, as both ways to HTTP write them. */
export type Head = Readonly<Record<string, string>>;

const STORE_VERSION_HEAD = STORE_VERSION.toLowerCase();
const NO_HEAD: Head = {};

export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' } as const;

/** Where a read's answer came from; also of what is missing. */
export function originHead({ servedBy, cache }: Served<unknown>): Head {
  return { 'x-served-by': servedBy, 'x-cache': cache };
}

/** What a client keeps it must ask about again: nobody may see old stock after a purchase. */
export function versionHead({ version, ageSeconds }: Served<unknown>): Head {
  return { etag: `"${version}"`, age: String(ageSeconds), 'cache-control': 'no-cache' };
}

/** How new the client now knows the store to be; to be brought along by its reads through other gateways. */
export function storeVersionHead(versions: StoreVersions, served?: Served<unknown>): Head {
  const version = versions.of(served);
  return version === undefined ? NO_HEAD : { [STORE_VERSION_HEAD]: version };
}

/** Of a write, or of what is neither found nor written. */
export function doneHead(done: Answer['done']): Head {
  const head: Record<string, string> = { 'cache-control': 'no-store' };
  if (!done) return head;
  head['x-served-by'] = done.via.join(', ');
  if (done.replayed) head['idempotent-replayed'] = 'true';
  if (done.version !== undefined) head.etag = `"${done.version}"`;
  return head;
}
