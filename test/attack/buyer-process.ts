import { Agent, request } from 'node:http';
import type { Purchases } from './attack.ts';

/**
 * The steady buyer, in a process of its own, so that an attacker's work does not slow it: eight buyers that each
 * begin a purchase every 80 ms, so 100 a second, and fewer where the store takes longer than that.
 */
const BUYERS = 8;
const PACE_MS = 80;
const PATIENCE_MS = 5_000;

const [url = '', book = ''] = process.argv.slice(2);
const body = `{"id":${book},"quantity":1}`;
const headers = { 'content-type': 'application/json', 'content-length': body.length };

let from = performance.now();
let failed = 0;
/** When each purchase was confirmed, and the milliseconds that it took. */
let confirmed: { readonly at: number; readonly took: number }[] = [];

function buy(agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      `${url}/purchase`,
      { agent, method: 'POST', headers, timeout: PATIENCE_MS },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode === 201));
        answer.on('error', () => resolve(false));
      },
    );
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end(body);
  });
}

async function buyer(first: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let due = performance.now() + first; ; due = Math.max(due + PACE_MS, performance.now())) {
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    const began = performance.now();
    const done = await buy(agent);
    const at = performance.now();
    if (done) confirmed.push({ at, took: at - began });
    else failed++;
  }
}

/** What was met since the last call. */
function settle(): Purchases {
  const to = performance.now();
  const times = [from, ...confirmed.map(({ at }) => at), to];
  const took = confirmed.map((purchase) => purchase.took).sort((a, b) => a - b);
  const purchases = {
    perSecond: confirmed.length / ((to - from) / 1000),
    longestGapMs: Math.max(...times.slice(1).map((at, index) => at - times[index]!)),
    p99Ms: took[Math.floor(0.99 * (took.length - 1))] ?? 0,
    confirmed: confirmed.length,
    failed,
  };
  from = to;
  failed = 0;
  confirmed = [];
  return purchases;
}

process.on('disconnect', () => process.exit(0));
process.on('message', () => process.send?.(settle()));
for (let index = 0; index < BUYERS; index++) void buyer((index * PACE_MS) / BUYERS);
