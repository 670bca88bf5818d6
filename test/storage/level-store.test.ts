import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StartRefused } from '../../runtime/errors.ts';
import { DamagedStoreError } from '../../storage/damage.ts';
import { openLevelStore } from '../../storage/leveldb/level-store.ts';
import { inTemporaryFolder, temporaryFolder } from '../support/temporary.ts';
import { failureOf } from './failure.ts';
import { storeSuite } from './store-suite.ts';

storeSuite('LevelDB store', {
  async make() {
    const folder = await temporaryFolder();
    let store = await openLevelStore(folder);
    return {
      store,
      async reopen() {
        await store.close();
        store = await openLevelStore(folder);
        return store;
      },
      async dispose() {
        await store.close();
        await rm(folder, { recursive: true });
      },
    };
  },
}).run();

test('the directory is made, with those above it', () =>
  inTemporaryFolder(async (folder) => {
    const store = await openLevelStore(join(folder, 'deep', 'down'));
    await store.close();
  }));

test('a directory that is open already is a fault that passes, and is told apart from a damaged one', () =>
  inTemporaryFolder(async (folder) => {
    const store = await openLevelStore(folder);
    const error = await failureOf(openLevelStore(folder));
    assert.not.instance(error, StartRefused, 'who refuses to start is not started again');
    assert.not.instance(error, DamagedStoreError);
    assert.match(error.message, folder);
    assert.match(error.message, /in use by another process/);
    await store.close();
  }));

test('a directory that LevelDB finds damaged is refused by its name, with what to do', () =>
  inTemporaryFolder(async (folder) => {
    await (await openLevelStore(folder)).close();
    await writeFile(join(folder, 'CURRENT'), 'no newline at the end');
    const error = await failureOf(openLevelStore(folder));
    assert.instance(error, DamagedStoreError);
    assert.match(error.message, folder);
    assert.match(error.message, /Delete that directory/);
  }));

test('a place where no database can be is an error that names it', () =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const error = await failureOf(openLevelStore(file));
    assert.not.instance(error, DamagedStoreError);
    assert.match(error.message, file);
  }));

test.run();
