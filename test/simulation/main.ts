import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

/** Seeds between two signs of life of a quiet run. */
const PROGRESS_SEEDS = 100;

const HELP = `npm run simulate -- [--seeds N] [--from SEED] [--seed SEED]

Runs the whole cluster in one process over a simulated clock, network, disk and Redis.

  --seeds N      how many seeds to run (default 200)
  --from SEED    the first of them (default 1)
  --seed SEED    run this one only, and print how it went
  --repeat       run each seed twice and compare the trace hashes
  --quiet        print failures, the summary, and how far it has come
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    repeat: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const first = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
  process.stderr.write(`--seeds, --from and --seed take whole numbers.\n\n${HELP}`);
  process.exit(2);
}

function commit(): string {
  const { stdout, status } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}

const startedAt = performance.now();
let failed = 0;
let events = 0;
for (let seed = first; seed < first + count; seed++) {
  const outcome = await simulate(seed);
  events += outcome.events;
  if (values.repeat) {
    const again = await simulate(seed);
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
