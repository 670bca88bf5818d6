import { durableOn, type Invariants } from './invariants.ts';
import type { SimNode, World } from './world.ts';

/** A wiped disk counts in the minority that may fail until it has caught up; a second one would be too many. */
export function mayWipe(candidate: SimNode, world: World, invariants: Invariants): boolean {
  const catalogs = world.ofKind('catalog');
  for (const node of catalogs) if (node.wiped && hasCaughtUp(node, invariants)) node.wiped = false;
  // An outer log has no need of a majority of the catalogs.
  const most = world.log ? catalogs.length - 1 : (catalogs.length - 1) / 2;
  const wiped = catalogs.filter((node) => node.wiped && node !== candidate).length + 1;
  return wiped <= most;
}

function hasCaughtUp({ catalog, disk }: SimNode, { committed }: Invariants): boolean {
  return (
    !disk!.failed &&
    catalog !== undefined &&
    catalog.replica.standing.role !== 'recovering' &&
    catalog.state.applied.index >= committed
  );
}

/** Another disk, with nothing on it. */
export function replaceDisk(node: SimNode, world: World): void {
  if (node.process.alive) world.kill(node);
  world.say(`wipe ${node.id}`);
  node.heldBeforeWipe = durableOn(node.disk!);
  node.disk!.wipe();
  node.wiped = true;
}
