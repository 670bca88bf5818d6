import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { StateCounts } from '../../../actors/catalog/whole-state.ts';
import { writeHardState } from '../../../storage/hard-state.ts';
import { writeIdentity } from '../../../storage/identity.ts';
import { OFFSET_KEY } from '../../../storage/keys.ts';
import { putSealed } from '../../../storage/sealed.ts';
import type { StoreOperation } from '../../../storage/store.ts';
import { StartRefused } from '../../errors.ts';
import type { Random } from '../../random.ts';
import { openDataDirectory } from '../data-directory.ts';
import { readCurrency } from '../store-currency.ts';
import type { StateOrigin, StateSource } from './backup-file.ts';
import { fillFolder } from './fill-folder.ts';

/**
 * Makes a new data directory for `npm start` whose catalogs all have the state, and a log that begins after it. It has
 * another id than the store it came from, with which it shares the past alone. The directory appears when it is whole.
 */
export async function restoreDirectory(
  source: StateSource,
  options: {
    readonly directory: string;
    readonly catalogs: number;
    /** What amounts are of, or `none`; needed where the backup does not say it. */
    readonly currency: string | undefined;
    readonly random: Random;
  },
): Promise<StateCounts> {
  const path = resolve(options.directory);
  if ((await readdir(path).catch(() => [])).length > 0) {
    throw new StartRefused(`${path} is not empty: restore into a new directory`);
  }
  const { random } = options;
  const { position, level } = source.origin;
  const currency = currencyOf(source.origin, options.currency);
  const { index, sum } = position;
  // In the log of the catalogs no entry is of term 0.
  const term = Math.max(1, position.term);
  const scratch = await mkdtemp(`${path}.part-`);
  try {
    const data = await openDataDirectory(scratch, {
      catalogs: options.catalogs,
      currency,
      adminToken: undefined,
      random,
    });
    let counts: StateCounts | undefined;
    try {
      const { cluster, catalogs } = data.record;
      for (let number = 1; number <= catalogs; number++) {
        const node = `catalog-${number}`;
        const also: StoreOperation[] = [
          putSealed(OFFSET_KEY, { index, term, sum }),
          writeHardState({ term, votedFor: null }),
          writeIdentity({ cluster, node, incarnation: random.id(), recovering: false }),
        ];
        counts = await fillFolder(join(scratch, node), source, { at: { index, term, sum }, also });
      }
      await data.update({ formatted: true, seeded: true, level });
    } finally {
      await data.release();
    }
    await rename(scratch, path);
    return counts!;
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

/** A store over an etcd keeps its currency in the cluster file, and amounts are numbers without a point. */
function currencyOf({ engine, currency: kept }: StateOrigin, asked: string | undefined) {
  if (asked === undefined && !kept && engine === 'etcd') {
    throw new StartRefused(
      'a backup of a store over an etcd does not say what its amounts are of: give --currency as "currency" of its cluster file, ' +
        'or --currency none where that has none',
    );
  }
  if (asked === undefined || asked === 'none') return kept;
  const given = readCurrency(asked, '--currency');
  if (!kept || (kept.code === given.code && kept.decimals === given.decimals)) return given;
  throw new StartRefused(`the amounts of the backup are in ${kept.code}, not in ${asked}`);
}
