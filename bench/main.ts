import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stayAlive } from '../runtime/clock.ts';
import { UsageError } from '../runtime/command-line.ts';
import { decimal, readOptions, refuse, tool, whole } from '../test/support/tool.ts';
import { choose, LEAST_LARGEST, LEAST_SECONDS, MOST_SECONDS, planText, settle, type Wishes } from './plan.ts';
import { evenness, textOf } from './report/text.ts';
import { Result, type ScenarioResult, type Settings } from './result.ts';
import { run } from './run.ts';
import { SCENARIOS } from './scenarios/all.ts';
import type { Scenario } from './scenarios/scenario.ts';

interface Options extends Wishes, Record<string, unknown> {
  readonly list?: true;
  readonly json?: true;
  readonly report?: true;
  readonly from?: string;
  readonly out: string;
}

/** Where results are kept that no report was made of. */
const RESULTS = '.bench';
const REPORT = 'docs/benchmarks';

const COMMAND = tool(
  'npm run bench --',
  'Measures a private store of real processes beside what a team would otherwise pick (bench/peers/) and beside the floors ' +
    'below which nothing can be (bench/floors/), in turns within one run, so that the ratios count where the machine has other ' +
    'work. Whoever is not measured rests.',
)
  .option('--quick', 'a first table in less than two minutes')
  .option('--only <NAME...>', 'scenarios of these names, or with these beginnings')
  .option('--list', 'the scenarios, and how long all of it takes')
  .option('--repeat <N>', 'how often each is measured, in turns (default: 3; 1 with --quick)', whole(1, 100))
  .option(
    '--seconds <N>',
    'of each measurement (default: 4; 2 with --quick)',
    decimal(LEAST_SECONDS, MOST_SECONDS),
  )
  .option('--minutes <N>', 'chooses --seconds so that all of it takes about so long', decimal(1, 24 * 60))
  .option(
    '--largest <N>',
    'books and orders of the largest stores (default: 1000000 for a whole run, 10000 with --only)',
    whole(LEAST_LARGEST, 10_000_000),
  )
  .option('--kills <N>', 'of the leader', whole(1, 1_000), 20)
  .option('--json', 'the result on standard output instead of tables')
  .option('--report', `writes tables and pictures to ${REPORT}/`)
  .option('--from <FILE>', 'a result that was written before, instead of measuring')
  .option('--out <DIR>', 'where the report goes', REPORT)
  .addHelpText(
    'after',
    `
Each result is written to ${RESULTS}/DATE.json, with the machine, the commit and every repetition.
Exit code 0: measured. 1: not. 2: usage.`,
  );

const given = readOptions<Options>(COMMAND);
// Each store that rests beside others has its own ending to see to.
process.setMaxListeners(100);
const rest = stayAlive();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Whoever says it twice does not wait for stores to end in order.
    if (stop.signal.aborted) process.exit(1);
    process.stderr.write('ending what was started\n');
    stop.abort(new Error('stopped'));
  });
}
await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
rest();

async function main(): Promise<void> {
  const scenarios = orRefuse(() => choose(SCENARIOS, given));
  const settings = orRefuse(() => settle(scenarios, given));
  if (given.list) {
    for (const { name, title, isQuick } of scenarios) {
      process.stdout.write(`${name.padEnd(22)} ${title}${isQuick ? ' (quick)' : ''}\n`);
    }
    process.stdout.write(`\n${planText(scenarios, settings)}\n`);
    return;
  }
  const result = given.from === undefined ? await measure(scenarios, settings) : await read(given.from);
  if (given.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else if (given.from !== undefined) {
    for (const scenario of result.scenarios) process.stdout.write(textOf(scenario));
  }
  if (given.report) {
    // What draws the pictures takes long to load, and most runs draw none.
    const { writeReport } = await import('./report/report.ts');
    const files = await writeReport(result, given.out);
    process.stderr.write(`written: ${files.join(', ')}\n`);
  }
}

async function measure(scenarios: readonly Scenario[], settings: Settings): Promise<Result> {
  process.stderr.write(`${planText(scenarios, settings)}\n`);
  const progress = {
    note: (line: string) => void process.stderr.write(`${line}\n`),
    finished(scenario: ScenarioResult) {
      if (!given.json) process.stdout.write(textOf(scenario));
    },
  };
  const result = await run(scenarios, settings, progress, stop.signal);
  const file = join(RESULTS, `${result.date.replaceAll(/[:.]/g, '-')}.json`);
  await mkdir(RESULTS, { recursive: true });
  await writeFile(file, `${JSON.stringify(result, undefined, 1)}\n`);
  const text = `commit ${result.commit}, ${result.minutes} minutes, ${evenness(result)}\n${file}\n`;
  process[given.json ? 'stderr' : 'stdout'].write(`\n${text}`);
  return result;
}

async function read(file: string): Promise<Result> {
  const text = await readFile(file, 'utf8').catch((error: Error) => refuse(error.message));
  try {
    return Result.parse(JSON.parse(text));
  } catch {
    return refuse(`${file} is no result of this bench`);
  }
}

function orRefuse<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message);
    throw error;
  }
}
