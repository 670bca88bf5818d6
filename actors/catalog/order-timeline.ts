import type { Key } from '../../runtime/domain.ts';
import { keysUnder, ORDER_PREFIX } from '../../storage/keys.ts';
import type { Recorded } from './decision.ts';
import type { KeyedText, Overlay } from './overlay.ts';
import { VersionStretches } from './version-stretches.ts';

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

/**
 * What has happened to orders, in the order of the log. Refused orders are not in it, since they are forgotten after a
 * while. It follows from the records of orders, so it is in memory only, and a purchase writes nothing more. What has
 * happened since the start is noted as it happens; what was before is read from the records, a piece at a time, once
 * somebody asks for it.
 */
export class OrderTimeline {
  readonly #records: Overlay;
  readonly #changes = new VersionStretches();
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
    this.#changes.add(version, orderId);
  }

  /** The changes behind an order at a version, or without one behind all of it: by version, and within one by order id. */
  *after(version: number, orderId?: Key): Iterable<{ version: number; orderId: Key }> {
    if (!this.isWhole) throw new Error('what happened to orders before the start has not been read yet');
    for (const { version: at, name } of this.#changes.after(version, orderId))
      yield { version: at, orderId: name };
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
        if (version <= this.#base) this.#changes.add(version, decoder.decode(encoder.encode(orderId)));
      }
    }
    this.#after = more ? elements.at(-1)![0] : undefined;
  }
}
