import type { LogReplica } from '../../actors/log/log-replica.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import { createOuterLog, type OuterLog } from '../simulation/outer-log.ts';
import { createProcess, type Scheduler, type SimProcess } from '../simulation/scheduler.ts';
import { type Catalogs, startCatalogsOver, type TrialEngine } from './catalogs.ts';
import type { ManualClock } from './manual-clock.ts';

export interface OuterCatalogs extends Catalogs<LogReplica> {
  readonly log: OuterLog;
}

const IDS = ['catalog-1', 'catalog-2', 'catalog-3'];

/** Real catalogs as `startCatalogs` has them, over the simulated engine, whose time passes by hand too. */
export async function startOuterCatalogs(
  changes: Partial<Limits> = {},
  levels = new Map<NodeId, number>(),
): Promise<OuterCatalogs> {
  let log!: OuterLog;
  const processes = new Map<NodeId, SimProcess>();
  let starts = 0;

  function engineOf(clock: ManualClock): TrialEngine<LogReplica> {
    const outside = createProcess('outside');
    const scheduler = schedulerBy(clock);
    log = createOuterLog({ seed: 1, scheduler, outside, catalogs: IDS, say() {} });
    return {
      async join(id, _disk, ids) {
        const process = createProcess(id);
        processes.set(id, process);
        return log.join(process, `${id}.${++starts}`, ids);
      },
      killed(id) {
        processes.get(id)!.alive = false;
      },
      foremost: (running) =>
        running.every(({ catalog }) => catalog.lifecycle.state === 'ready') ? running[0] : undefined,
    };
  }

  const catalogs = await startCatalogsOver(engineOf, IDS.length, changes, levels);
  return Object.assign(catalogs, { log });
}

function schedulerBy(clock: ManualClock): Pick<Scheduler, 'now' | 'after' | 'cancel'> {
  return {
    get now() {
      return clock.monotonic();
    },
    after: (delayMs, process, run) => clock.setTimeout(() => process.alive && run(), delayMs),
    cancel: (timer) => clock.clearTimeout(timer),
  };
}
