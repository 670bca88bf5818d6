import type { Book, BookChange, BookId } from '../../../runtime/domain.ts';
import {
  type BookSort,
  type FindQuery,
  type SortPlace,
  TITLE_KEY_LETTERS,
} from '../../../runtime/finding.ts';
import { isbn13, isbnKey } from '../../../runtime/isbn.ts';
import { topicKey } from '../../../runtime/topic.ts';
import type { CatalogState } from '../state.ts';
import { isBehind, Least } from './least.ts';
import { type Slot, type SoughtWord, WORD_FIELDS, WordIndex } from './word-index.ts';
import { folded, wordsOf } from './words.ts';

/** A book without a year comes last, from whichever end they are sorted. */
const NO_YEAR = 10_000;
/** Relevance counts first, then how few words the title has: `It` comes before `It Ends with Us`. */
const MAX_TITLE_WORDS = 1_000;

/**
 * The books of one state by their words. They are taken up piece by piece; after that, those that changed. Everything is by
 * slots: a book whose words change gets a new one, and its old one stays empty. Prices and stocks lie beside the words, since
 * to look a hundred thousand books up in the state takes several times as long as the search.
 */
export class SearchableBooks {
  readonly state: CatalogState;
  readonly #words = new WordIndex();
  /** By slot: the book, 0 where there is none any more. */
  readonly #ids: BookId[] = [];
  readonly #titles: string[] = [];
  readonly #titleWords: number[] = [];
  readonly #prices: number[] = [];
  readonly #stocks: number[] = [];
  readonly #years: number[] = [];
  readonly #topics: number[] = [];
  /** Topics have numbers from 1, by their keys. */
  readonly #topicNumbers = new Map<string, number>();
  readonly #slotOf = new Map<BookId, Slot>();
  readonly #changed = new Set<BookId>();
  /** Those that were there at the beginning and are not taken up yet; it shows later ones too. */
  #rest: Iterator<Book> | undefined;

  readonly #maxWords: number;

  /** Of what is asked for, so many words are looked for at most. */
  constructor(state: CatalogState, maxWords: number) {
    this.state = state;
    this.#maxWords = maxWords;
    this.#rest = state.books()[Symbol.iterator]();
  }

  /** Books that are still to be taken up. */
  get waiting(): number {
    const rest = this.#rest ? Math.max(1, this.state.size - this.#slotOf.size) : 0;
    return rest + this.#changed.size;
  }

  /** More slots are empty than not: it should be made anew. */
  get isWorn(): boolean {
    return this.#ids.length > 2 * this.#slotOf.size + 1_000;
  }

  /** To be told of every change of a book. */
  changed({ id, price, stock, topic }: BookChange): void {
    const slot = this.#slotOf.get(id);
    if (slot !== undefined) {
      this.#prices[slot] = price;
      this.#stocks[slot] = stock;
    }
    // It was added, or its words changed.
    if (topic !== undefined) this.#changed.add(id);
  }

  /** Takes up as many books as this, or fewer. */
  takeUp(most: number): void {
    for (let left = most; left > 0; left--) {
      if (this.#rest) this.#takeNext(this.#rest);
      else if (this.#changed.size > 0) this.#takeChanged();
      else return;
    }
  }

  find(query: FindQuery): readonly SortPlace[] {
    const { after, limit, inStock } = query;
    const sought = soughtWords(query)?.slice(0, this.#maxWords);
    const matches = sought && this.#words.search(sought);
    const topic =
      query.topic === undefined ? undefined : (this.#topicNumbers.get(topicKey(query.topic)) ?? 0);
    const keyOf = this.#keys(query.sort);
    const first = new Least(limit + 1);
    const look = (slot: Slot) => {
      const id = this.#ids[slot]!;
      if (id === 0 || (topic !== undefined && this.#topics[slot] !== topic)) return;
      if (inStock && this.#stocks[slot] === 0) return;
      const key = keyOf(slot, matches?.scoreOf(slot));
      if (!after || isBehind(key, id, after)) first.offer(key, id);
    };
    if (matches) for (const slot of matches.slots) look(slot);
    else for (let slot = 0; slot < this.#ids.length; slot++) look(slot);
    return first.sorted();
  }

  /** Without words all are equally relevant. */
  #keys(sort: BookSort): (slot: Slot, score: number | undefined) => SortPlace['key'] {
    switch (sort) {
      case 'relevance':
        return (slot, score) => (score === undefined ? 0 : this.#titleWords[slot]! - score * MAX_TITLE_WORDS);
      case 'id':
        return () => 0;
      case 'title':
        return (slot) => this.#titles[slot]!;
      case 'price':
        return (slot) => this.#prices[slot]!;
      case '-price':
        return (slot) => -this.#prices[slot]!;
      case 'stock':
        return (slot) => this.#stocks[slot]!;
      case '-stock':
        return (slot) => -this.#stocks[slot]!;
      case 'year':
        return (slot) => this.#years[slot]!;
      case '-year':
        return (slot) => (this.#years[slot] === NO_YEAR ? NO_YEAR : -this.#years[slot]!);
    }
  }

  #takeNext(rest: Iterator<Book>): void {
    const { value, done } = rest.next();
    if (done) this.#rest = undefined;
    else if (!this.#slotOf.has(value.id)) this.#put(value);
  }

  #takeChanged(): void {
    const [id] = this.#changed;
    this.#changed.delete(id!);
    const book = this.state.book(id!);
    const slot = this.#slotOf.get(id!);
    if (slot !== undefined) this.#ids[slot] = 0;
    this.#slotOf.delete(id!);
    if (book) this.#put(book);
  }

  /** One that is retired is not found. */
  #put({ retired, id, title, authors = '', topic, isbn, price, stock, year = NO_YEAR }: Book): void {
    if (retired) return;
    const ofTitle = wordsOf(title);
    const slot = this.#words.add([
      [WORD_FIELDS.title, ofTitle],
      [WORD_FIELDS.authors, wordsOf(authors)],
      [WORD_FIELDS.topic, wordsOf(topic)],
      [WORD_FIELDS.isbn, isbn === undefined ? [] : [isbnKey(isbn)]],
    ]);
    this.#ids[slot] = id;
    this.#titles[slot] = titleKey(title);
    this.#titleWords[slot] = Math.min(ofTitle.length, MAX_TITLE_WORDS - 1);
    this.#prices[slot] = price;
    this.#stocks[slot] = stock;
    this.#years[slot] = year;
    this.#topics[slot] = this.#numberOf(topicKey(topic));
    this.#slotOf.set(id, slot);
  }

  #numberOf(topic: string): number {
    const known = this.#topicNumbers.get(topic) ?? this.#topicNumbers.size + 1;
    this.#topicNumbers.set(topic, known);
    return known;
  }
}

/**
 * Undefined where no words are asked for. What is an ISBN as a whole is looked for as one. A letter is the beginning of very many
 * words, and so counts as one only at the end, where it may be on its way to more.
 */
function soughtWords({ q, isbn }: FindQuery): SoughtWord[] | undefined {
  if (q === undefined && isbn === undefined) return undefined;
  const exact = (word: string) => ({ word, as: 'exact' }) as const;
  const inWords = q === undefined ? undefined : isbn13(q);
  const words = q === undefined || inWords ? [] : [...new Set(wordsOf(q))];
  const isbns = [isbn, inWords].filter((one) => one !== undefined).map(isbnKey);
  const sought = words.map((word, place) => {
    const isMeantWhole = word.length === 1 && (place === 0 || place < words.length - 1);
    return { word, as: isMeantWhole ? 'whole' : 'beginning' } as const;
  });
  return [...isbns.map(exact), ...sought];
}

/** Cut off from a whole character on, so that it stays well-formed. */
function titleKey(title: string): string {
  const key = folded(title);
  if (key.length <= TITLE_KEY_LETTERS) return key;
  return key.slice(0, TITLE_KEY_LETTERS).replace(/[\ud800-\udbff]$/, '');
}
