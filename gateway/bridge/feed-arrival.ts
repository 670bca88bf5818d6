import type { Clock, Timer } from '../../runtime/clock.ts';
import type { BookId } from '../../runtime/domain.ts';
import type { GatewayService } from '../service.ts';

/**
 * When the commit feed has brought what a purchase changed to this gateway, and with it to its caches: mostly about when
 * the answer comes, and a little before or after it.
 */
export interface FeedArrival {
  /** Calls `then` with the moment at which the feed brought that version or a later one; not at all if it does not soon. */
  await(version: number, then: (moment: number) => void): void;
  leave(): void;
}

/** Changes that are remembered while the purchase has no version yet. */
const REMEMBERED = 100;

export function watchFeed(options: {
  readonly service: Pick<GatewayService, 'onChange'>;
  readonly clock: Clock;
  readonly patienceMs: number;
  readonly books: ReadonlySet<BookId>;
  readonly now: () => number;
}): FeedArrival {
  const { service, clock, books } = options;
  const seen: { readonly version: number; readonly moment: number }[] = [];
  let wanted: { readonly version: number; readonly then: (moment: number) => void } | undefined;
  let patience: Timer | undefined;

  const unsubscribe = service.onChange(({ id, version }) => {
    if (!books.has(id)) return;
    seen.push({ version, moment: options.now() });
    if (seen.length > REMEMBERED) seen.shift();
    settle();
  });

  function leave(): void {
    unsubscribe();
    clock.clearTimeout(patience);
    wanted = undefined;
  }

  function settle(): void {
    const { version: least, then } = wanted ?? {};
    const found = least === undefined ? undefined : seen.find(({ version }) => version >= least);
    if (!found) return;
    leave();
    then?.(found.moment);
  }

  return {
    await(version, then) {
      wanted = { version, then };
      patience = clock.setTimeout(leave, options.patienceMs);
      settle();
    },
    leave,
  };
}
