import type { Params } from '../gateway/bridge/operations/index.ts';
import type { EventType } from '../runtime/changes.ts';
import type { Clock } from '../runtime/clock.ts';
import { BazarError } from '../runtime/errors.ts';
import type { EventAnswer, EventsAnswer } from '../runtime/event-answers.ts';
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

/**
 * Events from a place on, each once and in the order of the log. The place is here, so it goes on behind whichever gateway
 * answers next. It ends by its signal, and throws what asking again does not mend, as `unauthorized`.
 */
export async function* followEvents(
  ask: (params: Params<'events'>) => Promise<EventsAnswer>,
  { clock, limits }: { readonly clock: Clock; readonly limits: ClientLimits },
  { since = 0, signal, types, ...filter }: EventsRequest,
): AsyncGenerator<StoreEvent, void, void> {
  let place = since;
  while (!signal?.aborted) {
    const page = await ask({ since: place, ...(types && { types: [...types] }), ...filter }).catch(passing);
    for (const event of page?.events ?? []) yield event;
    if (page) place = page.cursor;
    if (!page?.more) await pause(clock, limits.eventPauseMs, signal);
  }
}

/** Nothing, where the store was away or busy for all the time of a call. */
function passing(error: unknown): undefined {
  if (error instanceof BazarError && PASSING.has(error.code)) return undefined;
  throw error;
}

function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(over, ms);
    function over(): void {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', over);
      resolve();
    }
    signal?.addEventListener('abort', over);
  });
}
