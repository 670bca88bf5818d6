import type { Key } from '../../runtime/domain.ts';

/** A hold that is open, and the time of the log at which it ends. */
export interface OpenHold {
  readonly key: Key;
  readonly due: number;
}

/** The hold whose key in the store this is. */
export function readHoldKey(holdKey: string): OpenHold {
  const [, due, key] = holdKey.split('/') as [string, string, Key];
  return { due: Number(due), key };
}

interface Node extends OpenHold {
  /** Where it is in the heap. */
  place: number;
}

/**
 * The open holds by the time at which they are due; of those due at once the one with the least key is first, so that
 * every replica ends them in the same order, in whatever order it got to know them. A binary heap in which each hold knows
 * its place, so that one that ends early leaves nothing behind.
 */
export class HoldQueue {
  readonly #heap: Node[] = [];
  readonly #nodes = new Map<Key, Node>();

  get size(): number {
    return this.#heap.length;
  }

  /** The one that is due first. */
  get first(): OpenHold | undefined {
    return this.#heap[0];
  }

  add({ key, due }: OpenHold): void {
    this.delete(key);
    const node = { key, due, place: this.#heap.length };
    this.#nodes.set(key, node);
    this.#heap.push(node);
    this.#rise(node);
  }

  /** Whether it was there. */
  delete(key: Key): boolean {
    const node = this.#nodes.get(key);
    if (node === undefined) return false;
    this.#nodes.delete(key);
    const last = this.#heap.pop()!;
    if (last !== node) {
      this.#put(last, node.place);
      this.#rise(last);
      this.#sink(last);
    }
    return true;
  }

  #put(node: Node, place: number): void {
    this.#heap[place] = node;
    node.place = place;
  }

  #rise(node: Node): void {
    while (node.place > 0) {
      const parent = this.#heap[(node.place - 1) >>> 1]!;
      if (!isBefore(node, parent)) return;
      this.#exchange(parent, node);
    }
  }

  #sink(node: Node): void {
    for (;;) {
      const left = this.#heap[2 * node.place + 1];
      const right = this.#heap[2 * node.place + 2];
      const child = right && isBefore(right, left!) ? right : left;
      if (!child || !isBefore(child, node)) return;
      this.#exchange(node, child);
    }
  }

  #exchange(upper: Node, lower: Node): void {
    const { place } = upper;
    this.#put(upper, lower.place);
    this.#put(lower, place);
  }
}

function isBefore(one: OpenHold, other: OpenHold): boolean {
  return one.due < other.due || (one.due === other.due && one.key < other.key);
}
