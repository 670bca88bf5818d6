import { type Clock, sleep } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { Body, Incoming, Mesh } from '../../runtime/links/mesh.ts';
import { createTurnstile } from '../../runtime/turnstile.ts';
import type { Replica } from '../replica/replica.ts';
import { takeUpTimelines } from './changes-since.ts';
import type { BookFinder } from './find/book-finder.ts';
import { QUERIES, type QueryOptions, type ReadType } from './queries.ts';
import type { CatalogState } from './state.ts';
import type { VersionWaits } from './version-waits.ts';

export interface ReadServerOptions {
  readonly mesh: Mesh;
  readonly replica: Pick<Replica, 'readIndex'>;
  /** The state as it is now; a snapshot replaces it. */
  readonly state: () => CatalogState;
  readonly waits: VersionWaits;
  /** Without it nothing can be found by words. */
  readonly finder: BookFinder | undefined;
  readonly clock: Clock;
  readonly limits: Limits;
}

/** Reads of one thing, and what order replicas need. All others grow with the store, up to a page, and wait for their turn. */
const LIGHT: ReadonlySet<ReadType> = new Set<ReadType>(['read.book', 'read.order', 'read.payments']);

/** Answers every read of `QUERIES`, each once the state is as new as it asks for. Returns what stops it. */
export function serveReads({
  mesh,
  replica,
  state,
  waits,
  finder,
  clock,
  limits,
}: ReadServerOptions): () => void {
  const pages = createTurnstile({
    clock,
    inWork: limits.maxPagesInWork,
    waiting: limits.maxPagesWaiting,
    bytesPerSecond: limits.pageBytesPerSecond,
  });
  for (const type of Object.keys(QUERIES) as ReadType[]) {
    if (LIGHT.has(type)) onRead(type);
    else if (type === 'read.topic') onHeavyRead(type, isLarge);
    else if (type === 'read.changes') onHeavyRead(type, () => true, completeTimelines);
    else onHeavyRead(type);
  }
  if (finder) onFind(finder);

  /** A default read is answered at once where the version it asks for is here already. */
  function onRead<T extends ReadType>(type: T): void {
    mesh.onAsk(type, (body, incoming) => {
      const show = () => QUERIES[type](state(), body, queryOptions(incoming));
      if (!body.strong && state().applied.index >= body.minVersion) return show();
      return showWhenFresh(body, incoming, show);
    });
  }

  /**
   * Pages are made a few at a time, once they are fresh enough, and not at all when their deadline has passed:
   * raft and purchases share this event loop. What `prepare` does may take longer than anything that waits for turns.
   */
  function onHeavyRead<T extends ReadType>(
    type: T,
    isHeavy: (body: Body<T>) => boolean = () => true,
    prepare?: (body: Body<T>, checked: () => void) => Promise<void>,
  ): void {
    mesh.onAsk(type, async (body, incoming) => {
      const options = queryOptions(incoming);
      if (body.strong || state().applied.index < body.minVersion)
        await showWhenFresh(body, incoming, () => {});
      await prepare?.(body, options.checked);
      const make = async () => {
        // A snapshot may have replaced the state during the wait.
        await prepare?.(body, options.checked);
        return QUERIES[type](state(), body, options);
      };
      return isHeavy(body) ? inItsTurn(incoming, options, make) : make();
    });
  }

  /** The index is made before a turn is taken, since that may take longer than anything that waits for turns. */
  function onFind({ prepare, find }: BookFinder): void {
    mesh.onAsk('read.find', async (body, incoming) => {
      const options = queryOptions(incoming);
      await showWhenFresh(body, incoming, () => {});
      await prepare(state, options.checked);
      return inItsTurn(incoming, options, () => find(state, body, options));
    });
  }

  /** What happened before the start is read when somebody first asks for such events, as far as anybody waits for it. */
  function completeTimelines({ types }: Body<'read.changes'>, checked: () => void): Promise<void> {
    return takeUpTimelines(state, types, { checked, rest: () => sleep(clock, limits.findRestMs) });
  }

  async function inItsTurn<T>(
    { from, deadline }: Incoming,
    { checked }: QueryOptions,
    make: () => Promise<T>,
  ): Promise<T> {
    const leave = await pages.enter({ group: from.id }, deadline);
    const started = clock.cpu();
    let bytes = 0;
    try {
      checked();
      const reply = await make();
      ({ bytes } = reply as { bytes: number });
      return reply;
    } finally {
      // Encoding it costs about as much again.
      leave(bytes, 2 * (clock.cpu() - started));
    }
  }

  function isLarge({ topic, light }: Body<'read.topic'>): boolean {
    const isHeavy = state().topic(topic).bytes > limits.lightAnswerBytes;
    if (isHeavy && light) throw new BazarError('too-large');
    return isHeavy;
  }

  function queryOptions({ deadline }: Incoming): QueryOptions {
    return {
      maxPageBytes: limits.maxPageBytes,
      checked() {
        if (clock.monotonic() >= deadline) throw new BazarError('timeout', undefined, {}, 'none');
      },
    };
  }

  async function showWhenFresh<T>(
    { strong, minVersion }: { strong: boolean; minVersion: number },
    { deadline }: Incoming,
    show: () => T | Promise<T>,
  ): Promise<T> {
    const confirmed = strong ? await replica.readIndex(deadline) : 0;
    const index = Math.max(minVersion, confirmed);
    if (state().applied.index >= index) return show();
    return waits.until(index, Math.min(deadline, clock.monotonic() + limits.behindWaitMs), show);
  }

  return pages.stop;
}
