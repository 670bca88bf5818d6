import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import type { Browser } from 'playwright-core';
import { withBridge } from '../../bridge/support.ts';
import { openPage } from '../browser.ts';
import { ms, type Point, timesText } from './point.ts';

/** How large the page is, how soon it is there, and whether making it holds the gateway up. */

const PAGE_KB = 60;
const SIMULATOR_KB = 150;
const FIRST_EVER_MS = 800;
const FIRST_MS = 300;
const LOOKS = 9;
const BLOCKED_MS = 20;
const TICK_MS = 2;

export async function firstLook(browser: Browser): Promise<Point[]> {
  const points: Point[] = [];
  await withBridge(async ({ url }) => {
    const first = await firstPaint(browser, url);
    const later: number[] = [];
    for (let look = 0; look < LOOKS; look++) later.push(await firstPaint(browser, url));
    const median = [...later].sort((a, b) => a - b)[LOOKS >> 1]!;
    points.push(
      {
        name: 'first paint of the first viewer ever',
        measured: ms(first),
        bound: `≤ ${ms(FIRST_EVER_MS)}`,
        ok: first <= FIRST_EVER_MS,
      },
      {
        name: 'first paint after the first build',
        measured: timesText(later),
        bound: `≤ ${ms(FIRST_MS)}`,
        ok: median <= FIRST_MS,
      },
    );
    points.push(await sizeOf(url, '/page.js', PAGE_KB), await sizeOf(url, '/simulator.js', SIMULATOR_KB), {
      name: 'page.css, brotli',
      measured: kb((await bytesOf(url, '/page.css')).length),
      bound: '–',
    });
  });
  points.push(await heldUp());
  return points;
}

async function firstPaint(browser: Browser, url: string): Promise<number> {
  const { page } = await openPage(browser, `${url}/`);
  const at = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = () => {
          const [paint] = performance.getEntriesByName('first-contentful-paint');
          if (paint) resolve(paint.startTime);
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  await page.context().close();
  return at;
}

async function sizeOf(url: string, path: string, mostKb: number): Promise<Point> {
  const { length } = await bytesOf(url, path);
  return {
    name: `${path.slice(1)}, brotli`,
    measured: kb(length),
    bound: `≤ ${mostKb} KB`,
    ok: length <= mostKb * 1024,
  };
}

const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;

/** As it goes over the wire. */
function bytesOf(url: string, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(`${url}${path}`, { headers: { 'accept-encoding': 'br' } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve(Buffer.concat(chunks)));
    }).on('error', reject);
  });
}

/**
 * The longest turn of the event loop of a gateway that makes both bundles, by the processor time of its thread: what else
 * the machine does is no fault of the gateway. Where there is no `/proc` nothing is known.
 */
async function heldUp(): Promise<Point> {
  let longest = 0;
  await withBridge(async ({ url }) => {
    // What any first request costs is not the page's.
    await bytesOf(url, '/info/1');
    let before = threadMs();
    const timer = setInterval(() => {
      const now = threadMs();
      longest = Math.max(longest, now - before);
      before = now;
    }, TICK_MS);
    await Promise.all([bytesOf(url, '/page.js'), bytesOf(url, '/simulator.js')]);
    clearInterval(timer);
  });
  return {
    name: 'longest turn of the event loop while the page is made',
    measured: ms(longest),
    bound: `≤ ${ms(BLOCKED_MS)}`,
    ok: longest <= BLOCKED_MS,
  };
}

/** Processor time of the main thread (`/proc/self/schedstat` is that of the thread with the process's own number). */
function threadMs(): number {
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ', 1)[0]) / 1e6;
}
