import type { Clock } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import { type Currency, NO_CURRENCY } from '../../runtime/money.ts';
import { createWaits } from '../../runtime/waits.ts';
import type { LabLine } from '../lab-line.ts';
import type { GatewayService } from '../service.ts';
import { createAdmission } from './admission.ts';
import type { Context } from './context.ts';
import { type Access, createDoorkeeper } from './doorkeeper.ts';
import { createEventFollowers } from './event-followers.ts';
import { createHeldBooks } from './held-books.ts';
import { createIntake } from './intake.ts';
import { createLargeTopics } from './large-topics.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createAuditPages, createPages } from './pages.ts';
import { createRoles, type Tokens } from './roles.ts';
import { createAllBooks } from './rpc/all-books.ts';
import { createSpectators } from './rpc/spectators.ts';
import { createSubscriptions } from './rpc/subscriptions.ts';
import { createTurn } from './rpc/turn.ts';
import { createSharedBytes } from './shared-bytes.ts';
import { createStoreVersions } from './store-versions.ts';
import { createTokenGuard } from './token-guard.ts';
import { createTraces } from './traces.ts';
import { createViews } from './views.ts';
import { createWrites } from './writes.ts';

/** The parts that one gateway's operations and doors share. */
export function createContext(
  options: Tokens &
    Access & {
      readonly service: GatewayService;
      /** The store's name. */
      readonly cluster: string;
      readonly lab?: LabLine;
      /** What amounts are of; without it, two decimals of nothing in particular. */
      readonly currency?: Currency;
      readonly limits: Limits;
      readonly clock: Clock;
      readonly logger: Logger;
      /** Where several gateways of one process count together. */
      readonly metrics?: Metrics;
    },
): Context {
  const { service, limits, clock, logger, metrics = createMetrics() } = options;
  const endOfTurn = createTurn(clock);
  const waits = createWaits(clock);
  const views = createViews(options.currency ?? NO_CURRENCY);
  return {
    service,
    lab: options.lab,
    views,
    writes: createWrites(service, views, metrics.purchased),
    subscriptions: createSubscriptions({ service, views, limits, endOfTurn }),
    allBooks: createAllBooks({ service, views, limits, clock, endOfTurn }),
    spectators: createSpectators({ service, metrics, limits, clock }),
    followers: createEventFollowers({ service, views, limits, clock, waits, logger }),
    admission: createAdmission(limits, clock),
    pages: createPages(limits, clock),
    audits: createAuditPages(limits, clock),
    largeTopics: createLargeTopics(service, limits),
    heldBooks: createHeldBooks(service, views),
    storeVersions: createStoreVersions(options.cluster, service),
    traces: createTraces({ service, views, limits, clock }),
    metrics,
    held: {
      unfinished: createSharedBytes('unfinished messages', limits.maxUnfinishedBytes, clock),
      queues: createSharedBytes('waiting calls', limits.maxAllClientQueueBytes, clock),
      backlogs: createSharedBytes('answers not taken', limits.maxAllClientBacklogBytes, clock),
    },
    doorkeeper: createDoorkeeper(options),
    roleOf: createRoles(options),
    tokens: createTokenGuard({ limits, clock, logger, waits }),
    intake: createIntake(limits, clock),
    endOfTurn,
    waits,
    limits,
    clock,
    logger,
  };
}
