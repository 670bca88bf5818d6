import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { openRedis } from '../../gateway/cache/redis.ts';
import { createRemoteCache, type RemoteCache } from '../../gateway/cache/remote-cache.ts';
import { systemClock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { makeCertificate } from '../support/certificate.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { keyValueSuite } from './key-value-suite.ts';
import { follows, startRedisCluster, type TestRedisCluster } from './redis-cluster.ts';

/** One cluster for all tests, whole and empty for each. */
let started: Promise<TestRedisCluster> | undefined;

async function freshCluster(): Promise<TestRedisCluster> {
  started ??= startRedisCluster();
  const cluster = await started;
  for (const member of cluster.members) await member.say('FLUSHALL');
  return cluster;
}

const limits = { ...DEFAULT_LIMITS, redisTimeoutMs: 1_000 };
const ports = { limits, logger: silentLogger };
const needsRedis = (title: string, work: () => Promise<void>) => needs('redis-server', title, work);

keyValueSuite(
  'a Redis Cluster',
  async () => {
    const cluster = await freshCluster();
    const member = await cluster.holder('k');
    return {
      ...member,
      async start(data) {
        await member.start(data);
        await cluster.whole();
      },
      connect: () => openRedis(cluster.url, ports),
      until: async (condition) => void (await eventually(`${condition}`, condition)),
      elapse: (ms) => sleep(ms),
      answer: (promise) => promise,
      end: async () => {},
    };
  },
  needsRedis,
);

const remote = suite('the remote cache over a Redis Cluster');

function openCache(address: string): RemoteCache {
  const server = openRedis(address, ports);
  const cache = createRemoteCache({
    server,
    cluster: 'test',
    secret: 'secret',
    clock: systemClock,
    ...ports,
  });
  cache.booted('boot-1');
  return cache;
}

const KEYS = Array.from({ length: 60 }, (_, at) => `b:${at}`);
const read = async (cache: RemoteCache, key: string) => (await cache.get(key, z.string()))?.value;

const shared = 'entries lie on all members, and every gateway reads them, whichever member it was told of';
remote(
  shared,
  needsRedis(shared, async () => {
    const cluster = await freshCluster();
    const [writer, reader] = [openCache(cluster.url), openCache(cluster.url.replace(/,.*/, ''))];
    try {
      await eventually('both are in use', () => writer.usable && reader.usable);
      for (const key of KEYS) writer.put(key, { value: key, version: 1, asOf: 1 });
      for (const key of KEYS) await eventually(key, async () => (await read(reader, key)) === key);
      for (const member of cluster.members) assert.not.match(await member.say('DBSIZE'), /^:0/);
    } finally {
      await Promise.all([writer.stop(), reader.stop()]);
    }
  }),
);

const killed =
  'a member that is killed has the cluster bypassed, whole again it is used, and what it brings back is not read';
remote(
  killed,
  needsRedis(killed, async () => {
    const cluster = await freshCluster();
    const member = await cluster.holder('k');
    const cache = openCache(cluster.url);
    const told: string[] = [];
    try {
      await eventually('in use', () => cache.usable);
      cache.observe(({ state }) => told.push(state));
      for (const key of KEYS) cache.put(key, { value: 'old', version: 1, asOf: 1 });
      for (const key of KEYS) await eventually(key, async () => (await read(cache, key)) === 'old');
      await member.save();
      await member.kill();
      await eventually('bypassed', () => cache.condition.state === 'bypassed');
      const begin = performance.now();
      for (const key of KEYS) assert.is(await read(cache, key), undefined);
      assert.ok(performance.now() - begin < 1_000, 'nothing is asked meanwhile');
      await member.start('saved');
      await eventually('in use again', () => cache.usable);
      for (const key of KEYS) assert.is(await read(cache, key), undefined);
      for (const key of KEYS) cache.put(key, { value: 'new', version: 1, asOf: 1 });
      for (const key of KEYS) await eventually(key, async () => (await read(cache, key)) === 'new');
      assert.is(told[0], 'ready');
      assert.ok(told.includes('bypassed'));
      assert.is(told.at(-1), 'ready');
    } finally {
      await cache.stop();
    }
  }),
);

const moved = 'what has moved to another member is found there';
remote(
  moved,
  needsRedis(moved, async () => {
    const cluster = await freshCluster();
    await cluster.whole();
    const client = openRedis(cluster.url, ports);
    try {
      await eventually('ready', () => client.ready);
      const [from, to] = [await cluster.holder('k'), cluster.members[0]!];
      assert.is.not(from, to);
      const slot = (await from.say('CLUSTER KEYSLOT k')).slice(1).trim();
      const id = (await to.say('CLUSTER MYID')).split('\r\n')[1];
      for (const member of cluster.members) await member.say(`CLUSTER SETSLOT ${slot} NODE ${id}`);
      assert.is(await client.putIfNewer('k', 3, 'three', 60), true);
      assert.is((await client.get('k'))?.value, 'three');
      assert.is(await to.say('DBSIZE'), ':1\r\n');
    } finally {
      await client.close();
    }
  }),
);

/** In another slot than what has moved. */
const KEY = 'another';
const takenOver = 'when a replica has taken over, the cluster is used again, as another run';
remote(
  takenOver,
  needsRedis(takenOver, async () => {
    const cluster = await freshCluster();
    const master = await cluster.holder(KEY);
    const replica = await cluster.addReplica(master);
    const client = openRedis(cluster.url, { limits: { ...limits, redisSlotsMs: 200 }, logger: silentLogger });
    const isAnotherRun = (former: string) => async () => client.ready && (await client.runId()) !== former;
    try {
      await eventually('ready', () => client.ready);
      const first = await client.runId();
      await client.putIfNewer(KEY, 1, 'one', 60);
      await eventually('replicated', async () => (await replica.say('DBSIZE')).startsWith(':1'));
      await master.kill();
      await eventually('the replica serves', isAnotherRun(first));
      assert.is((await client.get(KEY))?.value, 'one');
      assert.is(await client.putIfNewer(KEY, 2, 'two', 60), true);

      const second = await client.runId();
      await master.start('nothing');
      await follows(master);
      await master.say('CLUSTER FAILOVER');
      await eventually('roles that were changed, without a loss, are noticed', isAnotherRun(second));
      assert.is((await client.get(KEY))?.value, 'two');
    } finally {
      await client.close();
      await replica.end();
    }
  }),
);

const refused = 'a wrong password is told in the word of Redis, and is not shown';
remote(
  refused,
  needsRedis(refused, async () => {
    const cluster = await freshCluster();
    for (const member of cluster.members) await member.say('CONFIG SET requirepass right');
    const cache = openCache(cluster.url.replace('//', '//:wr0ng@'));
    const entered = openCache(cluster.url.replace('//', '//:right@'));
    try {
      await eventually('it is said', () => JSON.stringify(cache.condition).includes('WRONGPASS'));
      assert.not.match(JSON.stringify(cache.condition), 'wr0ng');
      await eventually('the right one', () => entered.usable);
    } finally {
      await Promise.all([cache.stop(), entered.stop()]);
    }
  }),
);

/** Says that it is in use, and whether what it puts is found on both members, or why not. */
const PUT_AND_READ = `
  import { openRedis } from '${new URL('../../gateway/cache/redis.ts', import.meta.url)}';
  import { DEFAULT_LIMITS } from '${new URL('../../runtime/limits.ts', import.meta.url)}';
  import { silentLogger } from '${new URL('../../runtime/logger.ts', import.meta.url)}';
  const server = openRedis(process.argv[1], { limits: DEFAULT_LIMITS, logger: silentLogger });
  server.observe({
    async ready() {
      for (const key of ['k', 'another']) await server.putIfNewer(key, 1, key, 60);
      const [first, second] = await Promise.all(['k', 'another'].map((key) => server.get(key)));
      console.log(first.value, second.value);
      process.exit();
    },
    closed() {},
    failed() {
      console.log(server.fault);
      process.exit();
    },
  });`;

const encrypted = 'a Redis Cluster is spoken to by TLS, and only where its certificate is trusted';
remote(
  encrypted,
  needsRedis(
    encrypted,
    needs('openssl', encrypted, () =>
      inTemporaryFolder(async (folder) => {
        const tls = await makeCertificate(folder);
        const cluster = await startRedisCluster({ size: 2, tls });
        const says = async (env: NodeJS.ProcessEnv) => {
          const args = ['--import', 'tsx', '--input-type=module', '-e', PUT_AND_READ, cluster.encryptedUrl];
          const { stdout } = await promisify(execFile)(process.execPath, args, {
            env: { ...process.env, ...env },
            timeout: 60_000,
          });
          return stdout.trim();
        };
        try {
          const [trusting, other] = await Promise.all([says({ NODE_EXTRA_CA_CERTS: tls.cert }), says({})]);
          assert.is(trusting, 'k another');
          assert.match(other, /certificate/);
          for (const member of cluster.members) assert.match(await member.say('DBSIZE'), /^:1/);
        } finally {
          await cluster.end();
        }
      }),
    ),
  ),
);

remote.after(async () => (await started)?.end());
remote.run();
