import { StatusAnswer } from '../api.ts';
import { type Clock, sleep } from '../clock.ts';
import { StartRefused } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { DataDirectory } from './data-directory.ts';
import { askOwnDoor } from './own-door.ts';
import type { SupervisedNode, Supervisor } from './supervisor.ts';

/** Readiness: when the catalogs may speak to each other, and when the store takes purchases. */

/** Milliseconds between two looks at whether the store works. */
const LOOK_MS = 25;

/**
 * Lets the nodes speak to each other once that is safe. On a cluster's first start: when every catalog has an
 * identity and the record says so, so that from then on an empty disk is known to have been wiped. Later: when a
 * majority has found its identity; if a majority has lost it, what they held may be gone, and no start is right.
 *
 * Throws `StartRefused` if that can never be, or is not within `startMs`.
 */
export async function introduceCatalogs(options: {
  supervisor: Supervisor;
  data: DataDirectory;
  clock: Clock;
  limits: Limits;
  /** So many catalogs may be missing, once the store has been made. */
  spare: number;
}): Promise<void> {
  const { supervisor, data, clock, limits, spare } = options;
  const { formatted } = data.record;
  const safe = () => {
    const catalogs = supervisor.nodes.filter(({ kind }) => kind === 'catalog');
    const refusing = catalogs.find(({ refused }) => refused !== undefined);
    if (!formatted && refusing) throw new StartRefused(`${refusing.id} cannot be made: ${refusing.refused}`);
    const open = catalogs.filter(({ identity }) => identity !== undefined);
    const absent = open.filter(({ identity }) => identity === 'absent');
    const needed = catalogs.length - spare;
    if (absent.length > 0 && absent.length >= needed) throw new StartRefused(lostMajority(absent, data.path));
    if (open.length - absent.length >= needed) return formatted || open.length === catalogs.length;
    return open.length === catalogs.length;
  };
  await until(safe, 'the catalogs did not open their disks', clock, limits.startMs);
  const open = supervisor.nodes.filter(({ kind, identity }) => kind === 'catalog' && identity !== undefined);
  // Whether it could be written is told by who sees the catalogs open.
  await data.attend(open.map(({ id }) => id)).catch(() => {});
  if (!formatted) await data.update({ formatted: true });
  supervisor.connectNodes();
}

/** Resolves to the gateway's URL once a purchase would be taken: an order replica and a leader are there. */
export async function awaitPurchases(options: {
  supervisor: Supervisor;
  clock: Clock;
  limits: Limits;
}): Promise<string> {
  const { supervisor, clock, limits } = options;
  const giveUpAt = clock.monotonic() + limits.startMs;
  const ready = (of: SupervisedNode['kind']) =>
    supervisor.nodes.find(({ kind, state }) => kind === of && state === 'ready');
  const served = () => ready('order') && ready('gateway')?.http;
  await until(() => served() !== undefined, 'the gateway did not become ready', clock, limits.startMs);
  for (;;) {
    const url = served();
    if (url !== undefined && (await hasLeader(url, limits.readDeadlineMs))) return url;
    if (clock.monotonic() > giveUpAt) throw new StartRefused('the catalogs did not find a leader in time');
    await sleep(clock, LOOK_MS);
  }
}

/** A linearizable read needs all that a purchase needs of the catalogs, and leaves nothing behind. */
async function hasLeader(url: string, timeoutMs: number): Promise<boolean> {
  return (await askOwnDoor(`${url}/info?limit=1&consistency=strong`, timeoutMs)) !== undefined;
}

/** How long the cache may take to be in use before the ready line says that it is not. */
const CACHE_PATIENCE_MS = 1_500;

/** What the gateway says of a cache that is not ready, to follow its name; nothing where it is. */
export async function cacheTrouble(
  url: string,
  { clock, limits }: { clock: Clock; limits: Limits },
): Promise<string> {
  const giveUpAt = clock.monotonic() + CACHE_PATIENCE_MS;
  for (;;) {
    const text = await askOwnDoor(`${url}/status`, limits.readDeadlineMs);
    const status =
      text === undefined ? undefined : StatusAnswer.pick({ cache: true }).safeParse(JSON.parse(text));
    // The store works, whatever becomes of its cache.
    if (!status?.success) return '';
    const { state, reason } = status.data.cache;
    if (state === 'ready') return '';
    if (state === 'degraded' || clock.monotonic() > giveUpAt) return ` (${state}: ${reason})`;
    await sleep(clock, LOOK_MS);
  }
}

async function until(
  condition: () => boolean,
  problem: string,
  clock: Clock,
  limitMs: number,
): Promise<void> {
  const giveUpAt = clock.monotonic() + limitMs;
  while (!condition()) {
    if (clock.monotonic() > giveUpAt) throw new StartRefused(`${problem} within ${limitMs} ms`);
    await sleep(clock, LOOK_MS);
  }
}

function lostMajority(absent: readonly SupervisedNode[], path: string): string {
  const ids = absent.map(({ id }) => id).join(' and ');
  return `a majority of the catalogs has lost its data (${ids} in ${path}): acknowledged orders may be gone, so the store does not start on what is left. Put the folders back from a copy, or start with another --data`;
}
