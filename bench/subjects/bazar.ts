import {
  type LauncherCluster,
  type LauncherClusterOptions,
  startLauncherCluster,
} from '../../test/support/cluster.ts';
import { eventually } from '../../test/support/eventually.ts';
import { BOOKS, benchBooks } from './books.ts';
import type { Running, Subject } from './subject.ts';

/** A private store of real processes, as `npm start` runs them. */
export interface RunningBazar extends Running {
  readonly cluster: LauncherCluster;
}

export interface BazarShape extends Pick<LauncherClusterOptions, 'catalogs' | 'orders' | 'redis' | 'args'> {
  readonly name?: string;
  readonly about?: string;
  readonly books?: number;
  /** What else it has when it is measured. */
  readonly fill?: (cluster: LauncherCluster) => Promise<void>;
}

const BOOKS_A_REQUEST = 1_000;
const REQUESTS_AT_ONCE = 4;
const PATIENCE_MS = 120_000;
const PATIENT = ['--limit', 'drainMs=30000'];

/** The store as it comes, with a private Redis, unless `shape` says otherwise. */
export function bazar(shape: BazarShape = {}): Subject<RunningBazar> {
  const {
    name = 'bazar',
    about = 'this store: three catalogs, each purchase synced on two of them',
    args = [],
  } = shape;
  const { books = BOOKS, fill } = shape;
  return {
    name,
    about,
    async start() {
      const options = { redis: 'private', ...shape, args: [...PATIENT, ...args], ownGroup: true };
      const cluster = await startLauncherCluster(options);
      const { pid } = cluster.launcher.child;
      const signalAll = (signal: NodeJS.Signals) => process.kill(-pid!, signal);
      // Who is stopped does not notice that the launcher has ended.
      const goOn = () => signalAll('SIGCONT');
      process.once('exit', goOn);
      const running: RunningBazar = {
        cluster,
        url: cluster.url,
        pids: [pid!],
        rest: () => signalAll('SIGSTOP'),
        async wake() {
          signalAll('SIGCONT');
          await cluster.whole();
        },
        async stop() {
          process.off('exit', goOn);
          signalAll('SIGCONT');
          await cluster.stop();
        },
      };
      try {
        await addBooks(cluster, books);
        await fill?.(cluster);
        return running;
      } catch (error) {
        await running.stop();
        throw error;
      }
    },
  };
}

/** Puts the first `count` books of every bench in, 1,000 a request. */
export async function addBooks(cluster: LauncherCluster, count: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: REQUESTS_AT_ONCE }, async () => {
      while (next < count) {
        const from = next;
        next += BOOKS_A_REQUEST;
        const body = benchBooks(Math.min(BOOKS_A_REQUEST, count - from), from);
        const headers = { 'idempotency-key': `books-from-${from}` };
        // Asked again on a busy machine, under the same key.
        await eventually(
          `books from ${from} on are in`,
          async () => {
            const { status } = await cluster.request('POST', '/books', { admin: true, body, headers });
            return status === 201 || status === 200;
          },
          PATIENCE_MS,
        );
      }
    }),
  );
}
