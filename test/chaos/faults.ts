import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../runtime/clock.ts';
import type { NodeId } from '../../runtime/links/mesh.ts';
import { type Cut, deafen, isolate, mute, type Station, split } from './network.ts';
import type { Observer } from './observer.ts';
import { guardPause } from './pause-guard.ts';
import { type Fault, kindOf, nameOf, type PlannedFault } from './plan.ts';
import type { PrivateStore } from './private-store.ts';
import type { Tally } from './tally.ts';

/** Carries out a plan on a store, and mends everything at its end. */
export interface Faults {
  /** Resolves when the plan is over; nothing of it happens after `heal`. */
  carryOut(plan: readonly PlannedFault[]): Promise<void>;
  /** Ends every fault: what is paused goes on, and all can hear each other. */
  heal(): void;
  /** Faults that have happened, by kind. */
  readonly happened: ReadonlyMap<string, number>;
}

const CUTS = { isolate, mute, deafen };

/**
 * Only the store's own processes are signalled, and only by those who started them, so that a pid which was given
 * out again is nobody's risk.
 */
export function createFaults(options: {
  readonly target: PrivateStore;
  readonly observer: Observer;
  readonly tally: Tally;
  readonly note: (says: string) => void;
}): Faults {
  const { target, observer, tally, note } = options;
  const { network, redis, log } = target;
  const { supervisor } = target.store;
  const happened = new Map<string, number>();
  /** Ends what lasts; each takes itself out. */
  const ends = new Set<() => void>();
  const wiped = new Set<NodeId>();
  let leader: Station | undefined;
  let healed = false;

  /** What is no node, and was started by this run too. */
  const beside = (station: Station) =>
    station === 'redis' ? redis : log?.members.find(({ id }) => id === station);

  function signal(station: Station, name: NodeJS.Signals): boolean {
    const isNode = supervisor.nodes.some(({ id }) => id === station);
    return isNode ? supervisor.signal(station, name) : (beside(station)?.signal(name) ?? false);
  }

  function pidOf(station: Station): number | undefined {
    return (supervisor.nodes.find(({ id }) => id === station) ?? beside(station))?.pid;
  }

  /** Whoever leads now, the log's engine where there is one, or, while nobody can be asked, has led last. */
  async function findLeader(): Promise<Station | undefined> {
    if (log) {
      leader = (await log.findLeader()) ?? leader;
      return leader;
    }
    const status = await observer.status().catch(() => undefined);
    if (status) leader = status.leader ?? undefined;
    return leader;
  }

  const isWell = () => tally.inForce.size === 0 && supervisor.nodes.every(({ state }) => state === 'ready');

  /** A fault that goes on until its time is over. */
  function lasting(name: string, forMs: number, mend: () => void): void {
    const timer = systemClock.setTimeout(end, forMs);
    function end(): void {
      if (!ends.delete(end)) return;
      systemClock.clearTimeout(timer);
      mend();
      tally.faultEnded(name);
      note(`${name} is over`);
    }
    ends.add(end);
  }

  function pause(station: Station, name: string, forMs: number): boolean {
    if (!signal(station, 'SIGSTOP')) return false;
    const release = guardPause(pidOf(station)!);
    lasting(name, forMs, () => {
      release();
      signal(station, 'SIGCONT');
    });
    return true;
  }

  function cutOff(cut: Cut, name: string, forMs: number): boolean {
    lasting(name, forMs, network.cut(cut));
    return true;
  }

  async function wipe(id: NodeId): Promise<boolean> {
    if (!(await mayWipe(id)) || !signal(id, 'SIGSTOP')) return false;
    wiped.add(id);
    await rm(target.folderOf(id), { recursive: true, force: true, maxRetries: 5 });
    return signal(id, 'SIGKILL');
  }

  /** A wiped disk counts in the minority that may fail until it has caught up, and a second would be too many. */
  async function mayWipe(id: NodeId): Promise<boolean> {
    if (supervisor.nodes.some(({ refused }) => refused !== undefined)) return false;
    const acknowledged = tally.counts.version;
    const status = await observer.status().catch(() => undefined);
    for (const { id: node, state, applied = -1 } of status?.nodes ?? []) {
      if (state === 'ready' && applied >= acknowledged) wiped.delete(node);
    }
    return wiped.size === 0 || (wiped.size === 1 && wiped.has(id));
  }

  async function meet(fault: Fault, station: Station, name: string): Promise<boolean> {
    switch (fault.kind) {
      case 'kill':
        return signal(station, 'SIGKILL');
      case 'kill all':
        return [...supervisor.nodes, ...(log?.members ?? []), { id: 'redis' }]
          .map(({ id }) => signal(id, 'SIGKILL'))
          .some(Boolean);
      case 'wipe':
        return wipe(station);
      case 'reset':
        network.reset(station);
        return true;
      case 'pause':
        return pause(station, name, fault.forMs);
      case 'split':
        return cutOff(split(fault.side), name, fault.forMs);
      default:
        return cutOff(CUTS[fault.kind](station), name, fault.forMs);
    }
  }

  async function happen(fault: Fault): Promise<void> {
    const ofLeader = 'target' in fault && fault.target === 'leader';
    const station = !('target' in fault) ? 'clients' : ofLeader ? await findLeader() : fault.target;
    if (healed || station === undefined) return;
    const name = ofLeader ? `${nameOf(fault)} (${station})` : nameOf(fault);
    const wasWell = isWell();
    if (!(await meet(fault, station, name))) return note(`${name} is left out`);
    note(name);
    tally.faultBegan(name);
    if (!('forMs' in fault)) tally.faultEnded(name);
    if (fault.kind === 'kill' && ofLeader && wasWell) tally.leaderKilled(systemClock.monotonic());
    happened.set(kindOf(fault), (happened.get(kindOf(fault)) ?? 0) + 1);
  }

  return {
    happened,
    async carryOut(plan) {
      const beganAt = systemClock.monotonic();
      for (const fault of plan) {
        await sleep(Math.max(0, beganAt + fault.atMs - systemClock.monotonic()));
        if (healed) return;
        await happen(fault);
      }
    },
    heal() {
      healed = true;
      for (const end of [...ends]) end();
    },
  };
}
