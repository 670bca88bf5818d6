import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { bookList } from '../../client/files/books-file.ts';
import { openBundle } from '../../runtime/bundle/open-bundle.cjs';
import { systemClock } from '../../runtime/clock.ts';
import { type Cluster, startCluster } from '../../runtime/launcher/cluster.ts';
import type { Config } from '../../runtime/launcher/config.ts';
import { type PrivateRedis, startPrivateRedis } from '../../runtime/launcher/private-redis.ts';
import { openSocketFolder } from '../../runtime/launcher/socket-folder.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import { createLogger } from '../../runtime/logger.ts';
import { systemRandom } from '../../runtime/random.ts';
import { BOOKS } from './books.ts';
import { type Network, openNetwork } from './network.ts';
import { type PrivateLog, startPrivateLog } from './private-log.ts';

/** A store of its own, with real processes and disks, whose every connection goes through a proxy. */
export interface PrivateStore {
  readonly store: Cluster;
  readonly redis: PrivateRedis | undefined;
  /** The engine that orders its log; without one the catalogs do. */
  readonly log: PrivateLog | undefined;
  readonly network: Network;
  /** Where buyers find it: by a proxy. */
  readonly url: string;
  /** The same without a proxy, for those who look on. */
  readonly directUrl: string;
  /** A node's folder. */
  folderOf(id: NodeId): string;
  /** Ends everything. */
  stop(): Promise<void>;
}

export interface PrivateStoreOptions {
  /** Where its data and the log of its processes go. */
  readonly folder: string;
  readonly catalogs: number;
  readonly orders: number;
  readonly redis: boolean;
  readonly links: Config['links'];
  /** What orders its log instead of the catalogs. */
  readonly log?: 'etcd' | undefined;
  /** Where its payment service is, if it has one. */
  readonly payments?: string;
  /** Rejects when the start is to be given up. */
  readonly calledOff: Promise<never>;
}

/** Small enough that a catalog which was away a while, or wiped, comes back by snapshot. */
const LIMITS = { keptEntries: 1_000, feedEntries: 1_000 };

/** Short enough that holds end while the payment service is away, and that order replicas take over from those that are. */
const PAYMENT_LIMITS = {
  paymentHoldMs: 8_000,
  paymentAnswerMs: 500,
  paymentBackoffCapMs: 1_000,
  paymentLookMs: 500,
};

/** Resolves when purchases work. */
export async function startPrivateStore(options: PrivateStoreOptions): Promise<PrivateStore> {
  const { folder } = options;
  const output = openSync(join(folder, 'processes.log'), 'a');
  const logger = createLogger('chaos', 'info', { write: (line) => void writeSync(output, line) });
  const ports = { clock: systemClock, random: systemRandom, logger };
  const sockets = await openSocketFolder();
  const log = options.log && (await startPrivateLog(folder));
  const linkSockets = options.links === 'unix' ? sockets : undefined;
  const network = await openNetwork(nodeNames(options), linkSockets, log?.members);
  let redis: PrivateRedis | undefined;
  let store: Cluster | undefined;

  async function stop(): Promise<void> {
    await store?.stop();
    await redis?.stop();
    await log?.stop();
    await network.close();
    await sockets.remove();
    closeSync(output);
  }

  try {
    if (options.redis)
      redis = await startPrivateRedis({ sockets, ...ports, limits: DEFAULT_LIMITS, happened() {} });
    const config: Config = {
      catalogs: options.catalogs,
      orders: options.orders,
      host: '127.0.0.1',
      port: 0,
      dataDirectory: join(folder, 'data'),
      books: undefined,
      payments: options.payments,
      currency: undefined,
      log: log && { engine: 'etcd', urls: log.members.map(({ url }) => url) },
      cache: redis ? { kind: 'redis', url: network.redisUrl(redis.url) } : { kind: 'none' },
      links: options.links,
      logLevel: 'info',
      access: { origins: [], hosts: [], tls: undefined },
      logFormat: 'json',
      lab: false,
      adminToken: undefined,
      readerToken: undefined,
      limits: options.payments === undefined ? LIMITS : { ...LIMITS, ...PAYMENT_LIMITS },
    };
    const { addressFor } = network;
    store = await startCluster({
      config,
      programs: openBundle().programs,
      books: bookList(BOOKS),
      logFormat: 'json',
      addressFor,
      output,
      ...ports,
    });
    const { url } = await Promise.race([store.ready, options.calledOff]);
    return {
      store,
      redis,
      log,
      network,
      url: network.clientUrl(url),
      directUrl: url,
      folderOf: (id) => join(config.dataDirectory, id),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Every process of a store of that size, without its Redis. */
export function nodeNames({ catalogs, orders }: { catalogs: number; orders: number }): readonly NodeId[] {
  return [...numbered('catalog', catalogs), ...numbered('order', orders), 'gateway-1'];
}

function numbered(kind: 'catalog' | 'order', count: number): NodeId[] {
  return Array.from({ length: count }, (_, at) => `${kind}-${at + 1}`);
}
