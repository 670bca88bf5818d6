import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { LEVEL } from '../command-levels.ts';
import { FORMAT, PROGRAM_VERSION } from '../format.ts';
import type { NodeId } from '../links/mesh.ts';
import type { Currency } from '../money.ts';
import type { Random } from '../random.ts';
import { claimDirectory } from './claim-directory.ts';
import { UsageError } from './config.ts';
import { checkFolder, FOLDER_MODE, readPrivately, writePrivately } from './private-files.ts';
import { agreedCurrency, StoreCurrency } from './store-currency.ts';

/**
 * What the launcher keeps on disk: `cluster.json`, the secret and the two tokens, and one folder a catalog, which is that
 * catalog's own.
 */

/** `formatted` turns true once every catalog has an identity, before any of them can speak to another. */
const ClusterRecord = z.object({
  /** How the directory is laid out; the versions before there was a number did not say. */
  format: z.int().min(0).default(0),
  /** The highest command level that a catalog's log is known to be of. */
  level: z.int().min(1).default(1),
  /** The version of the program that was started last. */
  program: z.string().optional(),
  cluster: z.string().min(1),
  catalogs: z.int().min(1),
  formatted: z.boolean(),
  seeded: z.boolean(),
  /** Who orders the log: the catalogs themselves, or an etcd. */
  engine: z.enum(['raft', 'etcd']).default('raft'),
  /** What amounts are of; stores of earlier versions, and those that name none, have two decimals. */
  currency: StoreCurrency.optional(),
  /**
   * The last start of the store, and for each catalog the last in which it took part. Each catalog's folder has its own,
   * so that a folder that is put back from an earlier copy shows. The number is the wall time in ms where that is later
   * than the start before: what a whole copy that is put back later makes a past of is older than its next start.
   */
  start: z.int().min(0).default(0),
  attended: z.record(z.string(), z.int().min(0)).default({}),
});
export type ClusterRecord = z.infer<typeof ClusterRecord>;

/** What a record of any format says of itself. */
const Versions = ClusterRecord.pick({ format: true, level: true, program: true });

export interface DataDirectory {
  readonly path: string;
  readonly record: ClusterRecord;
  /** What the nodes prove themselves to each other with. */
  readonly secret: string;
  readonly adminToken: string;
  readonly readerToken: string;
  /** Changes the record, one change after the other; resolves once this one would survive a power cut. */
  update(change: Partial<Omit<ClusterRecord, 'cluster' | 'catalogs' | 'format'>>): Promise<void>;
  /** Gives this start of the store its number. Where that cannot be written it keeps the number of the one before. */
  begin(now: number): Promise<void>;
  /** These catalogs have this start on their disks; resolves once that is on record. */
  attend(ids: readonly NodeId[]): Promise<void>;
  /** A catalog's log is of this command level; resolves once that is on record. */
  raise(level: number): Promise<void>;
  /** A node's own folder. */
  folderOf(id: NodeId): string;
  /** Lets another launcher have the directory. */
  release(): Promise<void>;
}

/** Of a new store. */
const DEFAULT_CATALOGS = 3;

/**
 * Opens or makes the directory. Throws `UsageError` if others can write to it, if another launcher has it, if it
 * was made for another number of catalogs, if its record cannot be read, or if a newer program wrote it. A given token is
 * used and not written down.
 */
export async function openDataDirectory(
  directory: string,
  options: {
    catalogs: number | undefined;
    currency?: Required<Currency> | undefined;
    log?: { readonly engine: 'etcd' } | undefined;
    adminToken: string | undefined;
    readerToken?: string | undefined;
    random: Random;
  },
): Promise<DataDirectory> {
  const path = resolve(directory);
  const claim = await makeAndClaim(path);
  if (typeof claim === 'number') {
    throw new UsageError(`${path} is in use by another launcher (process ${claim})`);
  }
  try {
    let record = await openRecord(path, options);
    const secret = await openSecret(path, 'cluster-secret', options.random);
    let written = Promise.resolve();
    const update: DataDirectory['update'] = (change) => {
      record = { ...record, ...change };
      written = written.catch(() => {}).then(() => writeRecord(path, record));
      return written;
    };
    return {
      path,
      get record() {
        return record;
      },
      secret,
      adminToken: options.adminToken ?? (await openSecret(path, 'admin-token', options.random)),
      readerToken: options.readerToken ?? (await openSecret(path, 'reader-token', options.random)),
      update,
      async begin(now) {
        const { start } = record;
        await update({ program: PROGRAM_VERSION, start: Math.max(start + 1, Math.floor(now)) }).catch(
          (error) => {
            record = { ...record, start };
            throw error;
          },
        );
      },
      attend(ids) {
        const missing = ids.filter((id) => record.attended[id] !== record.start);
        if (missing.length === 0) return written;
        const attended = Object.fromEntries(missing.map((id) => [id, record.start]));
        return update({ attended: { ...record.attended, ...attended } });
      },
      raise: (level) => (level > record.level ? update({ level }) : written),
      folderOf: (id) => join(path, id),
      release: claim,
    };
  } catch (error) {
    await claim();
    throw error;
  }
}

async function makeAndClaim(path: string): Promise<(() => Promise<void>) | number> {
  try {
    await makeFolders(path, FOLDER_MODE);
    await checkFolder(path);
    return await claimDirectory(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be used as data directory: ${(error as Error).message}`);
  }
}

/** One folder at a time: Node's own `recursive` never returns where a file system takes no folders, as in /proc. */
async function makeFolders(path: string, mode?: number): Promise<void> {
  if (existsSync(path)) return;
  await makeFolders(dirname(path));
  await mkdir(path, mode);
}

async function openRecord(
  path: string,
  {
    catalogs,
    currency,
    log,
    random,
  }: {
    catalogs: number | undefined;
    currency?: Required<Currency> | undefined;
    log?: { readonly engine: 'etcd' } | undefined;
    random: Random;
  },
): Promise<ClusterRecord> {
  const engine = log?.engine ?? 'raft';
  const text = await readPrivately(join(path, 'cluster.json'), 'record');
  if (text === undefined) {
    const orphan = (await readdir(path)).find((name) => /^catalog-\d+$/.test(name));
    if (orphan) throw new UsageError(`${join(path, orphan)} is there, but ${path}/cluster.json is missing`);
    const record: ClusterRecord = {
      format: FORMAT,
      engine,
      level: 1,
      cluster: random.id(),
      catalogs: catalogs ?? DEFAULT_CATALOGS,
      formatted: false,
      seeded: false,
      ...(currency && { currency }),
      start: 0,
      attended: {},
    };
    await writeRecord(path, record);
    return record;
  }
  refuseNewer(path, parseJson(text));
  const parsed = ClusterRecord.safeParse(parseJson(text));
  if (!parsed.success) throw new UsageError(`${path}/cluster.json is damaged: it is not a cluster's record`);
  if (catalogs !== undefined && parsed.data.catalogs !== catalogs) {
    const was = `${path} was made with ${parsed.data.catalogs} catalogs`;
    throw new UsageError(`${was} and cannot be started with ${catalogs}; leave --catalogs out`);
  }
  const { data } = parsed;
  if (data.engine !== engine) throw new UsageError(otherEngine(path, data.engine));
  const agreed = agreedCurrency(path, data.currency, currency);
  const record = { ...data, ...(agreed && { currency: agreed }) };
  if (record.format < FORMAT) return migrate(path, record, text);
  if (agreed !== data.currency) await writeRecord(path, record);
  return record;
}

function otherEngine(path: string, engine: ClusterRecord['engine']): string {
  return engine === 'raft'
    ? `${path} keeps a store whose catalogs order the log themselves: start it without --log, or take another --data`
    : `${path} keeps a store whose log is on an etcd: start it with --log etcd://HOST:PORT`;
}

/** The currency of the store in a directory, as far as there is one that can be read. */
export async function currencyIn(directory: string): Promise<Currency | undefined> {
  const record = await recordIn(resolve(directory)).catch(() => undefined);
  return record?.currency;
}

/** The record of the store in a directory; nothing where there is none. Throws a `UsageError` for a newer program's. */
export async function recordIn(path: string): Promise<ClusterRecord | undefined> {
  const text = await readPrivately(join(path, 'cluster.json'), 'record');
  if (text === undefined) return undefined;
  refuseNewer(path, parseJson(text));
  return ClusterRecord.safeParse(parseJson(text)).data;
}

/** Of a format that this program does not know nothing else need be as it expects. */
function refuseNewer(path: string, record: unknown): void {
  const { data } = Versions.safeParse(record);
  if (!data || (data.format <= FORMAT && data.level <= LEVEL)) return;
  const { format, level, program = 'unknown' } = data;
  throw new UsageError(
    `${path} was written by a newer program (version ${program}, format ${format}, level ${level}; this is version ` +
      `${PROGRAM_VERSION}, which knows ${FORMAT} and ${LEVEL}): start it with that one, or take another --data`,
  );
}

/** Format 1 says what it is, and nothing else has changed. The record as it was stays beside it. */
async function migrate(path: string, record: ClusterRecord, text: string): Promise<ClusterRecord> {
  const copy = `cluster.json.format-${record.format}`;
  if (!existsSync(join(path, copy))) await writePrivately(path, copy, text);
  const migrated = { ...record, format: FORMAT };
  await writeRecord(path, migrated);
  return migrated;
}

function writeRecord(path: string, record: ClusterRecord): Promise<void> {
  return writePrivately(path, 'cluster.json', `${JSON.stringify(record)}\n`);
}

/** A secret word in a file that only its owner may read; made on first use. */
async function openSecret(folder: string, name: string, random: Random): Promise<string> {
  const text = (await readPrivately(join(folder, name), 'secret'))?.trim();
  if (text) return text;
  const secret = random.id();
  await writePrivately(folder, name, `${secret}\n`);
  return secret;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
