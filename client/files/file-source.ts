import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { BazarError } from '../../runtime/errors.ts';
import type { ByteSource } from './file-text.ts';

const MEGABYTE = 1_000_000;

/**
 * The bytes of a file, read anew each time. One that is larger than allowed is refused before it is read; a pipe, which
 * can be read once, is kept in memory and refused as soon as more has come. Throws `too-large`, `invalid-request` where
 * the file changed between two readings, and what the file system says.
 */
export async function fileSource(path: string, maxBytes: number): Promise<ByteSource> {
  const found = await stat(path);
  if (found.size > maxBytes) throw tooLarge(`${found.size} bytes`, maxBytes);
  if (!found.isFile()) return memorySource(await drain(path, maxBytes));
  return {
    async *read() {
      const { size, mtimeMs } = await stat(path);
      if (size !== found.size || mtimeMs !== found.mtimeMs) {
        throw new BazarError('invalid-request', 'the file was changed while it was read');
      }
      yield* createReadStream(path);
    },
  };
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return { read: () => [bytes] };
}

async function drain(path: string, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of createReadStream(path)) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge('more', maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(what: string, maxBytes: number): BazarError {
  return new BazarError(
    'too-large',
    `it has ${what}; ${maxBytes / MEGABYTE} MB are allowed. Import it in parts`,
  );
}
