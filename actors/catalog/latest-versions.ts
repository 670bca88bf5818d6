import type { BookId } from '../../runtime/domain.ts';
import { STRETCH_VERSIONS, stretchOf } from './version-stretches.ts';

/** One book, which is what most versions have, needs no set. */
type Books = BookId | Set<BookId>;

/** Books in the order of their versions, each once: one that has changed stands where it changed last. */
export class LatestVersions {
  /** Of each stretch of versions, those at which books stand. */
  readonly #stretches = new Map<number, Map<number, Books>>();
  #last = 0;

  move(id: BookId, from: number | undefined, to: number): void {
    if (from !== undefined) this.#takeAway(id, from);
    const number = stretchOf(to);
    const stretch = this.#stretches.get(number) ?? new Map<number, Books>();
    if (stretch.size === 0) this.#stretches.set(number, stretch);
    const here = stretch.get(to);
    if (here === undefined || here === id) stretch.set(to, id);
    else if (typeof here === 'number') stretch.set(to, new Set([here, id]));
    else here.add(id);
    this.#last = Math.max(this.#last, number);
  }

  #takeAway(id: BookId, version: number): void {
    const stretch = this.#stretches.get(stretchOf(version));
    const here = stretch?.get(version);
    if (here === id) stretch!.delete(version);
    else if (typeof here === 'object' && here.delete(id) && here.size === 0) stretch!.delete(version);
    if (stretch?.size === 0) this.#stretches.delete(stretchOf(version));
  }

  /** All behind a version and an id; without an id, behind all of that version. */
  *after(version: number, id = Number.POSITIVE_INFINITY): Iterable<{ version: number; id: BookId }> {
    for (let number = stretchOf(version); number <= this.#last; number++) {
      const stretch = this.#stretches.get(number);
      if (!stretch) continue;
      for (let at = Math.max(version, number * STRETCH_VERSIONS); stretchOf(at) === number; at++) {
        const here = stretch.get(at) ?? NONE;
        const books = typeof here === 'number' ? [here] : [...here].sort((one, other) => one - other);
        for (const book of books) if (at > version || book > id) yield { version: at, id: book };
      }
    }
  }
}

const NONE: Books = new Set();
