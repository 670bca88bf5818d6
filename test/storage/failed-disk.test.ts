import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StartRefused } from '../../runtime/errors.ts';
import { type Database, storeOver } from '../../storage/abstract-level-store.ts';

/** A database whose writes fail as LevelDB's do when the operating system says `words`. */
function failing(words: string): Database {
  const cause = Object.assign(new Error(`IO error: /data/000003.log: ${words}`), { code: 'LEVEL_IO_ERROR' });
  const batch = { put() {}, del() {}, write: () => Promise.reject(cause) };
  return { batch: () => batch } as unknown as Database;
}

const faultOf = (words: string) =>
  storeOver(failing(words), '/data/catalog-1')
    .write([{ type: 'del', key: 'a' }])
    .then(
      () => undefined,
      (error: unknown) => error,
    );

test('a disk that fails to sync refuses every further start, and the message says what to do', async () => {
  for (const words of ['Input/output error', 'Structure needs cleaning', 'Read-only file system']) {
    const fault = await faultOf(words);
    assert.instance(fault, StartRefused);
    assert.match(
      (fault as Error).message,
      `the disk of /data/catalog-1 fails: IO error: /data/000003.log: ${words}`,
    );
  }
});

test('a full disk is a passing fault', async () => {
  assert.not.instance(await faultOf('No space left on device'), StartRefused);
});

test.run();
