import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { LogBeginning } from '../../../actors/log/command-log.ts';
import { openEtcdLog } from '../../../actors/log/etcd/open-etcd-log.ts';
import type { Bundle } from '../../bundle/open-bundle.cjs';
import { stayAlive, systemClock } from '../../clock.ts';
import { UsageError } from '../../command-line.ts';
import { StartRefused } from '../../errors.ts';
import { DEFAULT_LIMITS } from '../../limits.ts';
import type { NodeId } from '../../links/mesh.ts';
import { logDestination } from '../../log-text.ts';
import { createLogger, type Logger } from '../../logger.ts';
import { collectAtRest } from '../../process/collect-at-rest.ts';
import type { Configure } from '../../process/ipc.ts';
import { systemRandom } from '../../random.ts';
import { claimDirectory } from '../claim-directory.ts';
import { checkFolder, FOLDER_MODE, readPrivately, writePrivately } from '../private-files.ts';
import { startSupervisor } from '../supervisor.ts';
import { type ClusterMap, namesOf, readClusterFile } from './cluster-file.ts';
import { type NodeOptions, nodeHelp, readNodeOptions, refuseInsecureLinks } from './node-options.ts';
import { createPresence } from './presence.ts';

/** One node of a store on many machines, until it is told to stop. Its process is looked after as `npm start` does. */

/** Runs one node of these programs; resolves to the exit code. */
export async function runNode({ programs }: Bundle): Promise<number> {
  stayAlive();
  try {
    const options = readNodeOptions(process.argv.slice(2), process.env);
    if (options === 'help') {
      process.stdout.write(nodeHelp());
      return 0;
    }
    const map = await readClusterFile(options.clusterFile);
    if (!map.names.includes(options.name)) {
      throw new UsageError(`${options.clusterFile}: nodes does not list ${options.name}`);
    }
    refuseInsecureLinks(options, map.tls !== undefined);
    const logger = createLogger(options.name, options.logLevel, logDestination(options.logFormat));
    return await serve(options, map, programs, logger);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof StartRefused)) throw error;
    process.stderr.write(`bazar: ${error.message}\n`);
    return 2;
  }
}

async function serve(
  options: NodeOptions,
  map: ClusterMap,
  programs: Bundle['programs'],
  logger: Logger,
): Promise<number> {
  const { name, kind } = options;
  const ports = { clock: systemClock, limits: { ...DEFAULT_LIMITS, ...options.limits }, logger };
  const told = new Promise<'stopped'>((done) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => done('stopped'));
  });
  collectAtRest({ clock: systemClock });
  const data = await openFolder(options.dataDirectory);
  try {
    const opening = openEtcdLog({ ...map.log, ...ports, cluster: map.cluster });
    const log = await Promise.race([opening, told]);
    if (log === 'stopped') return 0;
    const addresses: Record<NodeId, string> = { ...map.addresses };
    const presence = createPresence({
      board: log.board,
      name,
      kind,
      home: data.home,
      ...ports,
      found(there) {
        Object.assign(addresses, there);
        supervisor.tell(name, { type: 'addresses', urls: addresses });
      },
    });
    await presence.claim();
    const configure = await configureOf(options, map, data.path, log.beginning);
    const supervisor = startSupervisor({
      ...ports,
      plans: [{ id: name, kind, configure: () => configure }],
      programs,
      happened: ({ kind: what }) => logger.debug(what),
    });
    let said: string | undefined;
    const refused = new Promise<never>((_, reject) => {
      supervisor.observe((node) => {
        if (node.refused !== undefined) reject(new StartRefused(node.refused));
        if (node.url === undefined || node.state === 'starting' || node.state === 'down') return;
        presence.announce(options.advertise ?? node.url);
        supervisor.tell(name, { type: 'addresses', urls: addresses });
        if (node.state !== 'ready' || node.url === said) return;
        said = node.url;
        process.stdout.write(`ready ${name} ${node.http ?? node.url}\n`);
      });
    });
    try {
      await Promise.race([told, refused]);
    } finally {
      await supervisor.stop();
      await presence.withdraw();
      await log.close();
    }
    return 0;
  } finally {
    await data.release();
  }
}

/** The node's own folder, which no other process has, and the name by which it is known to be the same again. */
async function openFolder(
  directory: string,
): Promise<{ path: string; home: string; release(): Promise<void> }> {
  const path = resolve(directory);
  await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  await checkFolder(path);
  const release = await claimDirectory(path);
  if (typeof release === 'number') throw new UsageError(`${path} is in use by another process (${release})`);
  return { path, home: await keptSecret(path, 'node-id'), release };
}

async function keptSecret(path: string, file: string): Promise<string> {
  const known = (await readPrivately(resolve(path, file), 'secret'))?.trim();
  if (known) return known;
  const made = systemRandom.id();
  await writePrivately(path, file, `${made}\n`);
  return made;
}

async function configureOf(
  options: NodeOptions,
  map: ClusterMap,
  path: string,
  { generation }: LogBeginning,
): Promise<Configure> {
  const { name, kind, listen, http } = options;
  return {
    type: 'configure',
    id: name,
    kind,
    cluster: map.cluster,
    // What is cached is of one history of the store.
    boot: `${map.cluster}.${generation}`,
    secret: map.secret,
    listen: { ...listen, ...(map.tls && { tls: map.tls }) },
    dataDirectory: resolve(path, kind === 'catalog' ? name : 'node'),
    format: true,
    catalogs: namesOf(map, 'catalog'),
    orders: namesOf(map, 'order'),
    gateways: namesOf(map, 'gateway'),
    logLevel: options.logLevel,
    logFormat: options.logFormat,
    limits: options.limits,
    ...(kind === 'catalog' && { log: map.log }),
    ...(kind !== 'catalog' && { neededCatalogs: 1 }),
    ...(kind === 'gateway' && {
      filled: true,
      currency: map.currency,
      http: {
        host: http.host,
        port: http.port,
        adminToken: map.adminToken ?? (await keptSecret(path, 'admin-token')),
        readerToken: map.readerToken ?? (await keptSecret(path, 'reader-token')),
        ...http.access,
      },
      redisUrl: map.redis,
    }),
  };
}
