import type { NodeId } from '../../runtime/links/mesh.ts';
import type { Random } from '../../runtime/random.ts';
import type { Station } from './network.ts';

/** Whom a fault meets; who leads is known only when it happens. */
export type Target = Station | 'leader';

export type Fault =
  | { readonly kind: 'kill' | 'reset'; readonly target: Target }
  /** Every process at once, as a power cut does. */
  | { readonly kind: 'kill all' }
  /** A catalog's disk is emptied under its feet, and then it is killed. */
  | { readonly kind: 'wipe'; readonly target: NodeId }
  | { readonly kind: 'pause'; readonly target: Target; readonly forMs: number }
  /** Cut off from everybody: both ways, or only what it sends, or only what it is sent. */
  | { readonly kind: 'isolate' | 'mute' | 'deafen'; readonly target: Target; readonly forMs: number }
  /** Two sides that do not hear each other. */
  | { readonly kind: 'split'; readonly side: readonly Station[]; readonly forMs: number };

/** `atMs` is counted from the plan's beginning. */
export type PlannedFault = Fault & { readonly atMs: number };

export interface PlanOptions {
  readonly random: Random;
  readonly durationMs: number;
  /** Every process, without Redis. */
  readonly nodes: readonly NodeId[];
  readonly redis: boolean;
  /** Of the engine that orders the log, if it has one: the leader is one of them then. */
  readonly members?: readonly Station[];
}

/** Milliseconds before the first fault. */
const CALM_MS = 1_000;
/** Milliseconds a fault that lasts lasts. */
const LASTS_MS = { least: 300, most: 5_000 };
/** Milliseconds a process may need to be back after it was killed; longer under load. */
const RETURNS_MS = 4_000;
/** Milliseconds of rest after a single fault, and after a storm. */
const REST_MS = { least: 1_200, most: 3_000 };
const REST_AFTER_STORM_MS = { least: 2_500, most: 5_000 };
/** Milliseconds between two faults of a storm. */
const STORM_STEP_MS = { least: 0, most: 1_500 };
const SHARE_OF_STORMS = 0.3;

/**
 * Faults one by one with rests between them, and now and then a storm of several at once. Drawn from a shuffled
 * deck, so that a run of some minutes has seen every kind. The same seed gives the same plan.
 */
export function drawPlan(options: PlanOptions): readonly PlannedFault[] {
  const { random, durationMs } = options;
  const between = ({ least, most }: { least: number; most: number }) =>
    least + random.integer(most - least + 1);
  const lasting = () => ({ forMs: between(LASTS_MS) });
  const cards = deckOf(options, lasting);
  let deck: Card[] = [];
  const draw = (): Fault => {
    if (deck.length === 0) deck = shuffled(cards, random);
    return deck.pop()!();
  };

  const plan: PlannedFault[] = [];
  for (let atMs = CALM_MS; ; ) {
    const isStorm = random.next() < SHARE_OF_STORMS;
    const count = isStorm ? 2 + random.integer(3) : 1;
    let endMs = atMs;
    for (let drawn = 0; drawn < count; drawn++) {
      const fault = draw();
      const lasts = 'forMs' in fault ? fault.forMs : 0;
      if (atMs + lasts > durationMs) return plan;
      plan.push({ ...fault, atMs });
      endMs = Math.max(endMs, atMs + (isDeadly(fault) ? RETURNS_MS : lasts));
      if (drawn + 1 < count) atMs += between(STORM_STEP_MS);
    }
    atMs = Math.max(atMs, endMs) + between(isStorm ? REST_AFTER_STORM_MS : REST_MS);
  }
}

function isDeadly({ kind }: Fault): boolean {
  return kind === 'kill' || kind === 'kill all' || kind === 'wipe';
}

type Card = () => Fault;

function deckOf(options: PlanOptions, lasting: () => { forMs: number }): readonly Card[] {
  const { random, nodes, redis, members = [] } = options;
  const everybody = [...nodes, ...members];
  const pick = <T>(choices: readonly T[]): T => choices[random.integer(choices.length)]!;
  const catalogs = nodes.filter((id) => id.startsWith('catalog-'));
  const orders = nodes.filter((id) => id.startsWith('order-'));
  const anyCatalog = () => pick(catalogs);
  const anyOrder = () => pick(orders);
  const anyNode = () => pick(everybody);
  /** Those outside stay with their gateway. */
  const side = (): Station[] => {
    const chosen: Station[] = everybody.filter(() => random.next() < 0.5);
    return chosen.includes('gateway-1') ? [...chosen, 'redis', 'clients'] : chosen;
  };

  const cards: Card[] = [
    () => ({ kind: 'kill', target: 'leader' }),
    () => ({ kind: 'kill', target: 'leader' }),
    () => ({ kind: 'kill', target: 'leader' }),
    () => ({ kind: 'kill', target: anyCatalog() }),
    () => ({ kind: 'kill', target: anyOrder() }),
    () => ({ kind: 'kill', target: 'gateway-1' }),
    () => ({ kind: 'kill all' }),
    () => ({ kind: 'pause', target: 'leader', ...lasting() }),
    () => ({ kind: 'pause', target: anyCatalog(), ...lasting() }),
    () => ({ kind: 'pause', target: anyOrder(), ...lasting() }),
    () => ({ kind: 'pause', target: 'gateway-1', ...lasting() }),
    () => ({ kind: 'isolate', target: 'leader', ...lasting() }),
    () => ({ kind: 'isolate', target: anyNode(), ...lasting() }),
    () => ({ kind: 'mute', target: 'leader', ...lasting() }),
    () => ({ kind: 'mute', target: anyNode(), ...lasting() }),
    () => ({ kind: 'deafen', target: 'leader', ...lasting() }),
    () => ({ kind: 'deafen', target: anyNode(), ...lasting() }),
    () => ({ kind: 'split', side: side(), ...lasting() }),
    () => ({ kind: 'reset', target: 'leader' }),
    () => ({ kind: 'reset', target: anyNode() }),
    () => ({ kind: 'reset', target: 'clients' }),
    () => ({ kind: 'isolate', target: 'clients', ...lasting() }),
  ];
  // With fewer than three catalogs one disk is no minority.
  if (catalogs.length >= 3) {
    cards.push(() => ({ kind: 'wipe', target: anyCatalog() }));
    cards.push(() => ({ kind: 'wipe', target: anyCatalog() }));
  }
  if (members.length > 0) {
    cards.push(() => ({ kind: 'kill', target: pick(members) }));
    cards.push(() => ({ kind: 'pause', target: pick(members), ...lasting() }));
    cards.push(() => ({ kind: 'isolate', target: pick(members), ...lasting() }));
    cards.push(() => ({ kind: 'isolate', target: anyCatalog(), ...lasting() }));
  }
  if (redis) {
    cards.push(() => ({ kind: 'kill', target: 'redis' }));
    cards.push(() => ({ kind: 'pause', target: 'redis', ...lasting() }));
    cards.push(() => ({ kind: 'isolate', target: 'redis', ...lasting() }));
  }
  return cards;
}

/** A new list in an order that is any with equal chance (Fisher and Yates). */
function shuffled<T>(list: readonly T[], random: Random): T[] {
  const order = [...list];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** A fault in words, as people read it. */
export function nameOf(fault: Fault): string {
  if (fault.kind === 'split') return `split off ${fault.side.join('+') || 'nobody'}`;
  return 'target' in fault ? `${fault.kind} ${fault.target}` : fault.kind;
}

/** The fault's kind for counting: `kill catalog`, whichever it was. */
export function kindOf(fault: Fault): string {
  if (!('target' in fault)) return fault.kind;
  return `${fault.kind} ${fault.target.replace(/-\d+$/, '')}`;
}
