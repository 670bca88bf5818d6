import { suite } from 'uvu';
import { systemClock } from '../../runtime/clock.ts';
import { type TestEtcd, withEtcd } from '../support/etcd.ts';
import { needs } from '../support/needs.ts';
import { commandLogSuite } from './command-log-suite.ts';
import { openLog } from './etcd-logs.ts';

const test = suite('etcd');
let etcd: TestEtcd;
let end = () => {};
let ended: Promise<void>;

test.before(
  () =>
    new Promise<void>((started, failed) => {
      ended = needs('etcd', 'etcd', () =>
        withEtcd({ members: 3 }, (running) => {
          etcd = running;
          started();
          return new Promise<void>((resolve) => {
            end = resolve;
          });
        }),
      )();
      // Without the program there is nothing to wait for.
      ended.then(started, failed);
    }),
);
test.after(async () => {
  end();
  await ended;
});

commandLogSuite(
  'etcd',
  () => ({ open: (name) => openLog(etcd.urls, name), clock: systemClock }),
  test,
  (name, work) => needs('etcd', name, work),
);
test.run();
