/** Keys of the first part; each further part is for as many times more. Both keep the numbers of bits powers of two. */
const FIRST_CAPACITY = 1_024;
const GROWTH = 4;
/** With four hashes, of 400 absent keys one is taken for present in a full part. */
const BITS_PER_KEY = 16;
const HASHES = 4;

interface Part {
  readonly capacity: number;
  readonly bits: Uint32Array;
}

/**
 * Tells of most keys that are absent that they are, without a look into the store, where finding nothing costs most of
 * all: each table whose range has the key is looked into. A purchase comes with a key that nobody has used. Present keys are
 * always told from them; an absent one is taken for present now and then, and then the store is asked.
 *
 * A scalable Bloom filter (Almeida, Baquero, Preguiça and Hutchison 2007, section 3) whose parts have one precision, with
 * two hashes for all (Kirsch and Mitzenmacher 2006). Two to eight bytes a key; 10^6 keys have 2.7 MB.
 */
export class KeyFilter {
  /** While there are keys that have not been added yet, each counts as present. */
  isWhole = true;
  readonly #parts: Part[] = [];
  /** Keys in the last part. */
  #size = 0;

  add(key: string): void {
    let part = this.#parts.at(-1);
    if (!part || this.#size === part.capacity) {
      const capacity = part ? part.capacity * GROWTH : FIRST_CAPACITY;
      part = { capacity, bits: new Uint32Array((capacity * BITS_PER_KEY) / 32) };
      this.#parts.push(part);
      this.#size = 0;
    }
    this.#size++;
    const { bits } = part;
    const step = stepOf(key);
    let place = startOf(key);
    for (let count = 0; count < HASHES; count++) {
      bits[(place >>> 5) & (bits.length - 1)]! |= 1 << (place & 31);
      place = (place + step) | 0;
    }
  }

  /** False only for a key that was never added. */
  mayHave(key: string): boolean {
    if (!this.isWhole) return true;
    const start = startOf(key);
    const step = stepOf(key);
    // From the largest on: most of the keys are there.
    for (let last = this.#parts.length - 1; last >= 0; last--) {
      if (isIn(this.#parts[last]!.bits, start, step)) return true;
    }
    return false;
  }
}

function isIn(bits: Uint32Array, start: number, step: number): boolean {
  let place = start;
  for (let count = 0; count < HASHES; count++) {
    if ((bits[(place >>> 5) & (bits.length - 1)]! & (1 << (place & 31))) === 0) return false;
    place = (place + step) | 0;
  }
  return true;
}

const startOf = (key: string) => spread(key, 0x811c9dc5);
/** Odd, so that the places of one key differ. */
const stepOf = (key: string) => spread(key, 0x9747b28c) | 1;

/** FNV-1a over the characters, then the last mixing of MurmurHash3, by which each bit depends on all. */
function spread(key: string, seed: number): number {
  let hash = seed;
  for (let place = 0; place < key.length; place++) {
    hash = Math.imul(hash ^ key.charCodeAt(place), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
