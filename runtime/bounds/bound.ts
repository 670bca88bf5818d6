/** A bound: its default, what it counts, and what it bounds. */
export interface Bound {
  readonly value: number;
  /** Unit and meaning, to be read after the value: `3000 ms from a purchase's arrival at the gateway to its answer`. */
  readonly meaning: string;
  /** What a client meets beyond it; the README lists the bounds that have this. */
  readonly beyond?: string;
}

export const KIB = 1024;
export const MIB = 1024 * KIB;

export function bound(value: number, meaning: string, beyond?: string): Bound {
  return { value, meaning, beyond };
}

/** The default values of a table of bounds. */
export function defaultsOf<Table extends Readonly<Record<string, Bound>>>(table: Table) {
  const values = Object.entries(table).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(values) as { readonly [Name in keyof Table]: number };
}
