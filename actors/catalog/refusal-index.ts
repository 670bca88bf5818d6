import type { Key, Refusal } from '../../runtime/domain.ts';
import { ORDER_PREFIX, orderKey, REFUSAL_PREFIX, refusalKey } from '../../storage/keys.ts';
import type { Store, StoreOperation } from '../../storage/store.ts';
import type { Recorded } from './decision.ts';
import type { DigestedRecords } from './digested-records.ts';
import type { KeyedText, Overlay } from './overlay.ts';

/** Stands in the record of every refused order, and in no other: within a text the quotes are escaped. */
const REFUSED = '"status":"refused"';

/**
 * The refused orders on record in the order of time, so that those to be forgotten are found without looking at the
 * others. It follows from the records, so it is not in the digest; what it says is a hint, and what is forgotten is
 * looked up in the record itself.
 */
export class RefusalIndex {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #records: DigestedRecords;
  readonly #overlay: Overlay;

  constructor(state: { store: Store; prefix: string; records: DigestedRecords }) {
    this.#store = state.store;
    this.#prefix = state.prefix;
    this.#records = state.records;
    this.#overlay = state.records.overlay;
  }

  /** Takes in what was recorded, if it is a refused order. */
  note(record: Recorded): void {
    const refusal = refusalOf(record);
    if (refusal) this.#overlay.put(refusalKey(refusal.at, refusal.key), '');
  }

  /** Stores what these records of the store lack here: an earlier version kept no index. */
  missing(given: Iterable<KeyedText>): StoreOperation[] {
    const operations: StoreOperation[] = [];
    for (const [key, text] of given) {
      if (!key.startsWith(ORDER_PREFIX) || !text.includes(REFUSED)) continue;
      const refusal = readRefusal(text);
      const place = refusal && this.#prefix + refusalKey(refusal.at, refusal.key);
      if (place && this.#store.get(place) === undefined) {
        operations.push({ type: 'put', key: place, value: '' });
      }
    }
    return operations;
  }

  /**
   * Forgets a refused order. Under its key there may be another by now, which was asked for after an earlier expiry, so
   * the time has to agree; and a sale stays for good.
   */
  forget({ key: orderId, at }: Refusal): void {
    const key = orderKey(orderId);
    const text = this.#overlay.get(key);
    if (text !== undefined && readRefusal(text)?.at === at) this.#records.remove(key);
    this.#overlay.remove(refusalKey(at, orderId));
  }

  has({ key, at }: Refusal): boolean {
    return this.#overlay.get(refusalKey(at, key)) !== undefined;
  }

  /** The oldest first, of the time `until` at the latest. */
  async until(until: number, limit: number): Promise<Refusal[]> {
    const range = { after: REFUSAL_PREFIX, before: refusalKey(until + 1, '') };
    const bounds = { limit, maxBytes: Number.POSITIVE_INFINITY };
    const page = await this.#overlay.page(range, bounds, bytesOf, () => {});
    return page.elements.map(([key]) => {
      const [, at, orderId] = key.split('/') as [string, string, Key];
      return { key: orderId, at: Number(at) };
    });
  }
}

function bytesOf([key]: KeyedText): number {
  return key.length;
}

function readRefusal(text: string): Refusal | undefined {
  return refusalOf(JSON.parse(text) as Recorded);
}

function refusalOf({ result }: Recorded): Refusal | undefined {
  if (result.kind !== 'order' || result.order.status !== 'refused') return undefined;
  return { key: result.order.orderId, at: result.order.at };
}
