import { readdir } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StartRefused } from '../../runtime/errors.ts';
import { type Database, storeOver } from '../../storage/abstract-level-store.ts';
import { FullDiskError } from '../../storage/failed-disk.ts';
import { hasRoom } from '../../storage/leveldb/room.ts';
import { inTemporaryFolder } from '../support/temporary.ts';

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

test('a full disk, or a full quota, is a passing fault', async () => {
  for (const words of ['No space left on device', 'Disk quota exceeded']) {
    const fault = await faultOf(words);
    assert.instance(fault, FullDiskError);
    assert.is((fault as FullDiskError).words, words);
    assert.not.instance(fault, StartRefused);
  }
});

test('after a write that failed nothing more is written, not even what was asked for before it failed', async () => {
  let tries = 0;
  const cause = new Error('IO error: No space left on device');
  const write = () => (tries++ === 0 ? Promise.reject(cause) : Promise.resolve());
  const batch = { put() {}, del() {}, write };
  const store = storeOver({ batch: () => batch } as unknown as Database, '/data/catalog-1');
  const asked = [store.write([{ type: 'del', key: 'a' }]), store.write([{ type: 'del', key: 'b' }])];
  const outcomes = await Promise.allSettled([...asked]);
  const later = await store.write([{ type: 'del', key: 'c' }]).catch((error: unknown) => error);
  assert.equal(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.instance(later, FullDiskError);
  assert.is(tries, 1);
});

test('a disk has room for less than is free, not for more, and the trial leaves nothing behind', async () => {
  await inTemporaryFolder(async (folder) => {
    assert.ok(await hasRoom(folder, 1));
    assert.not(await hasRoom(folder, Number.MAX_SAFE_INTEGER));
    assert.equal(await readdir(folder), []);
  });
});

test.run();
