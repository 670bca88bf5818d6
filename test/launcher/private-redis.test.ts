import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Redis } from 'ioredis';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../runtime/clock.ts';
import { startPrivateRedis } from '../../runtime/launcher/private-redis.ts';
import { openSocketFolder } from '../../runtime/launcher/socket-folder.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { isRunning } from '../support/processes.ts';

const ports = { clock: systemClock, limits: DEFAULT_LIMITS, logger: silentLogger };

/** With a folder of its own, which goes with it. */
async function started() {
  const sockets = await openSocketFolder();
  const redis = await startPrivateRedis({ sockets, ...ports, happened() {} });
  if (!redis) throw new Error('no redis-server');
  const stop = async () => {
    await redis.stop();
    await sockets.remove();
  };
  return { redis, stop };
}

/** A fresh connection's answer to one command. */
async function ask(redis: { url: string }, command: string, ...args: string[]): Promise<unknown> {
  const client = new Redis(redis.url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

const keeps = 'it answers on its socket, bounded and without a disk';
test(
  keeps,
  needs('redis-server', keeps, async () => {
    const { redis, stop } = await started();
    try {
      assert.is(await eventually('an answer', () => ask(redis, 'PING')), 'PONG');
      assert.equal(await ask(redis, 'CONFIG', 'GET', 'save'), ['save', '']);
      assert.equal(await ask(redis, 'CONFIG', 'GET', 'maxmemory-policy'), [
        'maxmemory-policy',
        'allkeys-lru',
      ]);
      assert.equal(await ask(redis, 'CONFIG', 'GET', 'port'), ['port', '0']);
    } finally {
      await stop();
    }
    assert.not(existsSync(dirname(redis.url)));
    assert.not(await isRunning(redis.pid!));
  }),
);

const returns = 'killed, it comes back at the same address';
test(
  returns,
  needs('redis-server', returns, async () => {
    const { redis, stop } = await started();
    try {
      await eventually('an answer', () => ask(redis, 'PING'));
      const { pid } = redis;
      assert.ok(redis.signal('SIGKILL'));
      await eventually('a new process', () => redis.pid !== pid);
      assert.is(await eventually('an answer', () => ask(redis, 'PING')), 'PONG');
    } finally {
      await stop();
    }
  }),
);

const paused = 'stopping ends even a server that was paused';
test(
  paused,
  needs('redis-server', paused, async () => {
    const { redis, stop } = await started();
    await eventually('an answer', () => ask(redis, 'PING'));
    process.kill(redis.pid!, 'SIGSTOP');
    await stop();
    assert.not(await isRunning(redis.pid!));
  }),
);

const orphan = 'it ends, and leaves nothing, when its launcher is killed';
test(
  orphan,
  needs('redis-server', orphan, async () => {
    const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const code = `
      import { startPrivateRedis } from ${module('../../runtime/launcher/private-redis.ts')};
      import { openSocketFolder } from ${module('../../runtime/launcher/socket-folder.ts')};
      import { systemClock } from ${module('../../runtime/clock.ts')};
      import { DEFAULT_LIMITS as limits } from ${module('../../runtime/limits.ts')};
      import { silentLogger as logger } from ${module('../../runtime/logger.ts')};
      const sockets = await openSocketFolder();
      const { url, pid } = await startPrivateRedis({ sockets, clock: systemClock, limits, logger, happened() {} });
      console.log(JSON.stringify({ url, pid }));
      setInterval(() => {}, 1e6);`;
    const launcher = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(launcher.stdout, 'data');
    const redis: { url: string; pid: number } = JSON.parse(String(line));
    try {
      await eventually('an answer', () => ask(redis, 'PING'));
    } finally {
      launcher.kill('SIGKILL');
    }
    await eventually('its end', async () => !(await isRunning(redis.pid)));
    await eventually('an empty place', () => !existsSync(dirname(redis.url)));
  }),
);

test.run();
