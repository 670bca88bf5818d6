import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ClusterStatus } from '../service.ts';
import type { RouteTotals } from './rates.ts';
import { createRequestCounts } from './request-counts.ts';

/** What the gateway tells Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** One request was answered; `status` is the HTTP status, or `ok` or an error code for JSON-RPC. */
  answered(route: string, status: number | string, seconds: number): void;
  /** One purchase came to `outcome`. */
  purchased(outcome: string): void;
  /** What each route has answered so far. */
  totals(): ReadonlyMap<string, RouteTotals>;
  /** Everything as Prometheus text; without a status the cluster's figures stay as they were. */
  text(clients: number, status: ClusterStatus | undefined): Promise<string>;
}

const CACHE_STATES = ['ready', 'degraded', 'bypassed'] as const;

/** Gauges under the names of counters, which `promtool check metrics` refuses; each is there by type, too. */
const MISNAMED = ['active_handles', 'active_requests', 'active_resources'].map(
  (name) => `nodejs_${name}_total`,
);

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // The event loop's delay is measured by a timer, which wakes the process that often.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const requests = createRequestCounts();
  requests.register(registry);
  const purchases = new Counter({
    name: 'bazar_purchases_total',
    help: 'Purchases, by what they came to.',
    labelNames: ['outcome'],
    registers,
  });
  const hits = new Counter({ name: 'bazar_cache_hits_total', help: 'Reads answered by a cache.', registers });
  const misses = new Counter({
    name: 'bazar_cache_misses_total',
    help: 'Reads a catalog answered.',
    registers,
  });
  const cache = new Gauge({
    name: 'bazar_cache_state',
    help: '1 for the state that the cache is in.',
    labelNames: ['state'],
    registers,
  });
  const connected = new Gauge({ name: 'bazar_clients', help: 'Open client WebSockets.', registers });
  const version = new Gauge({
    name: 'bazar_applied_version',
    help: 'Highest log index known to be committed.',
    registers,
  });

  const run = new Gauge({
    name: 'bazar_gateway_info',
    help: 'Names the run of the gateway that the counters belong to.',
    labelNames: ['boot'],
    registers,
  });

  return {
    contentType: registry.contentType,
    answered: requests.answered,
    purchased: (outcome) => purchases.inc({ outcome }),
    totals: requests.totals,
    text(clients, status) {
      connected.set(clients);
      if (status) {
        run.reset();
        run.set({ boot: status.boot }, 1);
        if (status.version !== null) version.set(status.version);
        for (const state of CACHE_STATES) cache.set({ state }, state === status.cache.state ? 1 : 0);
        setTotal(hits, status.cache.hits);
        setTotal(misses, status.cache.misses);
      }
      return registry.metrics();
    },
  };
}

/** The service keeps these counts; here they are only shown. */
function setTotal(counter: Counter, total: number): void {
  counter.reset();
  counter.inc(total);
}
