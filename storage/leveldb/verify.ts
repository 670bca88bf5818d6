import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DamagedStoreError } from '../damage.ts';
import { filesIn, nothingThere } from './files.ts';
import { verifyJournals } from './journals.ts';
import { verifyTables } from './tables.ts';

/**
 * What LevelDB takes on trust is looked at before it opens a directory: it makes a new database where the file
 * CURRENT is missing, removes the old one's files, and does not miss a journal.
 */

/**
 * Throws a `DamagedStoreError` if the files of `directory` are not as they were written. A new one has none. What
 * is given back is to be called once the database is open, and throws for what only shows then.
 */
export async function verifyFiles(directory: string): Promise<() => Promise<void>> {
  const names = await readdir(directory).catch(nothingThere<string[]>([]));
  const files = filesIn(directory);
  const journals = names.filter((name) => name.endsWith('.log'));
  const tables = names.filter((name) => name.endsWith('.ldb'));
  if (names.includes('CURRENT')) {
    const manifest = (await files.read('CURRENT')).toString('latin1');
    if (!names.some((name) => name.startsWith('MANIFEST-') && manifest === `${name}\n`)) {
      throw new DamagedStoreError(directory, 'its file CURRENT names no manifest that is there');
    }
    // From its second manifest on, a database has a journal.
    if (journals.length === 0 && manifest !== 'MANIFEST-000001\n') {
      throw new DamagedStoreError(directory, 'its journal is missing');
    }
  } else if (journals.length + tables.length > 0) {
    throw new DamagedStoreError(directory, 'its file CURRENT is missing');
  }
  await verifyJournals(files, journals);
  const endless = await verifyTables(files, tables);
  const before = await agesOf(directory, endless);

  return async () => {
    const after = await agesOf(directory, endless);
    const cut = endless.find((_, place) => after[place] !== undefined && after[place] === before[place]);
    if (cut)
      throw new DamagedStoreError(directory, `the end of its file ${cut} is not the one that was written`);
  };
}

/** When these files were last written, which tells one from a new one of its name; undefined if there is none. */
function agesOf(directory: string, names: readonly string[]): Promise<(number | undefined)[]> {
  const age = async (name: string) => (await stat(join(directory, name))).mtimeMs;
  return Promise.all(names.map((name) => age(name).catch(nothingThere(undefined))));
}
