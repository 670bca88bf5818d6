import type { Line } from '../checkers/history.ts';
import { Violation } from './invariants.ts';
import type { Plan } from './plan.ts';
import type { SimNode, World } from './world.ts';

/** Simulated milliseconds between two looks at who is well. */
const LOOK_MS = 100;
/**
 * Simulated milliseconds within which a purchase is decided wherever enough of the store is well. Three seconds of it may
 * be a leader's outside that part whose disk hangs: for so long it keeps the role (`hangingDiskTicks`).
 */
const DECIDED_WITHIN_MS = 8_000;
/** Simulated milliseconds that a client may wait for an answer, after which the wait counts for nothing. */
const ASKED_BEFORE_END_MS = 3_000;

/** A part of the store that suffices for purchases: a majority of the catalogs, an order replica and a gateway. */
interface Part {
  readonly gateway: string;
  readonly nodes: readonly SimNode[];
  /** The processes that it was well with, and since when; undefined while it is not. */
  well: { readonly since: number; readonly processes: readonly SimNode['process'][] } | undefined;
}

interface Window {
  readonly gateway: string;
  readonly from: number;
  readonly to: number;
}

/** The rule of liveness during faults: while a majority is connected and its disks answer, purchases are decided. */
export interface Liveness {
  begin(): void;
  /** Throws a `Violation` for a time in which purchases were asked for, should have been decided, and were not. */
  check(history: readonly Line[]): void;
  /** How long purchases were owed, in simulated milliseconds, over all parts of the store. */
  readonly owedMs: number;
}

export function createLiveness(world: World): Liveness {
  const { plan, scheduler, outside, network } = world;
  const catalogs = world.ofKind('catalog');
  const parts: Part[] = [];
  for (const majority of subsets(catalogs, world.log ? 1 : Math.floor(catalogs.length / 2) + 1)) {
    for (const order of world.ofKind('order')) {
      for (const gateway of world.ofKind('gateway')) {
        parts.push({ gateway: gateway.id, nodes: [...majority, order, gateway], well: undefined });
      }
    }
  }
  const windows: Window[] = [];
  let running = false;

  function isUp({ id, process, disk, wiped, catalog, kind }: SimNode): boolean {
    if (!process.alive || process.paused) return false;
    if (kind !== 'catalog') return true;
    return (
      catalog !== undefined &&
      !wiped &&
      !disk!.failed &&
      !disk!.hanging &&
      !disk!.full &&
      catalog.replica.standing.role !== 'reader' &&
      (world.log?.reaches(id) ?? true) &&
      disk!.latencyMs.most <= plan.diskMs
    );
  }

  function isWell(nodes: readonly SimNode[]): boolean {
    const { blocked } = network.weather;
    if (!nodes.every(isUp)) return false;
    return blocked.size === 0 || !nodes.some((a) => nodes.some((b) => blocked.has(`${a.id}>${b.id}`)));
  }

  function close(part: Part): void {
    const { well, gateway } = part;
    part.well = undefined;
    if (well && scheduler.now - well.since >= DECIDED_WITHIN_MS) {
      windows.push({ gateway, from: well.since, to: scheduler.now });
    }
  }

  function look(): void {
    if (!running) return;
    for (const part of parts) {
      const { well, nodes } = part;
      const isSame = well?.processes.every((process, at) => nodes[at]!.process === process) ?? false;
      const nowWell = isWell(nodes);
      if (well && !(nowWell && isSame)) close(part);
      if (nowWell) part.well ??= { since: scheduler.now, processes: nodes.map(({ process }) => process) };
    }
    scheduler.after(LOOK_MS, outside, look);
  }

  return {
    begin() {
      running = true;
      look();
    },
    check(history) {
      running = false;
      for (const part of parts) close(part);
      for (const window of windows) checkWindow(history, window);
    },
    get owedMs() {
      return windows.reduce((sum, { from, to }) => sum + to - from, 0);
    },
  };
}

function checkWindow(history: readonly Line[], { gateway, from, to }: Window): void {
  const purchases = history.filter((line) => line.kind === 'purchase' && line.via === gateway);
  const decided = decisions(purchases).filter((end) => end >= from && end <= to);
  let last = from;
  for (const end of [...decided.sort((a, b) => a - b), to]) {
    const asked = purchases.some(
      (line) => 'start' in line && line.start >= last && line.start <= end - ASKED_BEFORE_END_MS,
    );
    if (asked && end - last > DECIDED_WITHIN_MS) {
      throw new Violation(
        `${gateway} decided no purchase for ${Math.round(end - last)} ms until ${Math.round(end)}, ` +
          'beside a majority that was well',
      );
    }
    last = end;
  }
}

/** When purchases were decided. */
export function decisions(history: readonly Line[]): number[] {
  return history.flatMap((line) => {
    if (line.kind !== 'purchase' || line.end === null) return [];
    return line.outcome === 'ok' || line.outcome === 'refused' ? [line.end] : [];
  });
}

/** What must go on where the plan says so. */
export function checkDroughts(plan: Plan, history: readonly Line[], from: number, newTerms: number): void {
  const { longestDroughtMs = Number.POSITIVE_INFINITY, maxNewTerms = Number.POSITIVE_INFINITY } = plan;
  if (newTerms > maxNewTerms) throw new Violation(`${newTerms} new terms, and ${maxNewTerms} are excused`);
  const { slowestPurchaseMs = Number.POSITIVE_INFINITY } = plan;
  for (const line of history) {
    if (line.kind !== 'purchase' || line.end === null || line.end - line.start <= slowestPurchaseMs) continue;
    throw new Violation(`${line.op} took ${Math.round(line.end - line.start)} ms`);
  }
  let last = from;
  for (const end of [...decisions(history), from + plan.faultsMs]) {
    if (end - last > longestDroughtMs) {
      throw new Violation(`no purchase was decided for ${Math.round(end - last)} ms`);
    }
    last = Math.max(last, end);
  }
}

/** All choices of `size` of them. */
function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, at) => subsets(items.slice(at + 1), size - 1).map((rest) => [item, ...rest]));
}
