import type { Clock } from '../clock.ts';
import type { Happenings } from '../create-happenings.ts';
import { type Happening, sentenceOf } from '../happenings.ts';
import type { Limits } from '../limits.ts';
import { MAX_FACT, MAX_NEWS_TEXT, type NewsFacts, type NumberedHappening } from '../numbered-happening.ts';

/** The last happenings of this node. They are few, and kept whether or not somebody watches. */
export interface NewsRing {
  /** Names this run of the node; sequence numbers count within it. */
  readonly run: string;
  note(kind: string, text: string, facts?: NewsFacts): void;
  /** Those after the number `seq` that are still kept. */
  after(seq: number): readonly NumberedHappening[];
  /** Calls `noted` after each later one. */
  observe(noted: () => void): void;
}

/** `pid` and the moment of its start name the run. */
export function createNewsRing(options: {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly pid: number;
  /** What is told for the log is kept here, too. */
  readonly happenings?: Pick<Happenings, 'onHappening'>;
}): NewsRing {
  const { clock, limits, pid, happenings } = options;
  const kept: NumberedHappening[] = [];
  const observers: (() => void)[] = [];
  let seq = 0;
  let secondBegan = Number.NEGATIVE_INFINITY;
  let inSecond = 0;
  let leftOut = 0;

  function push(kind: string, text: string, facts: NewsFacts): void {
    seq += 1;
    kept.push({ seq, at: Math.round(clock.now()), kind, text: text.slice(0, MAX_NEWS_TEXT), facts });
    if (kept.length > limits.keptHappenings) kept.shift();
  }

  function beginSecond(now: number): void {
    if (leftOut > 0) push('leftOut', `left out ${leftOut} more happenings in a second`, { count: leftOut });
    secondBegan = now;
    inSecond = 0;
    leftOut = 0;
  }

  function look(): void {
    const now = clock.monotonic();
    if (now - secondBegan >= 1_000) beginSecond(now);
  }

  function note(kind: string, text: string, facts: NewsFacts = {}): void {
    look();
    inSecond += 1;
    if (inSecond > limits.maxHappeningsPerSecond) {
      leftOut += 1;
      return;
    }
    push(kind, text, facts);
    for (const noted of observers) noted();
  }

  happenings?.onHappening((happening) => note(happening.kind, sentenceOf(happening), factsOf(happening)));

  return {
    run: `${pid}-${Math.round(clock.now())}`,
    note,
    after(after) {
      look();
      const first = kept[0]?.seq ?? seq + 1;
      return kept.slice(Math.max(0, after + 1 - first));
    },
    observe: (noted) => void observers.push(noted),
  };
}

/** The facts that are words or numbers, lists as words, and the term. */
function factsOf({ term, facts }: Happening): NewsFacts {
  const flat: NewsFacts = term === undefined ? {} : { term };
  for (const [name, fact] of Object.entries(facts as object)) {
    if (Array.isArray(fact)) flat[name] = fact.join(' ').slice(0, MAX_FACT);
    else if (typeof fact === 'string') flat[name] = fact.slice(0, MAX_FACT);
    else if (typeof fact === 'number' || typeof fact === 'boolean') flat[name] = fact;
  }
  return flat;
}
