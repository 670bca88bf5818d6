import { suite } from 'uvu';
import type { CommandLog } from '../../actors/log/command-log.ts';
import { openEtcdLog } from '../../actors/log/etcd/open-etcd-log.ts';
import { systemClock } from '../../runtime/clock.ts';
import { DEFAULT_LIMITS } from '../../runtime/limits.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { type TestEtcd, withEtcd } from '../support/etcd.ts';
import { needs } from '../support/needs.ts';
import { commandLogSuite } from './command-log-suite.ts';

export function openLog(etcd: TestEtcd, cluster: string): Promise<CommandLog<string>> {
  const ports = { clock: systemClock, limits: DEFAULT_LIMITS, logger: silentLogger };
  return openEtcdLog<string>({ urls: etcd.urls, cluster, generation: 1, ...ports });
}

const test = suite('etcd');
let etcd: TestEtcd;
let end: () => void;
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
      ended.catch(failed);
    }),
);
test.after(async () => {
  end();
  await ended;
});

commandLogSuite('etcd', () => ({ open: (name) => openLog(etcd, name), clock: systemClock }), test);
test.run();
