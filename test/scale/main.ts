import { Option } from 'commander';
import { stayAlive } from '../../runtime/clock.ts';
import { withLauncherCluster } from '../support/cluster.ts';
import { readOptions, tool, whole } from '../support/tool.ts';
import { endHolds } from './end-holds.ts';
import { grow } from './grow.ts';
import { readRows } from './read-rows.ts';

/** Milliseconds that no turn of a catalog may take while holds end. */
const LONGEST_TURN_MS = 50;
/** MiB that reading the most rows that a file may have takes at most. */
const MOST_READING_MIB = 900;

const COMMAND = tool(
  'npm run sizes --',
  'Fills a store of its own with books and orders, then kills one catalog, wipes another and kills all of them, and ' +
    'prints how long each took, in which term, and how much memory the catalogs had, until all are equal again. Then ' +
    'it lets many holds of one catalog end at once, and prints how long the turns of the event loop were, and reads ' +
    'a file of many rows, and prints how much memory that took.',
)
  .addOption(new Option('--only <WHAT>', 'one of them').choices(['store', 'holds', 'rows']))
  .option('--books <N>', 'how many', whole(1, 1e9), 250_000)
  .option('--orders <N>', 'how many', whole(1, 1e9), 1_000_000)
  .option('--holds <N>', 'how many, open at once', whole(1, 1e6), 1_000_000)
  .option('--rows <N>', 'how many, of a file', whole(1, 1e6), 1_000_000)
  .option('--minutes <N>', 'for each step', whole(1, 24 * 60), 30)
  .addHelpText(
    'after',
    '\nExit code 0: everything came back, and nothing was above its bound. 1: it was not so. 2: usage.',
  );

interface Options extends Record<string, unknown> {
  readonly only?: 'store' | 'holds' | 'rows';
  readonly books: number;
  readonly orders: number;
  readonly holds: number;
  readonly rows: number;
  readonly minutes: number;
}

const { only, books, orders, holds, rows, minutes } = readOptions<Options>(COMMAND);
const report = (line: string) => void process.stdout.write(`${line}\n`);
const patienceMs = minutes * 60_000;

async function main(): Promise<void> {
  const isWanted = (what: Options['only']) => only === undefined || only === what;
  // First, since the most that a process had is never less.
  if (isWanted('rows')) {
    const most = await readRows(rows, report);
    if (most > MOST_READING_MIB) throw new Error(`it took ${most.toFixed(0)} MiB, of ${MOST_READING_MIB}`);
  }
  if (isWanted('store')) {
    await withLauncherCluster({ args: ['--limit', 'drainMs=30000'] }, (cluster) =>
      grow(cluster, { books, orders, patienceMs, report }),
    );
  }
  if (isWanted('holds')) {
    const longest = await endHolds({ holds, report });
    if (longest > LONGEST_TURN_MS)
      throw new Error(`a turn took ${longest.toFixed(0)} ms, of ${LONGEST_TURN_MS}`);
  }
}

const rest = stayAlive();
await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
rest();
