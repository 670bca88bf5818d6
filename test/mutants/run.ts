import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { type Chase, chase } from './chase.ts';
import { MUTANTS } from './table.ts';

const HELP = `npm run mutants -- [NAME…]

Runs the simulation with each deliberate bug of the table, or with those named, and prints which seed caught it.
Exit code 1 if one survives.
`;

const AT_A_TIME = 2;
/** Milliseconds for all seeds of one mutant. */
const LIMIT_MS = 300_000;
const FINDING_WIDTH = 72;

const { values, positionals } = parseArgs({
  options: { help: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
if (values.help || unknown.length > 0) {
  for (const name of unknown) process.stderr.write(`There is no mutant ${name}.\n\n`);
  (unknown.length > 0 ? process.stderr : process.stdout).write(HELP);
  process.exit(unknown.length > 0 ? 2 : 0);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const wanted = MUTANTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const chases = new Map<string, Chase>();
const queue = [...wanted];
await Promise.all(
  Array.from({ length: AT_A_TIME }, async () => {
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      const result = await chase(mutant, LIMIT_MS);
      chases.set(mutant.name, result);
      const verdict = result.problem ? pc.red(result.problem) : `caught at seed ${result.seeds}`;
      process.stderr.write(`${chases.size}/${wanted.length} ${mutant.name}: ${verdict}\n`);
    }
  }),
);

const table = new Table({
  head: ['mutant', 'caught at', 'of', 'by', 'seconds'],
  colAligns: ['left', 'right', 'right', 'left', 'right'],
  colWidths: [null, null, null, FINDING_WIDTH, null],
  wordWrap: true,
  style: { head: [], border: [] },
});
for (const { name, seeds: allowed } of wanted) {
  const { seeds, seconds, finding, problem } = chases.get(name)!;
  const [firstLine] = (finding ?? problem ?? '').split('\n');
  table.push([
    name,
    problem ? '-' : `seed ${seeds}`,
    allowed,
    problem ? pc.red(problem) : firstLine,
    seconds.toFixed(1),
  ]);
}
process.stdout.write(`${table.toString()}\n`);
const survivors = [...chases.values()].filter(({ problem }) => problem !== undefined);
process.stdout.write(`${wanted.length - survivors.length} of ${wanted.length} mutants caught\n`);
process.exitCode = survivors.length > 0 ? 1 : 0;
