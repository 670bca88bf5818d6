import type { Limits } from '../../runtime/limits.ts';

/** What an answer is about: a book, the list of a topic (in lower case), or an order. */
export type Subject = `b:${number}` | `t:${string}` | `o:${string}`;

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
  /** The index that an answer about `subject` must be as of, if it is asked for now. */
  needed(subject: Subject): number;
  /** `subject` was fed, served, acknowledged or refused at `index`. */
  raise(subject: Subject, index: number): void;
  /** Everything acknowledged before this gateway began is at or below `index`, as a quorum confirmed. */
  confirm(index: number): void;
  /** Changes up to `index` were not heard of. */
  missed(index: number): void;
}

/** The latest indices of one kind of subject. */
interface Recent {
  readonly latest: Map<Subject, number>;
  floor: number;
}

export function createFreshness({ recentKeys }: Pick<Limits, 'recentKeys'>): Freshness {
  // One memory for each kind, so that a flood of orders does not make the books forgotten.
  const books = createRecent();
  const topics = createRecent();
  const orders = createRecent();
  let known = false;
  let highest = 0;

  const recentOf = (subject: Subject): Recent => {
    if (subject.startsWith('b:')) return books;
    return subject.startsWith('t:') ? topics : orders;
  };

  const needed = (subject: Subject): number => {
    const recent = recentOf(subject);
    return recent.latest.get(subject) ?? recent.floor;
  };

  /** Asks of every subject what was asked of those last heard of at `index`, or more. */
  function cover(index: number): void {
    highest = Math.max(highest, index);
    for (const recent of [books, topics, orders]) {
      recent.floor = Math.max(recent.floor, index);
      for (const [subject, latest] of recent.latest) if (latest <= index) recent.latest.delete(subject);
    }
  }

  return {
    get known() {
      return known;
    },
    get highest() {
      return highest;
    },
    needed,
    raise(subject, index) {
      if (index <= needed(subject)) return;
      highest = Math.max(highest, index);
      const recent = recentOf(subject);
      recent.latest.delete(subject);
      recent.latest.set(subject, index);
      if (recent.latest.size > recentKeys) dropOldest(recent);
    },
    confirm(index) {
      known = true;
      cover(index);
    },
    missed: (index) => cover(Math.max(highest, index)),
  };
}

function createRecent(): Recent {
  return { latest: new Map(), floor: 0 };
}

function dropOldest(recent: Recent): void {
  for (const [subject, index] of recent.latest) {
    recent.latest.delete(subject);
    recent.floor = Math.max(recent.floor, index);
    return;
  }
}
