import type { Key } from '../../runtime/domain.ts';
import type { ChangesPlace } from '../../runtime/order-changes.ts';
import { keysUnder, ORDER_PREFIX } from '../../storage/keys.ts';
import type { Recorded } from './decision.ts';
import type { KeyedText, Overlay } from './overlay.ts';

/** Within texts a quotation mark has a backslash before it, so it is none of theirs. */
const VERSION = /"version":(\d+)/g;

const FIRST = '"version":';
const DIGITS = 16;

/** The versions in the record of an order, each once; where nothing has happened since it was bought there is one. */
function versionsIn(text: string): Iterable<number> {
  if (text.includes('"events":')) {
    return new Set(Array.from(text.matchAll(VERSION), ([, digits]) => Number(digits)));
  }
  const from = text.indexOf(FIRST) + FIRST.length;
  return [Number.parseInt(text.slice(from, from + DIGITS), 10)];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Records of earlier orders read in one turn of the event loop, in number and in characters: a few ms of work. */
const PIECE = { limit: 1_000, maxBytes: 1 << 20 };

/** Records taken from the store at once: more than for a page, since most of them are small, and all are wanted. */
const READ_AT_ONCE = 128;

/** Versions that are kept, and sorted, together: as many as a character has values where it takes one byte. */
const STRETCH_VERSIONS = 256;

/**
 * The changes at some versions in a row, each as one text, which takes the least memory: a character for the version, and
 * the order id. Those that were read come in the order of keys, and are sorted when somebody asks.
 */
interface VersionStretch {
  changes: string[];
  isSorted: boolean;
}

/**
 * What has happened to orders, in the order of the log. Refused orders are not in it, since they are forgotten after a
 * while. It follows from the records of orders, so it is in memory only, and a purchase writes nothing more. What has
 * happened since the start is noted as it happens; what was before is read from the records, a piece at a time, once
 * somebody asks for it.
 */
export class OrderTimeline {
  readonly #records: Overlay;
  readonly #stretches = new Map<number, VersionStretch>();
  /** All later changes are noted; those up to it have to be read. */
  #base = 0;
  #latest = 0;
  /** The record to go on reading after; nothing once all are read. */
  #after: string | undefined;
  #piece: Promise<void> | undefined;

  constructor(records: Overlay) {
    this.#records = records;
  }

  /** Begins behind the entry `index`, whose state was read from a store or a snapshot. */
  startAt(index: number): void {
    this.#base = index;
    this.#latest = index;
    this.#after = index > 0 ? ORDER_PREFIX : undefined;
  }

  /** Whether what was before the start is here too. */
  get isWhole(): boolean {
    return this.#after === undefined;
  }

  /** Reads the next piece of what was before the start, and rests: one for all who wait. */
  takeUp(rest: () => Promise<void>): Promise<void> {
    this.#piece ??= this.#read()
      .then(rest)
      .finally(() => {
        this.#piece = undefined;
      });
    return this.#piece;
  }

  /** Takes in what is recorded from now on. */
  note({ result }: Recorded): void {
    if (result.kind !== 'order') return;
    const { orderId, version, status } = result.order;
    // A record that tells more of an earlier change, as of its payment, is of one that stands here already.
    if (status === 'refused' || version <= this.#base || version < this.#latest) return;
    this.#latest = version;
    this.#add(version, textOf(version, orderId));
  }

  /** The changes behind a place, by version, and within one by order id. */
  *after({ version, orderId }: ChangesPlace): Iterable<Required<ChangesPlace>> {
    if (!this.isWhole) throw new Error('what happened to orders before the start has not been read yet');
    const [first, last] = [stretchOf(version), stretchOf(this.#latest)];
    let told = textOf(version, orderId ?? AFTER_ALL);
    for (let number = first; number <= last; number++) {
      for (const text of this.#sorted(number)) {
        if (text <= told) continue;
        told = text;
        yield { version: number * STRETCH_VERSIONS + text.charCodeAt(0), orderId: text.slice(1) };
      }
      told = '';
    }
  }

  /** Orders that were bought or changed meanwhile have their earlier changes in their records still. */
  async #read(): Promise<void> {
    const range = { after: this.#after!, before: keysUnder(ORDER_PREFIX).lt };
    const lengthOf = ([, text]: KeyedText) => text.length;
    const { elements, more } = await this.#records.page(range, PIECE, lengthOf, () => {}, READ_AT_ONCE);
    for (const [key, text] of elements) {
      if (text.includes('"status":"refused"')) continue;
      const orderId = key.slice(ORDER_PREFIX.length);
      for (const version of versionsIn(text)) {
        // A part of another text would keep all of it in memory.
        if (version <= this.#base)
          this.#add(version, decoder.decode(encoder.encode(textOf(version, orderId))));
      }
    }
    this.#after = more ? elements.at(-1)![0] : undefined;
  }

  #add(version: number, text: string): void {
    const number = stretchOf(version);
    const stretch = this.#stretches.get(number) ?? { changes: [], isSorted: true };
    if (stretch.changes.length === 0) this.#stretches.set(number, stretch);
    else if (text < stretch.changes.at(-1)!) stretch.isSorted = false;
    stretch.changes.push(text);
  }

  #sorted(number: number): readonly string[] {
    const stretch = this.#stretches.get(number);
    if (stretch && !stretch.isSorted) {
      stretch.changes.sort();
      stretch.isSorted = true;
    }
    return stretch?.changes ?? [];
  }
}

/** Behind every order id, whose characters all come before it. */
const AFTER_ALL = '\xff';

const stretchOf = (version: number) => Math.floor(version / STRETCH_VERSIONS);

const textOf = (version: number, orderId: Key) => String.fromCharCode(version % STRETCH_VERSIONS) + orderId;
