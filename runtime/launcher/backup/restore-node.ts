import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { StateCounts } from '../../../actors/catalog/whole-state.ts';
import {
  BEGINNING_RECORD,
  type CommandLog,
  LOG_BEGIN,
  type LogBeginning,
} from '../../../actors/log/command-log.ts';
import { openEtcdLog } from '../../../actors/log/etcd/open-etcd-log.ts';
import { writeIdentity } from '../../../storage/identity.ts';
import type { LogPlace, Position } from '../../../storage/position.ts';
import type { Clock } from '../../clock.ts';
import { StartRefused } from '../../errors.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import type { NodeId } from '../../links/mesh.ts';
import { type Logger, silentLogger } from '../../logger.ts';
import type { Random } from '../../random.ts';
import { type ClusterMap, namesOf, readClusterFile } from '../alone/cluster-file.ts';
import { NODES_RECORDS } from '../alone/presence.ts';
import { claimDirectory } from '../claim-directory.ts';
import { FOLDER_MODE } from '../private-files.ts';
import { readCurrency } from '../store-currency.ts';
import type { StateOrigin, StateSource } from './backup-file.ts';
import { fillFolder } from './fill-folder.ts';

/** How the store goes on from the state that was brought. */
export interface RestoredNode {
  readonly counts: StateCounts;
  readonly name: NodeId;
  readonly folder: string;
  /** Batches of the log that come after the state, and that its catalogs read; null where the log begins anew. */
  readonly following: number | null;
  /** Batches that the log had after it and that are left out. */
  readonly leftOut: number;
}

export interface RestoreOptions {
  readonly map: ClusterMap;
  readonly directory: string;
  readonly name: string | undefined;
  /** What the log has after the state may be left out. */
  readonly beginsAnew: boolean;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Brings a state to a store over an etcd: one catalog gets a folder with it, and the others, started empty, get it from
 * that one. Where the log still has what came after the state, the log goes on from there; else it begins anew after it,
 * which is put on the board when the folder is whole. Throws `StartRefused` before anything is changed.
 */
export async function restoreNode(source: StateSource, options: RestoreOptions): Promise<RestoredNode> {
  const { map, clock, random, timeoutMs, logger } = options;
  const name = nameIn(map, options.name);
  const path = resolve(options.directory);
  const folder = join(path, name);
  if (await lstat(folder).catch(() => undefined)) {
    throw new StartRefused(`${folder} is there already: restore into an empty directory`);
  }
  refuseOtherCurrency(source.origin, map);
  const log = await openEtcdLog({
    ...map.log,
    cluster: map.cluster,
    until: clock.monotonic() + timeoutMs,
    clock,
    limits: DEFAULT_LIMITS,
    logger,
  });
  try {
    const way = await wayOn(log, source.origin, options);
    await mkdir(path, { recursive: true, mode: FOLDER_MODE });
    const release = await claimDirectory(path);
    if (typeof release === 'number') throw new StartRefused(`${path} is in use by process ${release}`);
    const part = `${folder}.part`;
    try {
      await rm(part, { recursive: true, force: true });
      const { index, sum } = source.origin.position;
      const at: Position = { index, term: 0, sum, ...(way.place && { place: way.place }) };
      const { generation } = way.beginning;
      const identity = { cluster: map.cluster, node: name, incarnation: random.id(), recovering: false };
      const also = [writeIdentity({ ...identity, engine: 'log', generation })];
      const counts = await fillFolder(part, source, { at, also });
      await rename(part, folder);
      if (!way.place) await begin(log, way, options, folder);
      const following = way.place ? way.end - way.place.ordinal : null;
      return { counts, name, folder, following, leftOut: way.leftOut };
    } finally {
      await rm(part, { recursive: true, force: true });
      await release();
    }
  } finally {
    await log.close();
  }
}

interface WayOn {
  readonly beginning: LogBeginning;
  /** What the board said of it before. */
  readonly record: string | undefined;
  /** Where the log goes on; none where it begins anew. */
  readonly place: LogPlace | undefined;
  readonly end: number;
  readonly leftOut: number;
}

async function wayOn(log: CommandLog, origin: StateOrigin, options: RestoreOptions): Promise<WayOn> {
  const { map, beginsAnew, clock } = options;
  const { beginning } = log;
  const record = (await log.board.list(BEGINNING_RECORD)).get(BEGINNING_RECORD);
  const { index } = origin.position;
  const place = origin.position.place ?? (index === beginning.index ? LOG_BEGIN : undefined);
  const isOwn = origin.cluster === map.cluster && origin.engine === 'etcd';
  const end = await log.barrier(clock.monotonic() + options.timeoutMs);
  const isOfThisLog = isOwn && origin.generation === beginning.generation;
  const obstacle = isOfThisLog && place ? await obstacleAfter(log, place, options) : 'it is of another log';
  if (obstacle === undefined && !beginsAnew) return { beginning, record, place, end, leftOut: 0 };

  const isEmpty = end === 0 && beginning.index === 0;
  if (!isEmpty && !isOwn) {
    throw new StartRefused(
      `the store ${map.cluster} in ${log.name} is not empty (its log has ${end} batches): only a backup of its own can be restored there`,
    );
  }
  const leftOut = isOfThisLog && place ? Math.max(0, end - place.ordinal) : end;
  if (!isEmpty && !beginsAnew) {
    throw new StartRefused(
      `the log of ${map.cluster} cannot be read on from the backup (${obstacle}): what was acknowledged after it, in up to ${leftOut} ` +
        'batches, cannot be brought back. --begin-anew restores what the backup has',
    );
  }
  await refuseWhileNodesRun(log);
  const generation = isEmpty && !isOwn ? 1 : Math.max(beginning.generation, origin.generation ?? 0) + 1;
  return { beginning: { generation, index }, record, place: undefined, end, leftOut };
}

/** The log begins anew, unless somebody else has had it begin otherwise meanwhile: then the folder is of no store. */
async function begin(
  log: CommandLog,
  { beginning, record }: WayOn,
  { map, random }: RestoreOptions,
  folder: string,
) {
  // Of two who do the same, one is told that it was the other.
  const own = JSON.stringify({ ...beginning, by: random.id() });
  if (await log.board.replace(BEGINNING_RECORD, record, own)) return;
  await rm(folder, { recursive: true, force: true });
  throw new StartRefused(
    `the log of ${map.cluster} was begun anew by another restore meanwhile: nothing was restored here, start the catalog of that one`,
  );
}

/** Why the log cannot be followed from a place, if so. */
async function obstacleAfter(
  log: CommandLog,
  place: LogPlace,
  { clock, timeoutMs }: RestoreOptions,
): Promise<string | undefined> {
  let tell!: (obstacle: string | undefined) => void;
  const told = new Promise<string | undefined>((resolve) => {
    tell = resolve;
  });
  const silent = `${log.name} does not tell in time what comes after`;
  const timer = clock.setTimeout(() => tell(silent), timeoutMs);
  const following = log.follow(place, { batch: () => tell(undefined), broken: (_, words) => tell(words) });
  try {
    // It compares the end with the place, and finds another log by that.
    const end = await log.barrier(clock.monotonic() + timeoutMs);
    return end === place.ordinal ? undefined : await told;
  } finally {
    clock.clearTimeout(timer);
    following.stop();
  }
}

async function refuseWhileNodesRun(log: CommandLog): Promise<void> {
  const [[key, text] = []] = await log.board.list(NODES_RECORDS);
  if (key === undefined || text === undefined) return;
  const { url } = JSON.parse(text) as { url: string };
  throw new StartRefused(
    `${key.slice(NODES_RECORDS.length)} is running at ${url}: stop all nodes of the store first (one that was killed is forgotten after 10 s)`,
  );
}

function nameIn(map: ClusterMap, asked: string | undefined): NodeId {
  const catalogs = namesOf(map, 'catalog');
  const name = asked ?? catalogs[0];
  if (name !== undefined && catalogs.includes(name)) return name;
  throw new StartRefused(
    `--name must be a catalog of the cluster file (${catalogs.join(', ')}), not "${asked}"`,
  );
}

/** Amounts are numbers without a point: with other decimals they would be other amounts. */
function refuseOtherCurrency({ currency }: StateOrigin, map: ClusterMap): void {
  if (currency === undefined) return;
  const { code, decimals } = currency;
  if (map.currency?.code === code && map.currency.decimals === decimals) return;
  const usual = readCurrency(code, 'currency').decimals === decimals;
  throw new StartRefused(
    `the amounts of the store are in ${code}: give the cluster file "currency": "${usual ? code : `${code}:${decimals}`}"`,
  );
}

/** As `restoreNode`, for the store of a cluster file. */
export async function restoreToFile(
  source: StateSource,
  file: string,
  options: Omit<RestoreOptions, 'map' | 'logger'>,
): Promise<RestoredNode> {
  return restoreNode(source, { ...options, map: await readClusterFile(file), logger: silentLogger });
}
