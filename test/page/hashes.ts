import { withBridge } from '../bridge/support.ts';
import { simulate } from '../simulation/simulate.ts';
import { readOptions, tool, whole } from '../support/tool.ts';
import { launchBrowser } from './browser.ts';

/** Runs seeds in Chromium and in Node and compares what came out: trace hash, events, verdict. */

const MOST = Number.MAX_SAFE_INTEGER;
const { seeds, from } = readOptions<{ seeds: number; from: number }>(
  tool(
    'npm run hashes --',
    'Runs seeds in Chromium and in Node, and compares their hashes. Exit code 1 if two differ.',
  )
    .option('--seeds <N>', 'how many seeds', whole(1, MOST), 50)
    .option('--from <SEED>', 'the first of them', whole(0, MOST), 1),
);

/** Answers with hash, events and failure of one seed; the page's own policy is for the page's tests. */
const RUN = `(seed) => new Promise((resolve, reject) => {
  const worker = (globalThis.worker ??= new Worker('/simulator.js', { type: 'module' }));
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.onmessage = ({ data: { type, timeline } }) => {
    if (type === 'timeline') resolve([timeline.hash, timeline.events, timeline.failure].join(' '));
  };
  worker.postMessage({ type: 'open', run: { seed, acts: [] }, n: 1 });
})`;

let differ = 0;
await withBridge(async ({ url }) => {
  const browser = await launchBrowser();
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto(`${url}/`);
  for (let seed = from; seed < from + seeds; seed++) {
    const there = await page.evaluate(`(${RUN})(${seed})`);
    const { traceHash, events, failure } = await simulate(seed);
    const here = [traceHash, events, failure].join(' ');
    if (there !== here) differ++;
    process.stdout.write(`seed ${seed}  ${here}  ${there === here ? 'equal' : `in the browser ${there}`}\n`);
  }
  await browser.close();
});
process.stdout.write(`${seeds - differ} of ${seeds} seeds are equal in Chromium and in Node\n`);
process.exit(differ > 0 ? 1 : 0);
