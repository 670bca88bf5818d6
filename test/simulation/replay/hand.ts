import type { Act, ActName } from '../../../gateway/page/simulator/protocol.ts';
import type { Invariants } from '../invariants.ts';
import { mayWipe, replaceDisk } from '../wipes.ts';
import type { Workload } from '../workload.ts';
import type { SimNode, World } from '../world.ts';

/**
 * Puts a fault, or a purchase, into a run by hand. Each mends itself, as those of the plan do, so that the judges may
 * ask of the run what they ask of any.
 */

/** Simulated milliseconds until it is over. */
const LASTS_MS = { kill: 1_000, pause: 4_000, cut: 5_000, mute: 5_000, wipe: 1_000, slow: 4_000 } as const;
const SLOW_DISK = { least: 50, most: 400 };

interface Run {
  readonly world: World;
  readonly invariants: Invariants;
  readonly workload: Workload;
}

export function perform({ name, node: id, after }: Act, run: Run): void {
  const { world, workload } = run;
  if (name === 'buy') {
    world.say(`you buy through ${id}`);
    void workload.buy(`you-${after}`, id);
    return;
  }
  const node = world.node(id);
  const over = WORKS[name](node, run);
  world.scheduler.after(LASTS_MS[name], world.outside, over);
}

/** Why an act cannot be done now, in plain words; undefined where it can. */
export function refusalOf(
  { name, node: id }: Omit<Act, 'after'>,
  { world, invariants }: Run,
): string | undefined {
  const node = world.nodes.find((candidate) => candidate.id === id);
  if (!node) return `In this run there is no process ${id}.`;
  if (name === 'buy') return node.kind === 'gateway' ? undefined : 'A purchase goes through a gateway.';
  if ((name === 'wipe' || name === 'slow') && !node.disk) return `${id} has no disk: only catalogs have one.`;
  if (name === 'wipe' && !mayWipe(node, world, invariants)) {
    return `The disk of ${id} cannot be wiped now: with it a majority of the catalogs would have lost what they held, and then nobody could say what had been sold.`;
  }
  if (name === 'kill' && !node.process.alive) return `${id} has no process to kill now.`;
  if (name === 'pause' && (!node.process.alive || node.process.paused)) return `${id} does not run now.`;
  return undefined;
}

/** Each begins at once; what it returns ends it. */
const WORKS: Readonly<Record<Exclude<ActName, 'buy'>, (node: SimNode, run: Run) => () => void>> = {
  kill(node, { world }) {
    world.kill(node);
    return () => startAgain(node, world);
  },
  wipe(node, { world }) {
    replaceDisk(node, world);
    return () => startAgain(node, world);
  },
  pause(node, { world }) {
    const { process } = node;
    world.pause(node);
    return () => {
      if (node.process === process && process.paused) world.resume(node);
    };
  },
  cut: (node, { world }) => block(node, world, false),
  mute: (node, { world }) => block(node, world, true),
  slow(node, { world }) {
    const { diskMs } = world.plan;
    world.say(`the disk of ${node.id} is slow`);
    node.disk!.latencyMs = SLOW_DISK;
    return () => {
      if (node.disk!.latencyMs === SLOW_DISK) node.disk!.latencyMs = { least: diskMs / 10, most: diskMs };
    };
  },
};

function startAgain(node: SimNode, world: World): void {
  if (!node.process.alive && !node.disk?.failed) world.start(node);
}

/** Nothing that it sends arrives, and where it is cut off wholly, nothing that is sent to it. */
function block({ id }: SimNode, world: World, oneWay: boolean): () => void {
  const { blocked } = world.network.weather;
  const ways = world.nodes
    .filter((other) => other.id !== id)
    .flatMap((other) => [`${id}>${other.id}`, ...(oneWay ? [] : [`${other.id}>${id}`])]);
  for (const way of ways) blocked.add(way);
  world.say(`${id} is cut off${oneWay ? ': it hears, and is not heard' : ''}`);
  return () => {
    for (const way of ways) blocked.delete(way);
    world.say(`${id} is joined again`);
    world.network.healed();
  };
}
