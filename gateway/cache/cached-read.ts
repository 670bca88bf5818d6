import type * as z from 'zod';
import type { Clock } from '../../runtime/clock.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { Served } from '../service.ts';
import type { Heard } from './freshness.ts';
import type { CacheEntry, MemoryCache } from './memory-cache.ts';
import type { RemoteCache } from './remote-cache.ts';

/** How a catalog is to answer. */
export interface Demand {
  readonly minVersion: number;
  readonly strong: boolean;
  /** Local monotonic ms. */
  readonly deadline: number;
}

/** An answer whose age is not told yet. */
type Found<T> = Omit<Served<T>, 'ageSeconds'>;

/** One kind of thing that is read by its subject and cached. */
export interface CachedKind<Subject, T> {
  readonly heard: Heard<Subject>;
  /** The key in the remote cache; none where it would be too long. */
  readonly remoteKey: (subject: Subject) => string | undefined;
  /** What a value of this kind looks like when it comes back from outside the process. */
  readonly value: z.ZodType<T>;
  /** Whether the value of a well-formed entry can be that of `subject`. */
  readonly fits: (subject: Subject, entry: CacheEntry<T>) => boolean;
  readonly memory: MemoryCache<Subject, T>;
  /** False where a value is too large to be kept. */
  readonly isKept?: (value: T) => boolean;
}

export interface CachePorts {
  readonly self: NodeId;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly remote: RemoteCache | undefined;
  /** False while the gateway does not hear of changes: then every read goes to a catalog. */
  readonly hearsChanges: () => boolean;
  /** Local monotonic ms at which every answer that counts is known to have been current. */
  readonly currentAt: () => number;
  /** The highest index that is known to be committed. */
  readonly committed: () => number;
  readonly count: { hits: number; misses: number };
}

/** Asks a catalog. */
type Fetch<T> = (demand: Demand) => Promise<{ readonly entry: CacheEntry<T>; readonly from: NodeId }>;

/**
 * Reads through the caches: the one in the process, the remote one, a catalog. Misses of one subject that come
 * together are one read. What they share was asked for by the first of them; each checks for itself whether it is
 * fresh enough, and if not takes part in another.
 */
export interface CachedRead<Subject, T> {
  /** The answer to a default read that begins now, if the memory has it. */
  held(subject: Subject): Served<T> | undefined;
  /** Any other answer. */
  read(
    subject: Subject,
    options: { readonly strong: boolean; readonly deadline: number },
    fetch: Fetch<T>,
  ): Promise<Served<T>>;
}

/**
 * The whole seconds since an answer given now is known to have been current. One that counts is as of everything
 * that was heard of its subject, so while the feed is alive it is as new as the feed is, wherever it comes from; a
 * linearizable one is new.
 */
export function createAge({ clock, currentAt }: Pick<CachePorts, 'clock' | 'currentAt'>) {
  return (strong: boolean): number =>
    strong ? 0 : Math.max(0, Math.floor((clock.monotonic() - currentAt()) / 1000));
}

export function createCachedRead<Subject, T>(
  kind: CachedKind<Subject, T>,
  ports: CachePorts,
): CachedRead<Subject, T> {
  const { self, clock, remote, hearsChanges, committed, count } = ports;
  const age = createAge(ports);
  const { heard, remoteKey, memory, isKept = () => true } = kind;
  const inFlight = new Map<Subject, Promise<Found<T>>>();

  function serve(subject: Subject, found: Found<T>, strong = false): Served<T> {
    heard.raise(subject, found.version);
    return { ...found, ageSeconds: age(strong) };
  }

  function hit({ value, version, asOf }: CacheEntry<T>): Found<T> {
    count.hits++;
    return { value, version, asOf, servedBy: self, cache: 'hit' };
  }

  async function ask(subject: Subject, demand: Demand, cached: boolean, fetch: Fetch<T>): Promise<Found<T>> {
    const { entry, from } = await fetch(demand);
    const key = remoteKey(subject);
    // What the memory knows to be as new was written when it came there.
    if (key !== undefined && isKept(entry.value) && memory.put(subject, entry) === entry) {
      remote?.put(key, entry);
    }
    return { ...entry, servedBy: from, cache: cached ? 'miss' : 'bypass' };
  }

  /**
   * Whether an entry from outside the process may be shown. What is shown raises what freshness demands; so nothing
   * counts that claims to be later than what is known to be committed.
   */
  function counts(subject: Subject, entry: CacheEntry<T>, { minVersion }: Demand): boolean {
    const { version, asOf } = entry;
    return asOf >= minVersion && asOf <= committed() && version <= asOf && kind.fits(subject, entry);
  }

  async function miss(subject: Subject, demand: Demand, fetch: Fetch<T>): Promise<Found<T>> {
    const stored = await remote?.get(remoteKey(subject)!, kind.value);
    if (stored && counts(subject, stored, demand)) return hit(memory.put(subject, stored));
    count.misses++;
    return ask(subject, demand, true, fetch);
  }

  /** Takes part in the read of `subject` that is under way, or begins one. */
  function share(
    subject: Subject,
    begin: () => Promise<Found<T>>,
  ): { readonly joined: boolean; readonly found: Promise<Found<T>> } {
    const underWay = inFlight.get(subject);
    if (underWay) return { joined: true, found: underWay };
    const found = begin().finally(() => inFlight.delete(subject));
    inFlight.set(subject, found);
    return { joined: false, found };
  }

  /** What was found, or what the memory got to know meanwhile: a reader is not shown what another was past. */
  function newest(subject: Subject, found: Found<T>): Found<T> {
    const held = memory.get(subject);
    if (!held || held.version <= found.version) return found;
    return { ...held, servedBy: self, cache: found.cache };
  }

  const isCached = (subject: Subject) => hearsChanges() && remoteKey(subject) !== undefined;

  return {
    held(subject) {
      const entry = isCached(subject) ? memory.get(subject) : undefined;
      return entry && entry.asOf >= heard.needed(subject) ? serve(subject, hit(entry)) : undefined;
    },

    async read(subject, options, fetch) {
      const demand: Demand = { ...options, minVersion: heard.needed(subject) };
      if (demand.strong) {
        return serve(subject, newest(subject, await ask(subject, demand, false, fetch)), true);
      }

      const begin = () =>
        isCached(subject) ? miss(subject, demand, fetch) : ask(subject, demand, false, fetch);
      for (;;) {
        const { joined, found } = share(subject, begin);
        try {
          const shared = await found;
          if (shared.asOf >= demand.minVersion) return serve(subject, newest(subject, shared));
        } catch (error) {
          if (!joined || clock.monotonic() >= demand.deadline) throw error;
        }
      }
    },
  };
}
