import { parseArgs } from 'node:util';
import { stayAlive } from '../../runtime/clock.ts';
import { withCluster } from '../support/cluster.ts';
import { grow } from './grow.ts';

const HELP = `npm run sizes -- [OPTIONS]

Fills a store of its own with books and orders, then kills one catalog, wipes another and kills all of them, and
prints how long each took, in which term, and how much memory the catalogs had. It ends when all are equal again.

  --books N      (default 250000)
  --orders N     (default 1000000)
  --minutes N    for each step (default 30)
  --help         this text

Exit code 0: everything came back. 1: it did not. 2: usage.
`;

const { values } = parseArgs({
  options: {
    books: { type: 'string', default: '250000' },
    orders: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
});
const [books, orders, minutes] = [values.books, values.orders, values.minutes].map(Number);

const rest = stayAlive();
if (values.help || !isCount(books) || !isCount(orders) || !isCount(minutes)) {
  (values.help ? process.stdout : process.stderr).write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  await withCluster({ args: ['--limit', 'drainMs=30000'] }, (cluster) =>
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
}
rest();

function isCount(number: number | undefined): number is number {
  return Number.isSafeInteger(number) && number! >= 1;
}
