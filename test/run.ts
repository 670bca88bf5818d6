import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { stayAlive } from '../runtime/clock.ts';
import { canShare, type FileOutcome, runFiles } from './support/run-file.ts';
import { readOptions, tool } from './support/tool.ts';
import { onChanges } from './support/watch.ts';

/** Runs every `*.test.ts` and `*.test.mts` under this folder, and ends with `N passed, N failed`. */
const AT_A_TIME = 2;
/** Files of the fast set that share a process: loading the product counts little, and both processes end at about one time. */
const SHARING = 40;
const LIMIT_MS = Number(process.env.BAZAR_TEST_LIMIT_MS ?? 300_000);

/**
 * Folders and files whose tests start programs, compile, make documents anew, run whole clusters for long, or wait for real
 * time to pass.
 */
const SLOW = new RegExp(
  [
    /\/(attack|chaos|fuzz|launcher|machines|mutants|openapi|page|runner|simulation|system)\//,
    /\/bench\/(command|subjects)\./,
    /\/bridge\/(heavy-reads|ordinary-clients|page)\./,
    /\/client\/(cli|cli-cancel|store)\./,
    /\/documents\/(api|statecharts)\./,
    /\/gateway\/redis(-cluster)?\./,
    /\/log\/etcd/,
    /\/runtime\/bundle\./,
  ]
    .map(({ source }) => source)
    .join('|'),
);

const command = tool('npm test --', 'Runs the tests: all, or the files with a PART in their path.')
  .argument('[PART...]')
  .option('--fast', 'leave out what takes long; the rest takes a minute')
  .option('--watch', 'run the files again whenever a source file changes, until Ctrl-C');
const options = readOptions<{ fast?: true; watch?: true }>(command);
const wanted = command.args;

const folder = fileURLToPath(new URL('.', import.meta.url));
const listFiles = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.test\.m?ts$/.test(path))
    .map((path) => relative(process.cwd(), `${folder}${path}`))
    .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)))
    .filter((path) => !(options.fast && SLOW.test(path)))
    .sort();

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const rest = stayAlive();
await runAll();
if (options.watch) onChanges(fileURLToPath(new URL('..', import.meta.url)), runAll);
else rest();

async function runAll(): Promise<void> {
  const files = listFiles();
  const outcomes: FileOutcome[] = [];
  const queue = share(files);
  const limits = { limitMs: LIMIT_MS, strict: process.env.CI === 'true' };
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (let together = queue.shift(); together; together = queue.shift())
        await runFiles(together, limits, (outcome) => {
          outcomes.push(outcome);
          report(outcome);
        });
    }),
  );
  summarise(files, outcomes);
}

/** The files of each process: a slow file and a module have one of their own. */
function share(files: readonly string[]): string[][] {
  const isAlone = (file: string) => SLOW.test(file) || !canShare(file);
  const fast = files.filter((file) => !isAlone(file));
  const shared = Array.from({ length: Math.ceil(fast.length / SHARING) }, (_, index) =>
    fast.slice(index * SHARING, (index + 1) * SHARING),
  );
  return [...files.filter(isAlone).map((file) => [file]), ...shared];
}

function summarise(files: readonly string[], outcomes: readonly FileOutcome[]): void {
  const sum = (count: (outcome: FileOutcome) => number) =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const failed = sum((outcome) => outcome.failed) + (files.length === 0 ? 1 : 0);
  const skipped = sum((outcome) => outcome.skipped.length);
  for (const { file } of outcomes.filter((outcome) => outcome.failed > 0))
    console.log(pc.red(`failed: ${file}`));
  if (files.length === 0) console.log(pc.red('there is no such test file'));
  const totals = `${sum(({ passed }) => passed)} passed, ${failed} failed`;
  console.log(skipped > 0 ? `${totals}, ${skipped} skipped` : totals);
  process.exitCode = failed > 0 ? 1 : 0;
}

function report({ file, passed, failed, skipped, problems, output, seconds }: FileOutcome): void {
  const verdict = failed > 0 ? pc.red('FAIL') : pc.green('ok  ');
  console.log(`${verdict} ${file} ${pc.dim(`${passed} tests, ${seconds.toFixed(1)} s`)}`);
  for (const text of skipped) console.log(`     ${pc.yellow('skipped')} ${text}`);
  if (failed === 0) return;
  console.log(output.trimEnd());
  for (const problem of problems) console.log(pc.red(`  ${file}: ${problem}`));
}
