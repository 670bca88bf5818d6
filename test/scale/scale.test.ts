import { test } from 'uvu';
import { withCluster } from '../support/cluster.ts';
import { grow } from './grow.ts';

/** `npm run sizes` does the same with many more. */
test('20,000 books and 2,000 orders go in, and catalogs that were killed or wiped come back with them', () =>
  withCluster({ orders: 1 }, (cluster) =>
    grow(cluster, { books: 20_000, orders: 2_000, patienceMs: 60_000, report: (line) => console.log(line) }),
  ));

test.run();
