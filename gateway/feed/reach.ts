import type { Clock } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Waits } from '../../runtime/waits.ts';
import type { Floor, Rule } from './floor.ts';

/**
 * What another gateway has shown or acknowledged, this one must not show less of. It knows every change up to the index
 * that its feed has brought; beyond that it waits for the feed a little, and then asks for an index that a quorum
 * confirms, which it takes for its floor: no cached answer counts that is older.
 */
export interface Reach {
  /** Every default read that begins now is at least as of this index. */
  readonly reached: number;
  /** Resolves once `reached` is at `index`; rejects with `version-unknown` where no quorum has come to it. */
  reach(index: number, options?: { readonly deadline?: number }): Promise<void>;
  /** The feed has brought more. */
  heard(): void;
}

export function createReach(options: {
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'behindWaitMs' | 'readDeadlineMs'>;
  readonly waits: Waits;
  readonly freshness: Pick<Rule, 'confirm'>;
  readonly floor: Pick<Floor, 'known' | 'confirmed'>;
  /** The index up to which the feed has told every change. */
  readonly fed: () => number;
}): Reach {
  const { clock, limits, waits, freshness, floor, fed } = options;
  let covered = 0;
  let more: (() => void) | undefined;
  let news: Promise<void> | undefined;

  const reached = () => Math.max(covered, fed());

  /** All that wait are woken together by the next word of the feed. */
  function nextNews(): Promise<void> {
    news ??= new Promise((resolve) => {
      more = resolve;
    });
    return news;
  }

  async function follow(index: number, until: number): Promise<void> {
    for (
      let left = until - clock.monotonic();
      reached() < index && left > 0;
      left = until - clock.monotonic()
    )
      await waits.atMost(nextNews(), left).catch(() => {});
  }

  return {
    get reached() {
      return reached();
    },
    async reach(index, { deadline = clock.monotonic() + limits.readDeadlineMs } = {}) {
      await floor.known();
      await follow(index, Math.min(deadline, clock.monotonic() + limits.behindWaitMs));
      if (reached() >= index) return;
      const present = await floor.confirmed(deadline);
      if (present < index) {
        throw new BazarError(
          'version-unknown',
          `Version ${index} is above the present one, ${present}: it is not of this store, or the store was put back. Ask without it.`,
        );
      }
      freshness.confirm(present);
      covered = Math.max(covered, present);
    },
    heard() {
      more?.();
      more = undefined;
      news = undefined;
    },
  };
}
