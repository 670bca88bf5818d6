import type { SortPlace } from '../../../runtime/finding.ts';

/**
 * The first places of all that are offered, in their order. More than twice as many as are wanted are never kept, and most of
 * the others cost one comparison.
 */
export class Least {
  readonly #most: number;
  #places: SortPlace[] = [];
  /** Nothing behind this one can be among the first any more. */
  #bound: SortPlace | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  offer(key: SortPlace['key'], id: number): void {
    const bound = this.#bound;
    if (bound && (key > bound.key || (key === bound.key && id > bound.id))) return;
    this.#places.push({ key, id });
    if (this.#places.length > 2 * this.#most + 100) this.#cut();
  }

  /** To be used up before anything more is offered. */
  sorted(): readonly SortPlace[] {
    this.#cut();
    return this.#places;
  }

  #cut(): void {
    this.#places.sort((one, other) => (isBehind(one.key, one.id, other) ? 1 : -1));
    this.#places.length = Math.min(this.#places.length, this.#most);
    if (this.#places.length === this.#most) this.#bound = this.#places.at(-1);
  }
}

/** By the key, and among equal keys by the id; letters in code-unit order. */
export function isBehind(key: SortPlace['key'], id: number, other: SortPlace): boolean {
  return key > other.key || (key === other.key && id > other.id);
}
