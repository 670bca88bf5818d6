import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { ClusterStatus, GatewayService, Served } from '../service.ts';
import type { Admission } from './admission.ts';
import type { LargeTopics } from './large-topics.ts';
import type { Metrics } from './metrics.ts';
import type { Pages } from './pages.ts';
import type { Requests } from './requests.ts';
import type { SharedBytes } from './shared-bytes.ts';
import type { Writes } from './writes.ts';

/** What both bridges work with. */
export interface Desk {
  readonly service: GatewayService;
  readonly writes: Writes;
  readonly requests: Requests;
  readonly admission: Admission;
  readonly pages: Pages;
  readonly audits: Pages;
  readonly largeTopics: LargeTopics;
  readonly metrics: Metrics;
  /** What clients make the gateway hold: messages not ended, calls waiting their turn, answers not taken. */
  readonly held: {
    readonly unfinished: SharedBytes;
    readonly queues: SharedBytes;
    readonly backlogs: SharedBytes;
  };
  readonly isAdmin: (token: string) => boolean;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Compares in a time that says nothing about how much of the token was right. */
export function tokenCheck(adminToken: string): (token: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(adminToken);
  return (token) => timingSafeEqual(digest(token), expected);
}

/** The cluster's status, or `unavailable` when the service does not have it in time. */
export function statusInTime({ service, limits, clock }: Desk): Promise<ClusterStatus> {
  return new Promise((resolve, reject) => {
    const late = new BazarError('unavailable', 'The status could not be gathered in time.');
    const timer = clock.setTimeout(() => reject(late), limits.statusDeadlineMs);
    service
      .status()
      .then(resolve, reject)
      .finally(() => clock.clearTimeout(timer));
  });
}

/** The way a read took, as one debug line: `GET /info/1 → miss → catalog-2`. */
export function traceRead({ logger }: Desk, what: string, served: Served<unknown>): void {
  if (!logger.isLevelEnabled('debug')) return;
  logger.debug(`${what} → ${served.cache === 'hit' ? 'hit' : `${served.cache} → ${served.servedBy}`}`);
}

/** The way a write took: `POST /purchase → order-1`. */
export function traceWrite({ logger }: Desk, what: string, order: string): void {
  if (logger.isLevelEnabled('debug')) logger.debug(`${what} → ${order}`);
}

export const unknownBook = (id: number) =>
  new BazarError('unknown-book', `There is no book ${id}.`, { bookId: id });
export const unknownOrder = (orderId: string) =>
  new BazarError('unknown-order', `There is no order ${orderId}.`, { orderId });
