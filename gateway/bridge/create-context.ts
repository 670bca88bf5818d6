import type { Clock } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createWaits } from '../../runtime/waits.ts';
import type { GatewayService } from '../service.ts';
import { createAdmission } from './admission.ts';
import { type Context, tokenCheck } from './context.ts';
import { createIntake } from './intake.ts';
import { createLargeTopics } from './large-topics.ts';
import { createMetrics } from './metrics.ts';
import { createAuditPages, createPages } from './pages.ts';
import { createSubscriptions } from './rpc/subscriptions.ts';
import { createTurn } from './rpc/turn.ts';
import { createSharedBytes } from './shared-bytes.ts';
import { createWrites } from './writes.ts';

/** The parts that one gateway's operations and doors share. */
export function createContext(options: {
  readonly service: GatewayService;
  readonly adminToken: string;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
}): Context {
  const { service, adminToken, limits, clock, logger } = options;
  const metrics = createMetrics();
  const endOfTurn = createTurn(clock);
  return {
    service,
    writes: createWrites(service, metrics.purchased),
    subscriptions: createSubscriptions({ service, limits, endOfTurn }),
    admission: createAdmission(limits, clock),
    pages: createPages(limits, clock),
    audits: createAuditPages(limits, clock),
    largeTopics: createLargeTopics(service, limits),
    metrics,
    held: {
      unfinished: createSharedBytes('unfinished messages', limits.maxUnfinishedBytes, clock),
      queues: createSharedBytes('waiting calls', limits.maxAllClientQueueBytes, clock),
      backlogs: createSharedBytes('answers not taken', limits.maxAllClientBacklogBytes, clock),
    },
    intake: createIntake(limits, clock),
    isAdmin: tokenCheck(adminToken),
    endOfTurn,
    waits: createWaits(clock),
    limits,
    clock,
    logger,
  };
}
