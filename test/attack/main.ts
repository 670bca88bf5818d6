import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stayAlive } from '../../runtime/clock.ts';
import type { Attack } from './attack.ts';
import { ATTACKS } from './attacks/index.ts';
import { limitHeaps, make, type Report } from './stage.ts';
import { linesOf, tableOf } from './table.ts';

/** `npm run attack`: does the store stay up and its doors shut when somebody means harm? */

const HELP = `npm run attack -- [OPTIONS]

Attacks private stores, with real processes whose heaps are 512 MB, in temporary folders and on free ports of
this machine, and prints what they held in memory, who led, and what a steady buyer met. Every attack is bounded
and stops by itself. It touches no process that it did not start, and nothing beyond loopback.

  --only NAME    this attack only; may be repeated
  --list         the attacks, and the harm that each does to a store without its guard
  --seconds N    how long an attack that lasts goes on, 1 to 120 (default 8)
  --share N      part of the full counts, 0.01 to 1 (default 1)
  --json         one JSON value instead of tables
  --help         this text

Exit code 0: the store held everywhere. 1: an attack did harm, a door
stands open, or an attack could not be made. 2: usage.
`;

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
  const values = readOptions();
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.list) {
    for (const { name, harm } of ATTACKS) process.stdout.write(`${name.padEnd(22)}${harm}\n`);
    return 0;
  }
  const intensity = {
    seconds: within('seconds', values.seconds, 1, 120),
    share: within('share', values.share, 0.01, 1),
  };
  const wanted = values.only?.map(named) ?? ATTACKS;
  limitHeaps();
  const reports: Report[] = [];
  for (const attack of wanted) {
    process.stderr.write(`${attack.name}: ${attack.harm}\n`);
    const report = await make(attack, intensity);
    reports.push(report);
    process.stderr.write(`${linesOf(report).join('\n')}\n\n`);
  }
  process.stdout.write(values.json ? `${JSON.stringify(reports)}\n` : tableOf(reports));
  return reports.some(({ wrong, broken }) => wrong.length > 0 || broken !== undefined) ? 1 : 0;
}

function named(name: string): Attack {
  return ATTACKS.find((attack) => attack.name === name) ?? refuse(`there is no attack "${name}" (--list)`);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        list: { type: 'boolean', default: false },
        seconds: { type: 'string', default: '8' },
        share: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function within(name: string, text: string, least: number, most: number): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : refuse(`--${name} must be from ${least} to ${most}`);
}

function refuse(problem: string): never {
  cleanUp();
  process.stderr.write(`attack: ${problem} (--help lists the options)\n`);
  process.exit(2);
}
