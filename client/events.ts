import type { Params } from '../gateway/bridge/operations/index.ts';
import type { EventType } from '../runtime/changes.ts';
import type { Clock } from '../runtime/clock.ts';
import { asBazarError, BazarError, ERROR_KINDS } from '../runtime/errors.ts';
import { type EventAnswer, EventNotice, type FollowedAnswer } from '../runtime/event-answers.ts';
import { PASSING } from './calls.ts';
import type { ClientLimits } from './limits.ts';

export interface EventsRequest<Type extends EventType = EventType> {
  /** A version, 0 for the beginning, or the `id` of the last event that was seen; without it, from the beginning. */
  readonly since?: number | string;
  /** Of what; of orders alone unless it is said. */
  readonly types?: readonly Type[];
  /** Of the events of orders, only those of this kind. */
  readonly status?: StoreEvent<'order'>['what'];
  /** Of the events of orders, only those of orders of this customer. */
  readonly customer?: string;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

export type StoreEvent<Type extends EventType = EventType> = Extract<EventAnswer, { type: Type }>;

type Wish = Extract<Params<'subscribe'>, { orders: true }>;

/** The events that one client follows, across reconnections. */
export interface EventFeed {
  /**
   * Events from a place on, each once and in the order of the log. The place is here, so it goes on behind whichever gateway
   * answers next. It ends by its signal, and throws what asking again does not mend, as `unauthorized`.
   */
  follow<Type extends EventType = 'order'>(
    request?: EventsRequest<Type>,
  ): AsyncGenerator<StoreEvent<Type>, void, void>;
  /** An `event` notification has come. */
  notified(params: unknown): void;
  /** The connection is gone, and with it what was followed over it. */
  lost(): void;
  /** Ends every iteration. */
  close(): void;
}

/** What the store tells under one name, until that ends. */
interface Stream {
  readonly events: StoreEvent[];
  /** The store has answered; before, a lost connection ends nothing, since the call is made again over the next. */
  isOpen: boolean;
  /** Why nothing more comes under this name. */
  end: BazarError | undefined;
  /** Something has come. */
  wake(): void;
}

export function createEventFeed(options: {
  readonly subscribe: (wish: Wish) => Promise<FollowedAnswer>;
  readonly unsubscribe: (subscription: string) => Promise<unknown>;
  readonly clock: Clock;
  readonly limits: ClientLimits;
}): EventFeed {
  const { subscribe, unsubscribe, clock, limits } = options;
  const streams = new Map<string, Stream>();
  const closed = new AbortController();
  let names = 0;

  function open(wish: Omit<Wish, 'orders'>): { name: string; stream: Stream } {
    const name = `events-${++names}`;
    const stream: Stream = { events: [], isOpen: false, end: undefined, wake() {} };
    // Before it is asked for: the first events may come with the answer.
    streams.set(name, stream);
    subscribe({ ...wish, orders: true, subscription: name }).then(
      () => {
        stream.isOpen = true;
      },
      (thrown) => {
        const error = asBazarError(thrown);
        close(name, error);
        // It may have been heard all the same, and then tells events that nobody takes.
        if (mends(error)) unsubscribe(name).catch(() => {});
      },
    );
    return { name, stream };
  }

  function close(name: string, end: BazarError): void {
    const stream = streams.get(name);
    if (!stream || !streams.delete(name)) return;
    stream.end = end;
    stream.wake();
  }

  /** The iterator has left, or takes less than comes: the store need not go on. */
  function giveUp(name: string): void {
    if (!streams.has(name)) return;
    close(name, new BazarError('too-many-requests'));
    unsubscribe(name).catch(() => {});
  }

  async function* events({ since = 0, types, ...filter }: EventsRequest, signal: AbortSignal) {
    let place = since;
    while (!signal.aborted) {
      const { name, stream } = open({ since: place, ...(types && { types: [...types] }), ...filter });
      const abort = () => giveUp(name);
      signal.addEventListener('abort', abort);
      const began = place;
      try {
        for (;;) {
          const event = stream.events.shift();
          if (event) {
            place = event.id;
            yield event;
          } else if (stream.end) break;
          else {
            await new Promise<void>((resolve) => {
              stream.wake = resolve;
            });
          }
        }
      } finally {
        signal.removeEventListener('abort', abort);
        giveUp(name);
      }
      if (signal.aborted) return;
      if (!mends(stream.end)) throw stream.end;
      if (place === began) await pause(clock, limits.eventPauseMs, signal);
    }
  }

  return {
    follow<Type extends EventType>({ signal, ...request }: EventsRequest<Type> = {}) {
      const ends = AbortSignal.any(signal ? [signal, closed.signal] : [closed.signal]);
      // Only those that were asked for come.
      return events(request, ends) as AsyncGenerator<StoreEvent<Type>, void, void>;
    },
    notified(params) {
      const notice = EventNotice.safeParse(params).data;
      const stream = notice && streams.get(notice.subscription);
      if (!stream) return;
      if ('ended' in notice) {
        const code = notice.ended.code in ERROR_KINDS ? notice.ended.code : 'internal';
        close(notice.subscription, new BazarError(code as BazarError['code'], notice.ended.message));
        return;
      }
      stream.events.push(notice.event);
      stream.wake();
      if (stream.events.length >= limits.maxWaitingEvents) giveUp(notice.subscription);
    },
    lost() {
      for (const [name, { isOpen }] of streams) if (isOpen) close(name, new BazarError('link-lost'));
    },
    close: () => closed.abort(),
  };
}

/** Whether asking again from the same place may go on. */
function mends({ code }: BazarError): boolean {
  return PASSING.has(code) || code === 'link-lost' || code === 'timeout';
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(over, ms);
    function over(): void {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    }
    signal.addEventListener('abort', over);
  });
}
