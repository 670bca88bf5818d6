import { constants } from 'node:fs';
import { cp, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CatalogState } from '../../../actors/catalog/state.ts';
import { placeIn, type StatePlace, statePieces } from '../../../actors/catalog/whole-state.ts';
import { type Identity, readIdentity } from '../../../storage/identity.ts';
import { openLevelStore } from '../../../storage/leveldb/level-store.ts';
import { ReplicaLog } from '../../../storage/log.ts';
import type { Store } from '../../../storage/store.ts';
import { StartRefused } from '../../errors.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { claimDirectory } from '../claim-directory.ts';
import { type ClusterRecord, recordIn } from '../data-directory.ts';
import type { StateSource } from './backup-file.ts';

/** Entries that are applied between two writes of what they did. */
const APPLIED_AT_ONCE = 1_000;

/** The newest state of a store that is stopped. `close` lets its directory be used again. */
export interface StoppedStore extends StateSource {
  close(): Promise<void>;
}

interface OpenCopy {
  readonly store: Store;
  readonly identity: Identity;
  readonly state: CatalogState;
  /** The end of its log: what the catalogs elect by. Over an outer log it is the applied state. */
  readonly end: { readonly term: number; readonly index: number };
}

/**
 * Opens the data directory of a store of `npm start`, or of one catalog that is a node of its own. Its files are copied
 * to a folder beside `target` and read there, since a database that is opened writes; so it stays as it is.
 *
 * Catalogs that order their log themselves hold what was acknowledged on a majority of them, each perhaps less. So a
 * majority must be readable, and the one whose log they would elect is taken, all of its log applied. Throws
 * `StartRefused` where that cannot be, and while the store runs.
 */
export async function openStoppedStore(
  directory: string,
  options: { readonly target: string; readonly now: number; readonly signal: AbortSignal },
): Promise<StoppedStore> {
  const path = resolve(directory);
  const names = (await readdir(path).catch(() => [])).filter((name) => /^catalog-\d+$/.test(name));
  if (names.length === 0) throw new StartRefused(`${path} has no catalog: name a data directory with --data`);
  const record = await recordIn(path);
  const claim = await claimDirectory(path);
  if (typeof claim === 'number') {
    throw new StartRefused(`${path} is in use by process ${claim}: stop the store first`);
  }
  const scratch = await mkdtemp(`${resolve(options.target)}.reading-`);
  const close = async () => {
    await rm(scratch, { recursive: true, force: true });
    await claim();
  };
  try {
    const copy = await openNewest({ path, names, scratch, record, signal: options.signal });
    const { store, identity, state } = copy;
    const place = placeIn(store, state);
    if (place === undefined) throw new StartRefused(`${path} has an empty store: there is nothing to keep`);
    return {
      origin: { ...originOf(identity, record), ...place, at: options.now },
      pieces: () => statePieces(store, state, DEFAULT_LIMITS),
      async close() {
        await store.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** To be called between two steps of what may take long: whoever is told to stop leaves nothing behind. */
export function refuseInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new StartRefused('interrupted before all was read: nothing was written');
}

function originOf({ cluster, engine, generation }: Identity, record: ClusterRecord | undefined) {
  return {
    cluster,
    engine: engine ? ('etcd' as const) : ('raft' as const),
    ...(engine && { generation: generation ?? 1 }),
    ...(record?.currency && { currency: record.currency }),
  } satisfies Partial<StatePlace & StateSource['origin']>;
}

async function openNewest(options: {
  readonly path: string;
  readonly names: readonly string[];
  readonly scratch: string;
  readonly record: ClusterRecord | undefined;
  readonly signal: AbortSignal;
}): Promise<OpenCopy> {
  const { path, names, scratch, record, signal } = options;
  const troubles: string[] = [];
  const floors: NonNullable<Identity['voteFloor']>[] = [];
  let best: OpenCopy | undefined;
  let read = 0;
  for (const name of names) {
    const folder = join(scratch, name);
    await cp(await realpath(join(path, name)), folder, {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      filter: () => !signal.aborted,
    });
    if (signal.aborted) break;
    const copy = await openCopy(folder).catch((error: Error) => error.message.replaceAll(scratch, path));
    if (typeof copy === 'string') {
      troubles.push(copy);
      continue;
    }
    read++;
    if (copy.identity.voteFloor) floors.push(copy.identity.voteFloor);
    const [kept, dropped]: [OpenCopy, OpenCopy | undefined] =
      best && !isNewer(copy, best) ? [best, copy] : [copy, best];
    best = kept;
    if (dropped === undefined) continue;
    await dropped.store.close();
    await rm(dropped.store.location, { recursive: true, force: true });
  }
  if (signal.aborted) await best?.store.close();
  refuseInterrupted(signal);
  if (best === undefined) throw new StartRefused(troubles.join('; '));
  const isOuter = best.identity.engine !== undefined;
  const needed = isOuter ? 1 : Math.floor((record?.catalogs ?? names.length) / 2) + 1;
  const { end } = best;
  const isBelow = floors.some(
    ({ lastTerm, lastIndex }) => lastTerm > end.term || (lastTerm === end.term && lastIndex > end.index),
  );
  if (read < needed || isBelow) {
    await best.store.close();
    const why = troubles.length > 0 ? ` (${troubles.join('; ')})` : '';
    throw new StartRefused(
      `${path}: ${needed} whole catalogs are needed to know what was acknowledged, and ${read} can be read${why}; ` +
        'start the store, wait until it is ready, and stop it again',
    );
  }
  return best;
}

function isNewer({ end }: OpenCopy, { end: other }: OpenCopy): boolean {
  return end.term > other.term || (end.term === other.term && end.index > other.index);
}

/** Opens a catalog's folder, and applies its whole log. Throws `StartRefused` for one that does not count. */
async function openCopy(folder: string): Promise<OpenCopy> {
  const store = await openLevelStore(folder);
  try {
    const identity = readIdentity(store);
    if (identity === undefined || identity.recovering) {
      throw new StartRefused(`${folder} has not yet learnt again what it had`);
    }
    const state = await CatalogState.load(store);
    if (identity.engine) return { store, identity, state, end: { term: 0, index: state.applied.index } };
    const log = await ReplicaLog.load(store, state.applied);
    await applyAll(store, state, log);
    return { store, identity, state, end: { term: log.lastTerm, index: log.lastIndex } };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function applyAll(store: Store, state: CatalogState, log: ReplicaLog): Promise<void> {
  while (state.applied.index < log.lastIndex) {
    for (let count = 0; count < APPLIED_AT_ONCE && state.applied.index < log.lastIndex; count++) {
      const index = state.applied.index + 1;
      const entry = log.entry(index)!;
      state.apply({ index, term: entry.term, sum: entry.sum }, entry);
    }
    await store.write(state.takeOperations());
    state.persisted();
  }
}
