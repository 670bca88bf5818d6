import type { Random } from '../../runtime/random.ts';
import { durableOn, type Invariants } from './invariants.ts';
import { raftOf } from './raft-of.ts';
import { mayWipe, replaceDisk } from './wipes.ts';
import type { SimNode, World } from './world.ts';

/** Breaks things by the seed's plan while it runs, and mends everything at its end. */
export interface Nemesis {
  begin(): void;
  /** Ends all faults: everything runs again, every link can be made. */
  heal(): void;
  /** Faults so far, by name. */
  readonly faults: ReadonlyMap<string, number>;
}

/** Entries that a catalog may be behind while others go on; less than a transfer takes. */
const NEAR_ENTRIES = 20;

export function createNemesis(world: World, invariants: Invariants, random: Random): Nemesis {
  const { plan, scheduler, outside, network, redis } = world;
  const faults = new Map<string, number>();
  const usual = { least: plan.diskMs / 10, most: plan.diskMs };
  /** A wiped catalog that is given its time to catch up in. */
  let awaited: SimNode | undefined;
  let running = false;

  const pick = <T>(choices: readonly T[]): T => choices[random.integer(choices.length)]!;
  const soon = (lowMs: number, highMs: number, run: () => void) =>
    void scheduler.after(lowMs + random.next() * (highMs - lowMs), outside, () => running && run());
  const { say } = world;

  function restartSoon(node: SimNode): void {
    soon(50, 4_000, () => {
      if (!node.process.alive && !node.disk?.failed) world.start(node);
    });
  }

  function kill(node: SimNode): void {
    if (!node.process.alive) return;
    world.kill(node);
    restartSoon(node);
  }

  function wipe(): void {
    const node = pick(world.ofKind('catalog'));
    if (awaited !== undefined || !mayWipe(node, world, invariants)) return;
    replaceDisk(node, world);
    restartSoon(node);
    if (plan.catchUpMs !== undefined) mustBeNearIn(plan.catchUpMs, node);
  }

  /** Its catalog ends with the next write, and stays out until there is another disk. */
  function failDisk(): void {
    const node = pick(world.ofKind('catalog'));
    if (node.disk!.failed || !node.process.alive || !mayWipe(node, world, invariants)) return;
    say(`the disk of ${node.id} fails`);
    node.wiped = true;
    node.heldBeforeWipe = durableOn(node.disk!);
    node.disk!.fail();
    soon(1_000, 6_000, () => {
      if (!node.disk!.failed) return;
      replaceDisk(node, world);
      world.start(node);
    });
  }

  /** The catalogs only read from their next write on, and start anew some time after there is room. */
  function fillDisks(nodes: readonly SimNode[]): void {
    say(`full: ${nodes.map(({ id }) => id).join(' ')}`);
    for (const { disk } of nodes) disk!.full = true;
    soon(500, 5_000, () => {
      say(`room again: ${nodes.map(({ id }) => id).join(' ')}`);
      for (const { disk } of nodes) disk!.full = false;
    });
  }

  /** A snapshot's transfer has to end, however much is written meanwhile. */
  function mustBeNearIn(ms: number, node: SimNode): void {
    awaited = node;
    soon(ms, ms, () => {
      awaited = undefined;
      const behind = invariants.committed - (node.catalog?.state.applied.index ?? 0);
      if (behind <= NEAR_ENTRIES) return;
      world.complaints.push(`${node.id} is ${behind} entries behind, ${ms} ms after its wipe`);
    });
  }

  function pauseFor(node: SimNode, ms: number): void {
    if (!node.process.alive || node.process.paused) return;
    const { process } = node;
    world.pause(node);
    soon(ms / 8, ms, () => {
      if (node.process === process && process.paused) world.resume(node);
    });
  }

  function partition(): void {
    const groups = world.nodes.map(({ id }) => ({ id, side: random.integer(2) }));
    const oneWay = random.next() < 0.4;
    for (const a of groups) {
      for (const b of groups) {
        if (a.side !== b.side && (!oneWay || a.side === 0)) network.weather.blocked.add(`${a.id}>${b.id}`);
      }
    }
    say(`partition ${groups.map(({ id, side }) => `${id}:${side}`).join(' ')}${oneWay ? ' one way' : ''}`);
    soon(200, 6_000, mendNetwork);
  }

  /** Cuts a node off from all others, or from those given: clients may then still reach both sides. */
  function isolate(
    { id }: { readonly id: string } = pick(world.nodes),
    others = world.nodes,
    oneWay = false,
  ): void {
    for (const other of others) {
      if (other.id === id) continue;
      network.weather.blocked.add(`${id}>${other.id}`);
      if (!oneWay) network.weather.blocked.add(`${other.id}>${id}`);
    }
    say(`isolate ${id}${oneWay ? ' one way' : ''}`);
    soon(200, 6_000, mendNetwork);
  }

  function mendNetwork(): void {
    if (network.weather.blocked.size === 0) return;
    say('partition heals');
    network.weather.blocked.clear();
    network.healed();
  }

  function leader(): SimNode | undefined {
    return world.ofKind('catalog').find((node) => raftOf(node.catalog)?.role === 'leader');
  }

  /** One follower leaves and comes back, while all others are well: no reason to elect anybody. */
  function disturbFollower(): void {
    const catalogs = world.ofKind('catalog');
    const leading = leader();
    if (catalogs.length < 3 || !leading || network.weather.blocked.size > 0) return;
    if (!catalogs.every((node) => node === leading || hears(node, leading))) return;
    const follower = pick(catalogs.filter((node) => node !== leading));
    const isolated = (node: SimNode) => isolate(node);
    const trouble = pick([kill, isolated, (node: SimNode) => pauseFor(node, 4_000)]);
    trouble(follower);
  }

  function hears({ catalog, process }: SimNode, leading: SimNode): boolean {
    const replica = raftOf(catalog);
    if (!replica || process.paused) return false;
    const { leader, elapsed, limits } = replica.raft;
    return leader === leading.id && elapsed <= 2 * limits.heartbeatTicks;
  }

  const repertoire: readonly (readonly [name: string, weight: number, run: () => void])[] = [
    ['kill any', 5, () => kill(pick(world.nodes))],
    ['kill the leader', 3, () => void (leader() && kill(leader()!))],
    ['kill all', 0.5, () => world.nodes.forEach(kill)],
    ['wipe a disk', 2, wipe],
    ['pause any', 4, () => pauseFor(pick(world.nodes), 4_000)],
    ['pause the leader', 2, () => void (leader() && pauseFor(leader()!, 5_000))],
    ['partition', 4, partition],
    ['isolate', 3, () => isolate()],
    ['cut off the leader', 1, () => void (leader() && isolate(leader(), world.ofKind('catalog')))],
    ['silence the leader', 1, () => void (leader() && isolate(leader(), world.ofKind('catalog'), true))],
    ['cut off a catalog', 1, () => isolate(pick(world.ofKind('catalog')), world.ofKind('catalog'))],
    ['disturb a follower', 1, disturbFollower],
    ['reset a link', 4, () => network.reset(pick(world.nodes).id, pick(world.nodes).id)],
    ['slow disk', 1, slowDisk],
    ['slow disks', 1, slowDisks],
    ['hang a disk', 1, () => hangDisk(pick(world.ofKind('catalog')))],
    ['hang the leader disk', 0.5, () => void (leader() && hangDisk(leader()!))],
    ['hang all disks', 0.5, () => world.ofKind('catalog').forEach(hangDisk)],
    ['disturb Redis', redis ? 4 : 0, disturbRedis],
    ['fail a disk', plan.failingDisks ? 1 : 0, failDisk],
    ['fill a disk', plan.fullDisks ? 1.5 : 0, () => fillDisks([pick(world.ofKind('catalog'))])],
    [
      'reset a client',
      plan.libraryClients > 0 ? 2 : 0,
      () => network.reset(client(), pick(world.ofKind('gateway')).id),
    ],
    [
      'cut off a client',
      plan.libraryClients > 0 ? 1 : 0,
      () => isolate({ id: client() }, world.ofKind('gateway'), random.next() < 0.5),
    ],
    ['fill all disks', plan.fullDisks ? 0.5 : 0, () => fillDisks(world.ofKind('catalog'))],
    ...(world.log?.faults ?? []),
  ];

  const client = () => `library-${1 + random.integer(plan.libraryClients)}`;

  /** Slow, stopped, written to by others, or dead and back with nothing or with what it had at some earlier time. */
  function disturbRedis(): void {
    if (!redis?.running) return;
    const trouble = pick(['slow', 'paused', 'wiped', 'restored', 'saved', 'forged'] as const);
    say(`redis ${trouble}`);
    if (trouble === 'saved') redis.save();
    else if (trouble === 'forged') redis.forge();
    else if (trouble === 'slow') {
      redis.weather.maxLatencyMs = 60;
      soon(500, 4_000, calmRedis);
    } else if (trouble === 'paused') {
      redis.pause();
      soon(500, 4_000, redis.resume);
    } else {
      redis.kill();
      soon(10, 3_000, () => redis.start(trouble === 'restored' ? 'saved' : 'nothing'));
    }
  }

  function calmRedis(): void {
    if (redis) redis.weather.maxLatencyMs = 1;
  }

  function slowDisk(): void {
    const node = pick(world.ofKind('catalog'));
    node.disk!.latencyMs = { least: 50, most: 400 };
    soon(500, 3_000, () => {
      node.disk!.latencyMs = usual;
    });
  }

  /** All at once, or a majority of them: no reason to elect anybody. */
  function slowDisks(): void {
    const all = world.ofKind('catalog');
    const spared = random.next() < 0.5 ? pick(all) : undefined;
    const most = 200 + random.next() * (plan.slowestSyncMs - 200);
    say(`slow disks, ${Math.round(most)} ms${spared ? `, but not ${spared.id}` : ''}`);
    const slowed = all.filter((node) => node !== spared);
    for (const { disk } of slowed) disk!.latencyMs = { least: most / 2, most };
    soon(1_000, 8_000, () => {
      say('the disks are fast again');
      for (const { disk } of slowed) disk!.latencyMs = usual;
    });
  }

  function hangDisk({ id, disk }: SimNode): void {
    say(`the disk of ${id} hangs`);
    disk!.hanging = true;
    soon(1_000, 8_000, () => {
      say(`the disk of ${id} goes on`);
      disk!.hanging = false;
    });
  }

  const chosen = repertoire.filter(([name]) => plan.faults?.includes(name) ?? true);
  const total = chosen.reduce((sum, [, weight]) => sum + weight, 0);

  function strike(): void {
    let dice = random.next() * total;
    for (const [name, weight, run] of chosen) {
      dice -= weight;
      if (dice >= 0) continue;
      faults.set(name, (faults.get(name) ?? 0) + 1);
      run();
      break;
    }
    soon(0, 2 * plan.faultEveryMs, strike);
  }

  return {
    faults,
    begin() {
      running = true;
      network.weather.dropRate = plan.dropRate;
      network.weather.duplicateRate = plan.duplicateRate;
      if (Number.isFinite(plan.faultEveryMs)) soon(0, 2 * plan.faultEveryMs, strike);
    },
    heal() {
      running = false;
      say('all faults end');
      network.weather.dropRate = 0;
      network.weather.duplicateRate = 0;
      network.weather.blocked.clear();
      network.healed();
      world.log?.heal();
      calmRedis();
      redis?.resume();
      redis?.start('saved');
      for (const node of world.nodes) {
        if (node.disk) {
          node.disk.latencyMs = usual;
          node.disk.hanging = false;
          node.disk.full = false;
        }
        if (node.process.paused) world.resume(node);
        if (node.disk?.failed) replaceDisk(node, world);
        if (!node.process.alive) world.start(node);
      }
    },
  };
}
