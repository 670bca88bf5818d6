import { stayAlive } from '../../runtime/clock.ts';
import { withLauncherCluster } from '../support/cluster.ts';
import { readOptions, tool, whole } from '../support/tool.ts';
import { grow } from './grow.ts';

const COMMAND = tool(
  'npm run sizes --',
  'Fills a store of its own with books and orders, then kills one catalog, wipes another and kills all of them, and ' +
    'prints how long each took, in which term, and how much memory the catalogs had. It ends when all are equal again.',
)
  .option('--books <N>', 'how many', whole(1, 1e9), 250_000)
  .option('--orders <N>', 'how many', whole(1, 1e9), 1_000_000)
  .option('--minutes <N>', 'for each step', whole(1, 24 * 60), 30)
  .addHelpText('after', '\nExit code 0: everything came back. 1: it did not. 2: usage.');

interface Options extends Record<string, unknown> {
  readonly books: number;
  readonly orders: number;
  readonly minutes: number;
}

const { books, orders, minutes } = readOptions<Options>(COMMAND);

const rest = stayAlive();
await withLauncherCluster({ args: ['--limit', 'drainMs=30000'] }, (cluster) =>
  grow(cluster, {
    books,
    orders,
    patienceMs: minutes * 60_000,
    report: (line) => void process.stdout.write(`${line}\n`),
  }),
).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
rest();
