import { spawnSync } from 'node:child_process';
import { Option } from 'commander';
import { readOptions, tool, whole } from '../support/tool.ts';
import { overOuterLog } from './over-outer-log.ts';
import { withPayments } from './payments.ts';
import type { Plan } from './plan.ts';
import { simulate } from './simulate.ts';

/** Seeds between two signs of life of a quiet run. */
const PROGRESS_SEEDS = 100;

const MOST = Number.MAX_SAFE_INTEGER;
const values = readOptions<{
  seeds: number;
  from: number;
  seed?: number;
  repeat?: true;
  quiet?: true;
  payments?: true;
  log?: 'raft' | 'external';
}>(
  tool(
    'npm run simulate --',
    'Runs the whole cluster in one process over a simulated clock, network, disk and Redis.',
  )
    .option('--seeds <N>', 'how many seeds to run', whole(1, MOST), 200)
    .option('--from <SEED>', 'the first of them', whole(0, MOST), 1)
    .option('--seed <SEED>', 'run this one only, and print how it went', whole(0, MOST))
    .option('--payments', 'with a payment service that fails, hangs, answers twice and dies')
    .addOption(
      new Option('--log <ENGINE>', 'who orders the log: the catalogs themselves, or an engine outside')
        .choices(['raft', 'external'])
        .default('raft'),
    )
    .option('--repeat', 'run each seed twice and compare the trace hashes')
    .option('--quiet', 'print failures, the summary, and how far it has come'),
);
const first = values.seed ?? values.from;
const count = values.seed === undefined ? values.seeds : 1;

function commit(): string {
  const { stdout, status } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}

const paid = (plan: Plan) => (values.payments ? withPayments(plan) : plan);
const change = (plan: Plan) => (values.log === 'external' ? overOuterLog(paid(plan)) : paid(plan));
const startedAt = performance.now();
let failed = 0;
let events = 0;
for (let seed = first; seed < first + count; seed++) {
  const outcome = await simulate(seed, change);
  events += outcome.events;
  if (values.repeat) {
    const again = await simulate(seed, change);
    if (again.traceHash !== outcome.traceHash) {
      failed++;
      process.stdout.write(`seed ${seed}: two runs differ, ${outcome.traceHash} and ${again.traceHash}\n`);
    }
  }
  if (outcome.failure !== undefined) {
    failed++;
    if (values.seed !== undefined) process.stdout.write(`${outcome.lines.join('\n')}\n`);
    process.stdout.write(`seed ${seed} FAILED at commit ${commit()}: ${outcome.failure}\n`);
  }
  const done = seed - first + 1;
  if (values.quiet && done % PROGRESS_SEEDS === 0) process.stderr.write(`${done} of ${count} seeds\n`);
  if (values.quiet && outcome.failure === undefined) continue;
  const { plan } = outcome;
  const faults = [...outcome.faults].map(([name, times]) => `${name} ${times}`).join(', ') || 'no faults';
  process.stdout.write(
    `seed ${seed}  ${outcome.traceHash}  ${plan.roughness}, ${plan.catalogs}+${plan.orders}+${plan.gateways}, ` +
      `${(outcome.simulatedMs / 1000).toFixed(0)} s, ${outcome.events} events, ${outcome.operations} operations, ` +
      `${outcome.committed} entries, ${outcome.terms} terms, ${faults}\n`,
  );
}
const seconds = (performance.now() - startedAt) / 1000;
process.stdout.write(
  `${count} seeds, ${failed} failed, ${((count / seconds) * 60).toFixed(0)} seeds a minute, ` +
    `${Math.round(events / seconds / 1000)}k events a second\n`,
);
process.exitCode = failed > 0 ? 1 : 0;
