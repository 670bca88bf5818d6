import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession } from 'playwright-core';
import { systemClock } from '../../../runtime/clock.ts';
import { BOOKS, withBridge } from '../../bridge/support.ts';
import { openPage } from '../browser.ts';
import { most, type Point, type PointOptions } from './point.ts';

/** What a page that shows the shelf costs its browser while so many changes of stock come in. */

const PER_SECOND = 500;
const LONG_TASK_MS = 50;
const MOST_MB = 20;
const TURN_MS = 10;
/** The first news of each kind compiles what draws it. */
const WARM_UP_MS = 5_000;

export async function manyChanges(browser: Browser, { minutes }: PointOptions): Promise<Point[]> {
  const points: Point[] = [];
  await withBridge(async ({ url, service }) => {
    const { page } = await openPage(browser, `${url}/#/shop`);
    await page.getByText(`${BOOKS.length} of ${BOOKS.length} books`).waitFor();
    const devTools = await page.context().newCDPSession(page);

    let version = 1_000;
    async function publish(forMs: number): Promise<number> {
      const from = version;
      const began = systemClock.monotonic();
      for (let now = began; now < began + forMs; now = systemClock.monotonic()) {
        const due = from + ((now - began) * PER_SECOND) / 1_000;
        while (version < due) {
          version += 1;
          const { id } = BOOKS[version % BOOKS.length]!;
          service.publish({ id: id!, stock: version % 90, price: 1_000, version, at: systemClock.now() });
        }
        await sleep(TURN_MS);
      }
      return (version - from) / ((systemClock.monotonic() - began) / 1_000);
    }

    await publish(WARM_UP_MS);
    await page.evaluate(() => {
      const long: number[] = [];
      Object.assign(globalThis, { long });
      new PerformanceObserver((list) =>
        long.push(...list.getEntries().map(({ duration }) => duration)),
      ).observe({
        type: 'longtask',
      });
    });
    const before = await heapMb(devTools);
    const rate = await publish(minutes * 60_000);
    const after = await heapMb(devTools);
    const long = await page.evaluate(() => (globalThis as unknown as { long: number[] }).long);
    await page.context().close();
    const name = `${rate.toFixed(0)} changes of stock a second for ${minutes} min`;
    points.push(
      {
        name: `${name}: tasks over ${LONG_TASK_MS} ms`,
        measured: long.length === 0 ? 'none' : `${long.length}, the longest of ${most(long).toFixed(0)} ms`,
        bound: 'none',
        ok: long.length === 0,
      },
      {
        name: `${name}: heap over that at the beginning`,
        measured: `${(after - before).toFixed(1)} MB (${before.toFixed(1)} → ${after.toFixed(1)})`,
        bound: `≤ ${MOST_MB} MB`,
        ok: after - before <= MOST_MB,
      },
    );
  });
  return points;
}

/** What is left of the heap once what nobody holds has been collected. */
async function heapMb(devTools: CDPSession): Promise<number> {
  await devTools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devTools.send('Runtime.getHeapUsage');
  return usedSize / 1_048_576;
}
