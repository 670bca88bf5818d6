import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { UsageError } from '../../command-line.ts';
import type { NodeId, NodeKind } from '../../links/mesh.ts';
import type { Currency } from '../../money.ts';
import { isRedisAddress, REDIS_ADDRESSES } from '../../redis-address.ts';
import { readCurrency } from '../store-currency.ts';

/**
 * What all nodes of a store on many machines must know alike: one JSON file, the same on each machine. Files that it
 * names are found from its own folder.
 */
const NodeName = z
  .string()
  .regex(/^(catalog|order|gateway)-\d{1,3}$/, 'must be like catalog-1, order-2 or gateway-1');
const File = z.string().min(1);
const Tls = z.strictObject({ ca: File, cert: File, key: File });

const ClusterFile = z.strictObject({
  /** Names the store; other stores on the same engine have other names. */
  cluster: z.string().regex(/^[\w.-]{1,64}$/, 'must be letters, digits, dots and dashes'),
  log: z.strictObject({
    engine: z.literal('etcd'),
    urls: z.array(z.string().regex(/^https?:\/\/[^/\s]+:\d+$/, 'must be http(s)://HOST:PORT')).min(1),
    ca: File.optional(),
    cert: File.optional(),
    key: File.optional(),
    user: z.string().optional(),
    passwordFile: File.optional(),
  }),
  secretFile: File,
  /** Of clients; without them each gateway keeps its own. */
  adminTokenFile: File.optional(),
  readerTokenFile: File.optional(),
  /** Of the links between nodes. */
  tls: Tls.optional(),
  redis: z.string().refine(isRedisAddress, `must be ${REDIS_ADDRESSES}`).optional(),
  /** What amounts are of, as `--currency` of `npm start`; without it they have two decimals. */
  currency: z.string().optional(),
  /** Every node of the store, with its address where it does not say that itself on the board of the engine. */
  nodes: z.union([z.array(NodeName).min(1), z.record(NodeName, z.string())]),
});

export interface ClusterMap {
  readonly cluster: string;
  readonly log: {
    readonly engine: 'etcd';
    readonly urls: string[];
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly user?: string;
    readonly password?: string;
  };
  readonly secret: string;
  readonly adminToken: string | undefined;
  readonly readerToken: string | undefined;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
  readonly redis: string | undefined;
  readonly currency: Required<Currency> | undefined;
  readonly names: readonly NodeId[];
  /** Of those that do not say it on the board. */
  readonly addresses: Readonly<Record<NodeId, string>>;
}

/** Reads the file and those that it names. Throws a `UsageError` that names the field. */
export async function readClusterFile(path: string): Promise<ClusterMap> {
  const text = await readText(path, '--cluster');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const parsed = ClusterFile.safeParse(json);
  if (!parsed.success) throw new UsageError(`${path}: ${problemOf(parsed.error)}`);
  const { log, nodes, ...file } = parsed.data;
  const beside = (name: string) => resolve(dirname(path), name);
  const read = async (field: string, name: string | undefined) =>
    name === undefined ? undefined : (await readText(beside(name), field)).trim();
  const secret = (await read('secretFile', file.secretFile))!;
  if (secret.length < 16)
    throw new UsageError(`${file.secretFile} (secretFile) must have 16 characters or more`);
  const [ca, cert, key, password] = await Promise.all([
    read('log.ca', log.ca),
    read('log.cert', log.cert),
    read('log.key', log.key),
    read('log.passwordFile', log.passwordFile),
  ]);
  return {
    cluster: file.cluster,
    log: {
      engine: log.engine,
      urls: log.urls,
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(log.user && { user: log.user }),
      ...(password && { password }),
    },
    secret,
    adminToken: await read('adminTokenFile', file.adminTokenFile),
    readerToken: await read('readerTokenFile', file.readerTokenFile),
    tls: file.tls && {
      ca: (await read('tls.ca', file.tls.ca))!,
      cert: (await read('tls.cert', file.tls.cert))!,
      key: (await read('tls.key', file.tls.key))!,
    },
    redis: file.redis,
    currency: file.currency === undefined ? undefined : readCurrency(file.currency, `${path}: currency`),
    names: Array.isArray(nodes) ? nodes : Object.keys(nodes),
    addresses: Array.isArray(nodes) ? {} : nodes,
  };
}

/** The nodes of one kind. */
export function namesOf({ names }: Pick<ClusterMap, 'names'>, kind: NodeKind): NodeId[] {
  return names.filter((name) => name.startsWith(`${kind}-`));
}

async function readText(path: string, field: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} (${field}) cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** The first problem: which field, and what is wrong. */
function problemOf({ issues: [first] }: z.ZodError): string {
  if (first === undefined) return 'cannot be used';
  if (first.code === 'unrecognized_keys') return `there is no field ${first.keys.join(', ')}`;
  const field = first.path.join('.') || 'the whole';
  const isMissing = first.code === 'invalid_type' && first.input === undefined;
  return isMissing ? `the field ${field} is missing` : `${field}: ${first.message}`;
}
