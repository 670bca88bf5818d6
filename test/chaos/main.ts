import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stayAlive } from '../../runtime/clock.ts';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { seededRandom } from '../../runtime/random.ts';
import { drawPlan } from './plan.ts';
import { nodeNames } from './private-store.ts';
import { type Progress, showProgress } from './progress.ts';
import { runChaos } from './run.ts';
import { tellVerdict } from './verdict.ts';

/** `npm run chaos`: is it true what the store promises? */

const HELP = `npm run chaos -- [OPTIONS]

Starts a store of its own with real processes, in a temporary folder and on free ports, and lets buyers buy while
it kills, pauses and cuts off the processes by a plan that the seed decides. Then it heals everything and checks
what the buyers were told. It never touches a process that it did not start.

  --minutes N    how long there are faults (default 2)
  --seed N       of the plan and of the buyers (default: any)
  --catalogs N   catalog replicas, 1 to 7 (default 3)
  --orders N     order replicas, 1 to 16 (default 2)
  --buyers N     clients, besides the one who buys steadily, 1 to 100 (default 8)
  --links KIND   what joins the processes, unix or tcp (default unix)
  --no-redis     without a private redis-server
  --keep         keep the folder, with the history, even if nothing is wrong
  --help         this text

Exit code 0: every guarantee held. 1: one did not, and the folder with the history is kept. 2: usage.
`;

const INTERRUPTED = new Error('interrupted: no verdict');

stayAlive();
process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  const values = readOptions();
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const redis = !values['no-redis'] && (await findOnPath('redis-server')) !== undefined;
  const shape = {
    seed: within('seed', values.seed ?? String(randomInt(1_000_000)), 0, 2 ** 32),
    durationMs: Math.round(within('minutes', values.minutes, 0.1, 24 * 60, true) * 60_000),
    catalogs: within('catalogs', values.catalogs, 1, 7),
    orders: within('orders', values.orders, 1, 16),
    buyers: within('buyers', values.buyers, 1, 100),
    redis,
    links:
      values.links === 'unix' || values.links === 'tcp'
        ? values.links
        : refuse('--links must be unix or tcp'),
  } as const;
  const { seed, durationMs, catalogs, orders, buyers } = shape;
  const plan = drawPlan({ random: seededRandom(seed), durationMs, nodes: nodeNames(shape), redis });
  const cache = redis ? 'with Redis' : 'without Redis';
  process.stdout.write(
    `seed ${seed}, ${catalogs} catalogs, ${orders} orders, 1 gateway, ${buyers} buyers, ${cache}\n`,
  );

  const folder = await mkdtemp(join(tmpdir(), 'bazar-chaos-'));
  const callOff = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => callOff.abort(INTERRUPTED));
  }
  let progress: Progress | undefined;
  let isKept = true;
  try {
    const verdict = await runChaos({
      ...shape,
      plan,
      folder,
      signal: callOff.signal,
      onTally: (tally) => {
        progress = showProgress(process.stdout, tally);
      },
      onPhase: (name) => progress?.phase(name),
    });
    progress?.stop();
    process.stdout.write(tellVerdict(verdict));
    isKept = values.keep || !verdict.clean;
    return verdict.clean ? 0 : 1;
  } catch (error) {
    progress?.stop();
    process.stderr.write(`chaos: ${error === INTERRUPTED ? INTERRUPTED.message : (error as Error).stack}\n`);
    isKept = values.keep || error !== INTERRUPTED;
    return 1;
  } finally {
    if (isKept) process.stdout.write(`kept: ${folder} (history.jsonl, faults.log, processes.log, data)\n`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        minutes: { type: 'string', default: '2' },
        seed: { type: 'string' },
        catalogs: { type: 'string', default: '3' },
        orders: { type: 'string', default: '2' },
        buyers: { type: 'string', default: '8' },
        links: { type: 'string', default: 'unix' },
        'no-redis': { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function within(name: string, text: string, least: number, most: number, hasParts = false): number {
  const value = (hasParts ? /^\d+(\.\d+)?$/ : /^\d+$/).test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : refuse(`--${name} must be from ${least} to ${most}`);
}

function refuse(problem: string): never {
  process.stderr.write(`chaos: ${problem} (--help lists the options)\n`);
  process.exit(2);
}
