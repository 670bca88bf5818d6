import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { startRedisServer } from '../../test/gateway/redis-server.ts';
import { BOOKS, ENOUGH } from '../subjects/books.ts';
import { startProgram } from '../subjects/program.ts';
import { Missing, type Running, type Subject } from '../subjects/subject.ts';
import { startPrivatePostgres } from './fastify-postgres/private-postgres.ts';

/** What a team would otherwise pick, each a bookstore with the same routes. */

/** The books of a peer, and the copies of each. */
export interface Shelf {
  readonly books: number;
  readonly stock: number;
}

/** One copy, synced. No subscriptions, no second machine, nothing that fails over. */
export const fastifyPostgres: Subject = {
  name: 'fastify-postgres',
  about: 'fastify 5, ioredis and PostgreSQL: one statement a purchase, synchronous commit, one copy',
  start: () => startFastifyPostgres({ books: BOOKS, stock: ENOUGH }),
};

export async function startFastifyPostgres(shelf: Shelf): Promise<Running> {
  if (!(await findOnPath('redis-server'))) throw new Missing('no redis-server on the PATH');
  const parts: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of parts.reverse()) await part.stop();
  };
  try {
    const postgres = await startPrivatePostgres();
    parts.push(postgres);
    const redis = await startRedisServer();
    parts.push({ stop: redis.end });
    const { host, user } = postgres;
    const program = await startProgram(new URL('./fastify-postgres/main.ts', import.meta.url), {
      host,
      user,
      redis: redis.url,
      ...shelf,
    });
    parts.push(program);
    return { url: program.url, pids: [...program.pids, postgres.pid, redis.pid], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One copy in one LevelDB, synced; the framework finds and calls the services. */
export const moleculer: Subject = {
  name: 'moleculer',
  about:
    'moleculer 0.14 over its TCP transporter: gateway, order and catalog service, LevelDB synced, one copy',
  start: () => startMoleculer({ books: BOOKS, stock: ENOUGH }),
};

export function startMoleculer(shelf: Shelf): Promise<Running> {
  return startProgram(new URL('./moleculer/main.ts', import.meta.url), shelf);
}
