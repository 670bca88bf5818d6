import { PerformanceObserver } from 'node:perf_hooks';
import { createCatalog } from '../../actors/catalog/catalog.ts';
import { openCatalogDisk } from '../../actors/catalog/disk.ts';
import { joinRaft, openRaftDisk } from '../../actors/raft/join-raft.ts';
import { type Clock, sleep, systemClock } from '../../runtime/clock.ts';
import { LEVEL } from '../../runtime/command-levels.ts';
import type { Command, Result } from '../../runtime/domain.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { systemRandom } from '../../runtime/random.ts';
import { openLevelStore } from '../../storage/leveldb/level-store.ts';
import { meshCluster } from '../support/memory-cluster.ts';
import { inTemporaryFolder } from '../support/temporary.ts';
import { watchTurns } from './watch-turns.ts';

/**
 * Many holds of one catalog, on a disk of its own, that are all due at once while purchases go on: each purchase ends as
 * many as an entry may. Told is how long the turns of the event loop were.
 */
export interface EndedHolds {
  readonly holds: number;
  readonly report: (line: string) => void;
}

const ID = 'catalog-1';
const BOOKS = 1_000;
const STOCK = 1_000_000;
const WAITING = 2_000;
const BUYERS = 20;
const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

/** Resolves to the longest turn while they ended, in milliseconds of the processor. */
export function endHolds({ holds, report }: EndedHolds): Promise<number> {
  return inTemporaryFolder(async (folder) => {
    let ahead = 0;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead };
    const store = await openLevelStore(folder);
    const disk = await openCatalogDisk(store, {
      cluster: 'scale',
      node: ID,
      format: true,
      random: systemRandom,
    });
    const join = joinRaft(await openRaftDisk({ ...disk, random: systemRandom }), [ID]);
    const { incarnation } = disk.identity;
    const self = { id: ID, kind: 'catalog' as const, incarnation, level: LEVEL };
    const mesh = await meshCluster().open(ID, { self, clock });
    const failures: unknown[] = [];
    const catalog = createCatalog({
      disk,
      join: join as never,
      catalogs: [ID],
      boot: 'boot-1',
      mesh,
      pid: process.pid,
      clock,
      random: systemRandom,
      limits: DEFAULT_LIMITS,
      logger: silentLogger,
      onFailure: (error) => void failures.push(error),
    });
    const open = () => catalog.state.openHolds;

    async function until(condition: () => boolean): Promise<void> {
      while (!condition()) {
        if (failures.length > 0) throw failures[0];
        await sleep(clock, 5);
      }
    }

    async function ask(command: Command): Promise<Result> {
      const deadline = clock.monotonic() + HOUR_MS;
      const { result } = await catalog.replica.propose(command, false, { deadline } as never);
      return result as Result;
    }

    async function watched(what: string, work: () => Promise<number>): Promise<number> {
      const began = clock.monotonic();
      const turns = watchTurns();
      const pauses: number[] = [];
      const collector = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) pauses.push(duration);
      });
      collector.observe({ entryTypes: ['gc'] });
      const done = await work();
      const tookMs = turns.stop().sort((one, other) => one - other);
      collector.disconnect();
      const at = (part: number) => tookMs[Math.floor((tookMs.length - 1) * part)]!.toFixed(1);
      const seconds = (clock.monotonic() - began) / 1000;
      const { heapUsed, rss } = process.memoryUsage();
      report(
        `${what}: ${seconds.toFixed(1)} s, ${done} entries; turns of the event loop had ${at(0.5)} ms of the processor in ` +
          `the median, ${at(0.99)} in 99 of 100, ${at(1)} at most; the longest collection of garbage stood for ` +
          `${Math.max(0, ...pauses).toFixed(0)} ms; heap ${(heapUsed / MIB).toFixed(0)}, resident ${(rss / MIB).toFixed(0)} MiB`,
      );
      return tookMs.at(-1)!;
    }

    await until(() => catalog.state.level === LEVEL && catalog.replica.caughtUp);
    const books = Array.from({ length: BOOKS }, (_, at) => ({
      id: at + 1,
      title: `Book ${at}`,
      topic: 'scale',
      price: 999,
      stock: STOCK,
    }));
    await ask({ kind: 'addBooks', key: 'books', requestId: 'books', books });

    await watched(`${holds} holds`, async () => {
      let next = 0;
      await Promise.all(
        Array.from({ length: WAITING }, async () => {
          while (next < holds) {
            const number = next++;
            const lines = [{ id: 1 + (number % BOOKS), quantity: 1 }];
            const key = `a-customer-${number}`;
            const result = await ask({ kind: 'hold', key, requestId: key, lines, ttlMs: HOUR_MS / 2 });
            if (result.kind === 'refused') throw new Error(result.code);
          }
        }),
      );
      return holds;
    });

    ahead = HOUR_MS;
    const longest = await watched('all end while 20 buy', async () => {
      const { index } = catalog.state.applied;
      let next = 0;
      await Promise.all(
        Array.from({ length: BUYERS }, async () => {
          while (open() > 0) {
            const number = next++;
            const lines = [{ id: 1 + (number % BOOKS), quantity: 1 }];
            const key = `a-buyer-${number}`;
            await ask({ kind: 'purchase', key, requestId: key, lines });
          }
        }),
      );
      return catalog.state.applied.index - index;
    });
    if (failures.length > 0) throw failures[0];
    catalog.stop();
    await mesh.close();
    await store.close();
    return longest;
  });
}
