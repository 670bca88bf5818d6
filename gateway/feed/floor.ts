import { BazarError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { type AskPorts, askInTurn } from '../upstream/ask-in-turn.ts';
import type { RoundRobin } from '../upstream/round-robin.ts';

/** The rule of what is fresh, as far as it rests on what a quorum confirms. */
export interface Rule {
  readonly known: boolean;
  confirm(index: number): void;
}

/** What other gateways, or one before this, may have acknowledged: it is at or below an index that a quorum confirms. */
export interface Floor {
  /** Resolves when this gateway knows one since its start; rejects with `unavailable` where that takes too long. */
  known(): Promise<void>;
  /** An index that a quorum confirms after the question; `deadline` in local monotonic ms. */
  confirmed(deadline: number): Promise<number>;
  /** Asks until a quorum has confirmed the first one. Until then no cache and no replica can be known to be fresh. */
  seek(then: (index: number, askedAt: number) => void): Promise<void>;
}

export function createFloor(
  ports: AskPorts & {
    readonly freshness: Rule;
    readonly catalogs: RoundRobin;
    readonly logger: Logger;
  },
): Floor {
  const { clock, limits, waits, freshness, catalogs, logger } = ports;
  let resolveFound = () => {};
  const found = new Promise<void>((resolve) => {
    resolveFound = resolve;
  });

  async function confirmed(deadline: number): Promise<number> {
    const patience = { attemptMs: limits.readAttemptMs, deadline };
    const { reply } = await askInTurn(ports, catalogs, 'read.index', { forwarded: false }, patience);
    return reply.index;
  }

  return {
    async known() {
      if (freshness.known) return;
      await waits.atMost(found, limits.readDeadlineMs).catch(() => {
        throw new BazarError('unavailable', 'No quorum of catalogs has been reached since the start');
      });
    },
    confirmed,
    async seek(then) {
      while (!freshness.known && !waits.ended) {
        const askedAt = clock.monotonic();
        try {
          const index = await confirmed(askedAt + limits.readDeadlineMs);
          if (waits.ended) return;
          freshness.confirm(index);
          then(index, askedAt);
          resolveFound();
        } catch (error) {
          logger.debug({ err: error }, 'no quorum of catalogs yet');
          await waits.pause(limits.retryPauseMs);
        }
      }
    },
  };
}
