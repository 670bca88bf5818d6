import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { stayAlive } from '../../runtime/clock.ts';
import { decimal, readOptions, tool } from '../support/tool.ts';
import type { Attack } from './attack.ts';
import { ATTACKS } from './attacks/index.ts';
import { limitHeaps, make, type Report } from './stage.ts';
import { linesOf, tableOf } from './table.ts';

/** `npm run attack`: does the store stay up and its doors shut when somebody means harm? */

const COMMAND = tool(
  'npm run attack --',
  'Attacks private stores, with real processes whose heaps are 512 MB, in temporary folders and on free ports of ' +
    'this machine, and prints what they held in memory, who led, and what a steady buyer met. Every attack is ' +
    'bounded and stops by itself. It touches no process that it did not start, and nothing beyond loopback.',
)
  .addOption(
    new Option('--only <NAME>', 'this attack only; may be repeated').argParser(
      (name, before: readonly Attack[] = []) => [...before, named(name)],
    ),
  )
  .option('--list', 'the attacks, and the harm that each does to a store without its guard')
  .option('--seconds <N>', 'how long an attack that lasts goes on', decimal(1, 120), 8)
  .option('--share <N>', 'part of the full counts', decimal(0.01, 1), 1)
  .option('--json', 'one JSON value instead of tables')
  .addHelpText(
    'after',
    `
Exit code 0: the store held everywhere. 1: an attack did harm, a door stands open, or an attack could not be made.
2: usage.`,
  );

interface Options extends Record<string, unknown> {
  readonly only?: readonly Attack[];
  readonly list?: boolean;
  readonly seconds: number;
  readonly share: number;
  readonly json?: boolean;
}

const { only: wanted = ATTACKS, list, json, ...intensity } = readOptions<Options>(COMMAND);

/** Everything that attacks and their stores write lies in here, and is gone afterwards. */
const folder = mkdtempSync(join(tmpdir(), 'bazar-attack-'));
const cleanUp = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
process.env.TMPDIR = folder;

stayAlive();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // After those that end the processes, since listeners are called in their order.
    process.on('exit', cleanUp);
    process.exit(1);
  });
}
process.exitCode = await main().finally(cleanUp);
process.exit();

async function main(): Promise<number> {
  if (list) {
    for (const { name, harm } of ATTACKS) process.stdout.write(`${name.padEnd(22)}${harm}\n`);
    return 0;
  }
  limitHeaps();
  const reports: Report[] = [];
  for (const attack of wanted) {
    process.stderr.write(`${attack.name}: ${attack.harm}\n`);
    const report = await make(attack, intensity);
    reports.push(report);
    process.stderr.write(`${linesOf(report).join('\n')}\n\n`);
  }
  process.stdout.write(json ? `${JSON.stringify(reports)}\n` : tableOf(reports));
  return reports.some(({ wrong, broken }) => wrong.length > 0 || broken !== undefined) ? 1 : 0;
}

function named(name: string): Attack {
  const found = ATTACKS.find((attack) => attack.name === name);
  if (found) return found;
  throw new InvalidArgumentError('There is no such attack (--list)');
}
