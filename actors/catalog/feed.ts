import type { Clock } from '../../runtime/clock.ts';
import type { BookChange, BookId } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import type { Body, Reply } from '../../runtime/messages.ts';

/** Bytes of the longest change as it is sent; its topic is the most of it. */
const LONGEST_CHANGE_BYTES = 1_500;
/** Bytes of a message beside its changes. */
const MESSAGE_BYTES = 500;

/**
 * The commit feed of a catalog: sends its followers the new states of books. A ring keeps the last changes; the feed
 * knows for each follower the index up to which it was sent, and once a turn sends what the ring holds past that,
 * the newest state of each book only. So a slow follower costs no memory, and one that was passed by sees the gap.
 */
export interface Feed {
  /** The entry that was recorded last. */
  readonly index: number;
  /** Takes in the changes of one applied entry, whose index is their version. */
  record(index: number, changes: readonly BookChange[]): void;
  /** The states after entry `from`; they start later than that if the ring no longer reaches back so far. */
  since(from: number): Body<'feed.changes'>;
  /** Sends `node` everything after `from`, from now on. A node that follows already starts anew. */
  follow(node: NodeId, from: number): Omit<Reply<'feed.follow'>, 'boot'>;
  unfollow(node: NodeId): void;
  /** Sends every follower now what the end of the turn would send. */
  flush(): void;
  /** Goes on at `index` with nothing to look back on, as after a snapshot; followers see a gap. */
  reset(index: number): void;
}

export interface FeedOptions {
  /** The applied index to start at. */
  readonly index: number;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Sends, or says false where the outbox is full or there is no link; then it is tried again. */
  readonly send: (to: NodeId, body: Body<'feed.changes'>) => boolean;
}

/** A change that says which topic its book has, or had, must not get lost behind a later one. */
function withTopicsOf(earlier: BookChange, later: BookChange): BookChange {
  const { topic, retired } = later.topic === undefined ? earlier : later;
  const formerTopics = [...(later.formerTopics ?? []), ...(earlier.formerTopics ?? [])];
  return {
    ...later,
    ...(topic !== undefined && { topic }),
    ...(retired && { retired }),
    ...(formerTopics.length > 0 && { formerTopics: [...new Set(formerTopics)] }),
  };
}

export function createFeed({ index: startIndex, clock, limits, send }: FeedOptions): Feed {
  /** Entry `n` of the ring, counted from the beginning of time, is in slot `n % feedEntries`. */
  const ring: BookChange[] = [];
  let recorded = 0;
  /** The ring holds every change after entry `start` up to entry `last`. */
  let start = startIndex;
  let last = startIndex;
  /** The index up to which each follower was sent. */
  const sentUpTo = new Map<NodeId, number>();
  let scheduled = false;

  const push = (change: BookChange) => {
    const slot = recorded++ % limits.feedEntries;
    const dropped = ring[slot];
    if (dropped) start = dropped.version;
    ring[slot] = change;
  };

  const since = (from: number): Body<'feed.changes'> => {
    const reach = Math.max(from, start);
    const newest = new Map<BookId, BookChange>();
    const oldest = Math.max(0, recorded - limits.feedEntries);
    for (let place = recorded - 1; place >= oldest; place--) {
      const change = ring[place % limits.feedEntries]!;
      if (change.version <= reach) break;
      const later = newest.get(change.id);
      if (!later) newest.set(change.id, change);
      else if (change.topic !== undefined) newest.set(change.id, withTopicsOf(change, later));
    }
    const changes = [...newest.values()].reverse();
    // What no link would take at once is a gap, as if the ring did not reach back so far.
    return fits(changes) ? { from: reach, index: last, changes } : { from: last, index: last, changes: [] };
  };

  const fits = (changes: readonly BookChange[]) => {
    const room = limits.maxFrameBytes - MESSAGE_BYTES;
    return (
      changes.length * LONGEST_CHANGE_BYTES <= room || Buffer.byteLength(JSON.stringify(changes)) <= room
    );
  };

  const flush = () => {
    scheduled = false;
    const bodies = new Map<number, Body<'feed.changes'>>();
    let refused = false;
    for (const [node, from] of sentUpTo) {
      if (from >= last) continue;
      const body = bodies.get(from) ?? since(from);
      bodies.set(from, body);
      if (send(node, body)) sentUpTo.set(node, last);
      else refused = true;
    }
    if (refused) schedule((run) => clock.setTimeout(run, limits.tickMs));
  };

  const schedule = (later: (run: () => void) => void) => {
    if (scheduled || sentUpTo.size === 0) return;
    scheduled = true;
    later(flush);
  };

  return {
    get index() {
      return last;
    },
    record(index, changes) {
      for (const change of changes) push(change);
      last = index;
      schedule(clock.defer);
    },
    since,
    follow(node, from) {
      const reset = from < start;
      sentUpTo.set(node, reset ? last : from);
      schedule(clock.defer);
      return { index: reset ? last : from, reset };
    },
    unfollow(node) {
      sentUpTo.delete(node);
    },
    flush,
    reset(index) {
      ring.length = 0;
      recorded = 0;
      start = index;
      last = index;
      schedule(clock.defer);
    },
  };
}
