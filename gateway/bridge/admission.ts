import { LRUCache } from 'lru-cache';
import type { Clock } from '../../runtime/clock.ts';
import { BazarError } from '../../runtime/errors.ts';
import type { Limits } from '../../runtime/limits.ts';
import { isLoopbackAddress } from '../../runtime/loopback-address.ts';

/** One client connection's requests in flight. */
export interface ConnectionLoad {
  inFlight: number;
}

/** Counts the requests in flight, of both bridges, and says which may come in. */
export interface Admission {
  readonly draining: boolean;
  /** Counts a request; every `enter` is followed by one `leave`. */
  enter(load: ConnectionLoad): void;
  leave(load: ConnectionLoad): void;
  /** Throws `draining` or `too-many-requests` if a request that has entered must be turned away. */
  check(load: ConnectionLoad, address: string): void;
  /** Whether that many requests of this address that are answered at once may come in; all or none. */
  admits(address: string, requests?: number): boolean;
  /** Turns away what comes from now on; resolves when nothing is in flight any more. */
  drain(): Promise<void>;
}

export function createAdmission(limits: Limits, clock: Clock): Admission {
  const { maxInFlightPerConnection } = limits;
  const withinRate = createRateLimit(limits, clock);
  const emptied: (() => void)[] = [];
  let inFlight = 0;
  let draining = false;

  return {
    get draining() {
      return draining;
    },
    enter(load) {
      load.inFlight += 1;
      inFlight += 1;
    },
    leave(load) {
      load.inFlight -= 1;
      inFlight -= 1;
      if (inFlight === 0) for (const resolve of emptied.splice(0)) resolve();
    },
    check(load, address) {
      if (draining) throw new BazarError('draining');
      if (load.inFlight > maxInFlightPerConnection) {
        throw new BazarError(
          'too-many-requests',
          `A connection may have ${maxInFlightPerConnection} requests in flight.`,
        );
      }
      if (!withinRate(address)) {
        throw new BazarError(
          'too-many-requests',
          'This address makes more requests a second than it may (--limit requestsPerSecond=N).',
        );
      }
    },
    admits: (address, requests) => !draining && withinRate(address, requests),
    drain() {
      draining = true;
      if (inFlight === 0) return Promise.resolve();
      return new Promise((resolve) => emptied.push(resolve));
    },
  };
}

/**
 * A token bucket per client address, of one second's worth. Programs of this machine share an address and have a bound
 * of their own. Addresses are forgotten least recently used first, which gives a forgotten one a full bucket.
 */
function createRateLimit(
  { requestsPerSecond, localRequestsPerSecond, maxClientConnections }: Limits,
  clock: Clock,
): (address: string, requests?: number) => boolean {
  const buckets = new LRUCache<string, { tokens: number; at: number }>({ max: maxClientConnections });
  /** Of the address that was asked about last, which is most often the next. */
  let known: string | undefined;
  let rate = 0;
  return (address, requests = 1) => {
    if (address !== known) {
      known = address;
      rate = isLoopbackAddress(address) ? localRequestsPerSecond : requestsPerSecond;
    }
    if (rate === 0) return true;
    const now = clock.monotonic();
    const bucket = buckets.get(address) ?? { tokens: rate, at: now };
    bucket.tokens = Math.min(rate, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    bucket.at = now;
    buckets.set(address, bucket);
    if (bucket.tokens < requests) return false;
    bucket.tokens -= requests;
    return true;
  };
}
