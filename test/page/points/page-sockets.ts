import { openRpc } from '../../bridge/support.ts';

/**
 * Sockets of so many pages, in a process of their own: what they read is not to slow whoever measures. Each asks what a page
 * asks as soon as it has opened. `node page-sockets.ts URL PAGES` tells its parent when all have been answered.
 */

const SHELF_PAGE = 200;
const NEWS_EVERY_MS = 100;

const [url, pages] = process.argv.slice(2);
process.once('disconnect', () => process.exit());
await Promise.all(Array.from({ length: Number(pages) }, openPageSocket));
process.send!('open');

async function openPageSocket(): Promise<void> {
  const socket = await openRpc(url!);
  await socket.call('watch', { what: ['happenings', 'figures'] });
  for (let after: number | null = 0; after !== null; ) {
    const { result } = await socket.call('subscribe', {
      all: true,
      limit: SHELF_PAGE,
      everyMs: NEWS_EVERY_MS,
      after: after || undefined,
    });
    after = result!.next as number | null;
  }
}
