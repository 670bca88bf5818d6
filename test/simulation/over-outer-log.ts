import { createOuterLog } from './outer-log.ts';
import type { Plan } from './plan.ts';

/**
 * The same plan where an engine outside orders the log. It keeps little, and catalogs say often how far they are, so that
 * the log is let go of within a run. A store is not put back to a copy: what the log has is not lost with the disks.
 */
export function overOuterLog(plan: Plan): Plan {
  return {
    ...plan,
    log: createOuterLog,
    lostMs: 0,
    lostFolder: undefined,
    maxNewTerms: undefined,
    limits: {
      ...plan.limits,
      logPositionMs: 400,
      comparedEveryEntries: 50,
      maxLogBatchCommands: Math.min(plan.limits.maxLogBatchCommands, 20),
    },
  };
}
