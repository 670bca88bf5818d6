import type { Clock } from '../../runtime/clock.ts';
import { asBazarError, BazarError } from '../../runtime/errors.ts';
import type { EventAnswer } from '../../runtime/event-answers.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Waits } from '../../runtime/waits.ts';
import type { GatewayService } from '../service.ts';
import { type EventsParams, eventsOf, readEvents } from './read-events.ts';
import type { Views } from './views.ts';

/**
 * Clients that follow the events of the store, by HTTP or JSON-RPC. Each is told page by page, and the next page is read
 * once it has taken the one before, so a follower holds one page at most. Who takes nothing for long is cut, and goes on
 * from the last event that it has.
 */
export interface EventFollowers {
  /** Takes a place among the followers. Rejects where there is none, and where `since` is no place. */
  open(params: EventsParams): Promise<EventFollower>;
}

export interface EventFollower {
  /** Where it begins. */
  readonly cursor: string;
  /** Tells events until the outlet is shut or they cannot be read; resolves to why they cannot. Gives the place back. */
  follow(outlet: EventOutlet): Promise<BazarError | undefined>;
  /** Gives the place back of one that is not to follow. */
  leave(): void;
}

/** Where the events of one client go. */
export interface EventOutlet {
  readonly isOpen: boolean;
  tell(events: readonly EventAnswer[]): void;
  /** Says that the stream lives, though nothing happens. */
  beat(): void;
  /** Calls `taken` once the client has taken what was told, or has gone. */
  whenTaken(taken: () => void): void;
  /** Ends the connection of a client that takes nothing. */
  cut(): void;
}

export function createEventFollowers(context: {
  readonly service: GatewayService;
  readonly views: Views;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly waits: Waits;
  readonly logger: Logger;
}): EventFollowers {
  const { limits, clock, waits, service, logger } = context;
  let open = 0;
  let pause: Promise<void> | undefined;
  let heard: (() => void) | undefined;
  /** What was there to be seen at the last look. */
  let seen = 0;
  service.onHeard(() => heard?.());

  /** All look at the same time. */
  function nextLook(): Promise<void> {
    pause ??= untilNews().then(() => {
      pause = undefined;
      seen = service.version() ?? 0;
    });
    return pause;
  }

  /** At once when the feed has told of more, but after a rest, which is longer the more streams would look. */
  async function untilNews(): Promise<void> {
    const { eventPauseMs, eventRestMs, maxEventReads } = limits;
    const restMs = Math.min(eventPauseMs, Math.max(eventRestMs, (1_000 * open) / maxEventReads));
    await waits.pause(restMs);
    if ((service.version() ?? 0) > seen || restMs === eventPauseMs) return;
    const news = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await waits.atMost(news, eventPauseMs - restMs).catch(() => {});
    heard = undefined;
  }

  async function read(params: EventsParams) {
    return eventsOf(context, (await readEvents(context, params, {})).value);
  }

  async function taken(outlet: EventOutlet): Promise<void> {
    const isTaken = new Promise<void>((resolve) => outlet.whenTaken(resolve));
    await waits.atMost(isTaken, limits.eventDrainMs).catch(() => {
      if (!waits.ended) outlet.cut();
    });
  }

  /** Waits until there is a later version, and says that the stream lives while there is none. Returns when it was told. */
  async function news(outlet: EventOutlet, version: number, toldAt: number): Promise<number> {
    let told = toldAt;
    do {
      await nextLook();
      if (clock.monotonic() - told >= limits.eventHeartbeatMs) {
        told = clock.monotonic();
        outlet.beat();
      }
    } while (outlet.isOpen && !waits.ended && (service.version() ?? 0) <= version);
    return told;
  }

  async function follow(outlet: EventOutlet, params: EventsParams, first: Awaited<ReturnType<typeof read>>) {
    let page = first;
    let toldAt = clock.monotonic();
    while (outlet.isOpen && !waits.ended) {
      const { events, cursor, more } = page;
      if (events.length > 0) {
        outlet.tell(events);
        toldAt = clock.monotonic();
        // What is told is not held here while the client takes it.
        page = { ...page, events: [] };
        await taken(outlet);
      }
      if (!more) toldAt = await news(outlet, Number.parseInt(cursor, 10), toldAt);
      if (outlet.isOpen && !waits.ended) page = await read({ ...params, since: cursor });
    }
  }

  return {
    async open(given) {
      if (open >= limits.maxEventStreams) {
        const message = `${limits.maxEventStreams} streams of events are open already.`;
        throw new BazarError('too-many-requests', message);
      }
      open += 1;
      let hasPlace = true;
      const leave = () => {
        if (hasPlace) open -= 1;
        hasPlace = false;
      };
      const since = given.since ?? service.version() ?? 0;
      const params = { ...given, limit: limits.defaultPage };
      try {
        const first = await read({ ...params, since });
        return {
          cursor: String(since),
          leave,
          follow: (outlet) =>
            follow(outlet, params, first)
              .then(() => undefined)
              .catch((error) => {
                logger.info({ err: error }, 'a stream of events ends; its client goes on with the last id');
                return asBazarError(error);
              })
              .finally(leave),
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}
