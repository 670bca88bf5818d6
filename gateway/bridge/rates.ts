import type { RatesAnswer } from '../../runtime/watch-answers.ts';

/** What one route has answered so far: how many, and how many within each bound of time. */
export interface RouteTotals {
  readonly count: number;
  /** Seconds, rising, and how many took at most that long. */
  readonly within: readonly (readonly [seconds: number, count: number])[];
}

/** Rates of the time between two looks at counters that only grow: nothing is counted on the way of a request. */
export interface Rates {
  /** Takes in the totals at the time `at` (monotonic ms), and gives the rates since the look before; null at the first. */
  look(totals: ReadonlyMap<string, RouteTotals>, at: number): RatesAnswer | null;
  /** The next look is a first one. */
  forget(): void;
}

const PURCHASE = /purchase/;
/** Routes that the answer lists, the busiest first. */
const MAX_ROUTES = 12;

export function createRates(): Rates {
  let before: { readonly totals: ReadonlyMap<string, RouteTotals>; readonly at: number } | undefined;

  return {
    look(totals, at) {
      const last = before;
      before = { totals, at };
      if (!last || at <= last.at) return null;
      const seconds = (at - last.at) / 1000;
      const changes = [...totals].map(([route, now]) => ({
        route,
        change: minus(now, last.totals.get(route)),
      }));
      const busy = changes.filter(({ change }) => change.count > 0);
      const perSecond = (count: number) => Math.round((count / seconds) * 10) / 10;
      const all = sum(busy.map(({ change }) => change));
      const purchases = busy.filter(({ route }) => PURCHASE.test(route));
      return {
        requests: perSecond(all.count),
        purchases: perSecond(purchases.reduce((count, { change }) => count + change.count, 0)),
        p50Ms: quantileMs(all, 0.5),
        p99Ms: quantileMs(all, 0.99),
        routes: busy
          .sort((a, b) => b.change.count - a.change.count)
          .slice(0, MAX_ROUTES)
          .map(({ route, change }) => ({
            route,
            requests: perSecond(change.count),
            p99Ms: quantileMs(change, 0.99),
          })),
      };
    },
    forget() {
      before = undefined;
    },
  };
}

function minus(now: RouteTotals, before: RouteTotals | undefined): RouteTotals {
  if (!before) return now;
  return {
    count: now.count - before.count,
    within: now.within.map(([seconds, count], place) => [seconds, count - (before.within[place]?.[1] ?? 0)]),
  };
}

function sum(all: readonly RouteTotals[]): RouteTotals {
  const within = new Map<number, number>();
  for (const totals of all) {
    for (const [seconds, count] of totals.within) within.set(seconds, (within.get(seconds) ?? 0) + count);
  }
  const count = all.reduce((total, totals) => total + totals.count, 0);
  return { count, within: [...within].sort(([a], [b]) => a - b) };
}

/** The quantile as the line between two bounds has it; beyond the last bound it is that bound. */
function quantileMs({ count, within }: RouteTotals, quantile: number): number | null {
  if (count === 0) return null;
  const rank = quantile * count;
  let [lowSeconds, lowCount] = [0, 0];
  for (const [seconds, reached] of within) {
    if (reached >= rank) {
      const part = reached === lowCount ? 1 : (rank - lowCount) / (reached - lowCount);
      return rounded((lowSeconds + (seconds - lowSeconds) * part) * 1000);
    }
    [lowSeconds, lowCount] = [seconds, reached];
  }
  return rounded(lowSeconds * 1000);
}

const rounded = (ms: number) => Math.round(ms * 100) / 100;
