import Table from 'cli-table3';
import pc from 'picocolors';
import { readOptions, refuse, tool } from '../support/tool.ts';
import { type Chase, chase } from './chase.ts';
import { MUTANTS } from './table.ts';

const AT_A_TIME = 2;
/** Milliseconds for all seeds of one mutant. */
const LIMIT_MS = 300_000;
const FINDING_WIDTH = 72;

const command = tool(
  'npm run mutants --',
  'Runs the simulation with each deliberate bug of the table, or with those named, and prints which seed caught it. ' +
    'Exit code 1 if one survives.',
).argument('[NAME...]');
readOptions(command);
const names = command.args;
const unknown = names.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
if (unknown.length > 0) refuse(`there is no mutant ${unknown.join(', ')}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const wanted = MUTANTS.filter(({ name }) => names.length === 0 || names.includes(name));
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
