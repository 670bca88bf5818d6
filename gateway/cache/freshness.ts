import type { BookId, Key } from '../../runtime/domain.ts';
import type { Limits } from '../../runtime/limits.ts';

/**
 * The rule by which no cache and no replica that is behind can take a reader back in time.
 *
 * Every answer carries `asOf`, the log index it is known to be current at. For each subject the gateway remembers
 * the highest index that it fed, served, acknowledged or refused: an answer counts only if it is as of that index
 * or later. The memory is bounded; the indices it lost, and all that was before it, are covered by one floor.
 *
 * Invariant: for every subject, everything this gateway has said or heard of it is at or below `needed(subject)`.
 */
export interface Freshness {
  /** True once the floor covers what a gateway before this one may have acknowledged. Nothing counts earlier. */
  readonly known: boolean;
  /** The highest index seen; a page of many books must be as of this one. */
  readonly highest: number;
  readonly books: Heard<BookId>;
  /** By their `topicKey`. */
  readonly topics: Heard<string>;
  readonly orders: Heard<Key>;
  /** Everything acknowledged before this gateway began is at or below `index`, as a quorum confirmed. */
  confirm(index: number): void;
  /** Changes up to `index` were not heard of. */
  missed(index: number): void;
}

/** What was heard of one kind of thing. */
export interface Heard<Subject> {
  /** The index that an answer about `subject` must be as of, if it is asked for now. */
  needed(subject: Subject): number;
  /** `subject` was fed, served, acknowledged or refused at `index`. */
  raise(subject: Subject, index: number): void;
}

export function createFreshness({ recentKeys }: Pick<Limits, 'recentKeys'>): Freshness {
  let known = false;
  let highest = 0;
  const saw = (index: number) => {
    highest = Math.max(highest, index);
  };
  // One memory for each kind, so that a flood of orders does not make the books forgotten.
  const books = createHeard<BookId>(recentKeys, saw);
  const topics = createHeard<string>(recentKeys, saw);
  const orders = createHeard<Key>(recentKeys, saw);

  function cover(index: number): void {
    saw(index);
    for (const heard of [books, topics, orders]) heard.cover(index);
  }

  return {
    get known() {
      return known;
    },
    get highest() {
      return highest;
    },
    books,
    topics,
    orders,
    confirm(index) {
      known = true;
      cover(index);
    },
    missed: (index) => cover(Math.max(highest, index)),
  };
}

/** Part of the memory that is given up when it is full. */
const FORGOTTEN_AT_ONCE = 1 / 64;

function createHeard<Subject>(recentKeys: number, saw: (index: number) => void) {
  const latest = new Map<Subject, number>();
  let floor = 0;

  function needed(subject: Subject): number {
    return latest.get(subject) ?? floor;
  }

  /** A walk begins by passing over the places of all that was deleted, so one walk forgets many. */
  function dropOldest(): void {
    let left = Math.ceil(recentKeys * FORGOTTEN_AT_ONCE);
    for (const [subject, index] of latest) {
      latest.delete(subject);
      floor = Math.max(floor, index);
      if (--left === 0) return;
    }
  }

  return {
    needed,
    raise(subject: Subject, index: number): void {
      if (index <= needed(subject)) return;
      saw(index);
      latest.delete(subject);
      latest.set(subject, index);
      if (latest.size > recentKeys) dropOldest();
    },
    /** Asks of every subject what was asked of those last heard of at `index`, or more. */
    cover(index: number): void {
      floor = Math.max(floor, index);
      for (const [subject, at] of latest) if (at <= index) latest.delete(subject);
    },
  };
}
