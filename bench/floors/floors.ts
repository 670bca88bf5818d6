import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { openLevelStore } from '../../storage/leveldb/level-store.ts';
import type { Store } from '../../storage/store.ts';
import { startRedisServer } from '../../test/gateway/redis-server.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { startProgram } from '../subjects/program.ts';
import { Missing, type Running, type Subject } from '../subjects/subject.ts';

/** What no service on these parts can be below. */

const program = (name: string, about: string, file: string): Subject => ({
  name,
  about,
  start: () => startProgram(new URL(file, import.meta.url)),
});

export const nodeHttp = program('node:http', 'bare node:http, same headers and body', './node-http.ts');
export const bareFastify = program('bare fastify', 'fastify 5, same headers and body', './bare-fastify.ts');
export const wsEcho = program('ws echo', 'bare ws, sends back a frame per message', './ws-echo.ts');

export interface RunningRedis extends Running {
  readonly redis: Redis;
}

export const redisGet: Subject<RunningRedis> = {
  name: 'Redis GET',
  about: 'a redis-server asked through ioredis; its client is the load generator',
  async start() {
    if (!(await findOnPath('redis-server'))) throw new Missing('no redis-server on the PATH');
    const server = await startRedisServer();
    const redis = new Redis(server.url);
    return {
      redis,
      url: server.url,
      pids: [],
      async stop() {
        redis.disconnect();
        await server.end();
      },
    };
  },
};

export interface RunningStore extends Running {
  readonly store: Store;
}

export const syncedBatch: Subject<RunningStore> = {
  name: 'synced LevelDB batch',
  about: 'one small batch synced to the disk after the other',
  async start() {
    const folder = await temporaryFolder();
    const store = await openLevelStore(folder);
    return {
      store,
      url: '',
      pids: [],
      async stop() {
        await store.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};
