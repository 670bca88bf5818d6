import type { Clock } from '../clock.ts';
import type { Limits } from '../limits.ts';
import { MAX_NEWS_TEXT, type NewsFacts, type NumberedHappening } from '../numbered-happening.ts';

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
}): NewsRing {
  const { clock, limits, pid } = options;
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

  return {
    run: `${pid}-${Math.round(clock.now())}`,
    note(kind, text, facts = {}) {
      look();
      inSecond += 1;
      if (inSecond > limits.maxHappeningsPerSecond) {
        leftOut += 1;
        return;
      }
      push(kind, text, facts);
      for (const noted of observers) noted();
    },
    after(after) {
      look();
      const first = kept[0]?.seq ?? seq + 1;
      return kept.slice(Math.max(0, after + 1 - first));
    },
    observe: (noted) => void observers.push(noted),
  };
}
