import type { LauncherCluster, LauncherClusterOptions } from '../support/cluster.ts';

/** How much of an attack is made. Every attack is bounded by it and stops by itself. */
export interface Intensity {
  /** Part of the full counts, above 0 and at most 1. */
  readonly share: number;
  /** Seconds that an attack which lasts goes on. */
  readonly seconds: number;
}

/** A count of an attack at this intensity, never below `least`. */
export function scaled({ share }: Intensity, full: number, least = 1): number {
  return Math.max(least, Math.round(full * share));
}

/** What the attack itself saw, by name; the table prints it. */
export type Figures = Readonly<Record<string, number>>;

/** What one process of the store held in memory, in bytes. */
export interface ProcessMemory {
  /** Such as `catalog-1`. */
  readonly name: string;
  readonly before: number;
  /** The most at any moment, as the kernel counted it. */
  readonly most: number;
  readonly after: number;
}

/** What a steady buyer met while one phase lasted. */
export interface Purchases {
  readonly perSecond: number;
  /** Milliseconds between two confirmations at most, the ends of the phase included. */
  readonly longestGapMs: number;
  /** Milliseconds that 99 % of the confirmed ones took at most. */
  readonly p99Ms: number;
  readonly confirmed: number;
  readonly failed: number;
}

/** Who led in which term. */
export interface Lead {
  readonly leader: string | null;
  readonly term: number;
}

export interface Measured {
  readonly seen: Figures;
  readonly memory: readonly ProcessMemory[];
  /** Processes that ended, which the attack did not end itself; a name for each time. */
  readonly ended: readonly string[];
  /** What processes said as they ended, or as they failed. */
  readonly lastWords: readonly string[];
  readonly lead: { readonly before: Lead; readonly after: Lead };
  readonly purchases: { readonly before: Purchases; readonly during: Purchases; readonly after: Purchases };
}

interface Described {
  readonly name: string;
  /** What it does to a store without the guard, in one sentence. */
  readonly harm: string;
  /** Loss of the store or its door, or a door that stands open. */
  readonly section: 'loss' | 'door';
}

/** An attack on a store that is started for it and measured all the while. */
export interface StoreAttack extends Described {
  readonly kind: 'store';
  readonly needs: LauncherClusterOptions;
  /** Puts in what the attack needs; not part of what is measured. */
  prepare?(store: LauncherCluster, intensity: Intensity): Promise<void>;
  run(store: LauncherCluster, intensity: Intensity): Promise<Figures>;
  /** What is wrong, a clause each; nothing if the store held. */
  verdict(measured: Measured): readonly string[];
  /** What was too slow, or lost its leader, a clause each. It says something of the store only where nothing else uses the machine. */
  pace?(measured: Measured): readonly string[];
}

/** An attack that starts and ends the stores it needs, since it is about how they start. */
export interface LoneAttack extends Described {
  readonly kind: 'alone';
  /** A program that it cannot do without. */
  readonly program?: string;
  run(intensity: Intensity): Promise<Figures>;
  verdict(measured: Pick<Measured, 'seen'>): readonly string[];
}

export type Attack = StoreAttack | LoneAttack;
