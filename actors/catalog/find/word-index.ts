import SearchableMap from 'minisearch/SearchableMap';

/** The place of a text in the index; a book whose words change gets another. */
export type Slot = number;

/** Where in a book a word stands. What stands in the title counts most. */
export const WORD_FIELDS = { title: 0, authors: 1, topic: 2, isbn: 3 } as const;
export type WordField = (typeof WORD_FIELDS)[keyof typeof WORD_FIELDS];
const FIELD_WEIGHTS = [8, 6, 3, 8];
/** The bits of a posting that say the field; those above are the slot. */
const FIELD_BITS = 2;
const FIELD_MASK = 3;

/** How near a word of a book comes to the word that is looked for: that, a longer one, one with other letters. */
const NEARNESS = { same: 3, longer: 2, similar: 1 } as const;

/** Slot and field of each place in one number. */
type Postings = number[];

export interface SoughtWord {
  readonly word: string;
  /** `exact`: as it is. `whole`: that too, but it may be misspelt. `beginning`: or a longer one that begins so. */
  readonly as: 'exact' | 'whole' | 'beginning';
}

/** Which slots have all words that were looked for, and how well. */
export interface WordMatches {
  readonly slots: Uint32Array;
  scoreOf(slot: Slot): number;
}

/**
 * All words of all books, and where they stand. The words are in a radix tree (minisearch's), which finds those that begin
 * alike and those that differ by some letters, and in a map, which is faster where a word is known as it is. The places are
 * plain numbers, so that a hundred thousand of them are looked through in a millisecond.
 */
export class WordIndex {
  readonly #words = new Map<string, Postings>();
  readonly #tree = new SearchableMap<Postings>();
  #slots = 0;
  // What a search notes: the slots that have the last word, and of each slot the words found so far, their score, and what
  // the last of them gave.
  #hits = new Uint32Array(1024);
  #hitCount = 0;
  #found = new Uint8Array(1024);
  #scores = new Uint16Array(1024);
  #last = new Uint8Array(1024);

  /** Takes in the words of the next slot. */
  add(fields: readonly (readonly [WordField, Iterable<string>])[]): Slot {
    const slot = this.#slots++;
    for (const [field, words] of fields) {
      const posting = (slot << FIELD_BITS) | field;
      for (const word of new Set(words)) {
        const known = this.#words.get(word);
        if (known) known.push(posting);
        else this.#introduce(word, [posting]);
      }
    }
    return slot;
  }

  /** The slots with all of the words. Good until the next search. */
  search(words: readonly SoughtWord[]): WordMatches {
    const matches = this.#searchOnce(words, false);
    // Only a search that finds nothing is taken for misspelt: whoever types right gets nothing else.
    return matches.slots.length > 0 ? matches : this.#searchOnce(words, true);
  }

  #searchOnce(words: readonly SoughtWord[], isMisspelt: boolean): WordMatches {
    this.#clear();
    words.forEach(({ word, as }, place) => {
      if (place > 0 && this.#hitCount === 0) return;
      this.#hitCount = 0;
      const note = (postings: Postings, nearness: number) => this.#note(postings, nearness, place);
      const same = this.#words.get(word);
      if (same) note(same, NEARNESS.same);
      if (as === 'beginning') {
        for (const postings of this.#tree.atPrefix(word).values()) note(postings, NEARNESS.longer);
      }
      const letters = isMisspelt && as !== 'exact' ? wrongLetters(word) : 0;
      if (letters === 0) return;
      for (const [postings] of this.#tree.fuzzyGet(word, letters).values()) note(postings, NEARNESS.similar);
    });
    const slots = this.#hits.subarray(0, this.#hitCount);
    return { slots, scoreOf: (slot) => this.#scores[slot]! };
  }

  /** Notes a word in the slots that have all words before it. Only its best place counts. */
  #note(postings: Postings, nearness: number, place: number): void {
    const [hits, words, scores, last] = [this.#hits, this.#found, this.#scores, this.#last];
    for (const posting of postings) {
      const slot = posting >> FIELD_BITS;
      const found = words[slot]!;
      if (found < place) continue;
      const points = FIELD_WEIGHTS[posting & FIELD_MASK]! * nearness;
      if (found === place) {
        hits[this.#hitCount++] = slot;
        words[slot] = place + 1;
        last[slot] = points;
        scores[slot]! += points;
      } else if (points > last[slot]!) {
        scores[slot]! += points - last[slot]!;
        last[slot] = points;
      }
    }
  }

  #introduce(word: string, postings: Postings): void {
    this.#words.set(word, postings);
    this.#tree.set(word, postings);
  }

  #clear(): void {
    this.#hitCount = 0;
    if (this.#found.length >= this.#slots) {
      this.#found.fill(0);
      this.#scores.fill(0);
      return;
    }
    const size = 2 ** Math.ceil(Math.log2(this.#slots));
    this.#hits = new Uint32Array(size);
    this.#found = new Uint8Array(size);
    this.#scores = new Uint16Array(size);
    this.#last = new Uint8Array(size);
  }
}

/** Letters that may be wrong, missing or too many in a word: none in a short one, which would be another word. */
function wrongLetters(word: string): number {
  if (word.length < 4) return 0;
  return word.length < 8 ? 1 : 2;
}
