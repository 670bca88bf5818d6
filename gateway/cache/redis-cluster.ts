import { Cluster, Redis } from 'ioredis';
import { doublingMs } from '../../runtime/backoff.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { RedisClusterAddress } from '../../runtime/redis-address.ts';
import { connectionOptions, type RedisLine, type RedisLineEvents, SCRIPTS } from './redis-line.ts';

/**
 * A Redis Cluster as one line, which is there as a whole or not at all: it is ready when every master is connected and says that the
 * cluster serves all slots, and closed with the first that goes, or when others become masters. So whoever asks it has one run id and one breaker for
 * all of it, as with one server, and reads nothing of a member that has come back unnoticed.
 */
export function openRedisCluster(
  { members: seeds, username, password, encrypted }: RedisClusterAddress,
  limits: Limits,
  events: RedisLineEvents,
): RedisLine {
  /** The masters, while all are connected; none otherwise. */
  let members: Redis[] = [];
  let triesInRow = 0;
  const options = {
    ...connectionOptions(limits),
    ...(username && { username }),
    ...(password && { password }),
    ...(encrypted && { tls: {} }),
  };

  const client = new Cluster([...seeds], {
    scripts: SCRIPTS,
    enableOfflineQueue: false,
    // Every master is asked instead of one.
    enableReadyCheck: false,
    clusterRetryStrategy: () =>
      doublingMs(++triesInRow, { baseMs: limits.backoffBaseMs, capMs: limits.backoffCapMs }),
    // A command fails with its member, or with a cluster that is down; only one that has moved is sent where it is now.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    maxRedirections: limits.redisRedirections,
    slotsRefreshTimeout: limits.redisSilenceMs,
    slotsRefreshInterval: limits.redisSlotsMs,
    // A certificate is for the name by which a member was given or announces itself, not for what that leads to.
    ...(encrypted && { dnsLookup: (host, found) => found(null, host) }),
    redisOptions: options,
  });

  const isSame = (masters: readonly Redis[]) => {
    const now = new Set(client.nodes('master'));
    return masters.length === now.size && masters.every((master) => now.has(master));
  };

  async function join(): Promise<void> {
    const masters = client.nodes('master');
    for (const master of masters) if (master.status === 'wait') master.connect().catch(events.failed);
    if (masters.length === 0 || !masters.every(isReady)) return;
    try {
      const views = await Promise.all(masters.map((master) => master.cluster('INFO')));
      if (members.length > 0 || !isSame(masters) || !masters.every(isReady)) return;
      if (!views.every((view) => `${view}`.includes('cluster_state:ok'))) throw new Error(NOT_WHOLE);
    } catch (error) {
      events.failed(error);
      if (isSame(masters)) redial();
      return;
    }
    members = masters;
    triesInRow = 0;
    events.ready();
  }

  function leave(): void {
    if (members.length > 0) events.closed();
    members = [];
  }

  /** Everything is dialled anew, from the members that were named. */
  function redial(): void {
    leave();
    client.disconnect(true);
  }

  /** The client does not say why a member cannot be reached, so it is dialled once more. */
  function tellWhy(member: RedisClusterAddress['members'][number]): void {
    const dialled = new Redis({ ...options, ...member, lazyConnect: true, retryStrategy: () => null });
    dialled.on('error', events.failed);
    dialled
      .connect()
      .catch(() => {})
      .finally(() => dialled.disconnect());
  }

  client.on('error', (error) => {
    const own = error.lastNodeError ?? error;
    if (isHidden(own)) tellWhy(seeds[triesInRow % seeds.length]!);
    else events.failed(own);
  });
  client.on('node error', (error) => void (isHidden(error) || events.failed(error)));
  client.on('ready', () => void join());
  client.on('close', leave);
  client.on('+node', (node: Redis) => {
    node.on('ready', () => void (client.status === 'ready' && join()));
    node.on('close', () => {
      if (client.status === 'ready' && client.nodes('master').includes(node)) redial();
    });
  });
  client.on('refresh', () => {
    if (members.length > 0 && !isSame(members)) redial();
  });

  return {
    client,
    describe: () => Promise.all(members.map((member) => member.info('server'))),
  };
}

const isReady = ({ status }: Redis) => status === 'ready';
/** The word for a connection that was closed before it was open. */
const isHidden = ({ message }: Error) => message === 'Connection is closed.';
const NOT_WHOLE = 'a member says that the Redis Cluster does not serve all slots: see CLUSTER INFO';
