import type { Metric, MetricValueWithName, Registry } from 'prom-client';
import type { RouteTotals } from './rates.ts';

/**
 * How many requests each route has answered, with which status, and within which time. The library looks a series up by
 * its labels and checks them for each answer, which costs more than many an answer; so these numbers are kept here, and
 * take the library's shape when they are asked for.
 */
export interface RequestCounts {
  answered(route: string, status: number | string, seconds: number): void;
  /** By route. */
  totals(): ReadonlyMap<string, RouteTotals>;
  /** Shows them among the other metrics. */
  register(registry: Registry): void;
}

const REQUESTS = { name: 'bazar_requests_total', help: 'Requests answered, by route and status.' };
const TIMES = {
  name: 'bazar_request_duration_seconds',
  help: 'Time from a request’s arrival to its answer.',
};
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3];

interface Series {
  readonly statuses: Map<number | string, number>;
  /** How many took at most the time of that place, and longer than that of the place before; the last took longer than all. */
  readonly within: number[];
  seconds: number;
}

type Values = MetricValueWithName<string>[];

export function createRequestCounts(): RequestCounts {
  const routes = new Map<string, Series>();

  function begin(route: string): Series {
    const series = { statuses: new Map(), within: SECONDS.map(() => 0).concat(0), seconds: 0 };
    routes.set(route, series);
    return series;
  }

  function requests(): Values {
    return [...routes].flatMap(([route, { statuses }]) =>
      Array.from(statuses, ([status, value]) => ({
        metricName: REQUESTS.name,
        labels: { route, status: String(status) },
        value,
      })),
    );
  }

  function times(): Values {
    const { name } = TIMES;
    return [...routes].flatMap(([route, series]) => {
      const { count, within } = totalOf(series);
      return [
        ...within.map(([le, value]) => ({ metricName: `${name}_bucket`, labels: { le, route }, value })),
        { metricName: `${name}_bucket`, labels: { le: '+Inf', route }, value: count },
        { metricName: `${name}_sum`, labels: { route }, value: series.seconds },
        { metricName: `${name}_count`, labels: { route }, value: count },
      ];
    });
  }

  return {
    answered(route, status, seconds) {
      const series = routes.get(route) ?? begin(route);
      series.statuses.set(status, (series.statuses.get(status) ?? 0) + 1);
      series.within[placeOf(seconds)]! += 1;
      series.seconds += seconds;
    },
    totals: () => new Map(Array.from(routes, ([route, series]) => [route, totalOf(series)])),
    register(registry) {
      registry.registerMetric(shown({ ...REQUESTS, kind: 'counter' }, requests));
      registry.registerMetric(shown({ ...TIMES, kind: 'histogram' }, times));
    },
  };
}

function placeOf(seconds: number): number {
  let place = 0;
  while (place < SECONDS.length && seconds > SECONDS[place]!) place += 1;
  return place;
}

function totalOf({ within }: Series): RouteTotals {
  let count = 0;
  const rising = SECONDS.map((seconds, place) => {
    count += within[place]!;
    return [seconds, count] as const;
  });
  return { within: rising, count: count + within.at(-1)! };
}

interface About {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'histogram';
}

/** What a registry needs of a metric: its name, and its values when they are asked for. */
function shown({ name, help, kind }: About, values: () => Values): Metric {
  const get = async () => ({ name, help, type: kind, aggregator: 'sum', values: values() });
  return { name, get } as unknown as Metric;
}
