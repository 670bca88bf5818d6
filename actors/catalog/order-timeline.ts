import type { Key } from '../../runtime/domain.ts';
import type { ChangesPlace } from '../../runtime/order-changes.ts';
import { ORDER_PREFIX } from '../../storage/keys.ts';
import type { Recorded } from './decision.ts';

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

/**
 * What has happened to orders, in the order of the log. Refused orders are not in it, since they are forgotten after a
 * while. It follows from the records of orders, so it is in memory only: a purchase writes nothing more, and a start
 * makes it of the records that it reads anyway.
 */
export class OrderTimeline {
  #versions: number[] = [];
  #ids: Key[] = [];
  #isSorted = true;

  /** Takes in what is recorded from now on. */
  note({ result }: Recorded): void {
    if (result.kind !== 'order') return;
    const { orderId, version, status } = result.order;
    // A record that tells more of an earlier change, as of its payment, is of one that stands here already.
    const isNew = version >= (this.#versions.at(-1) ?? 0);
    if (status !== 'refused' && isNew) this.#add(version, orderId);
  }

  /** Takes in a record as it is stored, where it is that of an order. */
  read(key: string, text: string): void {
    if (!key.startsWith(ORDER_PREFIX) || text.includes('"status":"refused"')) return;
    // A part of a text would keep all of it in memory.
    const own = decoder.decode(encoder.encode(key.slice(ORDER_PREFIX.length)));
    for (const version of versionsIn(text)) this.#add(version, own);
  }

  /** The changes behind a place, by version, and within one by order id. */
  *after({ version, orderId }: ChangesPlace): Iterable<Required<ChangesPlace>> {
    this.sort();
    let place = this.#placeOf(orderId === undefined ? version + 1 : version);
    while (place < this.#versions.length) {
      const at = this.#versions[place]!;
      const ids: Key[] = [];
      for (; this.#versions[place] === at; place++) ids.push(this.#ids[place]!);
      for (const id of new Set(ids.sort())) {
        if (at > version || id > orderId!) yield { version: at, orderId: id };
      }
    }
  }

  #add(version: number, orderId: Key): void {
    if (version < (this.#versions.at(-1) ?? 0)) this.#isSorted = false;
    this.#versions.push(version);
    this.#ids.push(orderId);
  }

  /** Brings into order what was read, which came in the order of keys. Version and place are sorted as one number, which needs no comparing calls. */
  sort(): void {
    if (this.#isSorted) return;
    const [versions, ids] = [this.#versions, this.#ids];
    const count = versions.length;
    const places = Float64Array.from(versions, (version, place) => version * count + place).sort();
    this.#versions = Array.from(places, (place) => versions[place % count]!);
    this.#ids = Array.from(places, (place) => ids[place % count]!);
    this.#isSorted = true;
  }

  /** The first place whose version is not below this one. */
  #placeOf(version: number): number {
    let [low, high] = [0, this.#versions.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#versions[middle]! < version) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
