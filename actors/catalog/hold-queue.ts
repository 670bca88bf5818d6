import type { Key } from '../../runtime/domain.ts';
import { holdKey } from '../../storage/keys.ts';
import { firstGreater } from './first-greater.ts';

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

/** Holds that lie together at most; then they are parted, so that none of them costs more with a million open. */
const MAX_TOGETHER = 512;

/**
 * The open holds by the time at which they are due; of those due at once the one with the least key is first, so that
 * every replica ends them in the same order, in whatever order it got to know them. Each is the text of its key in the store,
 * which takes the least memory, in one of many short sorted lists: no table has to be made anew when there are more.
 */
export class HoldQueue {
  /** None of them is empty, and all of one come before all of the next. */
  readonly #lists: string[][] = [];
  #size = 0;
  /** That of the first text, which is asked for with every entry. */
  #first: OpenHold | undefined;

  get size(): number {
    return this.#size;
  }

  /** The one that is due first. */
  get first(): OpenHold | undefined {
    if (this.#size === 0) return undefined;
    this.#first ??= readHoldKey(this.#lists[0]![0]!);
    return this.#first;
  }

  add({ key, due }: OpenHold): void {
    const text = holdKey(due, key);
    const { number, list, place } = this.#placeBehind(text);
    if (list[place - 1] === text) return;
    list.splice(place, 0, text);
    if (list.length === 1) this.#lists.push(list);
    if (list.length > MAX_TOGETHER) this.#lists.splice(number + 1, 0, list.splice(MAX_TOGETHER / 2));
    this.#size++;
    if (place === 0) this.#first = undefined;
  }

  /** False where it was not here. */
  delete({ key, due }: OpenHold): boolean {
    const text = holdKey(due, key);
    const { number, list, place } = this.#placeBehind(text);
    if (list[place - 1] !== text) return false;
    list.splice(place - 1, 1);
    if (list.length === 0) this.#lists.splice(number, 1);
    this.#size--;
    if (place === 1) this.#first = undefined;
    return true;
  }

  /** The list that a text belongs into, and the place behind it there. */
  #placeBehind(text: string) {
    const number = Math.max(0, firstGreater(this.#lists, (list) => list[0]!, text) - 1);
    const list = this.#lists[number] ?? [];
    return { number, list, place: firstGreater(list, asItIs, text) };
  }
}

const asItIs = (text: string) => text;
