import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { stayAlive } from '../../runtime/clock.ts';
import { findOnPath } from '../../runtime/launcher/private-redis.ts';
import { seededRandom } from '../../runtime/random.ts';
import { decimal, readOptions, refuse, tool, whole } from '../support/tool.ts';
import { drawPlan } from './plan.ts';
import { memberNames } from './private-log.ts';
import { nodeNames } from './private-store.ts';
import { type Progress, showProgress } from './progress.ts';
import { runChaos } from './run.ts';
import { tellVerdict } from './verdict.ts';

/** `npm run chaos`: is it true what the store promises? */

const COMMAND = tool(
  'npm run chaos --',
  'Starts a store of its own with real processes, in a temporary folder and on free ports, and lets buyers buy ' +
    'while it kills, pauses and cuts off the processes by a plan that the seed decides. Then it heals everything ' +
    'and checks what the buyers were told. It never touches a process that it did not start.',
)
  .option('--minutes <N>', 'how long there are faults', decimal(0.1, 24 * 60), 2)
  .option('--seed <N>', 'of the plan and of the buyers (default: any)', whole(0, 2 ** 32))
  .option('--catalogs <N>', 'catalog replicas', whole(1, 7), 3)
  .option('--orders <N>', 'order replicas', whole(1, 16), 2)
  .option('--buyers <N>', 'clients, besides the one who buys steadily', whole(1, 100), 8)
  .addOption(
    new Option('--links <KIND>', 'what joins the processes').choices(['unix', 'tcp']).default('unix'),
  )
  .addOption(
    new Option(
      '--log <ENGINE>',
      'what orders the log instead of the catalogs: an etcd of three members',
    ).choices(['etcd']),
  )
  .option('--payments', 'purchases are paid for, through a service that declines, fails, hangs and dies')
  .option(
    '--payment-ms <MS>',
    'with --payments: how long the service takes for each of them, one after the other',
    whole(0, 10_000),
    0,
  )
  .option('--no-redis', 'without a private redis-server')
  .option('--keep', 'keep the folder, with the history, even if nothing is wrong')
  .addHelpText(
    'after',
    `
Exit code 0: every guarantee held. 1: one did not, and the folder with the history is kept. 2: usage.`,
  );

interface Options extends Record<string, unknown> {
  readonly minutes: number;
  readonly seed?: number;
  readonly catalogs: number;
  readonly orders: number;
  readonly buyers: number;
  readonly links: 'unix' | 'tcp';
  readonly log?: 'etcd';
  readonly redis: boolean;
  readonly payments?: boolean;
  readonly paymentMs: number;
  readonly keep?: boolean;
}

const INTERRUPTED = new Error('interrupted: no verdict');

stayAlive();
process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  const { minutes, seed: given, keep, ...values } = readOptions<Options>(COMMAND);
  if (values.paymentMs > 0 && !values.payments) refuse('--payment-ms is of --payments: give both');
  const shape = {
    ...values,
    seed: given ?? randomInt(1_000_000),
    durationMs: Math.round(minutes * 60_000),
    redis: values.redis && (await findOnPath('redis-server')) !== undefined,
  };
  const { seed, durationMs, catalogs, orders, buyers, redis, log } = shape;
  if (log && !(await findOnPath(log))) {
    process.stderr.write(`chaos: there is no ${log} on the PATH: install the package etcd-server\n`);
    return 2;
  }
  const members = memberNames(log);
  const plan = drawPlan({ random: seededRandom(seed), durationMs, nodes: nodeNames(shape), redis, members });
  const cache = redis ? 'with Redis' : 'without Redis';
  const engine = log ? `, ${log} of ${members.length} members` : '';
  process.stdout.write(
    `seed ${seed}, ${catalogs} catalogs, ${orders} orders, 1 gateway, ${buyers} buyers, ${cache}${engine}\n`,
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
    isKept = keep || !verdict.clean;
    return verdict.clean ? 0 : 1;
  } catch (error) {
    progress?.stop();
    process.stderr.write(`chaos: ${error === INTERRUPTED ? INTERRUPTED.message : (error as Error).stack}\n`);
    isKept = keep || error !== INTERRUPTED;
    return 1;
  } finally {
    if (isKept) process.stdout.write(`kept: ${folder} (history.jsonl, faults.log, processes.log, data)\n`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
