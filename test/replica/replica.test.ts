import type { LogReplica } from '../../actors/log/log-replica.ts';
import type { RaftReplica } from '../../actors/raft/raft-replica.ts';
import { startCatalogs } from '../support/catalogs.ts';
import { type OuterCatalogs, startOuterCatalogs } from '../support/outer-catalogs.ts';
import { replicaSuite } from './replica-suite.ts';

/** Raft, where the others are away. */
replicaSuite<RaftReplica>('raft', {
  start: (limits) => startCatalogs(3, limits),
  async cutOff(catalogs) {
    for (const { id } of await catalogs.followers()) await catalogs.kill(id);
  },
  async mend(catalogs) {
    const running = catalogs.running.map(({ id }) => id);
    for (const id of ['catalog-1', 'catalog-2', 'catalog-3'])
      if (!running.includes(id)) await catalogs.start(id);
  },
}).run();

replicaSuite<LogReplica>('log', {
  start: (limits) => startOuterCatalogs(limits),
  async cutOff(catalogs) {
    // For 200 ms at least.
    const cut = (catalogs as OuterCatalogs).log.faults.find(([name]) => name === 'cut all off from the log')!;
    cut[2]();
  },
  async mend(catalogs) {
    (catalogs as OuterCatalogs).log.heal();
  },
}).run();
