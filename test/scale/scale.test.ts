import { test } from 'uvu';
import { withCluster } from '../support/cluster.ts';
import { grow } from './grow.ts';

/** `npm run sizes` does the same with many more. */
test('10,000 books and 500 orders go in, and catalogs that were killed or wiped come back with them', () =>
  withCluster({ orders: 1 }, (cluster) =>
    grow(cluster, { books: 10_000, orders: 500, patienceMs: 60_000, report: (line) => console.log(line) }),
  ));

test.run();
