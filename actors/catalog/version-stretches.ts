/** Versions that are kept, and sorted, together: as many as a character has values where it takes one byte. */
export const STRETCH_VERSIONS = 256;

/** Behind every name, whose characters all come before it. */
const AFTER_ALL = '\xff';

/**
 * What happened at some versions in a row, each as one text, which takes the least memory: a character for the version,
 * and a name. Those that were read come in any order, and are sorted when somebody asks.
 */
interface VersionStretch {
  texts: string[];
  isSorted: boolean;
}

/** Names at versions, of which any may be added at any time, in the order of the versions and within one of the names. */
export class VersionStretches {
  readonly #stretches = new Map<number, VersionStretch>();
  #last = 0;

  add(version: number, name: string): void {
    const number = stretchOf(version);
    const text = textOf(version, name);
    const stretch = this.#stretches.get(number) ?? { texts: [], isSorted: true };
    if (stretch.texts.length === 0) this.#stretches.set(number, stretch);
    else if (text < stretch.texts.at(-1)!) stretch.isSorted = false;
    stretch.texts.push(text);
    this.#last = Math.max(this.#last, number);
  }

  /** Takes one away that was added. */
  remove(version: number, name: string): void {
    const number = stretchOf(version);
    const stretch = this.#stretches.get(number);
    const at = stretch?.texts.indexOf(textOf(version, name)) ?? -1;
    if (at < 0) return;
    stretch!.texts.splice(at, 1);
    if (stretch!.texts.length === 0) this.#stretches.delete(number);
  }

  /** All behind a version and name, each once; without a name, behind all of that version. */
  *after(version: number, name = AFTER_ALL): Iterable<{ version: number; name: string }> {
    let told = textOf(version, name);
    for (let number = stretchOf(version); number <= this.#last; number++) {
      for (const text of this.#sorted(number)) {
        if (text <= told) continue;
        told = text;
        yield { version: number * STRETCH_VERSIONS + text.charCodeAt(0), name: text.slice(1) };
      }
      told = '';
    }
  }

  #sorted(number: number): readonly string[] {
    const stretch = this.#stretches.get(number);
    if (stretch && !stretch.isSorted) {
      stretch.texts.sort();
      stretch.isSorted = true;
    }
    return stretch?.texts ?? [];
  }
}

export const stretchOf = (version: number) => Math.floor(version / STRETCH_VERSIONS);

const textOf = (version: number, name: string) => String.fromCharCode(version % STRETCH_VERSIONS) + name;
