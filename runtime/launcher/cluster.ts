import { createServer } from 'node:net';
import type { BookList } from '../../client/files/books-file.ts';
import type { Clock } from '../clock.ts';
import { createHappenings, type Happenings } from '../create-happenings.ts';
import { StartRefused } from '../errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { NodeId, NodeKind } from '../links/mesh.ts';
import type { Logger } from '../logger.ts';
import type { Configure } from '../process/ipc.ts';
import type { Random } from '../random.ts';
import { refuseShortTokens } from './access.ts';
import { type Config, UsageError } from './config.ts';
import { type DataDirectory, openDataDirectory } from './data-directory.ts';
import { createLab, type Lab } from './lab.ts';
import { findOnPath, type PrivateRedis, startPrivateRedis } from './private-redis.ts';
import { awaitPurchases, cacheTrouble, introduceCatalogs } from './readiness.ts';
import { type Ready, startingLine } from './ready-line.ts';
import { seedBooks } from './seed.ts';
import { openSocketFolder, type SocketFolder } from './socket-folder.ts';
import { type AddressFor, type NodePlan, type Supervisor, startSupervisor } from './supervisor.ts';
import { watchStarts } from './watch-starts.ts';

export interface ClusterOptions {
  readonly config: Config;
  readonly programs: Readonly<Record<NodeKind, URL>>;
  /** What an empty store is filled with. */
  readonly books: BookList;
  readonly logFormat: Configure['logFormat'];
  readonly addressFor?: AddressFor;
  readonly output?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A store whose processes have been started. */
export interface Cluster extends Pick<Happenings, 'onHappening'> {
  readonly supervisor: Supervisor;
  readonly adminToken: string;
  /** The Redis of our own, if there is one. */
  readonly redis: PrivateRedis | undefined;
  /** Resolves when purchases work; rejects with a `StartRefused` when they never will. */
  readonly ready: Promise<Ready>;
  /** Rejects once so many catalogs refuse to start that no majority is left. Never resolves. */
  readonly broken: Promise<never>;
  /** Drains and ends every process, within `drainMs`. */
  stop(): Promise<void>;
  /** Ends every process at once. */
  kill(): void;
}

/**
 * Starts one process a node on this machine. Throws a `UsageError` before anything has started if the directory,
 * the port or a place for sockets cannot be had.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { config, programs, books, logFormat, clock, random, logger, addressFor, output } = options;
  const limits: Limits = { ...DEFAULT_LIMITS, ...config.limits };
  await probePort(config.host, config.port);
  const data = await openDataDirectory(config.dataDirectory, { ...config, random });
  try {
    refuseShortTokens(config.host, {
      'the admin token': data.adminToken,
      'the reader token': data.readerToken,
    });
  } catch (error) {
    await data.release();
    throw error;
  }
  // Not before: a start that is refused says that alone.
  const { catalogs } = data.record;
  logger.info(startingLine(config, catalogs));
  const { tell: happened, onHappening } = createHappenings({ node: 'launcher', clock, limits, logger });
  const sockets = await openSockets(config).catch(async (error) => {
    await data.release();
    throw error;
  });

  let redis: PrivateRedis | undefined;
  try {
    if (sockets && config.cache.kind === 'private') {
      redis = await startPrivateRedis({ sockets, clock, limits, logger, happened });
    }
  } catch (error) {
    logger.warn({ err: error }, 'no private redis-server');
  }
  const redisUrl = config.cache.kind === 'redis' ? config.cache.url : redis?.url;

  let httpPort = config.port;
  const boot = random.id();
  const unwritten = (error: unknown) =>
    logger.warn({ err: error }, `${data.path}/cluster.json is not written`);
  // Before any catalog writes it down: a record that knows of no such start would be an earlier one.
  await data.begin(clock.now()).catch(unwritten);
  const sites = { config, data, boot, sockets, logFormat, redisUrl, addressFor };
  const plans = planNodes({ ...sites, httpPort: () => httpPort });
  let lab: Lab | undefined;
  const supervisor = startSupervisor({
    plans,
    ...(config.lab && { lab: (action) => lab!.perform(action) }),
    programs,
    clock,
    limits,
    logger,
    happened,
    addressFor,
    output,
  });
  if (config.lab) lab = createLab({ supervisor, redis, clock, limits, logger });
  // A free port is chosen once: the gateway must come back where its clients know it.
  supervisor.observe((node) => {
    if (node.http !== undefined) httpPort = Number(new URL(node.http).port) || httpPort;
    if (node.kind !== 'catalog' || node.identity === undefined) return;
    data.attend([node.id]).catch(unwritten);
    if (node.level !== undefined) data.raise(node.level).catch(unwritten);
  });

  /** So many catalogs may be missing: an outer log needs one of them, and the catalogs' own a majority. */
  const spare = config.log ? catalogs - 1 : Math.ceil(catalogs / 2) - 1;
  const broken = watchRefusals(supervisor, spare, logger);
  const ready = (async (): Promise<Ready> => {
    await introduceCatalogs({ supervisor, data, clock, limits, spare });
    logger.info(config.log ? 'catalogs are open' : 'catalogs are open, waiting for a leader');
    const url = await awaitPurchases({ supervisor, clock, limits });
    const empty = !data.record.seeded;
    if (empty) {
      logger.info(`filling the store with ${books.index.count} books`);
      const { tls } = config.access;
      await seedBooks({
        ...{ books, url, cert: tls?.cert, adminToken: data.adminToken },
        decimals: data.record.currency?.decimals,
        ...{ clock, random, limits },
      });
      await data.update({ seeded: true });
      supervisor.tellFilled();
    }
    const cache = `${cacheText(config, redis)}${await cacheTrouble(url, { clock, limits })}`;
    return { url, catalogs, cache, seeded: empty ? books.index.count : undefined };
  })();
  ready.catch(() => {});
  const hopeless = watchStarts(supervisor, {
    limits,
    spare,
    needsEveryCatalog: () => !data.record.formatted,
  });

  return {
    supervisor,
    onHappening,
    adminToken: data.adminToken,
    redis,
    ready: Promise.race([ready, broken, hopeless]),
    broken,
    async stop() {
      lab?.heal();
      await supervisor.stop();
      await redis?.stop();
      await sockets?.remove();
      await data.release();
    },
    kill: () => supervisor.kill(),
  };
}

/** A folder for those of our processes that listen on a socket, if any does. */
async function openSockets({ links, cache }: Config): Promise<SocketFolder | undefined> {
  const hasRedis = cache.kind === 'private' && (await findOnPath('redis-server')) !== undefined;
  return links === 'unix' || hasRedis ? openSocketFolder() : undefined;
}

function planNodes(options: {
  config: Config;
  data: DataDirectory;
  sockets: SocketFolder | undefined;
  boot: string;
  logFormat: Configure['logFormat'];
  redisUrl: string | undefined;
  httpPort: () => number;
  addressFor: AddressFor | undefined;
}): NodePlan[] {
  const { config, data, boot, sockets, logFormat, redisUrl, httpPort, addressFor } = options;
  const catalogs = names('catalog', data.record.catalogs);
  const orders = names('order', config.orders);
  const gateways = names('gateway', 1);

  const plan = (kind: NodeKind, id: NodeId): NodePlan => ({
    id,
    kind,
    configure: () => ({
      type: 'configure',
      id,
      kind,
      cluster: data.record.cluster,
      boot,
      secret: data.secret,
      ...(config.links === 'unix' && { socket: sockets!.pathFor(id) }),
      dataDirectory: data.folderOf(id),
      format: !data.record.formatted,
      catalogs,
      orders,
      gateways,
      logLevel: config.logLevel,
      logFormat,
      limits: config.limits,
      ...(kind === 'catalog' &&
        config.log && {
          log: { ...config.log, urls: config.log.urls.map((url) => addressFor?.(id, url, url) ?? url) },
        }),
      ...(kind === 'catalog' && {
        start: { number: data.record.start, attended: data.record.attended[id] ?? 0 },
      }),
      lab: config.lab,
      ...(kind === 'order' &&
        config.payments !== undefined && {
          payments: { url: config.payments, currency: data.record.currency?.code },
        }),
      ...(kind !== 'catalog' && config.log && { neededCatalogs: 1 }),
      ...(kind === 'gateway' && {
        isOrderedOutside: config.log !== undefined,
        filled: data.record.seeded,
        currency: data.record.currency,
        http: {
          host: config.host,
          port: httpPort(),
          adminToken: data.adminToken,
          readerToken: data.readerToken,
          ...config.access,
        },
        redisUrl,
      }),
    }),
  });
  return [
    ...catalogs.map((id) => plan('catalog', id)),
    ...orders.map((id) => plan('order', id)),
    ...gateways.map((id) => plan('gateway', id)),
  ];
}

function names(kind: NodeKind, count: number): NodeId[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
}

function cacheText(config: Config, redis: PrivateRedis | undefined): string {
  if (config.cache.kind === 'redis') return 'the given Redis';
  if (redis) return 'a private redis-server';
  return "the gateway's own memory (no redis-server)";
}

/** Tells people of every node that refuses to start, and rejects when too few catalogs are left. */
function watchRefusals(supervisor: Supervisor, spare: number, logger: Logger): Promise<never> {
  const told = new Set<NodeId>();
  const broken = new Promise<never>((_, reject) => {
    supervisor.observe((node) => {
      if (node.refused === undefined || told.has(node.id)) return;
      told.add(node.id);
      const lost = supervisor.nodes.filter(
        ({ kind, refused }) => kind === 'catalog' && refused !== undefined,
      );
      const enoughLeft = lost.length <= spare && node.kind === 'catalog';
      const message = `${node.id} is left out: ${node.refused}`;
      if (enoughLeft) logger.error(message);
      else reject(new StartRefused(message));
    });
  });
  broken.catch(() => {});
  return broken;
}

/** Throws a `UsageError` unless the gateway could listen there now. */
function probePort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'it is in use' : error.message;
      reject(new UsageError(`the gateway cannot listen on ${host} port ${port}: ${reason}`));
    });
    probe.listen({ host, port }, () => probe.close(() => resolve()));
  });
}
